"""The memory language model as two ONNX graphs: `encode` below the bank layer, which writes and asks the memory, and `read` from it on.

A caller keeps the keys and values of past tokens and passes them in, so that a token more costs a token's work. There is no batch axis.
Sizes: T new tokens, P past tokens (may be none), B memory tokens, J wanted positions, S all keys that a layer sees.
"""
from dataclasses import dataclass

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper

from lib.graph_writer import GraphWriter
from memory_lm.agreement import FEATURES, RARE, SUFFIX, names_agree
from memory_lm.config import LmConfig
from memory_lm.model import Layer, MemoryLm
from memory_lm.names import N_NAMES

OPSET = 23
HIDDEN = -1e4
"""Added to the score of a key that may not be seen."""
_LEAST_COPIED = 1e-9
_SUREST = 40.0
"""Largest logit of copying or not."""


@dataclass(frozen=True)
class Int8:
    """Which matrices are int8; the bank layer's queries and keys and everything else stay in float32."""

    layers: bool = False
    embedding: bool = False
    head: bool = False


def encode_graph(model: MemoryLm, int8: Int8) -> onnx.ModelProto:
    """Returns the graph of the layers below the bank layer and of the bank layer's projections."""
    config, last = model.config, model.config.bank_layer
    w = _Decoder(model, int8.layers)
    h = w.embedded(int8.embedding)
    for layer in range(last):
        h = w.local_layer(layer, h, f"past_conv:{layer}")
    attention = model.bank_attention
    x = w.convolved(model.layers[last], h, f"past_conv:{last}")  # [T, d]
    # A key tells what stands in front of its token, so every row moves down by one.
    is_first = w.node("Equal", "position", w.whole(0))
    before = w.node("Where", is_first, w.constant(attention.first.detach().numpy()[None]), "past_shift")
    moved = w.node("Concat", before, x, axis=0)  # [T + 1, d]
    shifted = w.node("Slice", moved, w.whole(0), w.whole(-1), w.whole(0))
    keys = w.linear(shifted, attention.k.weight, int8=False)
    keys = w.node("Reshape", w.unit_rows(w.node("Reshape", keys, w.whole(-1, config.n_kv_heads, config.d_head)), config.d_head), w.whole(-1, config.d_key))
    joint = torch.cat([attention.v.weight, attention.retrieval.weight, attention.salience.weight])
    parts = w.node("Split", w.linear(x, joint, int8=False), w.whole(config.d_key, config.d_key, 1), outputs=3, axis=1)
    salience = w.node("Squeeze", w.node("Add", f"{parts}.2", w.constant(attention.salience.bias.detach().numpy())), w.whole(1))
    outputs = {
        "hidden": h, "bank_x": x, "bank_k": keys, "bank_v": parts, "query": w.unit_rows(f"{parts}.1", config.d_key), "salience": salience, **w.state(),
        "new_shift": w.node("Slice", moved, w.whole(-1), w.whole(np.iinfo(np.int64).max), w.whole(0)),
    }  # fmt: skip
    inputs = [
        _input("input_ids", ["T"], TensorProto.INT64), _input("position", [1], TensorProto.INT64), *_pasts(config, range(last)),
        _input("past_conv", [last + 1, config.conv - 1, config.d_model]), _input("past_shift", [1, config.d_model]),
    ]  # fmt: skip
    wide, keyed, rows = ["T", config.d_model], ["T", config.d_key], [last * config.n_kv_heads, "T", config.d_head]
    shapes = {
        "hidden": wide, "bank_x": wide, "bank_k": keyed, "bank_v": keyed, "query": keyed, "salience": ["T"], "new_k": rows, "new_v": rows,
        "new_conv": [last + 1, config.conv - 1, config.d_model], "new_shift": [1, config.d_model],
    }  # fmt: skip
    return w.writer.finish("encode", inputs, outputs, shapes, OPSET)


