"""The model's files as the product reads them: manifest.json, tokenizer.bin, table.bin; and a plain reader of them."""
import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.bpe import Encoder
from lib.records import read_json
from lib.tokenizer_file import read_tokenizer

_MAGIC = b"LTAB"
_VERSION = 1


def write_table(path: Path, table: np.ndarray, scale: float) -> None:
    """Writes an int8 table [vocabulary, dimensions]: “LTAB”, version, both sizes, the scale, the rows; little endian."""
    header = _MAGIC + struct.pack("<IIIf", _VERSION, *table.shape, scale)
    path.write_bytes(header + table.astype(np.int8).tobytes())


def read_table(path: Path) -> np.ndarray:
    """Returns the int8 table; raises ValueError for any other file."""
    data = path.read_bytes()
    if len(data) < 20 or data[:4] != _MAGIC:
        raise ValueError(f"{path} is no table: export the model again")
    version, vocabulary, dimensions, _ = struct.unpack_from("<IIIf", data, 4)
    if version != _VERSION or len(data) != 20 + vocabulary * dimensions:
        raise ValueError(f"{path} is truncated or of another version: export the model again")
    return np.frombuffer(data, np.int8, offset=20).reshape(vocabulary, dimensions)


def quantised(table: np.ndarray) -> tuple[np.ndarray, float]:
    """Returns the table as int8 and the scale that gives it back, chosen for the smallest squared error: a few huge values are cut."""
    best: tuple[float, float] | None = None
    for share in (1.0, 0.999999, 0.99999, 0.9999, 0.9995, 0.999, 0.998):
        scale = float(np.quantile(np.abs(table), share)) / 127
        error = float(((np.clip(np.round(table / scale), -127, 127) * scale - table) ** 2).sum())
        if best is None or error < best[0]:
            best = error, scale
    assert best is not None
    return np.clip(np.round(table / best[1]), -127, 127).astype(np.int8), best[1]


def sha256_of(path: Path) -> str:
    """Returns the hexadecimal SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class ExportedModel:
    """A model as shipped, computed plainly in whole numbers."""

    encoder: Encoder
    code_table: np.ndarray
    query_table: np.ndarray
    token_cap: int
    max_bytes: int

    @staticmethod
    def read(folder: Path) -> "ExportedModel":
        """Returns the model of a folder; raises ValueError where a file is not the one that the manifest names."""
        manifest = read_json(folder / "manifest.json")
        entries = [manifest["tokenizer"], manifest["table"], manifest.get("queryTable", manifest["table"])]
        for entry in entries:
            if sha256_of(folder / entry["file"]) != entry["sha256"]:
                raise ValueError(f"{folder / entry['file']} is not the file that the manifest names: export the model again")
        tokenizer, code, query = (folder / entry["file"] for entry in entries)
        return ExportedModel(Encoder(read_tokenizer(tokenizer)), read_table(code), read_table(query), manifest["tokenCap"], manifest["maxBytes"])

    def tokens(self, data: bytes) -> list[int]:
        """Returns the token ids of a text's first bytes."""
        return self.encoder.encode(data[: self.max_bytes])

    def vector(self, data: bytes, table: np.ndarray) -> np.ndarray:
        """Returns the int8 vector of a text; all zero for a text without a token."""
        total = np.zeros(table.shape[1], np.int64)
        for token, count in self.encoder.counted(data[: self.max_bytes]).items():
            total += table[token].astype(np.int64) * (min(count, self.token_cap) if self.token_cap else count)
        largest = np.abs(total).max()
        return np.round(total * 127 / largest).astype(np.int8) if largest else total.astype(np.int8)
