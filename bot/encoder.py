"""Sentence vectors: text in, numbers of length 1 out, the same file in training and in service."""

from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.encoder_export import LAYERS, PACKAGE, WEIGHTS_SHA256, exported, source_folder

MAX_TOKENS = 256
WIDTH = 384 * len(LAYERS)


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

    def encode(self, text: str) -> np.ndarray:
        """One message a call: the ranges of dynamic quantization depend on what else is in a batch."""
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        (vector,) = self._session.run(["vector"], {"ids": ids})
        return np.asarray(vector[0])


@lru_cache(maxsize=1)
def shared_encoder(source: str = PACKAGE, sha256: str = WEIGHTS_SHA256) -> Encoder:
    """One copy of the weights in a process."""
    return Encoder(exported(source, sha256), source_folder(source) / "tokenizer.json")