def read_graph(model: MemoryLm, int8: Int8) -> onnx.ModelProto:
    """Returns the graph of the bank layer, of those above, and of the prediction with its pointer."""
    config = model.config
    if config.reading != "softmax":
        raise ValueError(f"the graph reads memory and local tokens in one softmax; this model reads by {config.reading}")
    above = range(config.bank_layer + 1, config.n_layers)
    if not above or config.bank_layer == 0:
        raise ValueError("there must be a layer below and one above the bank layer")
    w = _Decoder(model, int8.layers)
    h, weights = w.bank_layer()
    for number, layer in enumerate(above):
        h = w.local_layer(layer, h, f"past_conv:{number}", "logit_index" if layer == above[-1] else None)
    log_probs = w.predicted(w.norm(h), weights, int8.head)  # [J, V]
    known = w.node("GatherElements", log_probs, w.node("Unsqueeze", "targets", w.whole(1)), axis=1)
    memory_size = w.node("Shape", "memory_ids")
    outputs = {
        "log_probs": log_probs, "target_log_prob": w.node("Squeeze", known, w.whole(1)),
        "memory_weight": w.node("Slice", w.node("ReduceMean", weights, w.whole(0), keepdims=0), w.whole(0), memory_size), **w.state(),
    }  # fmt: skip
    keys, kv = config.d_key, config.n_kv_heads
    inputs = [
        _input("hidden", ["T", config.d_model]), _input("bank_x", ["T", config.d_model]), _input("input_ids", ["T"], TensorProto.INT64),
        _input("position", [1], TensorProto.INT64), _input("local_k", ["P", keys]), _input("local_v", ["P", keys]),
        _input("local_ids", ["P"], TensorProto.INT64), _input("local_new_k", ["T", keys]), _input("local_new_v", ["T", keys]), *_pasts(config, above),
        _input("past_conv", [len(above), config.conv - 1, config.d_model]),
        _input("memory_k", ["B", keys], TensorProto.INT8), _input("memory_v", ["B", keys], TensorProto.INT8),
        _input("memory_ks", ["B", kv]), _input("memory_vs", ["B", kv]), _input("memory_ids", ["B"], TensorProto.INT64), _input("memory_bias", ["B"]),
        *(_input(f"{part}_names", [size, N_NAMES], TensorProto.INT32) for part, size in (("memory", "B"), ("local", "P"), ("input", "T"))),
        _input("logit_index", ["J"], TensorProto.INT64), _input("targets", ["J"], TensorProto.INT64),
    ]  # fmt: skip
    rows: list[str | int] = [len(above) * kv, "T", config.d_head]
    shapes = {
        "log_probs": ["J", config.vocabulary], "target_log_prob": ["J"], "memory_weight": ["B"], "new_k": rows, "new_v": rows,
        "new_conv": [len(above), config.conv - 1, config.d_model],
    }  # fmt: skip
    return w.writer.finish("read", inputs, outputs, shapes, OPSET)


