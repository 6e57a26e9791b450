"""Vectors kept between trainings, so that only new texts cost time."""

import functools
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from bot.encoder import shared_encoder

FOLDER = Path(__file__).resolve().parent.parent / "models" / "encoder"
_DIGEST_BYTES = 16


class Vectors:
    """`file`: of one encoder; another encoder's vectors must not stand in it. `each`: called at every encode()."""

    def __init__(self, file: Path, encode: Callable[[str, Sequence[str]], np.ndarray]) -> None:
        self._file, self._encode = file, encode
        self._kept = _read(file)
        self._used: dict[bytes, np.ndarray] = {}
        self.each: Callable[[], None] = lambda: None
        self.last_time = len(self._kept)

    def encode(self, text: str, parts: Sequence[str] = ()) -> np.ndarray:
        """(1 + parts, width), as Encoder.encode()."""
        key = hashlib.blake2b("\0".join([text, *parts]).encode(), digest_size=_DIGEST_BYTES).digest()
        if key not in self._used:
            self._used[key] = self._kept[key] if key in self._kept else self._encode(text, parts)
            self.each()
        return self._used[key]

    def keep(self) -> None:
        """Writes what was used since the start; what no example says any more is gone from the file."""
        if not self._used:
            return
        part = self._file.with_suffix(".part.npz")
        keys = np.frombuffer(b"".join(self._used), dtype=np.uint8).reshape(-1, _DIGEST_BYTES)
        counts = np.array([len(vectors) for vectors in self._used.values()])
        np.savez(part, keys=keys, counts=counts, vectors=np.concatenate(list(self._used.values())))
        part.replace(self._file)


@functools.lru_cache(maxsize=1)
def kept_vectors() -> Vectors:
    """Of the shared encoder, beside its file."""
    encoder = shared_encoder()
    return Vectors(FOLDER / f"{encoder.name}.vectors.npz", encoder.encode)


def _read(file: Path) -> dict[bytes, np.ndarray]:
    """A file that cannot be read is as good as none: the vectors are made again."""
    try:
        with np.load(file, allow_pickle=False) as kept:
            vectors = np.split(kept["vectors"], np.cumsum(kept["counts"])[:-1])
            return dict(zip(map(bytes, kept["keys"]), vectors, strict=True))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}
