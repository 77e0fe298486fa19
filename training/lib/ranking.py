"""Rankings, their fusion, and what they are worth."""
import numpy as np

DEPTH = 200
"""How many chunks of each system take part in the fusion."""


def top(scores: np.ndarray, depth: int = DEPTH) -> np.ndarray:
    """Returns the rows with the highest positive scores, best first; of equals the earlier row."""
    positive = np.flatnonzero(scores > 0)
    return positive[np.argsort(-scores[positive], kind="stable")[:depth]]


def fused(rankings: list[tuple[np.ndarray, float]], size: int, k: float = 60.0) -> np.ndarray:
    """Returns the rows by reciprocal rank fusion of weighted rankings."""
    scores = np.zeros(size, np.float64)
    for ranking, weight in rankings:
        scores[ranking] += weight / (k + 1 + np.arange(len(ranking)))
    return top(scores, DEPTH)


def file_scores(ranking: np.ndarray, files: list[str], relevant: set[str]) -> tuple[float, float]:
    """Returns recall among the first ten files and the reciprocal rank of the first right one (0 beyond ten)."""
    order = list(dict.fromkeys(files[row] for row in ranking))[:10]
    first = next((rank for rank, file in enumerate(order) if file in relevant), None)
    return len(relevant & set(order)) / len(relevant), 0.0 if first is None else 1 / (first + 1)


def interval(values: np.ndarray, clusters: np.ndarray | None = None, draws: int = 2_000, seed: int = 1) -> tuple[float, float]:
    """Returns the 95 % bootstrap interval of the mean; with clusters, whole clusters are drawn."""
    rnd = np.random.default_rng(seed)
    if clusters is None:
        means = [values[rnd.integers(0, len(values), len(values))].mean() for _ in range(draws)]
    else:
        names = np.unique(clusters)
        sums = np.array([values[clusters == name].sum() for name in names])
        sizes = np.array([(clusters == name).sum() for name in names])
        picks = rnd.integers(0, len(names), (draws, len(names)))
        means = sums[picks].sum(axis=1) / sizes[picks].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
