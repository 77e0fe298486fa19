"""What the gist tier learns: slots that a chunk leaves in every layer, and how text reads them. The language model itself stays frozen.

M+ (Wang et al. 2025) and MemoryLLM (Wang et al. 2024): memory tokens are hidden vectors of full width, one set a layer, written by one set of
low-rank adapters and read through another. Three things are otherwise. The slots of a chunk are rows of their own behind it (AutoCompressor,
Chevalier et al. 2023; HMT, He et al. 2024), so that the chunk's own rows, and with them the bank's keys and values, are what they are without.
Slots have no positions; their age is added to them. And text reads them by a softmax of its own, weighted by a gate for each head
(LongMem), so that without slots the model is exactly the one that was trained before.
"""
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from memory_lm.config import LmConfig
from memory_lm.model import Attention, attend, grouped, rms_norm, unit


@dataclass(frozen=True)
class GistConfig:
    """Sizes of the gist tier; the letters are those of M+."""

    slots: int = 32
    """K, slots of a chunk."""
    short_term: int = 640
    """N, slots that are always read; of each update K/N of them are dropped."""
    recalled: int = 160
    """K0, slots of long-term memory that are read; a quarter of N, as in M+."""
    capacity: int = 9_600
    """M, slots of long-term memory; the oldest go first. 15 × N, as in M+."""
    rank: int = 16
    d_retrieval: int = 64

    def to_json(self) -> dict:
        """Returns what a checkpoint stores."""
        return asdict(self)


class LowRank(nn.Module):
    """What an adapter adds to a frozen matrix (LoRA, Hu et al. 2022); nothing at the start."""

    def __init__(self, n_in: int, n_out: int, rank: int):
        super().__init__()
        self.down = nn.Linear(n_in, rank, bias=False)
        self.up = nn.Linear(rank, n_out, bias=False)
        nn.init.zeros_(self.up.weight)

    def forward(self, x: Tensor) -> Tensor:
        """[..., n_in] → [..., n_out]."""
        return self.up(self.down(x))


def heads_of(x: Tensor, n_heads: int) -> Tensor:
    """[B, T, heads × d_head] → [B, heads, T, d_head]."""
    return x.unflatten(-1, (n_heads, -1)).transpose(1, 2)


class SlotRead(nn.Module):
    """How the rows of one layer read slots. A learned slot that is always there (M+'s token for the beginning) takes the attention of rows
    that need none."""

    def __init__(self, config: LmConfig, rank: int):
        super().__init__()
        d, d_query = config.d_model, config.n_heads * config.d_head
        self.q, self.k, self.v = LowRank(d, d_query, rank), LowRank(d, config.d_key, rank), LowRank(d, config.d_key, rank)
        self.beginning = nn.Parameter(torch.randn(1, d) * 0.3)
        self.age = nn.Parameter(torch.zeros(d))
        self.gate = nn.Parameter(torch.full((config.n_heads,), 0.1))

    def forward(self, attention: Attention, x: Tensor, slots: Tensor, ages: Tensor, bias: Tensor) -> Tensor:
        """Returns what is added to the hidden states [G, S, d].

        x [G, S, d] is what the layer's projections see, slots [G, N, d], ages [G, N] in chunks; bias [G, 1, S, 1 + N] is 0 where a row sees
        a slot, the one for the beginning in front.
        """
        config = attention.config
        q = unit(heads_of(attention.q(x) + self.q(x), config.n_heads)) * attention.temperature.exp()[:, None, None]
        old = torch.log2(1 + ages.float())[..., None] / 8
        s = torch.cat([rms_norm(self.beginning).expand(len(x), -1, -1), rms_norm(slots.float()) + old * self.age], 1)
        k = unit(heads_of(attention.k(s) + self.k(s), config.n_kv_heads))
        v = heads_of(attention.v(s) + self.v(s), config.n_kv_heads)
        out = attend(q.to(v.dtype), grouped(k.to(v.dtype), config.n_heads), grouped(v, config.n_heads), bias.to(v.dtype))
        return attention.o((out * self.gate[:, None, None].to(v.dtype)).transpose(1, 2).flatten(2))


class SlotWrite(nn.Module):
    """Adapters of one layer that act on slot rows only; as in M+ none is on the attention's output."""

    def __init__(self, config: LmConfig, rank: int):
        super().__init__()
        d = config.d_model
        self.q = LowRank(d, config.n_heads * config.d_head, rank)
        self.k, self.v = LowRank(d, config.d_key, rank), LowRank(d, config.d_key, rank)
        self.gate, self.up, self.down = LowRank(d, config.d_ffn, rank), LowRank(d, config.d_ffn, rank), LowRank(config.d_ffn, d, rank)
        self.tail = SlotRead(config, rank)
        """Reads the slots of the same file's previous chunk."""


class Projector(nn.Module):
    """M+'s f_q and f_k: two layers without bias. Rows of length one, so that an index of cosines finds them."""

    def __init__(self, d: int, d_out: int):
        super().__init__()
        self.inner, self.outer = nn.Linear(d, 2 * d_out, bias=False), nn.Linear(2 * d_out, d_out, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """[..., d] → [..., d_out]."""
        return unit(self.outer(nn.functional.silu(self.inner(x))))


class Retriever(nn.Module):
    """Which slots of long-term memory a text is about: the mean over its tokens of sigmoid(f_q(token) · f_k(slot)), as in M+.

    One key a slot, from the bank layer, for all layers; M+ has one for each layer.
    """

    def __init__(self, config: LmConfig, d_out: int):
        super().__init__()
        self.query, self.key = Projector(config.d_model, d_out), Projector(config.d_model, d_out)
        self.temperature, self.bias = nn.Parameter(torch.tensor(1.5)), nn.Parameter(torch.tensor(-1.0))

    def forward(self, x: Tensor, slots: Tensor) -> Tensor:
        """x [..., T, d] as the bank layer's projections see text, slots [n, d] of the bank layer → scores [..., n] between 0 and 1."""
        return torch.sigmoid(self.query(x.float()) @ self.key(rms_norm(slots.float())).T * self.temperature.exp() + self.bias).mean(-2)


class Gist(nn.Module):
    """All weights of the tier."""

    def __init__(self, config: LmConfig, gist: GistConfig):
        super().__init__()
        self.config, self.gist = config, gist
        self.slots = nn.Parameter(torch.randn(gist.slots, config.d_model) * 0.3)
        self.write = nn.ModuleList(SlotWrite(config, gist.rank) for _ in range(config.n_layers))
        self.read = nn.ModuleList(SlotRead(config, gist.rank) for _ in range(config.n_layers))
        self.retriever = Retriever(config, gist.d_retrieval)
        self.nce_scale = nn.Parameter(torch.tensor(3.0))
