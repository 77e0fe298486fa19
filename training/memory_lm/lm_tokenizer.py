"""Byte-level BPE inside pieces: token 0 to 255 are bytes, 256 + i the i-th merge, the special tokens come last."""
from lib.bpe import Merge, merge

from memory_lm.pieces import split_pieces

_MOST_KNOWN = 2_000_000


class LmTokenizer:
    """Turns code into tokens and back; remembers the tokens of each piece it has seen."""

    def __init__(self, merges: list[Merge]):
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self._known: dict[bytes, tuple[int, ...]] = {}
        self.bytes_of: list[bytes] = [bytes([value]) for value in range(256)]
        for left, right in merges:
            self.bytes_of.append(self.bytes_of[left] + self.bytes_of[right])

    def encode(self, data: bytes) -> list[int]:
        """Returns the tokens of a text."""
        return [token for piece in split_pieces(data) for token in self._tokens_of(piece)]

    def decode(self, tokens: list[int]) -> bytes:
        """Returns the text of tokens that are not special."""
        return b"".join(self.bytes_of[token] for token in tokens)

    def _tokens_of(self, piece: bytes) -> tuple[int, ...]:
        known = self._known.get(piece)
        if known is None:
            word = list(piece)
            while len(word) > 1:
                rank, pair = min((self.ranks.get(pair, 1 << 30), pair) for pair in zip(word, word[1:]))
                if rank == 1 << 30:
                    break
                word = merge(word, pair, 256 + rank)
            known = tuple(word)
            if len(self._known) < _MOST_KNOWN:
                self._known[piece] = known
        return known
