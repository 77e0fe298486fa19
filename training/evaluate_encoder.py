"""Stage 10c, evaluate the encoder: does it order the candidates of a question better than what is cheaper, and what does it cost?

The candidates are the product's best by hand, as candidates.py wrote them. The rivals over the static model's rows: its
similarity, MaxSim and K-NRM. Each one's score stands beside that of BM25 with a weight that is chosen on the other half of the
repositories. Measures a checkpoint or, with --exported, the int8 graph as shipped; prints the processor time of every system.
"""
import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from lib.bags import Bags, bags_of
from lib.bpe import Encoder
from lib.candidates import Asked, asked_of
from lib.chunks import code_text
from lib.encoder_reader import ExportedReader, TorchReader
from lib.late_interaction import kernel_features, maxsim
from lib.records import folder_of, read_json, read_lines, write_json
from lib.reranking import HAND, KERNELS, LEXICAL, REFERENCE, Scores, summary
from lib.sequences import sequences_of
from lib.static_table import read_static, static_vectors
from lib.tokenizer_file import read_tokenizer

T = TypeVar("T")


def main() -> None:
    """Prints the tables and writes them with --report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, required=True, help="folder with NAME.jsonl, NAME.manifest.json and NAME.tree")
    parser.add_argument("--candidates", type=Path, required=True, help="folder with NAME.jsonl as candidates.py wrote them")
    parser.add_argument("--split", type=Path, required=True)
    parser.add_argument("--side", choices=["validation", "test"], default="validation")
    parser.add_argument("--static", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, help="what train_encoder.py wrote")
    parser.add_argument("--exported", type=Path, help="what export_encoder.py wrote; with neither, only the rivals are measured")
    parser.add_argument("--sides", choices=["query", "both"], default="both", help="what the exported encoder reads")
    parser.add_argument("--per-repository", type=int, default=0, help="questions of each repository, drawn at random; 0: all")
    parser.add_argument("--most", type=int, default=50, help="candidates of a question, the best by hand")
    parser.add_argument("--query-tokens", type=int, default=32)
    parser.add_argument("--code-tokens", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--report", type=Path)
    flags = parser.parse_args()
    if flags.checkpoint and flags.exported:
        parser.error("give --checkpoint or --exported, not both")
    torch.set_num_threads(flags.threads)
    systems = _Systems(flags)
    found = [pair for name in read_json(flags.split)[flags.side] for pair in systems.ask(folder_of(name))]
    asked, scores = [question for question, _ in found], [each for _, each in found]
    if len({question.repository for question in asked}) < 2:
        raise SystemExit("Weights are chosen on one half of the repositories for the other: there have to be questions of two at least.")
    report = {**summary(asked, scores), "processor milliseconds a question": systems.clock.means()}
    print(json.dumps(report, indent=1))
    if flags.report:
        write_json(flags.report, {"flags": {name: str(value) for name, value in vars(flags).items()}, **report})


class _Clock:
    """Adds up processor time by name."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}
        self.numbers: dict[str, list[float]] = {}

    def timed(self, name: str, work: Callable[[], T]) -> T:
        """Returns what the work returns."""
        started = time.process_time()
        result = work()
        self.times.setdefault(name, []).append(time.process_time() - started)
        return result

    def count(self, name: str, number: float) -> None:
        """Adds a number that is no time to a mean of its own."""
        self.numbers.setdefault(name, []).append(number)

    def means(self) -> dict[str, float]:
        """Returns the mean milliseconds of each name, and the means of what was counted."""
        times = {name: round(1_000 * float(np.mean(seconds)), 2) for name, seconds in self.times.items()}
        return times | {name: round(float(np.mean(numbers)), 1) for name, numbers in self.numbers.items()}


