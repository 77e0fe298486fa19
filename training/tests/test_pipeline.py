"""All stages on toy repositories, from git directories to exported files."""
import base64
import hashlib
import json
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnxruntime

from lib.candidates import RIGHT_PLACE, read_candidates
from lib.exported import ExportedModel, sha256_of
from lib.records import read_json, read_lines, write_json
from lib.sequences import sequences_of
from tests.toy import make_repository

TRAINING = Path(__file__).resolve().parent.parent
LORE = TRAINING.parent / "dist" / "lore.mjs"
FREE = {"toy/one": "py", "toy/two": "py", "toy/three": "ts", "toy/four": "ts", "toy/five": "go", "toy/six": "go"}


def node() -> str:
    """The Node.js that the project installs for itself."""
    found = next((TRAINING.parent / "node_modules").glob("node-*/bin/node*"), None)
    assert found and LORE.exists(), "the ranker learns from the built product: npm ci && npm run build"
    return str(found)


class Pipeline(unittest.TestCase):
    """Runs the stages once, in order; each test looks at what one of them left."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        root = cls.root = Path(cls.folder.name)
        for name, extension in FREE.items():
            make_repository(root / "mirror" / name.replace("/", "+") / "repo", extension)
        make_repository(root / "mirror" / "toy+reserved" / "repo", "py")
        make_repository(root / "mirror" / "toy+copyleft" / "repo", "py", "GNU GENERAL PUBLIC LICENSE\nVersion 3\n")
        (root / "is_reserved.py").write_text("import sys\nsys.exit('toy/reserved' in sys.argv)\n")
        cls.said = {
            "collect": cls.stage("collect", "--mirror", "mirror", "--is-reserved", "is_reserved.py", "--out", "data", "--repositories", "repositories.json"),
            "split": cls.stage("split", "--repositories", "repositories.json", "--out", "split.json", "--validation", "1", "--test", "1"),
            "dedupe": cls.stage("dedupe", "--data", "data", "--split", "split.json"),
            "pairs": cls.stage("pairs", "--data", "data", "--split", "split.json"),
            "tokenizer": cls.stage("tokenizer", "--data", "data", "--split", "split.json", "--out", "tokenizer.bin", "--vocabulary", "400"),
            "questions": cls.stage("questions", "--mirror", "mirror", "--split", "split.json", "--side", "validation", "--out", "asked", "--commits-back", "6"),
        }
        split = read_json(root / "split.json")
        write_json(root / "sides.json", {**split, "ranking": [*split["validation"], *split["test"]]})
        cls.stage("questions", "--mirror", "mirror", "--split", "sides.json", "--side", "ranking", "--out", "to-rank", "--commits-back", "6")
        cls.said["candidates"] = cls.stage("candidates", "--questions", "to-rank", "--lore", str(LORE), "--out", "candidates", "--node", node())
        cls.said["train_ranker"] = cls.stage(
            "train_ranker", "--questions", "to-rank", "--candidates", "candidates", "--out", "ranked", "--trees", "4", "--leaves", "4", "--min-leaf", "3",
            "--folds", "2", "--threads", "1",
        )  # fmt: skip
        cls.stage("export_ranker", "--run", "ranked", "--out", "ranker", "--version", "0.0.0", "--trained-on", "toys")
        cls.said["train"] = cls.train("run", 12)
        cls.said["export"] = cls.stage(
            "export", "--checkpoint", "run/checkpoint.pt", "--tokenizer", "tokenizer.bin", "--out", "model", "--version", "0.0.0",
            "--trained-on", "toys", "--max-bytes", "512",
        )  # fmt: skip
        cls.stage("sequences", "--data", "data", "--split", "split.json", "--tokenizer", "model/tokenizer.bin")
        for sides in ("query", "both"):
            cls.said[sides] = cls.train_encoder(sides, sides)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    @classmethod
    def stage(cls, name: str, *arguments: str) -> str:
        done = subprocess.run([sys.executable, str(TRAINING / f"{name}.py"), *arguments], cwd=cls.root, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"{name} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    @classmethod
    def train(cls, out: str, steps: int, *more: str) -> str:
        return cls.stage(
            "train_static", "--data", "data", "--split", "split.json", "--tokenizer", "tokenizer.bin", "--out", out, "--steps", str(steps),
            "--batch", "64", "--group", "32", "--block", "16", "--dimensions", "16", "--prefixes", "8,4", "--report-every", "4", "--threads", "1", "--learning-rate", "0.03", "--asking", "0", *more,
        )  # fmt: skip

    @classmethod
    def train_encoder(cls, out: str, sides: str, *more: str) -> str:
        return cls.stage(
            "train_encoder", "--data", "data", "--split", "split.json", "--static", "model", "--out", out, "--shape", "fixture", "--sides", sides,
            "--steps", "16", "--group", "64", "--block", "16", "--report-every", "8", "--learning-rate", "0.01", "--threads", "1", *more,
        )  # fmt: skip

    def collected(self, name: str) -> Path:
        return self.root / "data" / "collected" / name.replace("/", "+")

    def test_collect_leaves_out_what_may_not_be_used(self) -> None:
        listed = read_json(self.root / "repositories.json")
        self.assertEqual({entry["name"] for entry in listed}, set(FREE))
        self.assertEqual({entry["licence"] for entry in listed}, {"MIT"})
        self.assertIn("toy/reserved: reserved", self.said["collect"])
        self.assertIn("toy/copyleft: no permissive licence", self.said["collect"])
        paths = {record["path"] for record in read_lines(self.collected("toy/one") / "files.jsonl")}
        self.assertIn("parse.py", paths)
        self.assertFalse({"vendor/copy.py", "tables.py"} & paths)

    def test_split_takes_each_repository_once(self) -> None:
        split = read_json(self.root / "split.json")
        names = [name for side in split.values() for name in side]
        self.assertEqual(sorted(names), sorted(FREE))
        self.assertEqual([len(split[side]) for side in ("train", "validation", "test")], [4, 1, 1])

    def test_dedupe_keeps_one_of_near_identical_functions(self) -> None:
        split = read_json(self.root / "split.json")
        order = [*split["test"], *split["validation"], *split["train"]]
        twins = [[name for name in order if FREE[name] == extension] for extension in ("py", "ts", "go")]
        for first, second in twins:
            self.assertLess(len(read_json(self.collected(first) / "duplicates.json")), 20)
            self.assertGreater(len(read_json(self.collected(second) / "duplicates.json")), 40)

    def test_pairs_do_not_hold_their_own_text(self) -> None:
        kinds = set()
        for name in [*read_json(self.root / "split.json")["train"], *read_json(self.root / "split.json")["validation"]]:
            codes = list(read_lines(self.collected(name) / "codes.jsonl"))
            for kind, query, index, _ in read_lines(self.collected(name) / "pairs.jsonl"):
                kinds.add(kind)
                if kind in ("doc", "comment", "error"):
                    self.assertEqual(codes[index].count(query), 0, (kind, query, codes[index]))
        self.assertLessEqual({"doc", "comment", "name", "error", "commit"}, kinds)

    def test_questions_are_blanked_in_their_tree(self) -> None:
        asked = next((self.root / "asked").glob("*.jsonl"))
        questions = list(read_lines(asked))
        self.assertLessEqual({"doc", "commit"}, {question["kind"] for question in questions})
        for question in questions:
            path = asked.with_suffix(".tree") / question["relevant"][0]["path"]
            self.assertNotIn(question["query"], path.read_text())

    def test_the_ranker_sees_every_question_and_says_what_it_gained(self) -> None:
        names, asked = read_candidates(self.root / "to-rank", self.root / "candidates")
        self.assertEqual(len(asked), sum(1 for file in (self.root / "to-rank").glob("*.jsonl") for _ in read_lines(file)))
        self.assertTrue(all(each.features.shape[1] == len(names) for each in asked))
        self.assertTrue(any((each.labels == RIGHT_PLACE).any() for each in asked))
        report = read_json(self.root / "ranked" / "report.json")
        self.assertEqual(report["crossValidation"]["all"]["questions"], len(asked))
        self.assertGreater(report["calibration"]["slope"], 0)

    def test_the_exported_trees_add_up_to_what_lightgbm_says(self) -> None:
        manifest = read_json(self.root / "ranker" / "manifest.json")
        data = (self.root / "ranker" / "trees.bin").read_bytes()
        self.assertEqual(hashlib.sha256(data).hexdigest(), manifest["trees"]["sha256"])
        nodes = list(struct.iter_unpack("<iiiidd", data[16:]))
        for golden in read_json(self.root / "ranker" / "golden.json")["vectors"]:
            total = 0.0
            for root in (at for at, node in enumerate(nodes) if node[3] == 1):
                at = root
                while nodes[at][0] >= 0:
                    feature, left, right, _, threshold, _ = nodes[at]
                    at = left if golden["vector"][feature] <= threshold else right
                total += nodes[at][5]
            self.assertAlmostEqual(total, golden["sum"], places=9)

    def test_training_lowers_the_loss_and_repeats_itself(self) -> None:
        log = [json.loads(line) for line in (self.root / "run" / "log.jsonl").read_text().splitlines()]
        self.assertLess(log[-1]["loss"], log[1]["loss"])
        self.train("again", 12)
        again = [json.loads(line) for line in (self.root / "again" / "log.jsonl").read_text().splitlines()]
        self.assertEqual([line.get("loss") for line in log], [line.get("loss") for line in again])

    def test_training_resumes_where_it_stopped_and_refuses_other_settings(self) -> None:
        self.assertIn("'step': 12", self.train("run", 12))
        with self.assertRaisesRegex(AssertionError, "trained with other temperature"):
            self.train("run", 12, "--temperature", "0.2")

    def test_exported_model_says_what_it_is_and_repeats_its_golden_outputs(self) -> None:
        model = ExportedModel.read(self.root / "model")
        golden = json.loads((self.root / "model" / "golden.json").read_text())
        self.assertGreaterEqual(len(golden["texts"]), 60)
        for entry in golden["texts"]:
            data = base64.b64decode(entry["base64"])
            self.assertEqual(model.tokens(data), entry["tokens"])
            self.assertEqual(model.vector(data, model.code_table).tolist(), entry["vector"])
        self.assertTrue(any(np.abs(entry["vector"]).max() == 127 for entry in golden["texts"]))

    def test_a_damaged_table_is_refused(self) -> None:
        table = self.root / "model" / "table.bin"
        whole = table.read_bytes()
        try:
            table.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
            with self.assertRaisesRegex(ValueError, "not the file that the manifest names"):
                ExportedModel.read(self.root / "model")
        finally:
            table.write_bytes(whole)

    def test_the_card_lists_every_repository_with_its_licence_and_side(self) -> None:
        card = self.root / "card.md"
        card.write_text("# Card\n\n<!-- repositories -->\nold\n<!-- /repositories -->\n\nend\n")
        for _ in range(2):
            self.stage("card", "--repositories", "repositories.json", "--split", "split.json", "--card", "card.md")
        rows = [line for line in card.read_text().splitlines() if line.startswith("| toy/")]
        self.assertEqual(len(rows), len(FREE))
        self.assertTrue(all("MIT" in row and ("train" in row or "validation" in row or "test" in row) for row in rows))
        self.assertNotIn("old", card.read_text())
        self.assertTrue(card.read_text().endswith("end\n"))

    def test_evaluate_gives_the_same_for_checkpoint_and_export_within_the_loss_of_int8(self) -> None:
        for out, which in (("a.json", ("--checkpoint", "run/checkpoint.pt", "--tokenizer", "tokenizer.bin")), ("b.json", ("--exported", "model"))):
            (self.root / "cache").mkdir(exist_ok=True)
            self.stage("evaluate", "--questions", "asked", "--cache", "cache", "--report", out, *which, "--dimensions", "16")
        first, second = read_json(self.root / "a.json"), read_json(self.root / "b.json")
        self.assertEqual(first["all"]["bm25"], second["all"]["bm25"])
        self.assertGreater(first["all"]["bm25"]["R@10"], 0.5)
        self.assertAlmostEqual(first["all"]["static"]["R@10"], second["all"]["static"]["R@10"], delta=0.1)

    def test_the_encoder_begins_as_the_static_model_and_learns(self) -> None:
        for sides in ("query", "both"):
            log = list(read_lines(self.root / sides / "log.jsonl"))
            self.assertEqual([line["step"] for line in log], [0, 8, 16])
            self.assertLess(log[2]["loss"], log[1]["loss"])

    def test_the_encoder_resumes_where_it_stopped_and_refuses_other_settings(self) -> None:
        self.assertEqual(self.train_encoder("query", "query").count('"step"'), 0)
        with self.assertRaisesRegex(AssertionError, "trained with other block"):
            self.train_encoder("query", "query", "--block", "8")

    def test_the_exported_encoder_repeats_its_golden_outputs(self) -> None:
        self.stage(
            "export_encoder", "--checkpoint", "both/checkpoint.pt", "--static", "model", "--out", "encoder", "--version", "0.0.0", "--trained-on", "toys",
            "--rerank-weight", "0.5",
        )  # fmt: skip
        manifest = read_json(self.root / "encoder" / "manifest.json")
        self.assertEqual(sha256_of(self.root / "encoder" / "encoder.onnx"), manifest["graph"]["sha256"])
        golden = json.loads((self.root / "encoder" / "golden.json").read_text())
        session = onnxruntime.InferenceSession(self.root / "encoder" / "encoder.onnx", providers=["CPUExecutionProvider"])
        ids, mask = sequences_of(entry["tokens"] for entry in golden["texts"]).padded(np.arange(len(golden["texts"])))
        together = session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})[0]
        wanted = np.array([entry["embedding"] for entry in golden["texts"]])
        self.assertLess(float(np.abs(together - wanted).max()), golden["allowedError"])
        self.assertGreater(float(np.abs(wanted).max()), 0.1)

    def test_the_encoder_and_its_rivals_are_compared_on_the_same_candidates(self) -> None:
        split = read_json(self.root / "split.json")
        (self.root / "both.split.json").write_text(json.dumps({"validation": [*split["validation"], *split["test"]]}))
        self.stage(
            "export_encoder", "--checkpoint", "both/checkpoint.pt", "--static", "model", "--out", "encoder-ranked", "--version", "0.0.0", "--trained-on", "toys",
            "--rerank-weight", "0.5",
        )  # fmt: skip
        reports = {}
        for name, which in (("query", ("--checkpoint", "query/checkpoint.pt")), ("both", ("--checkpoint", "both/checkpoint.pt")), ("int8", ("--exported", "encoder-ranked"))):
            self.stage(
                "evaluate_encoder", "--questions", "to-rank", "--candidates", "candidates", "--split", "both.split.json", "--static", "model", *which,
                "--most", "20", "--report", f"{name}.json",
            )  # fmt: skip
            reports[name] = read_json(self.root / f"{name}.json")
            self.assertLessEqual({"static", "maxsim", "knrm", "encoder"}, set(reports[name]["beside bm25"]))
        self.assertGreater(reports["both"]["alone"]["bm25"]["R@10"], 0.3)
        self.assertAlmostEqual(reports["both"]["alone"]["encoder"]["R@10"], reports["int8"]["alone"]["encoder"]["R@10"], delta=0.1)
        self.assertEqual(["encoder maxsim" in reports[name]["alone"] for name in reports], [False, True, False])


if __name__ == "__main__":

    unittest.main()