def _input(name: str, shape: list[str | int], kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def _pasts(config: LmConfig, layers: range) -> list[onnx.ValueInfoProto]:
    return [_input(f"past_{kind}_{layer}_{head}", ["P", config.d_head]) for layer in layers for head in range(config.n_kv_heads) for kind in "kv"]


class _Decoder:
    """Writes the parts that both graphs have; every method returns the name of its output."""

    def __init__(self, model: MemoryLm, int8: bool):
        self.model, self.config, self.writer = model, model.config, GraphWriter(int8)
        self.node, self.whole, self.constant, self.linear = self.writer.node, self.writer.whole, self.writer.constant, self.writer.linear
        self._ones = self.constant(np.ones(self.config.d_model, np.float32))
        self._new_keys: list[str] = []
        self._new_values: list[str] = []
        self._new_conv: list[str] = []
        self._shared = self.config.n_heads // self.config.n_kv_heads
        self._set_places()

    def _set_places(self) -> None:
        """What depends on positions alone: rotations, and which local keys a token may see."""
        zero, one = (self.constant(np.array(value, np.int64)) for value in (0, 1))
        start = self.node("Squeeze", "position")
        end = self.node("Add", start, self.node("Size", "input_ids"))
        places = self.node("Unsqueeze", self.node("Range", start, end, one), self.whole(1))  # [T, 1]
        half = self.config.d_head // 2
        frequency = self.config.rope_theta ** (-np.arange(half, dtype=np.float32) / half)
        angle = self.node("Mul", self.node("Cast", places, to=TensorProto.FLOAT), self.constant(np.tile(frequency, 2).astype(np.float32)))
        self._cos = self.node("Cos", angle)
        self._sin = self.node("Mul", self.node("Sin", angle), self.constant(np.repeat([-1, 1], half).astype(np.float32)))
        later = self.node("Greater", self.node("Range", zero, end, one), places)
        self.causal = self.node("Mul", self.node("Cast", later, to=TensorProto.FLOAT), self.writer.floats(HIDDEN))  # [T, P + T]
        self._causal_of_group = self.node("Tile", self.causal, self.whole(self._shared, 1))
        back = np.arange(self.config.conv, dtype=np.int64)
        self._window = self.node("Add", self.node("Unsqueeze", self.node("Range", zero, self.node("Size", "input_ids"), one), self.whole(1)), self.constant(back))  # [T, conv]

    def state(self) -> dict[str, str]:
        """Returns what the next call needs of this one."""
        conv = self.node("Reshape", self._joined(self._new_conv), self.whole(-1, self.config.conv - 1, self.config.d_model))
        return {"new_k": self._joined(self._new_keys), "new_v": self._joined(self._new_values), "new_conv": conv}

    def _joined(self, parts: list[str]) -> str:
        return self.node("Concat", *parts, axis=0) if len(parts) > 1 else parts[0]

    def embedded(self, int8: bool) -> str:
        """[T] → [T, d]."""
        table = self.model.embedding.weight.detach().numpy() * self.config.d_model**0.5
        if not int8:
            return self.node("Gather", self.constant(table), "input_ids")
        scale = np.maximum(1e-12, np.abs(table).max(axis=1, keepdims=True) / 127).astype(np.float32)
        rows = self.node("Cast", self.node("Gather", self.constant(np.round(table / scale).astype(np.int8)), "input_ids"), to=TensorProto.FLOAT)
        return self.node("Mul", rows, self.node("Gather", self.constant(scale), "input_ids"))

    def norm(self, x: str) -> str:
        """Rows of unit mean square."""
        return self.node("RMSNormalization", x, self._ones, axis=-1, epsilon=1e-6)

    def unit_rows(self, x: str, size: int) -> str:
        """Rows of length one along the last axis, which has `size` entries."""
        scale = self.constant(np.full(size, size**-0.5, np.float32))
        return self.node("RMSNormalization", x, scale, axis=-1, epsilon=1e-6 / size)

    def convolved(self, layer: Layer, h: str, past: str) -> str:
        """[T, d] → [T, d]. `past` is the input and the number of the layer in it."""
        name, number = past.split(":")
        rows = self.node("Concat", self.node("Gather", name, self.constant(np.array(int(number), np.int64)), axis=0), self.norm(h), axis=0)
        self._new_conv.append(self.node("Slice", rows, self.whole(1 - self.config.conv), self.whole(np.iinfo(np.int64).max), self.whole(0)))
        weight = layer.conv.weight.detach().numpy()[::-1].copy()  # [conv, d], the token itself last
        weight[-1] += 1
        windows = self.node("Mul", self.node("Gather", rows, self._window, axis=0), self.constant(weight))  # [T, conv, d]
        return self.node("ReduceSum", windows, self.whole(1), keepdims=0)

    def local_layer(self, number: int, h: str, past: str, wanted: str | None = None) -> str:
        """A layer with positions. With `wanted`, only those rows come out."""
        layer, config = self.model.layers[number], self.config
        attention, shared, heads, kv = layer.attention, self._shared, config.n_heads, config.n_kv_heads
        x = self.convolved(layer, h, past)
        joint = self.linear(x, torch.cat([attention.q.weight, attention.k.weight, attention.v.weight]))
        joint = self.node("Transpose", self.node("Reshape", joint, self.whole(-1, heads + 2 * kv, config.d_head)), perm=[1, 0, 2])
        turned = self.node("Split", joint, self.whole(heads + kv, kv), outputs=2, axis=0)
        temperature = np.concatenate([attention.temperature.detach().exp().numpy(), np.ones(kv, np.float32)])[:, None, None]
        parts = self._rotated(self.node("Mul", self.unit_rows(turned, config.d_head), self.constant(temperature)))
        parts = self.node("Split", parts, self.whole(*[shared] * kv, *[1] * kv), outputs=2 * kv, axis=0)
        part = [parts, *(f"{parts}.{index}" for index in range(1, 2 * kv))]
        values = self._split(f"{turned}.1", kv, 0)
        self._new_keys += part[kv:]
        self._new_values.append(f"{turned}.1")
        mixed = []
        for head in range(kv):
            key = self.node("Concat", f"past_k_{number}_{head}", self._stacked(part[kv + head]), axis=0)
            value = self.node("Concat", f"past_v_{number}_{head}", self._stacked(values[head]), axis=0)
            mixed.append(self._mixed(self._stacked(part[head]), key, value, self._causal_of_group))
        out = self._side_by_side(mixed)
        if wanted is not None:
            h, out = (self.node("Gather", rows, wanted, axis=0) for rows in (h, out))
        return self._fed(layer, self.node("Add", h, self.linear(out, attention.o.weight)))

    def bank_layer(self) -> tuple[str, str]:
        """Returns hidden states [T, d] and the pointer's weights at the wanted positions [J, B + P + T]."""
        layer, config, attention = self.model.layers[self.config.bank_layer], self.config, self.model.bank_attention
        kv = config.n_kv_heads
        keys, values = (
            self.node("Concat", self._stored(f"memory_{kind}", f"memory_{kind}s"), f"local_{kind}", f"local_new_{kind}", axis=0) for kind in "kv"
        )  # [S, d_key]
        rows = self.node("Shape", "input_ids")
        of_memory = self.node("Expand", "memory_bias", self.node("Concat", rows, self.whole(1), axis=0))  # [T, B]
        seen = self.node("Concat", of_memory, self.causal, axis=1)  # [T, S]
        is_memory = self.node("Concat", self._filled(self.node("Shape", "memory_ids"), 1), self._filled(self.node("Add", "position", rows), 0), axis=0)
        bias = self.node("Mul", self.constant(attention.memory_bias.detach().numpy()[:, None, None]), is_memory)  # [heads, 1, S]
        pointed, attended = self._agreement()
        heads = self.constant(attention.agreement.heads.detach().numpy()[:, None, None])
        bias = self.node("Add", bias, self.node("Mul", heads, attended))
        seen_by_head = self._stacked(self.node("Add", bias, seen))  # [heads × T, S]
        queries = self.node("Reshape", self.linear("bank_x", attention.q.weight, int8=False), self.whole(-1, config.n_heads, config.d_head))
        queries = self.node("Mul", self.unit_rows(queries, config.d_head), self.constant(attention.temperature.detach().exp().numpy()[:, None]))
        # A head's query stands in the columns of its key head and is zero in the others: cheaper than to copy the keys apart.
        columns = self.constant(np.repeat(np.eye(kv, dtype=np.float32), self._shared, 0).repeat(config.d_head, 1))  # [heads, d_key]
        wide = self.node("Mul", self.node("Concat", *[queries] * kv, axis=2), columns) if kv > 1 else queries
        mixed = self._mixed(self._stacked(self.node("Transpose", wide, perm=[1, 0, 2])), keys, values, seen_by_head)
        mixed = self.node("Transpose", self.node("Reshape", mixed, self.whole(config.n_heads, -1, config.d_key)), perm=[1, 0, 2])
        own = self.node("Reshape", self.node("Mul", mixed, columns), self.whole(-1, config.n_heads, kv, config.d_head))
        out = self.node("Reshape", self.node("ReduceSum", own, self.whole(2), keepdims=0), self.whole(-1, config.n_heads * config.d_head))
        return self._fed(layer, self.node("Add", "hidden", self.linear(out, attention.o.weight))), self._pointer(keys, self.node("Add", seen, self.node("Squeeze", pointed, self.whole(0))))

    def _agreement(self) -> tuple[str, str]:
        """The biases of the pointer and of attention from what stands in front, [1, T, S] each; see agreement.py."""
        agreement, rows = self.model.bank_attention.agreement, self.node("Shape", "input_ids")
        names = [
            self.node("Gather", f"{part}_names", self.constant(np.array(number, np.int64)), axis=1) for number in range(N_NAMES) for part in ("memory", "local", "input")
        ]
        tokens = self._shifts([self.node("Cast", f"{part}_ids", to=TensorProto.INT32) for part in ("memory", "local", "input")], rows)
        query, key = [], []
        for number in range(N_NAMES):
            shifts = self._shifts(names[3 * number : 3 * number + 3], rows)
            query.append(shifts.asking(0))
            front = shifts.asked(1)
            none = self.node("Equal", front, self.constant(np.zeros(1, np.int32)))
            key.append(self.node("Where", none, self.constant(np.full(1, -1, np.int32)), front))
        features = names_agree(query, key, lambda a, b: self.node("Equal", a, b), lambda a, b: self.node("And", a, b))
        agrees = None
        for back in range(SUFFIX):
            equal = self.node("Equal", tokens.asking(back), tokens.asked(back + 1))
            agrees = equal if agrees is None else self.node("And", agrees, equal)
            features.append(agrees)
        is_there = self.node("Greater", "memory_bias", self.writer.floats(HIDDEN / 2))  # [B]
        for number in (0, 2):
            remembered = self.node("And", self.node("Slice", features[number], self.whole(0), self.node("Shape", "memory_ids"), self.whole(2)), is_there)
            found = self.node("ReduceSum", self.node("Cast", remembered, to=TensorProto.INT32), self.whole(2))  # [1, T, 1]
            features.append(self.node("And", features[number], self.node("LessOrEqual", found, self.constant(np.array(RARE, np.int32)))))
        held = self.node("Cast", self.node("Concat", *features, axis=0), to=TensorProto.FLOAT)  # [features, T, S]
        weights = self.node("Add", self.linear("bank_x", agreement.weights.weight, int8=False), self.constant(agreement.weights.bias.detach().numpy()))
        weights = self.node("Reshape", weights, self.whole(-1, 2, len(FEATURES)))  # [T, 2, features]
        both = self.node("Transpose", self.node("MatMul", weights, self.node("Transpose", held, perm=[1, 0, 2])), perm=[1, 0, 2])
        pointed = self.node("Split", both, outputs=2, axis=0, num_outputs=2)
        return pointed, f"{pointed}.1"

    def _shifts(self, parts: list[str], rows: str) -> "_Shifts":
        """What the parts [B], [P] and [T] side by side are some places earlier; what comes in is 0. `rows` is [T]."""
        return _Shifts(self, self.node("Concat", self.constant(np.zeros(SUFFIX, np.int32)), *parts, axis=0), rows)

    def _pointer(self, keys: str, seen: str) -> str:
        """How much each key's token is pointed at from the wanted positions, [J, S]."""
        attention = self.model.bank_attention
        query = self.unit_rows(self.linear(self.node("Gather", "bank_x", "logit_index", axis=0), attention.retrieval.weight, int8=False), self.config.d_key)
        scale = float(attention.pointer_temperature.detach().exp()) / self.config.n_kv_heads**0.5
        hidden = self.node("Gather", seen, "logit_index", axis=0)
        return self.node("Softmax", self.node("Gemm", query, keys, hidden, alpha=scale, transB=1), axis=-1)

    def predicted(self, h: str, weights: str, int8: bool) -> str:
        """Normalised hidden states [J, d] and the pointer's weights [J, S] → natural logarithms of probabilities [J, V]."""
        scale = self.model.logit_scale.detach().exp() * self.config.d_model**0.5
        logits = self.linear(h, self.model.embedding.weight * scale, int8=int8)
        if not self.config.pointer:
            return self.node("LogSoftmax", logits, axis=-1)
        gate = self.model.copy_gate
        share = self.node("Add", self.node("MatMul", h, self.constant(gate.weight.detach().numpy().T)), self.constant(gate.bias.detach().numpy()))
        trust = self.constant(self.model.copy_trust.detach().numpy())
        share = self.node("Add", share, self.node("Mul", self.node("ReduceMax", weights, self.whole(-1)), trust))
        # Beyond it a probability would be 0 and its logarithm no number.
        share = self.node("Clip", share, self.writer.floats(-_SUREST), self.writer.floats(_SUREST))
        own, copied = self.node("Sigmoid", self.node("Neg", share)), self.node("Sigmoid", share)  # [J, 1]
        least = self.node("Mul", copied, self.writer.floats(_LEAST_COPIED))
        mixed = self.node("Add", self.node("Mul", self.node("Softmax", logits, axis=-1), own), least)
        tokens = self.node("Expand", self.node("Concat", "memory_ids", "local_ids", "input_ids", axis=0), self.node("Shape", weights))
        return self.node("Log", self.node("ScatterElements", mixed, tokens, self.node("Mul", weights, copied), axis=1, reduction="add"))

    def _rotated(self, x: str) -> str:
        """[heads, T, d_head] with rotary positions over the two halves."""
        halves = self.node("Split", x, outputs=2, axis=2, num_outputs=2)
        turned = self.node("Mul", self.node("Concat", f"{halves}.1", halves, axis=2), self._sin)
        return self.node("Add", self.node("Mul", x, self._cos), turned)

    def _mixed(self, queries: str, keys: str, values: str, seen: str) -> str:
        """Attention of the query heads of one key head, one after the other: [heads × T, d_head], keys [S, d_head], seen [heads × T, S]."""
        scores = self.node("Gemm", queries, keys, seen, transB=1)
        return self.node("MatMul", self.node("Softmax", scores, axis=-1), values)

    def _side_by_side(self, heads: list[str]) -> str:
        """[shared × T, d_head] of each key head → [T, n_heads × d_head]."""
        config = self.config
        stacked = self.node("Reshape", self._joined(heads), self.whole(config.n_heads, -1, config.d_head))
        return self.node("Reshape", self.node("Transpose", stacked, perm=[1, 0, 2]), self.whole(-1, config.n_heads * config.d_head))

    def _fed(self, layer: Layer, h: str) -> str:
        """Adds the feed-forward part."""
        parts = self.node("Split", self.linear(self.norm(h), torch.cat([layer.gate.weight, layer.up.weight])), outputs=2, axis=1, num_outputs=2)
        inner = self.node("Mul", self.node("Mul", parts, self.node("Sigmoid", parts)), f"{parts}.1")
        return self.node("Add", h, self.linear(inner, layer.down.weight))

    def _stored(self, name: str, scales: str) -> str:
        """int8 [B, d_key] with a scale for each head [B, n_kv] → float32 [B, d_key]."""
        rows = self.node("Reshape", name, self.whole(-1, self.config.d_head))
        floats = self.node("DequantizeLinear", rows, self.node("Reshape", scales, self.whole(-1)), axis=0)
        return self.node("Reshape", floats, self.whole(-1, self.config.d_key))

    def _split(self, x: str, parts: int, axis: int) -> list[str]:
        if parts == 1:
            return [x]
        first = self.node("Split", x, outputs=parts, axis=axis, num_outputs=parts)
        return [first, *(f"{first}.{index}" for index in range(1, parts))]

    def _stacked(self, x: str) -> str:
        """[heads, T, n] → [heads × T, n]."""
        return self.node("Flatten", x, axis=2)

    def _filled(self, shape: str, value: float) -> str:
        return self.node("ConstantOfShape", shape, value=helper.make_tensor("value", TensorProto.FLOAT, [1], [value]))


@dataclass(frozen=True)
class _Shifts:
    """A row of all keys with zeros in front, of which a query or a key looks some places back."""

    decoder: _Decoder
    padded: str
    rows: str

    def asking(self, back: int) -> str:
        """[1, T, 1], for the new tokens."""
        w = self.decoder
        start = w.node("Sub", w.whole(-back), self.rows)
        return w.node("Unsqueeze", w.node("Slice", self.padded, start, self._end(back), w.whole(0)), w.whole(0, 2))

    def asked(self, back: int) -> str:
        """[1, 1, S], for all keys."""
        w = self.decoder
        return w.node("Unsqueeze", w.node("Slice", self.padded, w.whole(SUFFIX - back), self._end(back), w.whole(0)), w.whole(0, 1))

    def _end(self, back: int) -> str:
        return self.decoder.whole(-back if back else np.iinfo(np.int64).max)
