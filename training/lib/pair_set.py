"""The encoded pairs of many repositories, and the batches drawn from them."""
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.bags import Bags, joined


@dataclass(frozen=True)
class PairSet:
    """Pair i: queries[i] ↔ codes[code[i]], of chunk group[i] in repository repository[i]."""

    queries: Bags
    codes: Bags
    code: np.ndarray
    group: np.ndarray
    """Unique over all repositories."""
    repository: np.ndarray
    kind: np.ndarray
    text: np.ndarray
    """Equal for equal queries."""


@dataclass(frozen=True)
class Batch:
    """One step's texts, in groups that are told apart. same: [groups, size, size], true where two rows are about the same thing."""

    queries: Bags
    codes: Bags
    same: np.ndarray


def load_pairs(files: list[Path]) -> PairSet:
    """Returns the pairs of the given encoded files; repository i is that of file i."""
    queries, codes, code, group, repository, kind, text = [], [], [], [], [], [], []
    code_start = group_start = 0
    for number, path in enumerate(files):
        with np.load(path) as data:
            if len(data["kinds"]) == 0:
                continue
            queries.append(Bags(data["query_ids"], data["query_counts"], data["query_offsets"]))
            codes.append(Bags(data["code_ids"], data["code_counts"], data["code_offsets"]))
            code.append(data["codes"].astype(np.int64) + code_start)
            group.append(data["groups"].astype(np.int64) + group_start)
            repository.append(np.full(len(data["kinds"]), number, np.int32))
            kind.append(data["kinds"])
            text.append(data["texts"])
            code_start += len(codes[-1])
            group_start += int(data["groups"].max()) + 1
    flat = [np.concatenate(parts) for parts in (code, group, repository, kind, text)]
    return PairSet(joined(queries), joined(codes), *flat)


def batches(pairs: PairSet, size: int, group: int, block: int, share: dict[str, float], rnd: np.random.Generator) -> Iterator[Batch]:
    """Yields one epoch. A batch is made of groups, these of blocks, each of one repository, so that most negatives are hard.

    share: how much of each kind an epoch draws; above 1, some pairs come twice.
    """
    rates = np.array([share.get(str(kind), 1.0) for kind in pairs.kind])
    draws = np.floor(rates + rnd.random(len(rates))).astype(np.int64)
    chosen = np.repeat(np.arange(len(rates)), draws)
    chosen = rnd.permutation(chosen[np.diff(pairs.queries.offsets)[chosen] > 0])
    chosen = chosen[np.argsort(pairs.repository[chosen], kind="stable")]
    borders = np.flatnonzero(np.diff(pairs.repository[chosen])) + 1
    blocks = [part[at : at + block] for part in np.split(chosen, borders) for at in range(0, len(part), block)]
    order = rnd.permutation(len(blocks))
    rows = np.concatenate([blocks[index] for index in order])
    for at in range(0, len(rows) - size + 1, size):
        yield make_batch(pairs, rows[at : at + size], group)


def make_batch(pairs: PairSet, rows: np.ndarray, group: int) -> Batch:
    """Returns the batch of the given pairs."""
    chunk, text = pairs.group[rows].reshape(-1, group), pairs.text[rows].reshape(-1, group)
    same = (chunk[:, :, None] == chunk[:, None, :]) | (text[:, :, None] == text[:, None, :])
    same[:, np.arange(group), np.arange(group)] = False
    return Batch(pairs.queries.take(rows), pairs.codes.take(pairs.code[rows]), same)
