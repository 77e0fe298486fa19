"""The static model: a text's vector is the sum of its tokens' rows, normalised."""
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from lib.bags import Bags


class StaticModel(nn.Module):
    """Rows and weights of every token; with `two_tables`, questions have rows of their own."""

    def __init__(self, vocabulary: int, dimensions: int, token_cap: int, two_tables: bool, weights: np.ndarray, seed: int):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        rows = torch.randn(vocabulary, dimensions, generator=generator) / dimensions**0.5
        self.token_cap = token_cap
        self.rows = nn.Parameter(rows)
        self.log_weights = nn.Parameter(torch.from_numpy(np.log(weights)).float())
        self.query_rows = nn.Parameter(rows.clone()) if two_tables else None
        self.query_log_weights = nn.Parameter(self.log_weights.detach().clone()) if two_tables else None

    def code_table(self) -> torch.Tensor:
        """Returns [vocabulary, dimensions]: the rows of code, times their weights."""
        return self.rows * self.log_weights.exp().unsqueeze(1)

    def query_table(self) -> torch.Tensor:
        """Returns the table of questions; that of code where there is only one."""
        if self.query_rows is None or self.query_log_weights is None:
            return self.code_table()
        return self.query_rows * self.query_log_weights.exp().unsqueeze(1)

    def encode(self, bags: Bags, table: torch.Tensor) -> torch.Tensor:
        """Returns [texts, dimensions]: the sums, not yet normalised."""
        ids = torch.from_numpy(bags.ids.astype(np.int64)).to(table.device)
        offsets = torch.from_numpy(bags.offsets[:-1]).to(table.device)
        counts = capped(bags.counts, self.token_cap)
        scale = None if self.token_cap == 1 else torch.from_numpy(counts).to(table.device)
        return functional.embedding_bag(ids, table, offsets, mode="sum", per_sample_weights=scale)


def capped(counts: np.ndarray, token_cap: int) -> np.ndarray:
    """Returns how often each token counts; 0 is no cap."""
    return (np.minimum(counts, token_cap) if token_cap else counts).astype(np.float32)


def inverse_document_frequency(bags: Bags, vocabulary: int) -> np.ndarray:
    """Returns the IDF of every token over the texts; at least 0.1."""
    frequency = np.bincount(bags.ids, minlength=vocabulary)
    return np.maximum(0.1, np.log((1 + len(bags)) / (1 + frequency))).astype(np.float64)


def contrastive_loss(queries: torch.Tensor, codes: torch.Tensor, same: torch.Tensor, temperature: float, prefix: int, prefix_share: float) -> torch.Tensor:
    """Returns the mean loss of telling each text's partner from all others of its group: both ways on all dimensions, and, times
    `prefix_share`, from question to code on the first `prefix` dimensions alone.

    queries, codes: [groups, size, dimensions], row i of one belongs to row i of the other. same: [groups, size, size], true where two
    different rows may be partners too (same chunk, same text), which then count neither as right nor as wrong.
    """
    scores = _scores(queries, codes, same, temperature)
    loss = 0.5 * (_cross_entropy(scores, 2) + _cross_entropy(scores, 1))
    if prefix_share > 0:
        loss = loss + prefix_share * _cross_entropy(_scores(queries[..., :prefix], codes[..., :prefix], same, temperature), 2)
    return loss


def _scores(queries: torch.Tensor, codes: torch.Tensor, same: torch.Tensor, temperature: float) -> torch.Tensor:
    left, right = functional.normalize(queries, dim=2) / temperature, functional.normalize(codes, dim=2)
    return (left @ right.transpose(1, 2)).masked_fill_(same, -1e4)


def _cross_entropy(scores: torch.Tensor, dim: int) -> torch.Tensor:
    return (scores.logsumexp(dim) - scores.diagonal(dim1=1, dim2=2)).mean()
