"""Stage 3, export the memory language model: a checkpoint → the folder that the product ships, with golden outputs.

Says how far the graphs are from PyTorch in float32, and what int8 costs; with --held-out also in perplexity.
"""
import argparse
import base64
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from lib.exported import sha256_of
from lib.golden_texts import golden_texts
from lib.records import write_json
from lib.tokenizer_file import read_tokenizer
from memory_lm.config import LmConfig
from memory_lm.documents import HEADER_TOKENS, chunks_of
from memory_lm.graphs import Int8, encode_graph, read_graph
from memory_lm.lm_tokenizer import LmTokenizer
from memory_lm.model import Bank, MemoryLm
from memory_lm.names import NameReader
from memory_lm.onnx_lm import Memory, OnnxLm

GOLDEN_BYTES = 400
BEST = 5
_TOLD = (
    "src/settings.ts",
    b"import { read } from './read';\n\nexport const RETRY_LIMIT_MS = 4821;\nexport const cache_folder = \"amber-lake\";\n\n"
    b"export function openSession(user, secret, region) {\n  return read(user, secret, region);\n}\n",
)
_ASKED = (
    ("test/settings.test.ts", b"import { RETRY_LIMIT_MS } from '../src/settings';\n\nexpect(RETRY_LIMIT_MS).toBe("),
    ("lib/session.py", b"def connect(self, user):\n    return open"),
    ("a.go", b"x"),
)
_CHUNKED = ("deep/folder/with/a/long/name/of/several/words/andMore.java", b"".join(b"    int field%d = %d;\n" % (n, n * 7) for n in range(60)) + b"x" * 700)


