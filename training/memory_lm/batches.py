"""Batches for the bank: groups of windows of one repository that remember each other, beside groups of others (cross-batch)."""
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from memory_lm.facts import Fact, FactMaker
from memory_lm.names import NameReader
from memory_lm.windows import Windows

GROUP = 4
_MOST_FACTS = 16
"""Planted into the four windows of a group."""


@dataclass
class Batch:
    """`ids` [B, T + 1]; `names` [B, T + 1, 3] as of names.py; `twins` [n, 4]: window and place of an asked value's token, window and place of the same token where it is told."""

    ids: Tensor
    names: Tensor
    twins: Tensor


class Batches:
    """Draws groups of 4 windows: one at random, two that share rare names with it, one more of the repository."""

    def __init__(self, repositories: list[Windows], facts: FactMaker, names: NameReader, line_breaks: frozenset[int], seed: int, fact_share: float):
        self._repositories = [windows for windows in repositories if len(windows.ids) >= 2 * GROUP]
        sizes = np.array([len(windows.ids) for windows in self._repositories], float)
        # Between every repository alike and every window alike.
        self._shares = np.sqrt(sizes) / np.sqrt(sizes).sum()
        self._facts, self._names, self._fact_share, self._line_breaks = facts, names, fact_share, line_breaks
        self._random = np.random.default_rng(seed)

    def draw(self, n_groups: int) -> Batch:
        """Returns a batch of n_groups × 4 windows, of different repositories."""
        chosen = self._random.choice(len(self._repositories), n_groups, replace=False, p=self._shares)
        windows: list[list[int]] = []
        twins: list[tuple[int, int, int, int]] = []
        for number in chosen:
            group = [row.tolist() for row in self._group(self._repositories[number])]
            if self._random.random() < self._fact_share:
                twins += [(a + len(windows), i, b + len(windows), j) for a, i, b, j in self._plant(group)]
            windows += group
        names = torch.from_numpy(np.stack([self._names.names_of(window) for window in windows]))
        return Batch(torch.tensor(windows), names, torch.tensor(twins, dtype=torch.long).reshape(-1, 4))

    def _group(self, windows: Windows) -> np.ndarray:
        anchor = int(self._random.integers(len(windows.ids)))
        related = windows.related[anchor][windows.related[anchor] >= 0]
        picked = [anchor, *self._random.permutation(related)[:2].tolist()]
        while len(picked) < GROUP:
            other = int(self._random.integers(len(windows.ids)))
            if other not in picked:
                picked.append(other)
        return windows.ids[self._random.permutation(picked)]

    def _plant(self, group: list[list[int]]) -> list[tuple[int, int, int, int]]:
        """Puts facts into a group's windows, at line ends; what no longer fits is cut off at the end."""
        length = len(group[0])
        planted: list[list[tuple[int, Fact, bool]]] = [[] for _ in group]
        self._facts.begin_group()
        for _ in range(int(self._random.integers(2, _MOST_FACTS + 1))):
            fact = self._facts.draw()
            told, asked = self._random.choice(len(group), 2, replace=False)
            for window, is_asked in ((told, False), (asked, True)):
                place = int(self._random.integers(8, length - 80))
                ends = (index for index in range(place, min(place + 60, length)) if group[window][index] in self._line_breaks)
                planted[window].append((next(ends, place), fact, is_asked))
        places: dict[tuple[int, bool], tuple[int, int]] = {}
        for number, inserts in enumerate(planted):
            window: list[int] = []
            at = 0
            for place, fact, is_asked in sorted(inserts, key=lambda insert: insert[0]):
                window += group[number][at:place]
                at = place
                places[id(fact), is_asked] = (number, len(window) + (fact.asked_value_at if is_asked else fact.told_value_at))
                window += fact.asked if is_asked else fact.told
            group[number] = [*window, *group[number][at:]][:length]
        twins = []
        for _, fact, is_asked in (insert for inserts in planted for insert in inserts):
            if is_asked and (id(fact), False) in places:
                (a, i), (b, j) = places[id(fact), True], places[id(fact), False]
                for offset in range(len(fact.value)):
                    if max(i, j) + offset < length and group[a][i + offset] == group[b][j + offset] == fact.value[offset]:
                        twins.append((a, i + offset, b, j + offset))
                    else:
                        break
        return twins
