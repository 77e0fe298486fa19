"""A part of a held-out repository as both tiers remember it: the slots of its chunks and their bank."""
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from memory_lm.gist_batches import padded
from memory_lm.gist_lm import Chunks, GistLm
from memory_lm.model import Bank
from memory_lm.names import NameReader
from memory_lm.pool import Repository


@dataclass
class Segment:
    """Consecutive chunks. `slots` [n, L, K, d]; `keys` and `values` of the bank [n, n_kv, T, d_head]; `starts` [n + 1] counts tokens."""

    chunks: list[list[int]]
    text: Chunks
    files: list[int]
    headers: list[int]
    starts: np.ndarray
    slots: Tensor
    keys: Tensor
    values: Tensor

    def bank(self, chosen: list[int]) -> tuple[Bank, Tensor]:
        """Returns the bank of chosen chunks side by side, and which of it there is: no header, no padding. One text, [1, …]."""
        text = self.text.rows(torch.tensor(chosen))
        headers = torch.tensor([self.headers[chunk] for chunk in chosen])
        places = torch.arange(text.ids.shape[1])
        seen = (places >= headers[:, None]) & (places < text.lengths[:, None])
        keys, values = (x[chosen].transpose(0, 1).flatten(1, 2)[None] for x in (self.keys, self.values))
        return Bank(text.ids.flatten()[None], text.names.flatten(0, 1)[None], keys, values), seen.flatten()[None]


@torch.no_grad()
def read_segment(lm: GistLm, reader: NameReader, repository: Repository, most: int, batch: int, random: np.random.Generator) -> Segment:
    """Encodes and writes up to `most` consecutive chunks from the beginning of a file that is drawn at random."""
    files = repository.files
    begins = np.flatnonzero(np.diff(files, prepend=-1))
    # From a late file there would be few.
    usable = begins[begins <= max(0, len(files) - most)]
    first = int(random.choice(usable))
    chosen = range(first, min(first + most, len(files)))
    chunks = [repository.chunks[chunk].tolist() for chunk in chosen]
    of = [int(files[chunk]) for chunk in chosen]
    text = padded(chunks, lm.model.config.window, reader)
    slots, keys, values = [], [], []
    for start in range(0, len(chunks), batch):
        part = range(start, min(start + batch, len(chunks)))
        encoded = lm.encode(text.rows(torch.tensor(part)))
        previous = [index - start - 1 if index > start and of[index] == of[index - 1] else -1 for index in part]
        before = slots[-1][-1] if start and of[start] == of[start - 1] else None
        slots.append(lm.write_in_order(encoded, previous, before))
        keys.append(encoded.bank.keys)
        values.append(encoded.bank.values)
    starts = np.cumsum([0, *map(len, chunks)])
    return Segment(chunks, text, of, [int(repository.headers[chunk]) for chunk in chosen], starts, torch.cat(slots), torch.cat(keys), torch.cat(values))
