"""The memory language model in PyTorch: a small transformer for code, one of whose layers reads cached keys and values.

The bank layer follows LongMem (Wang et al. 2023) and the Focused Transformer (Tworkowski et al. 2023): no positions, normalised queries
and keys, memory and local tokens in one softmax. Two things come from elsewhere: a key tells the context in front of its token, so that
one layer can look up what followed (induction; kNN-LM, Khandelwal et al. 2020), and the next token may be copied from where the layer
looks (pointer mixture, See et al. 2017). Short causal convolutions stand in front of every layer's attention.
"""
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from memory_lm.agreement import Agreement
from memory_lm.config import LmConfig


@dataclass
class Bank:
    """What the bank layer caches of some tokens. `tokens` [B, M], `names` [B, M, 3] as of names.py, `keys` and `values` [B, n_kv, M, d_head];
    keys have length one each."""

    tokens: Tensor
    names: Tensor
    keys: Tensor
    values: Tensor


def rms_norm(x: Tensor) -> Tensor:
    """Returns rows of unit mean square; the scale is in the matrices that follow."""
    return functional.rms_norm(x, (x.shape[-1],), eps=1e-6)


def unit(x: Tensor) -> Tensor:
    """Returns rows of length one, in float32; the gradient of a row of zeros is finite."""
    x = x.float()
    return x * torch.rsqrt(x.square().sum(-1, keepdim=True) + 1e-6)


@torch.compiler.disable
def attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> Tensor:
    """Softmax attention with an additive bias. Not compiled: on a processor the compiled gradient of keys has values that are no number."""
    return functional.scaled_dot_product_attention(q, k, v, attn_mask=bias, scale=1.0)


class Convolution(nn.Module):
    """x + a causal depthwise convolution of it; zero at the start of training but for the identity."""

    def __init__(self, d: int, width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width, d))

    def forward(self, x: Tensor) -> Tensor:
        """x [B, T, d]; what lies in front of the first token is zero."""
        width = self.weight.shape[0]
        padded = functional.pad(x, (0, 0, width - 1, 0))
        out = x
        for back in range(width):
            out = out + padded[:, width - 1 - back : width - 1 - back + x.shape[1]] * self.weight[back]
        return out


class Attention(nn.Module):
    """Grouped-query attention with normalised queries and keys and one learned temperature a head."""

    def __init__(self, config: LmConfig, is_bank: bool):
        super().__init__()
        self.config, self.is_bank = config, is_bank
        d, hd = config.d_model, config.d_head
        self.q = nn.Linear(d, config.n_heads * hd, bias=False)
        self.k = nn.Linear(d, config.n_kv_heads * hd, bias=False)
        self.v = nn.Linear(d, config.n_kv_heads * hd, bias=False)
        self.o = nn.Linear(config.n_heads * hd, d, bias=False)
        nn.init.zeros_(self.o.weight)
        self.temperature = nn.Parameter(torch.full((config.n_heads,), 2.3))
        if is_bank:
            self.first = nn.Parameter(torch.randn(d))
            self.memory_bias = nn.Parameter(torch.zeros(config.n_heads))
            self.retrieval = nn.Linear(d, config.d_key, bias=False)
            self.retrieval_temperature = nn.Parameter(torch.tensor(2.7))
            self.salience = nn.Linear(d, 1)
            self.agreement = Agreement(d, config.n_heads)
            self.pointer_temperature = nn.Parameter(torch.tensor(3.0))

    def queries(self, x: Tensor) -> Tensor:
        """[B, T, d] → [B, n_heads, T, d_head] of length one, times the temperature."""
        q = self.q(x).unflatten(-1, (self.config.n_heads, self.config.d_head)).transpose(1, 2)
        return unit(q) * self.temperature.exp()[:, None, None]

    def keys(self, x: Tensor) -> Tensor:
        """[B, T, d] → [B, n_kv, T, d_head] of length one. In the bank layer a token's key is of what stands in front of it."""
        if self.is_bank:
            x = torch.cat([self.first.to(x.dtype).expand(x.shape[0], 1, -1), x[:, :-1]], 1)
        k = self.k(x).unflatten(-1, (self.config.n_kv_heads, self.config.d_head)).transpose(1, 2)
        return unit(k)

    def values(self, x: Tensor) -> Tensor:
        """[B, T, d] → [B, n_kv, T, d_head]."""
        return self.v(x).unflatten(-1, (self.config.n_kv_heads, self.config.d_head)).transpose(1, 2)

    def retrieval_queries(self, x: Tensor) -> Tensor:
        """[B, T, d] → [B, T, d_key] of length one; their product with keys side by side, divided by √n_kv, is a cosine."""
        return unit(self.retrieval(x))


