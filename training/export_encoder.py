"""Stage 10d, export the encoder: a trained checkpoint → the ONNX file that the product ships, with golden outputs.

With --untrained there need be no checkpoint: the exported model has random layers over a static model, for tests of the runtime.
"""
import argparse
import base64
import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from lib.bpe import Encoder
from lib.encoder_graph import encoder_graph
from lib.encoder_model import SHAPES, EncoderModel
from lib.encoder_reader import load_encoder
from lib.exported import sha256_of
from lib.golden_texts import golden_texts
from lib.records import read_json, write_json
from lib.sequences import sequences_of
from lib.static_table import read_static
from lib.tokenizer_file import read_tokenizer

GOLDEN_BYTES = 2_048


def main() -> None:
    """Writes manifest.json, tokenizer.bin, encoder.onnx and golden.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, help="what train_encoder.py wrote")
    parser.add_argument("--untrained", choices=sorted(SHAPES), help="instead of --checkpoint: the size of a model with random layers")
    parser.add_argument("--static", type=Path, required=True, help="folder of the static model that it is built on")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default="lore-encoder")
    parser.add_argument("--version", required=True)
    parser.add_argument("--trained-on", required=True, help="one sentence on the data")
    parser.add_argument("--max-query-tokens", type=int, default=32)
    parser.add_argument("--max-code-tokens", type=int, default=128)
    parser.add_argument("--rerank-weight", type=float, required=True, help="what a similarity that is larger by one adds to a place's score")
    parser.add_argument("--rerank-candidates", type=int, default=50, help="so many of the best places are read")
    parser.add_argument("--allowed-error", type=float, default=0.02, help="largest difference of an entry that another processor may show")
    parser.add_argument("--float", action="store_true", help="keep all weights in float32")
    parser.add_argument("--seed", type=int, default=7)
    flags = parser.parse_args()
    if (flags.checkpoint is None) == (flags.untrained is None):
        parser.error("give either --checkpoint or --untrained")
    model = _untrained(flags) if flags.untrained else load_encoder(flags.checkpoint, flags.static)
    flags.out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(flags.static / "tokenizer.bin", flags.out / "tokenizer.bin")
    graph = flags.out / "encoder.onnx"
    graph.write_bytes(encoder_graph(model.eval(), int8=not flags.float).SerializeToString())
    manifest = {
        "format": 1, "kind": "encoder", "name": flags.name, "version": flags.version, "dimensions": model.dimensions,
        "vocabulary": model.rows.shape[0], "tokenizer": {"file": "tokenizer.bin", "sha256": sha256_of(flags.out / "tokenizer.bin")},
        "graph": {"file": graph.name, "sha256": sha256_of(graph)},
        "maxQueryTokens": flags.max_query_tokens, "maxCodeTokens": flags.max_code_tokens,
        "rerank": {"weight": flags.rerank_weight, "candidates": flags.rerank_candidates}, "trainedOn": flags.trained_on,
    }  # fmt: skip
    write_json(flags.out / "manifest.json", manifest)
    error = _write_golden(flags, model)
    print(f"{flags.out}: {sum(file.stat().st_size for file in flags.out.iterdir()) / 1e6:.1f} MB; largest difference to the float model {error:.4f}")


def _untrained(flags: argparse.Namespace) -> EncoderModel:
    model = EncoderModel(SHAPES[flags.untrained], *read_static(flags.static), flags.seed)
    # At zero, where training starts, the layers would change nothing and a test could not see them.
    torch.nn.init.normal_(model.to_vector.weight, std=model.dimensions**-0.5 / 4)
    torch.nn.init.normal_(model.to_weight.weight, std=model.dimensions**-0.5 / 4)
    return model


@torch.no_grad()
def _write_golden(flags: argparse.Namespace, model: EncoderModel) -> float:
    """One text a line: its bytes, the tokens that were read, and its embedding, each computed alone. Returns the largest difference
    between the exported and the float model."""
    manifest = read_json(flags.out / "manifest.json")
    session = onnxruntime.InferenceSession(flags.out / "encoder.onnx", providers=["CPUExecutionProvider"])
    encoder = Encoder(read_tokenizer(flags.out / "tokenizer.bin"))
    lines, error = [], 0.0
    for data in golden_texts(GOLDEN_BYTES):
        tokens = encoder.encode(data)[: manifest["maxCodeTokens"]]
        ids, mask = sequences_of([tokens]).padded(np.array([0]))
        embedding = session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})[0][0]
        error = max(error, float(np.abs(embedding - model(torch.from_numpy(ids), torch.from_numpy(mask))[0].numpy()).max()))
        entry = {"base64": base64.b64encode(data).decode(), "tokens": tokens, "embedding": [round(float(value), 5) for value in embedding]}
        lines.append(json.dumps(entry, separators=(",", ":")))
    head = f'{{"format":1,"allowedError":{flags.allowed_error},"texts":[\n'
    (flags.out / "golden.json").write_text(head + ",\n".join(lines) + "\n]}\n")
    return error


if __name__ == "__main__":
    main()
