"""The names in front of each token, as hashes: what the bank layer matches exactly, beside the likeness of keys.

N-gram heads (Akyürek et al. 2024, In-Context Language Learning) over whole identifiers in place of tokens. A name is a run of letters,
digits and underscores; one that a text breaks off in counts as far as it is there. The server repeats this exactly.
"""
import re

import numpy as np

from memory_lm.lm_tokenizer import LmTokenizer

N_NAMES = 3
"""Names that are kept of each place, the last one first."""
_MODULUS = 67_108_859
_BASE = 257
_OF_NAME = rb"[A-Za-z0-9_\x80-\xff]*"
_HEAD, _TAIL = re.compile(_OF_NAME), re.compile(_OF_NAME + rb"\Z")


def _hash(data: bytes, start: int = 0) -> int:
    for byte in data:
        start = (start * _BASE + byte + 1) % _MODULUS
    return start


class NameReader:
    """Knows for each token which part of it ends, continues or begins a name."""

    def __init__(self, tokenizer: LmTokenizer):
        self._words = [self._word(data) for data in tokenizer.bytes_of]

    @staticmethod
    def _word(data: bytes) -> tuple[bool, bytes, bytes]:
        head, tail = _HEAD.match(data).group(), _TAIL.search(data).group()
        return len(head) == len(data) > 0, head, tail

    def whole_names(self, ids: list[int]) -> list[tuple[int, int]]:
        """Returns place of the last token and hash of each name, in order, but for those of one byte or of digits alone."""
        found, name, end = [], b"", 0
        for at, token in enumerate([*ids, len(self._words)]):
            is_whole, head, tail = self._words[token] if token < len(self._words) else (False, b"", b"")
            if is_whole:
                name, end = name + tail, at
                continue
            if head:
                name, end = name + head, at
            if len(name) > 1 and not name.isdigit():
                found.append((end, _hash(name)))
            name, end = tail, at
        return found

    def names_of(self, ids: list[int]) -> np.ndarray:
        """Returns for each token the hashes of the last 3 names up to it, [T, 3], the newest first; 0 where there is none."""
        names = np.zeros((len(ids), N_NAMES), np.int32)
        last, is_open = (0, 0, 0), False
        for at, token in enumerate(ids):
            is_whole, head, tail = self._words[token] if token < len(self._words) else (False, b"", b"")
            if is_whole and is_open:
                last = (_hash(tail, last[0]), *last[1:])
            else:
                if not is_whole and head:
                    last = (_hash(head, last[0]), *last[1:]) if is_open else (_hash(head), *last[:2])
                is_open = bool(tail)
                if tail:
                    last = (_hash(tail), *last[:2])
            names[at] = last
        return names