def main() -> None:
    """Writes manifest.json, tokenizer.bin, encode.onnx, read.onnx and golden.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True, help="what train_bank.py wrote")
    parser.add_argument("--tokenizer", type=Path, required=True, help="the tokenizer.bin that it was trained with")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default="lore-memory-lm")
    parser.add_argument("--version", required=True)
    parser.add_argument("--trained-on", required=True, help="one sentence on the data")
    parser.add_argument("--float-layers", action="store_true", help="keep the layers' matrices in float32")
    parser.add_argument("--float-embedding", action="store_true", help="keep the embedding in float32")
    parser.add_argument("--float-head", action="store_true", help="keep the matrix of the prediction in float32")
    parser.add_argument("--allowed-error", type=float, default=0.1, help="largest difference of a figure in golden.json that another processor may show")
    parser.add_argument("--held-out", type=Path, nargs="*", default=[], help="repositories of documents.py (NAME.npz) on which perplexity is compared")
    parser.add_argument("--held-out-windows", type=int, default=8, help="windows of each")
    flags = parser.parse_args()
    model = load_model(flags.checkpoint)
    tokenizer = LmTokenizer(read_tokenizer(flags.tokenizer))
    int8 = Int8(layers=not flags.float_layers, embedding=not flags.float_embedding, head=not flags.float_head)
    flags.out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(flags.tokenizer, flags.out / "tokenizer.bin")
    graphs = {"encode": encode_graph(model, int8).SerializeToString(), "read": read_graph(model, int8).SerializeToString()}
    for name, graph in graphs.items():
        (flags.out / f"{name}.onnx").write_bytes(graph)
    write_json(flags.out / "manifest.json", _manifest(flags, model.config))
    reader = NameReader(tokenizer)
    exported = OnnxLm(model.config, reader, graphs["encode"], graphs["read"])
    exact = OnnxLm(model.config, reader, encode_graph(model, Int8()).SerializeToString(), read_graph(model, Int8()).SerializeToString())
    (flags.out / "golden.json").write_text(golden(exported, tokenizer, flags.allowed_error))
    print(f"{flags.out}: {', '.join(f'{file.name} {file.stat().st_size / 1e3:.0f} kB' for file in sorted(flags.out.iterdir()))}")
    windows = [chunk for path, data in ((_TOLD, *_ASKED)) for chunk in chunks_of(tokenizer, model.config, path, data)]
    print(f"float32 against PyTorch: largest difference of a log-probability {_difference(model, exact, windows, windows[0]):.2e}")
    print(f"as exported ({asdict(int8)}): {_difference(model, exported, windows, windows[0]):.3f}")
    if flags.held_out:
        _compare(flags, model, exact, exported)


def load_model(checkpoint: Path) -> MemoryLm:
    """Returns the model of a checkpoint of train_bank.py."""
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")
    model = MemoryLm(LmConfig(**state["config"]))
    model.load_state_dict(state["model"])
    return model.eval()


def _manifest(flags: argparse.Namespace, config: LmConfig) -> dict:
    names = ("vocabulary", "d_model", "n_layers", "n_heads", "n_kv_heads", "d_ffn", "bank_layer", "d_head", "window", "conv")
    files = {name: {"file": name, "sha256": sha256_of(flags.out / name)} for name in ("tokenizer.bin", "encode.onnx", "read.onnx")}
    return {
        "format": 1, "kind": "memory-lm", "name": flags.name, "version": flags.version, "config": {name: getattr(config, name) for name in names},
        "tokenizer": files["tokenizer.bin"], "graphs": {"encode": files["encode.onnx"], "read": files["read.onnx"]},
        "headerTokens": HEADER_TOKENS, "trainedOn": flags.trained_on,
    }  # fmt: skip


def golden(lm: OnnxLm, tokenizer: LmTokenizer, allowed_error: float) -> str:
    """Returns golden.json: texts with their tokens and the names in front of each, a file with its chunks, and prompts with what the graphs say of them.

    A prompt is appended in one piece; `memory` is what it remembers, or null. `encoded` has rows at some places of the prompt, `best` the
    tokens of highest probability after it.
    """
    config = lm.config
    told = np.array(chunks_of(tokenizer, config, *_TOLD)[0], np.int64)
    step = lm.sequence().step(told, Memory.none(config), np.array([0]), np.array([0]))
    memory = Memory.of(told, lm.names.names_of(told.tolist()), step["bank_k"], step["bank_v"], config.n_kv_heads)
    texts = [{"base64": _base64(data), "tokens": (tokens := tokenizer.encode(data)), "names": lm.names.names_of(tokens).ravel().tolist()} for data in golden_texts(GOLDEN_BYTES)]
    path, data = _CHUNKED
    chunked = [{"path": path, "base64": _base64(data), "chunks": chunks_of(tokenizer, config, path, data)}]
    remembered = {
        "ids": told.tolist(), "keys": _base64(memory.keys.tobytes()), "keyScales": _rounded(memory.key_scales, 7),
        "values": _base64(memory.values.tobytes()), "valueScales": _rounded(memory.value_scales, 7),
    }  # fmt: skip
    prompts = [_prompt(lm, np.array(chunks_of(tokenizer, config, *asked)[0], np.int64), memory if with_memory else None) for asked in _ASKED for with_memory in (False, True)]
    head = f'{{"format":1,"allowedError":{allowed_error},"memory":{_line(remembered)},\n"texts":[\n'
    return head + ",\n".join(map(_line, texts)) + '\n],"files":[\n' + ",\n".join(map(_line, chunked)) + '\n],"prompts":[\n' + ",\n".join(map(_line, prompts)) + "\n]}\n"


def _prompt(lm: OnnxLm, tokens: np.ndarray, memory: Memory | None) -> dict:
    last = np.array([len(tokens) - 1])
    step = lm.sequence().step(tokens, memory or Memory.none(lm.config), last, np.array([0]))
    places = sorted({0, 1, len(tokens) // 2, len(tokens) - 1})
    best = np.argsort(-step["log_probs"][0])[:BEST]
    return {
        "tokens": tokens.tolist(), "withMemory": memory is not None,
        "encoded": [
            {"at": at, "key": _rounded(step["bank_k"][at]), "value": _rounded(step["bank_v"][at]), "query": _rounded(step["query"][at]), "salience": round(float(step["salience"][at]), 4)}
            for at in places if memory is None
        ],
        "best": [[int(token), round(float(step["log_probs"][0, token]), 4)] for token in best],
        "memoryWeight": round(float(step["memory_weight"].sum()), 4) if memory else 0,
    }  # fmt: skip


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _rounded(values: np.ndarray, digits: int = 4) -> list[float]:
    return [round(float(value), digits) for value in values.ravel()]


def _line(value: dict) -> str:
    return json.dumps(value, separators=(",", ":"))


@torch.no_grad()
def torch_log_probs(model: MemoryLm, reader: NameReader, tokens: list[int], memory: Memory | None) -> np.ndarray:
    """Returns PyTorch's log-probabilities [T, vocabulary] after each token of a window."""
    ids = torch.tensor(tokens)[None]
    x = model.bank_input(h := model.lower(ids))
    local = model.bank_of(x, ids, torch.from_numpy(reader.names_of(tokens))[None])
    bank = None if memory is None else _bank(memory, model.config)
    after, weights = model.bank_read(h, x, local, bank, None if bank is None else torch.ones(1, bank.tokens.shape[1], dtype=torch.bool))
    sources = ids if bank is None else torch.cat([bank.tokens, ids], 1)
    return model.log_probs(model.above(after), weights, sources)[0].numpy()


