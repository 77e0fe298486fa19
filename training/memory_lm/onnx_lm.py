"""A plain reader of the exported graphs in onnxruntime: what the product does, without its speed."""
from dataclasses import dataclass

import numpy as np
import onnxruntime

from memory_lm.config import LmConfig
from memory_lm.names import N_NAMES, NameReader


@dataclass
class Memory:
    """Tokens to be remembered: `ids` [B], `names` [B, 3] as of names.py, int8 `keys` and `values` [B, d_key], their scales [B, n_kv], and `bias` [B], 0 where there is something."""

    ids: np.ndarray
    names: np.ndarray
    keys: np.ndarray
    key_scales: np.ndarray
    values: np.ndarray
    value_scales: np.ndarray
    bias: np.ndarray

    @staticmethod
    def of(ids: np.ndarray, names: np.ndarray, keys: np.ndarray, values: np.ndarray, n_kv: int) -> "Memory":
        """Quantises float keys and values [B, d_key], each head of each token with a scale of its own."""
        return Memory(ids.astype(np.int64), names, *quantised_heads(keys, n_kv), *quantised_heads(values, n_kv), np.zeros(len(ids), np.float32))

    @staticmethod
    def none(config: LmConfig) -> "Memory":
        """One hidden token in place of none."""
        zeros, ones = np.zeros((1, config.d_key), np.int8), np.ones((1, config.n_kv_heads), np.float32)
        return Memory(np.zeros(1, np.int64), np.zeros((1, N_NAMES), np.int32), zeros, ones, zeros, ones, np.full(1, -1e4, np.float32))


def quantised_heads(x: np.ndarray, n_kv: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns [B, d_key] as int8 and the scales [B, n_kv] that give it back."""
    heads = x.reshape(len(x), n_kv, -1)
    scale = np.maximum(1e-12, np.abs(heads).max(-1) / 127).astype(np.float32)
    return np.round(heads / scale[..., None]).astype(np.int8).reshape(x.shape), scale


class OnnxLm:
    """The two graphs, from files or bytes, and what tells the names of their tokens."""

    def __init__(self, config: LmConfig, names: NameReader, encode: bytes | str, read: bytes | str, threads: int = 1):
        self.config, self.names = config, names
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.encode_session, self.read_session = (onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"]) for graph in (encode, read))

    def sequence(self) -> "Sequence":
        """Returns an empty prompt."""
        return Sequence(self)


class Sequence:
    """A prompt with its own keys and values, to which tokens are appended."""

    def __init__(self, lm: OnnxLm):
        self._lm, config = lm, lm.config
        self._ids = np.zeros(0, np.int64)
        m, kv = config.bank_layer, config.n_kv_heads
        empty = np.zeros((0, config.d_head), np.float32)
        self._lower = {f"past_{kind}_{layer}_{head}": empty for layer in range(m) for head in range(kv) for kind in "kv"}
        self._upper = {f"past_{kind}_{layer}_{head}": empty for layer in range(m + 1, config.n_layers) for head in range(kv) for kind in "kv"}
        self._lower_conv = np.zeros((m + 1, config.conv - 1, config.d_model), np.float32)
        self._upper_conv = np.zeros((config.n_layers - m - 1, config.conv - 1, config.d_model), np.float32)
        self._shift = np.zeros((1, config.d_model), np.float32)
        self.keys, self.values = (np.zeros((0, config.d_key), np.float32) for _ in "kv")

    def step(self, ids: np.ndarray, memory: Memory, wanted: np.ndarray, targets: np.ndarray) -> dict[str, np.ndarray]:
        """Appends tokens; returns all outputs of both graphs, `log_probs` at `wanted` places among the new tokens."""
        lm, position = self._lm, np.array([len(self._ids)], np.int64)
        names = [output.name for output in lm.encode_session.get_outputs()]
        fed = {"input_ids": ids, "position": position, "past_conv": self._lower_conv, "past_shift": self._shift, **self._lower}
        lower = dict(zip(names, lm.encode_session.run(names, fed), strict=True))
        self._lower_conv, self._shift = lower["new_conv"], lower["new_shift"]
        self._extend(self._lower, lower)
        names_of = self._lm.names.names_of([*self._ids.tolist(), *ids.tolist()])
        fed = {
            "local_names": names_of[: len(self._ids)], "input_names": names_of[len(self._ids) :], "memory_names": memory.names,
            "hidden": lower["hidden"], "bank_x": lower["bank_x"], "input_ids": ids, "position": position, "local_k": self.keys,
            "local_v": self.values, "local_ids": self._ids, "local_new_k": lower["bank_k"], "local_new_v": lower["bank_v"],
            "past_conv": self._upper_conv, **self._upper, "memory_k": memory.keys, "memory_v": memory.values, "memory_ks": memory.key_scales,
            "memory_vs": memory.value_scales, "memory_ids": memory.ids, "memory_bias": memory.bias, "logit_index": wanted, "targets": targets,
        }  # fmt: skip
        names = [output.name for output in lm.read_session.get_outputs()]
        upper = dict(zip(names, lm.read_session.run(names, fed), strict=True))
        self._upper_conv = upper["new_conv"]
        self._extend(self._upper, upper)
        self._ids = np.concatenate([self._ids, ids])
        self.keys, self.values = np.concatenate([self.keys, lower["bank_k"]]), np.concatenate([self.values, lower["bank_v"]])
        return {**{name: lower[name] for name in ("bank_k", "bank_v", "query", "salience")}, **{name: upper[name] for name in ("log_probs", "target_log_prob", "memory_weight")}}

    def _extend(self, pasts: dict[str, np.ndarray], made: dict[str, np.ndarray]) -> None:
        kv = self._lm.config.n_kv_heads
        layers = sorted({int(name.split("_")[2]) for name in pasts})
        for row, (layer, head) in enumerate((layer, head) for layer in layers for head in range(kv)):
            for kind in "kv":
                name = f"past_{kind}_{layer}_{head}"
                pasts[name] = np.concatenate([pasts[name], made[f"new_{kind}"][row]])
