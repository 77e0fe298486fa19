"""Batches for the encoder: pairs of one repository whose codes are alike come together, so that they have to be told apart."""
from collections.abc import Iterator

import numpy as np

from lib.pair_set import PairSet


def neighbourhoods(vectors: np.ndarray, most: int, rnd: np.random.Generator) -> list[np.ndarray]:
    """Splits the rows into lists of at most `most` whose vectors [rows, dimensions] are near each other: each time at the median along
    the line through two random ones."""
    parts = [np.arange(len(vectors))]
    done: list[np.ndarray] = []
    while parts:
        part = parts.pop()
        if len(part) <= most:
            done.append(part)
            continue
        first, second = rnd.choice(part, 2, replace=False)
        order = part[np.argsort(vectors[part] @ (vectors[first] - vectors[second]), kind="stable")]
        parts += [order[: len(order) // 2], order[len(order) // 2 :]]
    return done


def groups_of_neighbours(
    pairs: PairSet, usable: np.ndarray, vectors: np.ndarray, size: int, block: int, share: dict[str, float], rnd: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yields one epoch in groups of `size` pairs, each of one repository where it has as many, in blocks of at most `block` neighbours.

    usable: for each pair, whether it takes part; vectors: [codes, dimensions]; share: how much of each kind an epoch draws.
    """
    rates = np.array([share.get(str(kind), 1.0) for kind in pairs.kind]) * usable
    chosen = np.flatnonzero(rnd.random(len(rates)) < rates)
    whole: list[np.ndarray] = []
    rest: list[np.ndarray] = []
    for repository in np.unique(pairs.repository[chosen]):
        rows = chosen[pairs.repository[chosen] == repository]
        blocks = neighbourhoods(vectors[pairs.code[rows]], block, rnd)
        ordered = rows[np.concatenate([blocks[index] for index in rnd.permutation(len(blocks))])]
        cut = len(ordered) // size * size
        whole += np.split(ordered[:cut], cut // size) if cut else []
        rest.append(ordered[cut:])
    mixed = np.concatenate([rest[index] for index in rnd.permutation(len(rest))])
    cut = len(mixed) // size * size
    groups = whole + (np.split(mixed[:cut], cut // size) if cut else [])
    for index in rnd.permutation(len(groups)):
        yield groups[index]


def same_answer(pairs: PairSet, rows: np.ndarray) -> np.ndarray:
    """Returns [rows, rows]: true where two different pairs are of one chunk or have one text, so that neither is wrong for the other."""
    chunk, text = pairs.group[rows], pairs.text[rows]
    same = (chunk[:, None] == chunk) | (text[:, None] == text)
    np.fill_diagonal(same, False)
    return same