def _bank(memory: Memory, config: LmConfig) -> Bank:
    def heads(rows: np.ndarray, scales: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(rows.reshape(len(rows), config.n_kv_heads, -1) * scales[..., None]).transpose(0, 1)[None]

    return Bank(torch.from_numpy(memory.ids)[None], torch.from_numpy(memory.names)[None], heads(memory.keys, memory.key_scales), heads(memory.values, memory.value_scales))


def _difference(model: MemoryLm, lm: OnnxLm, windows: list[list[int]], remembered: list[int]) -> float:
    """The largest difference of a log-probability between PyTorch and the graphs, with a memory and without."""
    ids = np.array(remembered, np.int64)
    step = lm.sequence().step(ids, Memory.none(lm.config), np.array([0]), np.array([0]))
    memory = Memory.of(ids, lm.names.names_of(remembered), step["bank_k"], step["bank_v"], lm.config.n_kv_heads)
    worst = 0.0
    for window in windows:
        for used in (None, memory):
            got = lm.sequence().step(np.array(window, np.int64), used or Memory.none(lm.config), np.arange(len(window)), np.zeros(len(window), np.int64))
            worst = max(worst, float(np.abs(got["log_probs"] - torch_log_probs(model, lm.names, window, used)).max()))
    return worst


def _compare(flags: argparse.Namespace, model: MemoryLm, exact: OnnxLm, exported: OnnxLm) -> None:
    """Says what the exported precision costs in perplexity, each window remembering the one before it."""
    length, losses = model.config.window, {"float32": [], "exported": []}
    for path in flags.held_out:
        with np.load(path) as packed:
            tokens = packed["tokens"].astype(np.int64)
        starts = np.linspace(0, len(tokens) - 2 * length - 1, flags.held_out_windows).astype(int)
        for start in starts:
            before, window = tokens[start : start + length], tokens[start + length : start + 2 * length + 1]
            for name, lm in (("float32", exact), ("exported", exported)):
                step = lm.sequence().step(before, Memory.none(lm.config), np.array([0]), np.array([0]))
                memory = Memory.of(before, lm.names.names_of(before.tolist()), step["bank_k"], step["bank_v"], lm.config.n_kv_heads)
                losses[name].append(-lm.sequence().step(window[:-1], memory, np.arange(length), window[1:])["target_log_prob"].mean())
    mean = {name: float(np.mean(values)) for name, values in losses.items()}
    change = np.exp(mean["exported"] - mean["float32"]) - 1
    print(f"perplexity on {len(losses['float32'])} held-out windows: float32 {np.exp(mean['float32']):.4f}, as exported {np.exp(mean['exported']):.4f} ({change:+.2%})")


if __name__ == "__main__":
    main()
