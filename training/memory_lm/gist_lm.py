"""The frozen language model with its gist tier: a chunk to slots, and text that reads slots and the bank."""
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from memory_lm.gist import Gist, heads_of
from memory_lm.model import Bank, Layer, MemoryLm, attend, grouped, rms_norm, rotated, unit


@dataclass
class Chunks:
    """Chunks behind each other in a batch: `ids` [B, T], filled up with zeros, `names` [B, T, 3] as of names.py, and `lengths` [B]."""

    ids: Tensor
    names: Tensor
    lengths: Tensor

    def rows(self, index: Tensor) -> "Chunks":
        """Returns some of the chunks."""
        return Chunks(self.ids[index], self.names[index], self.lengths[index])


@dataclass
class Encoded:
    """Chunks as the frozen model sees them. Of each layer `keys` and `values` [B, n_kv, T, d_head] and `ends` [B, conv − 1, d], the
    normalised inputs of the last tokens; `x` [B, T, d] is what the bank layer's projections see, `last` [B, 1, d] that of the last token."""

    keys: list[Tensor]
    values: list[Tensor]
    ends: list[Tensor]
    x: Tensor
    last: Tensor
    lengths: Tensor
    bank: Bank

    def rows(self, index: Tensor) -> "Encoded":
        """Returns some of the chunks; what reads the bank does not need it of them."""
        keys, values, ends = ([layer[index] for layer in layers] for layers in (self.keys, self.values, self.ends))
        return Encoded(keys, values, ends, self.x[index], self.last[index], self.lengths[index], self.bank)


@dataclass
class Slots:
    """What G groups of R texts each read: `states` [G, L, N, d], oldest first, `ages` [G, N] in chunks, and which text sees which, `seen`
    [G, R, N]."""

    states: Tensor
    ages: Tensor
    seen: Tensor


