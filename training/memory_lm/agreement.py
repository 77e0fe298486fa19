"""How far what stands in front of a query agrees, name by name and token by token, with what stands in front of a remembered token.

N-gram heads (Akyürek et al. 2024, In-Context Language Learning) as a bias on attention: keys of a small model tell alike names apart
badly; an exact comparison does not. How much each agreement counts depends on what is asked, and so it is computed from the query.
"""
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

from memory_lm.names import N_NAMES

SUFFIX = 4
"""So many tokens in front are compared."""
RARE = 8
"""A name that stands in front of at most so many remembered tokens is a rare one."""
FEATURES = (
    "last name", "last two names", "last name, second there", "last name and second, third there", "second names", "one token", "two tokens", "three tokens",
    "four tokens", "last name, rare", "last name, second there, rare",
)  # fmt: skip
_START = (1.0, 3.0, 0.0, 3.0, 0.0, 0.0, 0.5, 1.0, 1.0, 3.0, 3.0)
Value = TypeVar("Value")


def names_agree(query: list[Value], key: list[Value], equal: Callable[[Value, Value], Value], both: Callable[[Value, Value], Value]) -> list[Value]:
    """Returns the features of names. query, key: the last three names in front of each; equal and both combine two."""
    last, second = equal(query[0], key[0]), equal(query[1], key[1])
    return [last, both(last, second), equal(query[1], key[0]), both(last, equal(query[2], key[1])), second]


class Agreement(nn.Module):
    """Weights of the features for the pointer and for attention, which each head scales."""

    def __init__(self, d_model: int, n_heads: int):
        super().__init__()
        self.weights = nn.Linear(d_model, 2 * len(FEATURES))
        nn.init.zeros_(self.weights.weight)
        self.weights.bias.data.copy_(torch.tensor(_START * 2))
        self.heads = nn.Parameter(torch.full((n_heads,), 0.5))

    def forward(self, x: Tensor, tokens: Tensor, names: Tensor, remembered: Tensor, places: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x [B, T, d] asks; tokens [B, S], names [B, S, 3] are of all keys, among which the asking ones stand at places [B, T], or at the
        end; remembered [B, M] is true where there is a memory. Returns the bias of the pointer and of attention, before the heads'
        scales, [B, T, S] each."""
        features = self.features(tokens.int(), names, remembered, x.shape[1], places)
        weights = self.weights(x).float()[:, :, None].unbind(-1)
        pointer, attention = weights[: len(FEATURES)], weights[len(FEATURES) :]
        return tuple(sum(feature * weight for feature, weight in zip(features, row, strict=True)) for row in (pointer, attention))

    @staticmethod
    def features(tokens: Tensor, names: Tensor, remembered: Tensor, length: int, places: Tensor | None = None) -> list[Tensor]:
        """Returns for each of FEATURES whether it holds, [B, length, S]."""

        def asking(row: Tensor) -> Tensor:
            return (row[:, -length:] if places is None else row.gather(1, places))[..., None]

        front = _moved(names, 1)
        query = [asking(names[..., number]) for number in range(N_NAMES)]
        # No name is equal to none.
        key = [torch.where(front[:, None, :, number] == 0, -1, front[:, None, :, number]) for number in range(N_NAMES)]
        features = names_agree(query, key, torch.eq, torch.logical_and)
        agrees = None
        for back in range(SUFFIX):
            equal = asking(_moved(tokens, back)) == _moved(tokens, back + 1)[:, None]
            agrees = equal if agrees is None else agrees & equal
            features.append(agrees)
        n_memory = remembered.shape[1]
        for number in (0, 2):
            found = (features[number][..., :n_memory] & remembered[:, None]).sum(-1, keepdim=True)
            features.append(features[number] & (found <= RARE))
        return features


def _moved(x: Tensor, n: int) -> Tensor:
    """Rows n places later; what comes in is 0."""
    return x if n == 0 else torch.cat([torch.zeros_like(x[:, :n]), x[:, :-n]], 1)
