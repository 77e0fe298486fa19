"""Stage 7b, evaluate: ranks all chunks of each held-out tree for each question by BM25, by the static model and by the fusion of
both, and prints recall among the first ten files and MRR@10 with 95 % intervals, and what fusion gains over BM25.

Reads question files as questions.py writes them. Measures the trained checkpoint or, with --exported, the int8 files as shipped.
"""
import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from lib.bags import Bags, bags_of
from lib.bm25 import Bm25, terms_of
from lib.bpe import Encoder
from lib.chunks import chunk, code_text
from lib.exported import ExportedModel
from lib.functions import SourceFile, find_functions
from lib.languages import language_of
from lib.ranking import file_scores, fused, interval, top
from lib.records import read_json, read_lines, write_json
from lib.static_model import capped
from lib.tokenizer_file import read_tokenizer
from tokenizer import tag_of


def main() -> None:
    """Prints the table and writes it with --report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, required=True, help="folder with NAME.jsonl and NAME.manifest.json")
    parser.add_argument("--trees", type=Path, help="folder with NAME.tree; --questions unless given")
    parser.add_argument("--cache", type=Path, required=True, help="folder for chunks and their tokens")
    parser.add_argument("--tokenizer", type=Path, help="tokenizer.bin of the checkpoint")
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--exported", type=Path, help="folder with manifest.json")
    parser.add_argument("--dimensions", type=int, default=256, help="how many of the leading dimensions to use")
    parser.add_argument("--weights", default="1", help="weights of the static ranking in the fusion, comma-separated; BM25 has 1")
    parser.add_argument("--report", type=Path)
    flags = parser.parse_args()
    if (flags.exported is None) == (flags.checkpoint is None):
        parser.error("give either --exported or --checkpoint with --tokenizer")
    model = _Vectors(flags)
    weights = [float(weight) for weight in flags.weights.split(",")]
    rows = []
    for file in sorted(flags.questions.glob("*.jsonl")):
        rows += _ask(file, flags, model, weights)
    report = summary(rows)
    print(json.dumps(report, indent=1))
    if flags.report:
        write_json(flags.report, {"flags": {k: str(v) for k, v in vars(flags).items()}, **report})


class _Vectors:
    """Turns bags into normalised vectors, from either form of the model."""

    def __init__(self, flags: argparse.Namespace):
        self.dimensions = flags.dimensions
        tokenizer = flags.tokenizer or flags.exported / "tokenizer.bin"
        self.tag = tag_of(tokenizer)
        self.encoder = Encoder(read_tokenizer(tokenizer))
        if flags.exported:
            shipped = ExportedModel.read(flags.exported)
            self.token_cap, self.code = shipped.token_cap, shipped.code_table.astype(np.float32)
            self.query = shipped.query_table.astype(np.float32)
        else:
            state = torch.load(flags.checkpoint, weights_only=True, map_location="cpu")
            self.token_cap, model = state["settings"]["token_cap"], state["model"]
            self.code = (model["rows"] * model["log_weights"].exp().unsqueeze(1)).numpy()
            self.query = self.code
            if "query_rows" in model:
                self.query = (model["query_rows"] * model["query_log_weights"].exp().unsqueeze(1)).numpy()

    def of(self, bags: Bags, table: np.ndarray) -> np.ndarray:
        """Returns [texts, dimensions], normalised."""
        sums = torch.nn.functional.embedding_bag(
            torch.from_numpy(bags.ids.astype(np.int64)), torch.from_numpy(table[:, : self.dimensions].copy()),
            torch.from_numpy(bags.offsets[:-1]), mode="sum", per_sample_weights=torch.from_numpy(capped(bags.counts, self.token_cap)),
        ).numpy()  # fmt: skip
        return sums / np.maximum(1e-9, np.linalg.norm(sums, axis=1, keepdims=True))


def _ask(file: Path, flags: argparse.Namespace, model: _Vectors, weights: list[float]) -> list[dict]:
    name = file.stem
    tree = (flags.trees or flags.questions) / f"{name}.tree"
    questions = [question for question in read_lines(file)]
    if not questions:
        return []
    chunks = _chunks(tree, read_json(file.with_name(f"{name}.manifest.json"))["files"], flags.cache / f"{name}.chunks.json")
    files = [path for path, _ in chunks]
    vectors = model.of(_bags(chunks, flags.cache / f"{name}.{model.tag}.npz", model.encoder), model.code)
    asked = model.of(bags_of(model.encoder.counted(question["query"].encode()) for question in questions), model.query)
    lexical = _lexical(chunks, questions, flags.cache / f"{name}.bm25.json")
    rows = []
    for number, question in enumerate(questions):
        relevant = {place["path"] for place in question["relevant"]}
        dense = top(vectors @ asked[number])
        rankings = {"bm25": lexical[number], "static": dense}
        for weight in weights:
            rankings[f"fusion x{weight:g}"] = fused([(lexical[number], 1.0), (dense, weight)], len(files))
        scores = {system: file_scores(ranking, files, relevant) for system, ranking in rankings.items()}
        rows.append({"repository": name, "kind": question["kind"], "id": question["id"], "scores": scores})
    return rows


def _chunks(tree: Path, paths: list[str], cache: Path) -> list[tuple[str, str]]:
    if cache.exists():
        return [tuple(entry) for entry in read_json(cache)]
    found = []
    for path in paths:
        text = (tree / path).read_text(encoding="utf-8", errors="replace")
        source = SourceFile(text, language_of(path) or "c")
        functions = find_functions(source)
        for first, last in chunk(source, functions):
            symbol = next((function.name for function in functions if first <= function.signature <= last), "")
            found.append((path, code_text(path, symbol, source.lines[first : last + 1])))
    write_json(cache, found)
    return found


def _bags(chunks: list[tuple[str, str]], cache: Path, encoder: Encoder) -> Bags:
    if cache.exists():
        with np.load(cache) as data:
            return Bags(data["ids"], data["counts"], data["offsets"])
    bags = bags_of(encoder.counted(text.encode("utf-8", "replace")) for _, text in chunks)
    np.savez(cache, ids=bags.ids, counts=bags.counts, offsets=bags.offsets)
    return bags


def _lexical(chunks: list[tuple[str, str]], questions: list[dict], cache: Path) -> list[np.ndarray]:
    if cache.exists():
        return [np.array(ranking, np.int64) for ranking in read_json(cache)]
    index = Bm25([terms_of(text) for _, text in chunks])
    rankings = [top(index.scores(question["query"])) for question in questions]
    write_json(cache, [ranking.tolist() for ranking in rankings])
    return rankings


def summary(rows: list[dict]) -> dict:
    """Returns, for all questions and each kind, every system's means, and the gain of each fusion over BM25 with its intervals."""
    groups: dict[str, list[dict]] = defaultdict(list)
    for row in rows:
        groups["all"].append(row)
        groups[row["kind"]].append(row)
    report: dict[str, dict] = {}
    for group, members in groups.items():
        repositories = np.array([row["repository"] for row in members])
        report[group] = {"questions": len(members), "repositories": len(set(repositories))}
        for system in members[0]["scores"]:
            entry = {}
            for at, measure in enumerate(("R@10", "MRR@10")):
                values = np.array([row["scores"][system][at] for row in members])
                entry[measure] = round(float(values.mean()), 4)
                if system != "bm25":
                    gain = values - np.array([row["scores"]["bm25"][at] for row in members])
                    intervals = (interval(gain), interval(gain, repositories))
                    by_query, by_repository = ([round(bound, 4) for bound in bounds] for bounds in intervals)
                    entry[f"{measure} gain"] = [round(float(gain.mean()), 4), by_query, by_repository]
            report[group][system] = entry
    return report


if __name__ == "__main__":
    main()
