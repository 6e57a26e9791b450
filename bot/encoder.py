"""Sentence vectors: text in, numbers of length 1 out, the same file in training and in service."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.encoder_export import LAYERS, PACKAGE, WEIGHTS_SHA256, exported, source_folder

MAX_TOKENS = 256
WIDTH = 384 * len(LAYERS)
_SHARES = np.sqrt(np.array(list(LAYERS.values()), np.float32))[:, None]


class Encoder:
    """`model`: the exported ONNX file; `tokenizer`: the tokenizer.json beside the weights."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self.name = model.stem

    def encode(self, text: str, parts: Sequence[str] = ()) -> np.ndarray:
        """(1 + parts, width): of the text, and of passages of it that follow one another, each read in its context.

        The tokens pass through the model once, and each passage is the mean of its own ("late chunking", Günther
        et al. 2024). One message a call: the ranges of dynamic quantization depend on what else is in a batch.
        """
        read = self._tokenizer.encode(text)
        (states,) = self._session.run(["states"], {"ids": np.array([read.ids], dtype=np.int64)})
        vectors, start = [_pooled(states[0])], 0
        for part in parts:
            start = text.index(part, start)
            end = start + len(part)
            own = [place for place, (first, last) in enumerate(read.offsets) if start <= first < last <= end]
            # None where the model reads no further.
            vectors.append(_pooled(states[0, own]) if own else self.encode(part)[0])
            start = end
        return np.stack(vectors)


def _pooled(states: np.ndarray) -> np.ndarray:
    """Of (tokens, width) the mean, each layer's part with its share of the length."""
    layers = states.mean(axis=0).reshape(len(LAYERS), -1)
    lengths = np.linalg.norm(layers, axis=1, keepdims=True)
    return np.asarray(layers / lengths * _SHARES).ravel()


@lru_cache(maxsize=1)
def shared_encoder(source: str = PACKAGE, sha256: str = WEIGHTS_SHA256) -> Encoder:
    """One copy of the weights in a process."""
    return Encoder(exported(source, sha256), source_folder(source) / "tokenizer.json")
