"""tokenizer.bin: “LBPE”, version, number of merges, then the two ids of each merge; all little endian u32."""
import struct
from pathlib import Path

from lib.bpe import Merge

_MAGIC = b"LBPE"
_VERSION = 1


def write_tokenizer(path: Path, merges: list[Merge]) -> None:
    """Writes the merges in rank order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = b"".join(struct.pack("<II", left, right) for left, right in merges)
    path.write_bytes(_MAGIC + struct.pack("<II", _VERSION, len(merges)) + body)


def read_tokenizer(path: Path) -> list[Merge]:
    """Returns the merges; raises ValueError for any other file."""
    data = path.read_bytes()
    if len(data) < 12 or data[:4] != _MAGIC or struct.unpack_from("<I", data, 4)[0] != _VERSION:
        raise ValueError(f"{path} is no tokenizer of version {_VERSION}: build it again with tokenizer.py")
    count = struct.unpack_from("<I", data, 8)[0]
    if len(data) != 12 + 8 * count:
        raise ValueError(f"{path} is truncated: it has {len(data)} bytes where {12 + 8 * count} are due")
    return list(struct.iter_unpack("<II", data[12:]))
