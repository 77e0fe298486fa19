"""Writes a tiny memory language model with random weights, all in float32, for tests that two ways of computing agree.

An int8 graph rounds by what it is given at once, so tokens one by one and all at once differ there; here they do not. It has several layers
below and above the bank layer and several key heads, which the trained fixture has not.
"""
import argparse
import json
from collections import Counter
from pathlib import Path

import torch

from lib.bpe import train_merges
from lib.exported import sha256_of
from lib.records import write_json
from lib.tokenizer_file import write_tokenizer
from memory_lm.config import N_SPECIAL, LmConfig
from memory_lm.documents import HEADER_TOKENS
from memory_lm.export_lm import golden
from memory_lm.graphs import Int8, encode_graph, read_graph
from memory_lm.lm_tokenizer import LmTokenizer
from memory_lm.model import MemoryLm
from memory_lm.names import NameReader
from memory_lm.onnx_lm import OnnxLm
from memory_lm.pieces import split_pieces

_CONFIG = LmConfig("tiny", vocabulary=320, d_model=16, n_layers=5, n_heads=4, n_kv_heads=2, d_ffn=24, bank_layer=2, d_head=8, window=200)
_ALLOWED_ERROR = 0.0005
"""Figures in golden.json are rounded to four digits."""


def main() -> None:
    """Writes manifest.json, tokenizer.bin, encode.onnx, read.onnx and golden.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    flags = parser.parse_args()
    flags.out.mkdir(parents=True, exist_ok=True)
    merges = train_merges(Counter(split_pieces(Path(__file__).read_bytes())), _CONFIG.vocabulary - 256 - N_SPECIAL)
    write_tokenizer(flags.out / "tokenizer.bin", merges)
    model = _random_model(flags.seed)
    graphs = {"encode": encode_graph(model, Int8()).SerializeToString(), "read": read_graph(model, Int8()).SerializeToString()}
    for name, graph in graphs.items():
        (flags.out / f"{name}.onnx").write_bytes(graph)
    files = {name: {"file": name, "sha256": sha256_of(flags.out / name)} for name in ("tokenizer.bin", "encode.onnx", "read.onnx")}
    sizes = {name: value for name, value in _CONFIG.to_json().items() if isinstance(value, int) and not isinstance(value, bool)}
    write_json(flags.out / "manifest.json", {
        "format": 1, "kind": "memory-lm", "name": "tiny", "version": "0.0.0", "config": sizes, "tokenizer": files["tokenizer.bin"],
        "graphs": {"encode": files["encode.onnx"], "read": files["read.onnx"]}, "headerTokens": HEADER_TOKENS, "trainedOn": "nothing: random weights",
    })  # fmt: skip
    tokenizer = LmTokenizer(merges)
    text = golden(OnnxLm(_CONFIG, NameReader(tokenizer), graphs["encode"], graphs["read"]), tokenizer, _ALLOWED_ERROR)
    (flags.out / "golden.json").write_text(text)
    print(f"{flags.out}: {len(json.loads(text)['prompts'])} prompts")


def _random_model(seed: int) -> MemoryLm:
    """Weights large enough that every part has a say."""
    torch.manual_seed(seed)
    model = MemoryLm(_CONFIG)
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            scale = 0.5 if name.endswith("conv.weight") else 1.0
            torch.nn.init.normal_(parameter, std=scale * parameter.shape[-1] ** -0.5)
    return model.eval()


if __name__ == "__main__":
    main()
