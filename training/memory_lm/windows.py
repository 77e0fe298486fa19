"""Windows of a repository, and which of them share rare names: what a memory of the repository would hold for each other."""
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

_FEATURES = 1 << 20
_RELATED = 12


@dataclass
class Windows:
    """`ids` [N, window] u16; `related` [N, 12]: the windows that share most, -1 where there are fewer."""

    ids: np.ndarray
    related: np.ndarray


def load_windows(path: Path, window: int, most: int, seed: int) -> Windows:
    """Returns up to `most` consecutive windows of a repository's chunks, from a random place; none where it is too small."""
    with np.load(path) as packed:
        tokens = packed["tokens"]
    n = len(tokens) // window
    ids = tokens[: n * window].reshape(n, window)
    if n > most:
        start = int(np.random.default_rng(seed).integers(n - most))
        ids = ids[start : start + most]
    return Windows(ids, related_windows(ids))


def related_windows(ids: np.ndarray) -> np.ndarray:
    """Returns for each window the others that share most trigrams, weighted by rarity; near copies are left out."""
    n = len(ids)
    related = np.full((n, _RELATED), -1, np.int32)
    if n < 2:
        return related
    wide = ids.astype(np.int64)
    hashes = ((wide[:, :-2] * 1_000_003 + wide[:, 1:-1]) * 1_000_003 + wide[:, 2:]) % _FEATURES
    rows = np.repeat(np.arange(n), hashes.shape[1])
    matrix = sparse.csr_matrix((np.ones(hashes.size, np.float32), (rows, hashes.ravel())), shape=(n, _FEATURES))
    matrix.data[:] = 1
    frequency = np.asarray((matrix > 0).sum(0)).ravel()
    weight = np.where((frequency >= 2) & (frequency <= max(2, n // 20)), np.log(n / np.maximum(frequency, 1)), 0).astype(np.float32)
    matrix = (matrix @ sparse.diags(weight)).tocsr()
    matrix.eliminate_zeros()
    shared = (matrix @ matrix.T).tocsr()
    own = shared.diagonal()
    for row in range(n):
        begin, end = shared.indptr[row], shared.indptr[row + 1]
        others, scores = shared.indices[begin:end], shared.data[begin:end]
        usable = (others != row) & (scores < 0.5 * np.minimum(own[row], own[others]))
        others, scores = others[usable], scores[usable]
        best = others[np.argsort(-scores)[:_RELATED]]
        related[row, : len(best)] = best
    return related
