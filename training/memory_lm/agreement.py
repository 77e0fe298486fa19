"""How far what stands in front of a query agrees, name by name and token by token, with what stands in front of a remembered token.

N-gram heads (Akyürek et al. 2024, In-Context Language Learning) as a learned bias on attention: keys of a small model tell alike names
apart badly; an exact comparison does not.
"""
import torch
from torch import Tensor, nn

from memory_lm.names import N_NAMES

SUFFIX = 4
"""So many tokens in front are compared."""
GAIN = 8.0
"""Weights are stored divided by it, so that they learn faster than the model's matrices."""
FEATURES = ("last name", "last two names", "last name, second there", "last name and second, third there", "second names", "one token", "two tokens", "three tokens", "four tokens")
_START = (2.0, 2.0, 1.0, 2.0, 0.0, 0.5, 0.5, 1.0, 1.0)


def names_agree(query: list, key: list, equal, both) -> list:
    """Returns the features of names. query, key: the last three names in front of each; equal and both combine two."""
    last, second = equal(query[0], key[0]), equal(query[1], key[1])
    return [last, both(last, second), equal(query[1], key[0]), both(last, equal(query[2], key[1])), second]


class Agreement(nn.Module):
    """One weight a feature for the pointer and one for attention, which each head scales."""

    def __init__(self, n_heads: int):
        super().__init__()
        self.pointer = nn.Parameter(torch.tensor(_START) / GAIN)
        self.attention = nn.Parameter(torch.tensor(_START) / GAIN)
        self.heads = nn.Parameter(torch.full((n_heads,), 0.5))

    def forward(self, tokens: Tensor, names: Tensor, length: int) -> tuple[Tensor, Tensor]:
        """tokens [B, S], names [B, S, 3] of all keys, of which the last `length` ask. Returns the bias of the pointer and of attention,
        before the heads' scales, [B, length, S] each."""
        features = self.features(tokens.int(), names, length)
        weights = torch.stack([self.pointer, self.attention]) * GAIN
        pointer, attention = (sum(feature.to(row.dtype) * weight for feature, weight in zip(features, row)) for row in weights)
        return pointer, attention

    @staticmethod
    def features(tokens: Tensor, names: Tensor, length: int) -> list[Tensor]:
        """Returns for each of FEATURES whether it holds, [B, length, S]."""
        front = _moved(names, 1)
        query = [names[:, -length:, number, None] for number in range(N_NAMES)]
        # No name is equal to none.
        key = [torch.where(front[:, None, :, number] == 0, -1, front[:, None, :, number]) for number in range(N_NAMES)]
        features = names_agree(query, key, torch.eq, torch.logical_and)
        agrees = None
        for back in range(SUFFIX):
            equal = _moved(tokens, back)[:, -length:, None] == _moved(tokens, back + 1)[:, None]
            agrees = equal if agrees is None else agrees & equal
            features.append(agrees)
        return features


def _moved(x: Tensor, n: int) -> Tensor:
    """Rows n places later; what comes in is 0."""
    return x if n == 0 else torch.cat([torch.zeros_like(x[:, :n]), x[:, :-n]], 1)
