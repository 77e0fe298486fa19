"""Stage 9c, export_ranker: LightGBM's trees → the file that the product ships, with golden outputs.

The layout stands in server/model/rankerModel.ts.
"""
import argparse
import json
import struct
from pathlib import Path

import lightgbm
import numpy as np

from lib.exported import sha256_of
from lib.records import read_json, write_json

MAGIC, FILE_VERSION = b"LTRE", 1
NODE = struct.Struct("<iiiidd")
N_GOLDEN = 64


def main() -> None:
    """Writes manifest.json, trees.bin and golden.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="what train_ranker.py wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default="lore-ranker")
    parser.add_argument("--version", required=True)
    parser.add_argument("--trained-on", required=True, help="one sentence on the data")
    parser.add_argument("--seed", type=int, default=7)
    flags = parser.parse_args()
    flags.out.mkdir(parents=True, exist_ok=True)
    booster = lightgbm.Booster(model_file=flags.run / "ranker.txt")
    model = booster.dump_model()
    nodes = [node for tree in model["tree_info"] for node in flattened(tree["tree_structure"])]
    header = MAGIC + struct.pack("<III", FILE_VERSION, len(model["tree_info"]), len(nodes))
    trees = flags.out / "trees.bin"
    trees.write_bytes(header + b"".join(NODE.pack(*node) for node in _absolute(nodes)))
    calibration = read_json(flags.run / "report.json")["calibration"]
    manifest = {
        "format": 1, "kind": "ranker", "name": flags.name, "version": flags.version, "features": booster.feature_name(),
        "trees": {"file": trees.name, "sha256": sha256_of(trees)}, "calibration": calibration, "trainedOn": flags.trained_on,
    }  # fmt: skip
    write_json(flags.out / "manifest.json", manifest)
    golden = golden_vectors(model, np.random.default_rng(flags.seed))
    sums = booster.predict(golden, raw_score=True)
    lines = [json.dumps({"vector": vector, "sum": total}, separators=(",", ":")) for vector, total in zip(golden.tolist(), sums.tolist(), strict=True)]
    (flags.out / "golden.json").write_text('{"format":1,"vectors":[\n' + ",\n".join(lines) + "\n]}\n")
    print(f"{len(model['tree_info'])} trees, {len(nodes)} nodes, {trees.stat().st_size / 1e3:.0f} kB")


def flattened(root: dict) -> list[tuple[int, int, int, int, float, float]]:
    """Returns a tree's nodes, root first, children after their parent: feature (-1 in a leaf), how far behind the node its children stand,
    1 for the root, threshold, and value: a leaf's output, or the mean output of the training examples below."""
    nodes: list[tuple[int, int, int, int, float, float]] = []

    def add(node: dict) -> tuple[float, int]:
        at = len(nodes)
        is_root = int(at == 0)
        if "split_feature" not in node:
            value, count = float(node["leaf_value"]), int(node.get("leaf_count", 1))
            nodes.append((-1, 0, 0, is_root, 0.0, value))
            return value, count
        if node["decision_type"] != "<=" or node["missing_type"] != "None":
            raise SystemExit(f"The product knows no split of the type {node['decision_type']}, missing values {node['missing_type']}.")
        nodes.append((0, 0, 0, is_root, 0.0, 0.0))
        left = len(nodes) - at
        left_mean, left_count = add(node["left_child"])
        right = len(nodes) - at
        right_mean, right_count = add(node["right_child"])
        count = left_count + right_count
        mean = (left_mean * left_count + right_mean * right_count) / max(1, count)
        nodes[at] = (int(node["split_feature"]), left, right, is_root, float(node["threshold"]), mean)
        return mean, count

    add(root)
    return nodes


def _absolute(nodes: list[tuple[int, int, int, int, float, float]]):
    for at, (feature, left, right, is_root, threshold, value) in enumerate(nodes):
        yield (feature, at + left if feature >= 0 else 0, at + right if feature >= 0 else 0, is_root, threshold, value)


def golden_vectors(model: dict, random: np.random.Generator) -> np.ndarray:
    """Returns vectors drawn from the range that each feature had in training; features that no tree reads vary too, and change nothing."""
    infos = model["feature_infos"]
    bounds = [(infos[name]["min_value"], infos[name]["max_value"]) if name in infos else (0.0, 1.0) for name in model["feature_names"]]
    low, high = np.array(bounds).T
    return np.round(random.uniform(low, high, (N_GOLDEN, len(bounds))), 4)


if __name__ == "__main__":
    main()
