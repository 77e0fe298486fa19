"""Bags of tokens in flat arrays: which tokens a text has and how often, without their order."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Bags:
    """Text i has the tokens ids[offsets[i]:offsets[i + 1]], each as often as `counts` says (at most 255)."""

    ids: np.ndarray
    counts: np.ndarray
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def take(self, rows: np.ndarray) -> "Bags":
        """Returns the bags of the given rows, in their order."""
        lengths = self.offsets[rows + 1] - self.offsets[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        index = np.repeat(self.offsets[rows] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return Bags(self.ids[index], self.counts[index], offsets)


def thinned(bags: Bags, share: float, rnd: np.random.Generator) -> Bags:
    """Returns the bags without a random share of their tokens; a bag keeps at least its first token."""
    if share <= 0:
        return bags
    kept = rnd.random(len(bags.ids)) >= share
    kept[bags.offsets[:-1][np.diff(bags.offsets) > 0]] = True
    before = np.concatenate([[0], np.cumsum(kept)])
    return Bags(bags.ids[kept], bags.counts[kept], before[bags.offsets])


def bags_of(counted: Iterable[Mapping[int, int]]) -> Bags:
    """Returns the bags of token counts."""
    ids: list[int] = []
    counts: list[int] = []
    offsets = [0]
    for tokens in counted:
        ids.extend(tokens.keys())
        counts.extend(min(255, count) for count in tokens.values())
        offsets.append(len(ids))
    return Bags(np.array(ids, np.uint16), np.array(counts, np.uint8), np.array(offsets, np.int64))


def joined(parts: list[Bags]) -> Bags:
    """Returns the bags of all parts, one behind the other."""
    starts = np.cumsum([0] + [len(part.ids) for part in parts])
    offsets = [part.offsets[:-1] + start for part, start in zip(parts, starts[:-1], strict=True)]
    return Bags(
        np.concatenate([part.ids for part in parts]),
        np.concatenate([part.counts for part in parts]),
        np.concatenate([*offsets, starts[-1:]]).astype(np.int64),
    )