class Layer(nn.Module):
    """Convolution, attention and SwiGLU, each on normalised input."""

    def __init__(self, config: LmConfig, is_bank: bool):
        super().__init__()
        self.conv = Convolution(config.d_model, config.conv)
        self.attention = Attention(config, is_bank)
        self.gate = nn.Linear(config.d_model, config.d_ffn, bias=False)
        self.up = nn.Linear(config.d_model, config.d_ffn, bias=False)
        self.down = nn.Linear(config.d_ffn, config.d_model, bias=False)
        nn.init.zeros_(self.down.weight)

    def feed_forward(self, h: Tensor) -> Tensor:
        """Returns what the feed-forward part adds to h."""
        x = rms_norm(h)
        return self.down(functional.silu(self.gate(x)) * self.up(x))


def rotated(x: Tensor, positions: Tensor, theta: float) -> Tensor:
    """Rotary positions over the two halves of a head. x [..., T, d_head], positions [T]."""
    half = x.shape[-1] // 2
    frequency = theta ** (-torch.arange(half, device=x.device, dtype=torch.float32) / half)
    angle = positions[:, None].float() * frequency
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


def grouped(x: Tensor, n_heads: int) -> Tensor:
    """Repeats key-value heads for the query heads that share them; dimension 1 is the heads."""
    return x.repeat_interleave(n_heads // x.shape[1], 1)


class MemoryLm(nn.Module):
    """`lower` runs the layers below the bank layer, `upper` those from it on; between them a caller builds the memory."""

    def __init__(self, config: LmConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.d_model)
        nn.init.normal_(self.embedding.weight, std=0.02 * (256 / config.d_model) ** 0.5)
        self.layers = nn.ModuleList(Layer(config, index == config.bank_layer) for index in range(config.n_layers))
        self.copy_gate = nn.Linear(config.d_model, 1)
        nn.init.constant_(self.copy_gate.bias, -1.0)
        self.copy_trust = nn.Parameter(torch.ones(1))
        self.logit_scale = nn.Parameter(torch.tensor(-1.5))

    @property
    def bank_attention(self) -> Attention:
        """The attention that reads the memory."""
        return self.layers[self.config.bank_layer].attention

    def lower(self, ids: Tensor) -> Tensor:
        """[B, T] → hidden states in front of the bank layer [B, T, d]."""
        h = self.embedding(ids) * self.config.d_model**0.5
        for layer in self.layers[: self.config.bank_layer]:
            h = self.local_layer(layer, h)
        return h

    def bank_input(self, h: Tensor) -> Tensor:
        """Returns what the bank layer's projections see, [B, T, d]."""
        return self.layers[self.config.bank_layer].conv(rms_norm(h))

    def local_layer(self, layer: Layer, h: Tensor) -> Tensor:
        """One layer that is not the bank layer: [B, T, d] → [B, T, d]."""
        x, attention, config = layer.conv(rms_norm(h)), layer.attention, self.config
        positions = torch.arange(h.shape[1], device=h.device)
        q = rotated(attention.queries(x), positions, config.rope_theta)
        k = rotated(attention.keys(x), positions, config.rope_theta)
        v = attention.values(x)
        out = functional.scaled_dot_product_attention(q.to(v.dtype), grouped(k.to(v.dtype), config.n_heads), grouped(v, config.n_heads), is_causal=True, scale=1.0)
        h = h + attention.o(out.transpose(1, 2).flatten(2))
        return h + layer.feed_forward(h)

    def bank_read(self, h: Tensor, x: Tensor, local: Bank, memory: Bank | None, memory_mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """The bank layer. h, x [B, T, d]; `local` is of the sequences themselves; memory_mask [B, M] is true where there is something.

        Returns hidden states after the layer, and the pointer's weights [B, T, M + T] over memory and local tokens.
        """
        layer, attention, config = self.layers[self.config.bank_layer], self.bank_attention, self.config
        length, dtype = h.shape[1], local.values.dtype
        causal = torch.ones(length, length, dtype=torch.bool, device=h.device).tril().expand(h.shape[0], -1, -1)
        keys, values, mask, n_memory = local.keys, local.values, causal, 0
        if memory is not None and memory_mask is not None:
            n_memory = memory_mask.shape[1]
            keys, values = torch.cat([memory.keys, keys], 2), torch.cat([memory.values.to(dtype), values], 2)
            mask = torch.cat([memory_mask[:, None, :].expand(-1, length, -1), causal], 2)
            pointed, attended = attention.agreement(x, torch.cat([memory.tokens, local.tokens], 1), torch.cat([memory.names, local.names], 1), memory_mask)
        else:
            pointed, attended = attention.agreement(x, local.tokens, local.names, causal[:, 0, :0])
        attended = attended[:, None].to(dtype) * attention.agreement.heads.to(dtype)[:, None, None]
        out = self._read(attention.queries(x).to(dtype), grouped(keys.to(dtype), config.n_heads), grouped(values, config.n_heads), mask, attended, n_memory)
        h = h + attention.o(out.transpose(1, 2).flatten(2))
        # A key tells what stands in front of its token: at position i token j may be copied for j ≤ i.
        joint = keys.transpose(1, 2).flatten(2).to(dtype)
        scores = (attention.retrieval_queries(x).to(dtype) @ joint.transpose(1, 2)) * (attention.pointer_temperature.exp() / config.n_kv_heads**0.5)
        weights = (scores.float() + pointed.float()).masked_fill(~mask, -1e4).softmax(-1)
        return h + layer.feed_forward(h), weights

    def _read(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor, attended: Tensor, n_memory: int) -> Tensor:
        """q [B, heads, T, hd], k and v [B, heads, M + T, hd], mask [B, T, M + T], attended [B, heads, T, M + T] → [B, heads, T, hd]."""
        attention, mask = self.bank_attention, mask[:, None]
        bias = attended.masked_fill(~mask, -1e4)
        if self.config.reading == "softmax" or n_memory == 0:
            if n_memory:
                of_memory = attention.memory_bias.to(q.dtype)[:, None, None].expand(-1, 1, n_memory)
                bias = bias + functional.pad(of_memory, (0, q.shape[2]))
            return attend(q, k, v, bias)
        gate = attention.memory_bias.sigmoid()[:, None, None].to(q.dtype)
        remembered = attend(q, k[:, :, :n_memory], v[:, :, :n_memory], bias[..., :n_memory])
        local = attend(q, k[:, :, n_memory:], v[:, :, n_memory:], bias[..., n_memory:])
        return gate * remembered + (1 - gate) * local

    def above(self, h: Tensor) -> Tensor:
        """Runs the layers above the bank layer."""
        for layer in self.layers[self.config.bank_layer + 1 :]:
            h = self.local_layer(layer, h)
        return rms_norm(h)

    def logits(self, h: Tensor) -> Tensor:
        """Normalised hidden states [..., d] → logits [..., vocabulary]."""
        return functional.linear(h, self.embedding.weight) * (self.logit_scale.exp() * self.config.d_model**0.5)

    def losses(self, h: Tensor, targets: Tensor, weights: Tensor, sources: Tensor) -> Tensor:
        """-log p of each target, [B, T], natural logarithm. h [B, T, d] from `above`; weights [B, T, S] of tokens sources [B, S]."""
        return self.losses_of(h, targets, (weights * (sources[:, None, :] == targets[..., None])).sum(-1), weights.amax(-1))

    def losses_of(self, h: Tensor, targets: Tensor, copied: Tensor, peak: Tensor) -> Tensor:
        """As `losses`, where the pointer's weight on each target's own token is known, and its largest weight, [B, T] each."""
        logits = self.logits(h).float()
        log_p = logits.gather(-1, targets[..., None])[..., 0] - logits.logsumexp(-1)
        if self.config.pointer:
            gate = self._copy_gate(h, peak)
            log_p = torch.logaddexp(log_p + functional.logsigmoid(-gate), (copied + 1e-9).log() + functional.logsigmoid(gate))
        return -log_p

    def log_probs(self, h: Tensor, weights: Tensor, sources: Tensor) -> Tensor:
        """Natural logarithms of the probabilities of all tokens, [B, T, vocabulary]; arguments as in `losses`."""
        log_p = self.logits(h).float().log_softmax(-1)
        if not self.config.pointer:
            return log_p
        gate = self._copy_gate(h, weights.amax(-1))[..., None]
        copied = torch.zeros_like(log_p).scatter_add_(-1, sources[:, None, :].expand_as(weights), weights)
        return torch.logaddexp(log_p + functional.logsigmoid(-gate), (copied + 1e-9).log() + functional.logsigmoid(gate))

    def _copy_gate(self, h: Tensor, peak: Tensor) -> Tensor:
        """The logit of copying, [B, T]: it counts how sure the pointer is, its largest weight `peak`."""
        return self.copy_gate(h).float()[..., 0] + self.copy_trust * peak

    def bank_of(self, x: Tensor, ids: Tensor, names: Tensor) -> Bank:
        """Returns what sequences [B, T] leave in memory; x from `bank_input`, names [B, T, 3]."""
        return Bank(ids, names, self.bank_attention.keys(x), self.bank_attention.values(x))
