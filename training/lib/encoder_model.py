"""The transformer encoder: it begins as the static model and learns what the words around a token change.

A text's vector is the weighted sum of its tokens' vectors, as in the static model. Transformer layers add to each token's vector and to
the logarithm of its weight; both additions start at zero, so that before the first step the vector is the static model's.
"""
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

MAX_DISTANCE = 16
"""Tokens further apart than this share one attention bias."""
MASKED = -1e4


@dataclass(frozen=True)
class Shape:
    """How large the transformer is."""

    layers: int
    width: int
    heads: int
    hidden: int


SHAPES = {
    "fixture": Shape(layers=1, width=32, heads=2, hidden=32),
    "tiny": Shape(layers=2, width=256, heads=4, hidden=512),
    "small": Shape(layers=4, width=384, heads=6, hidden=1_024),
}


class Layer(nn.Module):
    """Pre-norm self-attention with a learned bias by distance, then GELU."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.heads = shape.heads
        self.attention_norm = nn.LayerNorm(shape.width, bias=False)
        self.attention_in = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.attention_out = nn.Linear(shape.width, shape.width, bias=False)
        self.hidden_norm = nn.LayerNorm(shape.width, bias=False)
        self.hidden_in = nn.Linear(shape.width, shape.hidden, bias=False)
        self.hidden_out = nn.Linear(shape.hidden, shape.width, bias=False)
        # Half of the heads start near-sighted, to the left and to the right in turn: what changes a word's sense mostly stands beside it.
        offset = torch.arange(-MAX_DISTANCE, MAX_DISTANCE + 1).float()
        starts = [-offset.abs() - 2 * functional.relu(offset * (-1) ** head) if head < shape.heads // 2 else 0 * offset for head in range(shape.heads)]
        self.bias = nn.Parameter(torch.stack(starts))  # [heads, 2 * MAX_DISTANCE + 1]

    def forward(self, x: torch.Tensor, distances: torch.Tensor, hidden_keys: torch.Tensor) -> torch.Tensor:
        """x: [B, T, width]; distances: [T, T], columns of the bias; hidden_keys: [B, 1, 1, T], MASKED where a key is padding."""
        B, T, width = x.shape
        q, k, v = self.attention_in(self.attention_norm(x)).view(B, T, 3, self.heads, -1).permute(2, 0, 3, 1, 4)  # each [B, heads, T, head]
        # By hand: the ready-made attention falls back to a slower way for a bias that is learned.
        bias = (self.bias[:, distances].unsqueeze(0) + hidden_keys).to(q.dtype)  # [B, heads, T, T]
        shares = functional.softmax(q * q.shape[3] ** -0.5 @ k.transpose(2, 3) + bias, dim=3)
        mixed = shares.to(v.dtype) @ v
        x = x + self.attention_out(mixed.transpose(1, 2).reshape(B, T, width))
        return x + self.hidden_out(functional.gelu(self.hidden_in(self.hidden_norm(x))))


class EncoderModel(nn.Module):
    """The static model's rows and weights with transformer layers over them."""

    def __init__(self, shape: Shape, table: np.ndarray, token_cap: int, seed: int):
        """table: [vocabulary, dimensions], the static model's rows times their weights."""
        super().__init__()
        torch.manual_seed(seed)
        weights = torch.from_numpy(np.maximum(1e-3, np.linalg.norm(table, axis=1))).float()
        self.shape, self.token_cap = shape, token_cap
        self.rows = nn.Parameter(torch.from_numpy(table).float() / weights.unsqueeze(1))
        self.log_weights = nn.Parameter(weights.log())
        dimensions = table.shape[1]
        self.widen = nn.Identity() if shape.width == dimensions else nn.Linear(dimensions, shape.width, bias=False)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        for layer in self.layers:
            for matrix in (layer.attention_out, layer.hidden_out):
                nn.init.normal_(matrix.weight, std=0.5 / (matrix.in_features * 2 * shape.layers) ** 0.5)
        self.last_norm = nn.LayerNorm(shape.width, bias=False)
        self.to_vector = nn.Linear(shape.width, dimensions, bias=False)
        self.to_weight = nn.Linear(shape.width, 1, bias=False)
        nn.init.zeros_(self.to_vector.weight)
        nn.init.zeros_(self.to_weight.weight)

    @property
    def dimensions(self) -> int:
        """Returns the length of a text's vector."""
        return self.rows.shape[1]

    def token_vectors(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns each token's vector [B, T, dimensions] and its weight [B, T], 0 for padding and beyond the cap.

        ids, mask: [B, T]; mask is 1 for a token and 0 for padding."""
        T = ids.shape[1]
        rows = functional.normalize(self.rows[ids], dim=2)  # [B, T, dimensions]
        # Entries of about 1, as the layers expect them.
        x = self.widen(rows * self.dimensions**0.5 * mask.unsqueeze(2))
        place = torch.arange(T, device=ids.device)
        distances = (place.unsqueeze(0) - place.unsqueeze(1)).clamp(-MAX_DISTANCE, MAX_DISTANCE) + MAX_DISTANCE  # [T, T]
        hidden_keys = ((1 - mask.float()) * MASKED).view(-1, 1, 1, T)
        for layer in self.layers:
            x = layer(x, distances, hidden_keys)
        x = self.last_norm(x)
        weights = (self.log_weights[ids] + self.to_weight(x).squeeze(2)).exp() * self._counts(ids) * mask
        return rows + self.to_vector(x), weights

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Returns the texts' vectors [B, dimensions], of unit length; all zero for a text without a token."""
        vectors, weights = self.token_vectors(ids, mask)
        # Not a product of matrices, which would be rounded where these are computed in half precision.
        return functional.normalize((weights.unsqueeze(2) * vectors).sum(1), dim=1)

    def _counts(self, ids: torch.Tensor) -> torch.Tensor:
        """Returns [B, T]: 0 where the token has stood in the text as often as the cap allows, else 1."""
        if self.token_cap == 0:
            return torch.ones_like(ids, dtype=torch.float32)
        before = (ids.unsqueeze(2) == ids.unsqueeze(1)).float().tril(-1).sum(2)
        return (before < self.token_cap).float()