class GistLm(nn.Module):
    """Only `gist` is trained; gradients pass through the frozen layers to it."""

    def __init__(self, model: MemoryLm, gist: Gist):
        super().__init__()
        self.model, self.gist = model.requires_grad_(False), gist

    def encode(self, chunks: Chunks) -> Encoded:
        """Runs the frozen model over chunks without any memory. Padding stands behind and is seen by no token of the chunk."""
        model, config = self.model, self.model.config
        places = torch.arange(chunks.ids.shape[1], device=chunks.ids.device)
        h = model.embedding(chunks.ids) * config.d_model**0.5
        keys, values, ends, x, bank = [], [], [], h, None
        for number, layer in enumerate(model.layers):
            normed = rms_norm(h)
            seen = layer.conv(normed)
            ends.append(_ends(normed, chunks.lengths, config.conv - 1))
            if number == config.bank_layer:
                x, bank = seen, model.bank_of(seen, chunks.ids, chunks.names)
                keys.append(bank.keys)
                values.append(bank.values)
                h = model.bank_read(h, seen, bank, None, None)[0]
            else:
                keys.append(rotated(layer.attention.keys(seen), places, config.rope_theta))
                values.append(layer.attention.values(seen))
                h = model.local_layer(layer, h)
        return Encoded(keys, values, ends, x, _ends(x, chunks.lengths, 1), chunks.lengths, bank)

    def write(self, encoded: Encoded, tail: Tensor, has_tail: Tensor) -> Tensor:
        """Returns the slots of chunks [B, L, K, d]: what each layer makes of the slot rows. M+ hands a layer's output to the input of the
        same layer later on; so it is here.

        tail [B, L, K, d] are the slots of the same file's previous chunk where has_tail [B].
        """
        n = len(encoded.lengths)
        s = self.gist.slots.expand(n, -1, -1)
        rows, width = s.shape[1], tail.shape[2]
        seen = torch.cat([torch.ones(n, 1, dtype=torch.bool, device=s.device), has_tail[:, None].expand(-1, width)], 1)
        bias = _bias(seen[:, None, None].expand(-1, 1, rows, -1))
        places = torch.arange(encoded.x.shape[1], device=s.device)
        causal = torch.ones(rows, rows, dtype=torch.bool, device=s.device).tril()
        mask = torch.cat([(places < encoded.lengths[:, None])[:, None].expand(-1, rows, -1), causal.expand(n, -1, -1)], 2)
        own, out = _bias(mask[:, None]), []
        for number, layer in enumerate(self.model.layers):
            read = self.gist.write[number].tail
            ages = torch.ones(n, width, device=s.device)
            s = s + read(layer.attention, self._slot_input(layer, s, encoded.ends[number]), tail[:, number], ages, bias)
            s = self._write_layer(number, layer, s, encoded, own)
            out.append(s)
        return torch.stack(out, 1)

    @staticmethod
    def _slot_input(layer: Layer, s: Tensor, ends: Tensor) -> Tensor:
        """What a layer's projections see of slot rows [B, K, d] behind a chunk."""
        return layer.conv(torch.cat([ends.to(s.dtype), rms_norm(s)], 1))[:, ends.shape[1] :]

    def _write_layer(self, number: int, layer: Layer, s: Tensor, encoded: Encoded, bias: Tensor) -> Tensor:
        """One layer over slot rows [B, K, d]: they see the chunk and the rows before them, as text behind it would."""
        attention, adapter, config = layer.attention, self.gist.write[number], self.model.config
        x = self._slot_input(layer, s, encoded.ends[number])
        behind = torch.cat([encoded.last.to(x.dtype), x[:, :-1]], 1) if attention.is_bank else x
        q = unit(heads_of(attention.q(x) + adapter.q(x), config.n_heads)) * attention.temperature.exp()[:, None, None]
        k = unit(heads_of(attention.k(behind) + adapter.k(behind), config.n_kv_heads))
        v = heads_of(attention.v(x) + adapter.v(x), config.n_kv_heads)
        if not attention.is_bank:
            q, k = (self._rotated_behind(rows, encoded.lengths) for rows in (q, k))
        keys, values = torch.cat([encoded.keys[number].to(v.dtype), k.to(v.dtype)], 2), torch.cat([encoded.values[number].to(v.dtype), v], 2)
        out = attend(q.to(v.dtype), grouped(keys, config.n_heads), grouped(values, config.n_heads), bias.to(v.dtype))
        s = s + attention.o(out.transpose(1, 2).flatten(2))
        x = rms_norm(s)
        inner = functional.silu(layer.gate(x) + adapter.gate(x)) * (layer.up(x) + adapter.up(x))
        return s + layer.down(inner) + adapter.down(inner)

    def _rotated_behind(self, rows: Tensor, lengths: Tensor) -> Tensor:
        """Positions of slot rows [B, heads, K, d_head]: behind the last token of their own chunk."""
        theta = self.model.config.rope_theta
        within = rotated(rows, torch.arange(rows.shape[2], device=rows.device), theta)
        return rotated(within.transpose(0, 2), lengths, theta).transpose(0, 2)

    def write_in_order(self, encoded: Encoded, previous: list[int], before: Tensor | None = None) -> Tensor:
        """Returns the slots of all chunks [B, L, K, d]; previous[b] is the chunk in front of b in its file, or -1, and stands before b.

        before [L, K, d] are the slots of the chunk in front of the first one where that is of the same file.
        """
        depth: list[int] = []
        for place in previous:
            depth.append(0 if place < 0 else depth[place] + 1)
        config, gist = self.model.config, self.gist.gist
        none = torch.zeros(config.n_layers, gist.slots, config.d_model, device=encoded.x.device)
        made: dict[int, Tensor] = {} if before is None else {-1: before}
        for level in range(max(depth) + 1):
            rows = [row for row, at in enumerate(depth) if at == level]
            found = [made.get(previous[row]) if previous[row] >= 0 or row == 0 else None for row in rows]
            tail = torch.stack([none if slots is None else slots for slots in found])
            has_tail = torch.tensor([slots is not None for slots in found], device=tail.device)
            made.update(zip(rows, self.write(encoded.rows(torch.tensor(rows, device=tail.device)), tail, has_tail), strict=True))
        return torch.stack([made[row] for row in range(len(previous))])

    def read(self, texts: Chunks, slots: Slots | None, memory: Bank | None, memory_mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """Runs texts [G × R, T] with slots and bank; either may be missing. memory_mask [G × R, M].

        Returns normalised hidden states [G × R, T, d] and the pointer's weights over memory and text, as `bank_read` does.
        """
        model, config, ids = self.model, self.model.config, texts.ids
        h = model.embedding(ids) * config.d_model**0.5
        bias = None
        if slots is not None:
            groups, n_texts = slots.seen.shape[:2]
            seen = torch.cat([torch.ones(groups, n_texts, 1, dtype=torch.bool, device=ids.device), slots.seen], 2)
            bias = _bias(seen.repeat_interleave(ids.shape[1], 1)[:, None])
        weights = None
        for number, layer in enumerate(model.layers):
            if slots is not None:
                x = layer.conv(rms_norm(h)).unflatten(0, (groups, n_texts)).flatten(1, 2)
                read = self.gist.read[number](layer.attention, x, slots.states[:, number], slots.ages, bias)
                h = h + read.view_as(h)
            if number == config.bank_layer:
                x = model.bank_input(h)
                h, weights = model.bank_read(h, x, model.bank_of(x, ids, texts.names), memory, memory_mask)
            else:
                h = model.local_layer(layer, h)
        return rms_norm(h), weights

    def losses(self, chunks: Chunks, slots: Slots | None, memory: Bank | None, memory_mask: Tensor | None) -> Tensor:
        """-log p of each token but the first, [B, T − 1]; what is behind a chunk's end has no meaning."""
        h, weights = self.read(chunks, slots, memory, memory_mask)
        sources = chunks.ids if memory is None else torch.cat([memory.tokens, chunks.ids], 1)
        return self.model.losses(h[:, :-1], chunks.ids[:, 1:], weights[:, :-1], sources)


def _ends(rows: Tensor, lengths: Tensor, n: int) -> Tensor:
    """The last n rows [B, n, d] of each text in rows [B, T, d]; zeros where it is shorter."""
    index = lengths[:, None] + torch.arange(-n, 0, device=rows.device)
    found = rows.gather(1, index.clamp(min=0)[..., None].expand(-1, -1, rows.shape[2]))
    return found * (index >= 0)[..., None]


def _bias(seen: Tensor) -> Tensor:
    """0 where something is seen, else so low that it has no weight."""
    return torch.zeros(seen.shape, device=seen.device).masked_fill(~seen, -1e4)
