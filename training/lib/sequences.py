"""Texts as their tokens in order, many in one flat array, and padded batches of them."""
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Sequences:
    """Text i has the tokens ids[offsets[i]:offsets[i + 1]]."""

    ids: np.ndarray
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def lengths(self, rows: np.ndarray) -> np.ndarray:
        """Returns how many tokens the given texts have."""
        return self.offsets[rows + 1] - self.offsets[rows]

    def take(self, rows: np.ndarray, most: int) -> "Sequences":
        """Returns the given texts, in their order, with at most their first `most` tokens."""
        lengths = np.minimum(self.lengths(rows), most)
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        index = np.repeat(self.offsets[rows] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return Sequences(self.ids[index], offsets)

    def padded(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns ids and mask of the given texts, both int64 [rows, T]; T is the longest of them and at least 1."""
        lengths = self.lengths(rows)
        mask = np.arange(max(1, int(lengths.max(initial=0)))) < lengths[:, None]
        ids = np.zeros(mask.shape, np.int64)
        ids[mask] = self.take(rows, mask.shape[1]).ids
        return ids, mask.astype(np.int64)


def sequences_of(texts: Iterable[list[int]]) -> Sequences:
    """Returns the sequences of token ids."""
    listed = list(texts)
    offsets = np.concatenate([[0], np.cumsum([len(tokens) for tokens in listed])]).astype(np.int64)
    return Sequences(np.array([token for tokens in listed for token in tokens], np.uint16), offsets)


def joined(parts: list[Sequences]) -> Sequences:
    """Returns the texts of all parts, one behind the other."""
    starts = np.cumsum([0] + [len(part.ids) for part in parts])
    offsets = [part.offsets[:-1] + start for part, start in zip(parts, starts[:-1], strict=True)]
    return Sequences(np.concatenate([part.ids for part in parts]), np.concatenate([*offsets, starts[-1:]]).astype(np.int64))


def with_phrases(texts: Sequences, phrases: Sequences, share: float, rnd: np.random.Generator) -> Sequences:
    """Returns the texts, a share of them with a random phrase in front."""
    chosen = rnd.random(len(texts)) < share
    drawn = rnd.integers(0, len(phrases), len(texts))
    lengths = np.where(chosen, phrases.lengths(drawn), 0)
    added = phrases.take(drawn[chosen], 1 << 30)
    offsets = np.concatenate([[0], np.cumsum(np.diff(texts.offsets) + lengths)])
    ids = np.empty(offsets[-1], np.uint16)
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], np.diff(offsets))
    in_front = within < np.repeat(lengths, np.diff(offsets))
    ids[in_front], ids[~in_front] = added.ids, texts.ids
    return Sequences(ids, offsets)
