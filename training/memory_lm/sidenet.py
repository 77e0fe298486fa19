"""LongMem's side network (Wang et al. 2023) as an option: a smaller network beside the frozen language model reads the memory in its place.

What the memory holds then never changes when the reader is trained anew. Side layer i begins as layer 2i + 1 of the model, and takes over what
the model's own two layers added: H_side[i+1] = layer(H_side[i]) + H[2i+2] − H[2i]. One side layer reads the bank by queries of its own and
mixes it with local attention by a gate for each head, as the paper does. Not from the paper: the pointer over memory stays the model's.
"""
import torch
from torch import Tensor, nn
from torch.nn import functional

from memory_lm.bank_loss import memory_of
from memory_lm.model import Bank, Layer, MemoryLm, attend, grouped, rms_norm, rotated, unit


class SideNet(nn.Module):
    """Half as many layers as the model; the embedding and what predicts tokens are the model's."""

    def __init__(self, model: MemoryLm):
        super().__init__()
        config, bank = model.config, model.bank_attention
        self.backbone = model.requires_grad_(False)
        self.layers = nn.ModuleList(self._begun(model, 2 * number + 1) for number in range(config.n_layers // 2))
        self.reading = min(config.bank_layer // 2, len(self.layers) - 1)
        """The layer that reads memory: as deep as the model's own (LongMem: int(17 / 2) of 12)."""
        self.q = nn.Linear(config.d_model, config.n_heads * config.d_head, bias=False)
        self.q.weight.data.copy_(bank.q.weight)
        self.temperature = nn.Parameter(bank.temperature.detach().clone())
        self.gate = nn.Parameter(torch.zeros(config.n_heads))

    @staticmethod
    def _begun(model: MemoryLm, number: int) -> Layer:
        """A copy of one of the model's layers; of the bank layer what other layers have too."""
        layer = Layer(model.config, is_bank=False).to(model.embedding.weight.device)
        state = model.layers[number].state_dict()
        layer.load_state_dict({name: state[name] for name in layer.state_dict()})
        return layer

    def forward(self, ids: Tensor, names: Tensor, chosen: Tensor, seen: Tensor) -> tuple[Tensor, Tensor, Bank]:
        """ids [B, T], names [B, T, 3]; chosen [B, n] windows of the batch that each remembers, seen [B, n]. Returns normalised hidden states
        [B, T, d], the pointer's weights [B, T, n × T + T], and the memory."""
        with torch.no_grad():
            states, weights, memory, mask = self._backbone(ids, names, chosen, seen)
        h = states[0]
        for number, layer in enumerate(self.layers):
            after = self._read(layer, h, memory, mask) if number == self.reading else self.backbone.local_layer(layer, h)
            h = after + states[2 * number + 2] - states[2 * number]
        return rms_norm(h), weights, memory

    def _backbone(self, ids: Tensor, names: Tensor, chosen: Tensor, seen: Tensor) -> tuple[list[Tensor], Tensor, Bank, Tensor]:
        """The model's hidden states without memory, behind the embedding and each layer, and what its pointer makes of memory."""
        model = self.backbone
        states = [model.embedding(ids) * model.config.d_model**0.5]
        for number, layer in enumerate(model.layers):
            h = states[-1]
            if number == model.config.bank_layer:
                x = model.bank_input(h)
                bank = model.bank_of(x, ids, names)
                memory, mask = memory_of(bank, chosen), seen.repeat_interleave(ids.shape[1], 1)
                weights = model.bank_read(h, x, bank, memory, mask)[1]
                states.append(model.bank_read(h, x, bank, None, None)[0])
            else:
                states.append(model.local_layer(layer, h))
        return states, weights, memory, mask

    def _read(self, layer: Layer, h: Tensor, memory: Bank, mask: Tensor) -> Tensor:
        """The side layer that reads memory; mask [B, M]."""
        attention, config = layer.attention, self.backbone.config
        x, places = layer.conv(rms_norm(h)), torch.arange(h.shape[1], device=h.device)
        v = attention.values(x)
        q, k = (rotated(rows, places, config.rope_theta).to(v.dtype) for rows in (attention.queries(x), attention.keys(x)))
        local = functional.scaled_dot_product_attention(q, grouped(k, config.n_heads), grouped(v, config.n_heads), is_causal=True, scale=1.0)
        asked = unit(self.q(x).unflatten(-1, (config.n_heads, config.d_head)).transpose(1, 2)) * self.temperature.exp()[:, None, None]
        bias = torch.zeros(mask.shape, dtype=v.dtype, device=h.device).masked_fill(~mask, -1e4)[:, None, None].expand(-1, 1, h.shape[1], -1)
        found = attend(asked.to(v.dtype), grouped(memory.keys.to(v.dtype), config.n_heads), grouped(memory.values.to(v.dtype), config.n_heads), bias)
        # Where nothing is remembered there is nothing to mix in.
        share = self.gate.sigmoid()[:, None, None] * mask.any(1)[:, None, None, None]
        out = ((1 - share) * local + share * found).to(v.dtype)
        h = h + attention.o(out.transpose(1, 2).flatten(2))
        return h + layer.feed_forward(h)


class SideLoss(nn.Module):
    """In the place of BankLoss: -log p only. Keys, retrieval and salience are the frozen model's."""

    def __init__(self, side: SideNet):
        super().__init__()
        self.side = side

    def forward(self, ids: Tensor, names: Tensor, chosen: Tensor, seen: Tensor, *_: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Arguments and results as BankLoss has them; there is no loss of retrieval and salience, and no key for the queue."""
        inputs = ids[:, :-1]
        h, weights, memory = self.side(inputs, names[:, :-1], chosen, seen)
        nll = self.side.backbone.losses(h, ids[:, 1:], weights, torch.cat([memory.tokens, inputs], 1))
        nothing = torch.zeros((), device=ids.device)
        return nll, nothing, nothing, memory.keys.new_zeros(0, self.side.backbone.config.d_key)
