"""Ways to choose blocks of memory for each span of a window: by the bank's own score, and what it is compared with."""
import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from memory_lm.identifiers import identifiers
from memory_lm.model import Bank
from memory_lm.names import NameReader
from memory_lm.pool import Pool

_FEATURES = 1 << 20
_K1, _B = 1.2, 0.75
_ASKED_TOKENS, _HALF_LIFE, _COMMON = 256, 64, 256
"""Tokens whose names are asked for, tokens after which one counts half, and blocks from which on a name says nothing."""


def by_score(pool: Pool, queries: Tensor, span: int, n_kv: int) -> np.ndarray:
    """Returns scores [spans, blocks]: the best cosine of a representative and a query of the span before; the first span has zeros."""
    scores = queries @ pool.representatives.flatten(0, 1).T / n_kv**0.5  # [T, blocks × 8]
    best = scores.unflatten(0, (-1, span)).unflatten(2, (len(pool.starts), -1)).amax((1, 3)).numpy()
    return np.concatenate([np.zeros_like(best[:1]), best[:-1]])


def of_both(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Returns scores [spans, blocks] by which the best blocks of both take turns, as the product chooses them; 0 in `first` is no find."""
    ranks = [np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1, kind="stable") for scores in (first, second)]
    ranks[0][first <= 0] = first.shape[1]
    return -np.minimum(2 * ranks[0], 2 * ranks[1] + 1).astype(np.float32)


class NameIndex:
    """Blocks by the names that stand in them, as the bank keeps them (server/bank); rare and recent names count most."""

    def __init__(self, reader: NameReader, pool: Pool):
        self._reader = reader
        self._blocks: dict[int, list[int]] = {}
        self._n = len(pool.starts)
        for block, (start, end) in enumerate(zip(pool.starts, pool.ends, strict=True)):
            for name in {name for _, name in reader.whole_names(pool.ids[start:end].tolist())}:
                self._blocks.setdefault(name, []).append(block)

    def scores(self, pasts: list[list[int]]) -> np.ndarray:
        """Returns scores [pasts, blocks]."""
        out = np.zeros((len(pasts), self._n), np.float32)
        for row, past in enumerate(pasts):
            past = past[-_ASKED_TOKENS:]
            weights = {name: 2 ** ((end - len(past)) / _HALF_LIFE) for end, name in self._reader.whole_names(past)}
            for name, weight in weights.items():
                blocks = self._blocks.get(name, [])
                if 0 < len(blocks) <= _COMMON:
                    out[row, blocks] += weight * np.log(1 + self._n / len(blocks))
        return out


def trigrams(rows: list[np.ndarray]) -> sparse.csr_matrix:
    """Returns a matrix [rows, features] with a one for each trigram of a row."""
    hashes = [np.unique(((row[:-2] * 1_000_003 + row[1:-1]) * 1_000_003 + row[2:]) % _FEATURES) if len(row) > 2 else np.zeros(0, np.int64) for row in rows]
    pointers = np.concatenate([[0], np.cumsum([len(row) for row in hashes])])
    return sparse.csr_matrix((np.ones(pointers[-1], np.float32), np.concatenate(hashes), pointers), shape=(len(rows), _FEATURES))


class Oracle:
    """Knows the future: blocks that share most rare trigrams with what the window still has to tell."""

    def __init__(self, pool: Pool):
        self.blocks = trigrams([pool.ids[start:end] for start, end in zip(pool.starts, pool.ends, strict=True)])
        n = self.blocks.shape[0]
        frequency = np.asarray(self.blocks.sum(0)).ravel()
        self._weight = np.where((frequency >= 1) & (frequency <= max(2, n // 20)), np.log(n / np.maximum(frequency, 1)), 0).astype(np.float32)

    def scores(self, window: np.ndarray, span: int) -> np.ndarray:
        """Returns scores [spans, blocks]."""
        futures = trigrams([window[start:] for start in range(0, len(window), span)])
        return np.asarray((futures @ sparse.diags(self._weight) @ self.blocks.T).todense())

    def copies(self, window: np.ndarray, share: float) -> np.ndarray:
        """Returns for each block whether more than a share of its trigrams stand in the window."""
        common = np.asarray((self.blocks @ trigrams([window]).T).todense()).ravel()
        return common > share * np.maximum(1, np.asarray(self.blocks.sum(1)).ravel())


class Bm25:
    """BM25 (Robertson and Zaragoza 2009) over identifiers; the query is the window so far."""

    def __init__(self, texts: list[bytes]):
        words = [identifiers(text) for text in texts]
        self._numbers = {word: number for number, word in enumerate(sorted({word for row in words for word in row}))}
        lengths = np.array([len(row) for row in words], np.float32)
        rows = np.repeat(np.arange(len(words)), [len(row) for row in words])
        columns = np.array([self._numbers[word] for row in words for word in row], np.int64)
        counts = sparse.coo_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(words), max(1, len(self._numbers)))).tocsr()
        counts.sum_duplicates()
        found = np.bincount(counts.indices, minlength=counts.shape[1])
        rarity = np.log(1 + (len(words) - found + 0.5) / (found + 0.5))
        norm = _K1 * (1 - _B + _B * lengths / max(1, lengths.mean()))
        row_of = np.repeat(np.arange(len(words)), np.diff(counts.indptr))
        counts.data = (counts.data * (_K1 + 1) / (counts.data + norm[row_of]) * rarity[counts.indices]).astype(np.float32)
        self._matrix = counts.tocsc()

    def scores(self, pasts: list[bytes]) -> np.ndarray:
        """Returns scores [pasts, blocks]."""
        out = np.zeros((len(pasts), self._matrix.shape[0]), np.float32)
        for row, past in enumerate(pasts):
            known = sorted({self._numbers[word] for word in identifiers(past) if word in self._numbers})
            if known:
                out[row] = np.asarray(self._matrix[:, known].sum(1)).ravel()
        return out


def tokens_of(pool: Pool, scores: np.ndarray, allowed: np.ndarray, n_blocks: int, n_tokens: int) -> np.ndarray:
    """Returns places in the pool of the best blocks by scores [blocks] and, while there is room, of the blocks after and before them."""
    order = np.argsort(-np.where(allowed, scores, -np.inf), kind="stable")[: min(n_blocks, int(allowed.sum()))]
    chosen = [int(block) for block in order]
    room = n_tokens - int((pool.ends[chosen] - pool.starts[chosen]).sum())
    taken = set(chosen)
    for step in (1, -1):
        for block in order:
            other = int(block) + step
            if not 0 <= other < len(pool.starts) or other in taken or not allowed[other] or pool.files[other] != pool.files[block]:
                continue
            if (size := int(pool.ends[other] - pool.starts[other])) <= room:
                taken.add(other)
                room -= size
    if not taken:
        return np.zeros(0, np.int64)
    return np.concatenate([np.arange(pool.starts[block], pool.ends[block]) for block in sorted(taken)])


def gathered(pool: Pool, places: list[np.ndarray]) -> tuple[Bank, Tensor]:
    """Returns for each span a bank [S, M] and whether there is something [S, M]."""
    size = max(1, max(map(len, places)))
    index = torch.zeros(len(places), size, dtype=torch.long)
    seen = torch.zeros(len(places), size, dtype=torch.bool)
    for row, chosen in enumerate(places):
        index[row, : len(chosen)], seen[row, : len(chosen)] = torch.from_numpy(chosen), True
    bank = Bank(torch.from_numpy(pool.ids)[index], torch.from_numpy(pool.names)[index], pool.keys[index].transpose(1, 2), pool.values[index].transpose(1, 2))
    return bank, seen