class _Systems:
    """Everything that scores candidates."""

    def __init__(self, flags: argparse.Namespace):
        self.flags, self.clock = flags, _Clock()
        self.encoder = Encoder(read_tokenizer(flags.static / "tokenizer.bin"))
        table, self.token_cap = read_static(flags.static)
        self.table = torch.from_numpy(table)
        self.weights = np.linalg.norm(table, axis=1)
        self.units = table / np.maximum(1e-9, self.weights[:, None])
        self.reader: TorchReader | ExportedReader | None = None
        self.both = flags.sides == "both"
        if flags.checkpoint:
            self.reader = TorchReader(flags.checkpoint, flags.static)
            self.both = self.reader.both
        elif flags.exported:
            self.reader = ExportedReader(flags.exported, flags.threads)

    def ask(self, name: str) -> Iterator[tuple[Asked, Scores]]:
        """Yields a repository's questions with what every system makes of their candidates."""
        known = {question["id"]: question for question in read_lines(self.flags.questions / f"{name}.jsonl")}
        asked = read_lines(self.flags.candidates / f"{name}.jsonl")
        columns = next(asked)["features"]
        drawn = np.random.default_rng(self.flags.seed).permutation(sorted(known))[: self.flags.per_repository or len(known)]
        texts = _Texts(self.flags.questions / f"{name}.tree", self.encoder)
        for entry in asked:
            best = sorted(entry["candidates"], key=lambda each: -each["score"])[: self.flags.most]
            if best and entry["id"] in set(drawn.tolist()):
                question = asked_of(name, known[entry["id"]], best)
                given = {LEXICAL: question.features[:, columns.index("bm25")], HAND: np.array([each["score"] for each in best])}
                yield question, given | self._scores(known[entry["id"]]["query"], [texts.tokens(each) for each in best])

    def _scores(self, query: str, codes: list[list[int]]) -> Scores:
        tokens = self.encoder.encode(query.encode())[: self.flags.query_tokens]
        text, bags = sequences_of([tokens]), bags_of(Counter(each) for each in codes)
        vectors = static_vectors(bags, self.table, self.token_cap).astype(np.float32)
        vector = static_vectors(bags_of([Counter(tokens)]), self.table, self.token_cap)[0].astype(np.float32)
        scores = {REFERENCE: self.clock.timed("static", lambda: vectors @ vector), **self._late(np.unique(text.ids), bags)}
        if self.reader and self.both:
            read = sequences_of(each[: self.flags.code_tokens] for each in codes)
            scores |= self.clock.timed("encoder, question and candidates", lambda: self.reader.compared(text, read))
            self.clock.count("encoder, tokens of the candidates", len(read.ids))
        elif self.reader:
            scores["encoder"] = vectors @ self.clock.timed("encoder, the question", lambda: self.reader.vectors(text)[0])
        return scores

    def _late(self, tokens: np.ndarray, bags: Bags) -> Scores:
        """Token by token over the static rows. The time of either holds that of the similarities, which both need."""
        weights, cap = self.weights[tokens], self.token_cap or 255

        def of(score: Callable[[np.ndarray, np.ndarray], object]) -> np.ndarray:
            parts = [slice(*bags.offsets[row : row + 2]) for row in range(len(bags))]
            return np.array([score(self.units[tokens] @ self.units[bags.ids[part]].T, bags.counts[part]) for part in parts])

        return {
            "maxsim": self.clock.timed("maxsim", lambda: of(lambda similar, _: maxsim(similar, weights))),
            KERNELS: self.clock.timed("knrm", lambda: of(lambda similar, counts: kernel_features(similar, np.minimum(counts, cap), weights))),
        }


class _Texts:
    """The chunks of a tree as tokens."""

    def __init__(self, tree: Path, encoder: Encoder):
        self.tree, self.encoder = tree, encoder
        self.known: dict[tuple[str, int, int], list[int]] = {}

    def tokens(self, chunk: dict) -> list[int]:
        """Returns the tokens of a candidate's path and lines."""
        key = chunk["path"], chunk["startLine"], chunk["endLine"]
        if key not in self.known:
            lines = (self.tree / key[0]).read_text(encoding="utf-8", errors="replace").split("\n")[key[1] - 1 : key[2]]
            self.known[key] = self.encoder.encode(code_text(key[0], "", lines).encode("utf-8", "replace"))
        return self.known[key]


if __name__ == "__main__":
    main()
