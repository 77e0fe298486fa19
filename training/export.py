"""Stage 8, export: a trained checkpoint → the int8 files that the product ships, with golden outputs."""
import argparse
import base64
import json
import shutil
from pathlib import Path

import torch

from lib.exported import ExportedModel, quantised, sha256_of, write_table
from lib.golden_texts import golden_texts
from lib.records import write_json

MAX_MEGABYTES = 17


def main() -> None:
    """Writes manifest.json, tokenizer.bin, table.bin, query-table.bin where there are two, and golden.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default="lore-static")
    parser.add_argument("--version", required=True)
    parser.add_argument("--trained-on", required=True, help="one sentence on the data")
    parser.add_argument("--max-bytes", type=int, default=8_192, help="the model reads no more of a text")
    flags = parser.parse_args()
    flags.out.mkdir(parents=True, exist_ok=True)
    state = torch.load(flags.checkpoint, weights_only=True, map_location="cpu")
    model, settings = state["model"], state["settings"]
    shutil.copyfile(flags.tokenizer, flags.out / "tokenizer.bin")
    manifest = {
        "format": 1, "kind": "static", "name": flags.name, "version": flags.version, "dimensions": model["rows"].shape[1],
        "prefixes": sorted({model["rows"].shape[1], *map(int, settings["prefixes"].split(","))}), "vocabulary": model["rows"].shape[0],
        "tokenCap": settings["token_cap"], "tokenizer": {"file": "tokenizer.bin", "sha256": sha256_of(flags.out / "tokenizer.bin")},
        "table": _table(flags.out / "table.bin", model["rows"], model["log_weights"]),
        "maxBytes": flags.max_bytes, "trainedOn": flags.trained_on,
    }  # fmt: skip
    if "query_rows" in model:
        manifest["queryTable"] = _table(flags.out / "query-table.bin", model["query_rows"], model["query_log_weights"])
    write_json(flags.out / "manifest.json", manifest)
    _write_golden(flags.out)
    size = sum(file.stat().st_size for file in flags.out.iterdir()) / 1e6
    print(f"{flags.out}: {size:.1f} MB")
    if size > MAX_MEGABYTES:
        raise SystemExit(f"The model is larger than the {MAX_MEGABYTES} MB that the product allows it: lower --vocabulary or --dimensions.")


def _table(path: Path, rows: torch.Tensor, log_weights: torch.Tensor) -> dict:
    table, scale = quantised((rows * log_weights.exp().unsqueeze(1)).numpy())
    write_table(path, table, scale)
    return {"file": path.name, "sha256": sha256_of(path), "scale": scale}


def _write_golden(folder: Path) -> None:
    """One text a line: its bytes, its tokens, its vector as code and, with two tables, as a question."""
    model = ExportedModel.read(folder)
    lines = []
    for data in golden_texts(model.max_bytes):
        entry = {"base64": base64.b64encode(data).decode(), "tokens": model.tokens(data), "vector": model.vector(data, model.code_table).tolist()}
        if model.query_table is not model.code_table and (model.query_table != model.code_table).any():
            entry["queryVector"] = model.vector(data, model.query_table).tolist()
        lines.append(json.dumps(entry, separators=(",", ":")))
    (folder / "golden.json").write_text('{"format":1,"texts":[\n' + ",\n".join(lines) + "\n]}\n")


if __name__ == "__main__":
    main()
