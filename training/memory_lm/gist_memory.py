"""The pool of slots, as in M+: a short-term part of fixed size with random drop, a long-term part with ages and a capacity."""
from dataclasses import dataclass

import torch
from torch import Tensor

from memory_lm.gist import GistConfig


@dataclass
class Records:
    """Slots: `states` [n, L, d], and of each when it was `born`, its `file` and its `chunk`, [n]. Oldest first."""

    states: Tensor
    born: Tensor
    file: Tensor
    chunk: Tensor

    def __len__(self) -> int:
        return len(self.born)

    def rows(self, index: Tensor) -> "Records":
        """Returns some of them; index is of numbers or of booleans."""
        return Records(self.states[index], self.born[index], self.file[index], self.chunk[index])

    def followed_by(self, others: "Records") -> "Records":
        """Returns these and then the others."""
        return Records(*(torch.cat([getattr(self, name), getattr(others, name)]) for name in ("states", "born", "file", "chunk")))


class GistMemory:
    """One permutation for all layers, so that a slot is one record with one origin; in M+ each layer drops its own."""

    def __init__(self, config: GistConfig, n_layers: int, d_model: int, seed: int):
        self.config, self.clock = config, 0
        self.short = self.long = Records(torch.zeros(0, n_layers, d_model), *(torch.zeros(0, dtype=torch.long) for _ in range(3)))
        self._generator = torch.Generator().manual_seed(seed)

    def update(self, slots: Tensor, file: int, chunk: int) -> None:
        """Appends the slots of a chunk [L, K, d]. What no longer fits into the short-term part is drawn at random from what was there
        before, and moves to the long-term part, whose oldest are forgotten beyond its capacity."""
        k = slots.shape[1]
        fresh = Records(slots.detach().transpose(0, 1).float(), *(torch.full((k,), number) for number in (self.clock, file, chunk)))
        self.clock += 1
        n_dropped = max(0, len(self.short) + k - self.config.short_term)
        dropped = torch.zeros(len(self.short), dtype=torch.bool)
        dropped[torch.randperm(len(self.short), generator=self._generator)[:n_dropped]] = True
        moved = self.long.followed_by(self.short.rows(dropped))
        self.long = moved.rows(torch.argsort(moved.born, stable=True)[max(0, len(moved) - self.config.capacity) :])
        self.short = self.short.rows(~dropped).followed_by(fresh)

    def ages(self, records: Records) -> Tensor:
        """How many chunks ago each was written, from 1."""
        return self.clock - records.born

    def forget(self, file: int) -> None:
        """Removes all that a file has left. As a file's slots depend on the file only, nothing of it stays in others."""
        self.short, self.long = (part.rows(part.file != file) for part in (self.short, self.long))

    def visible(self, scores: Tensor | None) -> Records:
        """Returns what is read: of the long-term part the K0 of highest score [n], oldest first, and the short-term part. Without scores
        the short-term part only."""
        if scores is None or len(self.long) == 0:
            return self.short
        best = scores.topk(min(self.config.recalled, len(self.long))).indices.sort().values
        return self.long.rows(best).followed_by(self.short)
