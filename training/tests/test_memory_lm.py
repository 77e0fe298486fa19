"""The memory language model: its pieces of text, what it is trained on, its graphs, and all stages on toy files."""
import base64
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from lib.bpe import train_merges
from lib.exported import sha256_of
from lib.golden_texts import golden_texts
from lib.records import read_json, write_json, write_lines
from lib.tokenizer_file import read_tokenizer, write_tokenizer
from memory_lm.bank_loss import pairs_of
from memory_lm.batches import GROUP, Batch, Batches
from memory_lm.block_choice import Bm25, Oracle, by_score, gathered, tokens_of
from memory_lm.config import CONFIGS, LmConfig, file_token
from memory_lm.documents import chunks_of
from memory_lm.evaluate_bank import CONDITIONS, GROUPS, span_read, summarised, table
from memory_lm.export_lm import load_model, torch_log_probs
from memory_lm.facts import FactMaker
from memory_lm.graphs import Int8, encode_graph, read_graph
from memory_lm.identifiers import Names, kinds
from memory_lm.lm_tokenizer import LmTokenizer
from memory_lm.model import MemoryLm
from memory_lm.names import NameReader
from memory_lm.onnx_lm import Memory, OnnxLm
from memory_lm.pieces import split_pieces
from memory_lm.pool import Repository, encode_pool
from memory_lm.windows import Windows, load_windows, related_windows
from tests.toy import NOUNS, VERBS, code

TRAINING = Path(__file__).resolve().parent.parent
SMALL = LmConfig("small", vocabulary=300, d_model=48, n_layers=4, n_heads=4, n_kv_heads=2, d_ffn=64, bank_layer=2, d_head=16, window=48)


def hostile_texts() -> list[bytes]:
    """Returns texts that nobody expects."""
    random = np.random.default_rng(1)
    return [*golden_texts(500), *(random.integers(0, 256, int(random.integers(1, 300)), np.uint8).tobytes() for _ in range(200))]


def toy_tokenizer(vocabulary: int) -> LmTokenizer:
    """Returns a tokenizer of toy code."""
    counts: dict[bytes, int] = {}
    for extension in ("py", "ts", "go"):
        for piece in split_pieces(code(extension, VERBS, NOUNS).encode()):
            counts[piece] = counts.get(piece, 0) + 1
    return LmTokenizer(train_merges(counts, vocabulary - 260))


class Text(unittest.TestCase):
    def test_pieces_joined_are_the_text(self) -> None:
        for text in hostile_texts():
            self.assertEqual(b"".join(split_pieces(text)), text)

    def test_a_word_ends_where_camel_case_does(self) -> None:
        pieces = split_pieces(b"let parseHTTPResponse2xx = a_b;\n\t  if")
        self.assertEqual(pieces, [b"let", b" parse", b"HTTP", b"Response", b"2", b"xx", b" =", b" a", b"_", b"b", b";", b"\n\t  ", b"if"])

    def test_tokens_come_back_as_the_text(self) -> None:
        tokenizer = toy_tokenizer(400)
        self.assertEqual(len(tokenizer.bytes_of), 396)
        for text in hostile_texts():
            self.assertEqual(tokenizer.decode(tokenizer.encode(text)), text)
        line = b"    items = [entry for entry in value.headers if entry.size < limit]"
        self.assertLess(len(tokenizer.encode(line)), len(line) / 2)


class Chunks(unittest.TestCase):
    def setUp(self) -> None:
        self.tokenizer = toy_tokenizer(SMALL.vocabulary)

    def bodies(self, path: str, data: bytes) -> list[list[int]]:
        """Checks the chunks' headers and returns what follows them."""
        room = SMALL.window // 4 - 1
        header = [file_token(SMALL), *self.tokenizer.encode(path.encode() + b"\n")[-room:]]
        chunks = chunks_of(self.tokenizer, SMALL, path, data)
        for chunk in chunks:
            self.assertLessEqual(len(chunk), SMALL.window)
            self.assertEqual(chunk[: len(header)], header)
        return [chunk[len(header) :] for chunk in chunks]

    def test_joined_they_are_the_file(self) -> None:
        for path, data in (("a.py", code("py", VERBS[:2], NOUNS).encode()), ("a/very/long/folder/of/many/words/file.ts", code("ts", VERBS[:1], NOUNS).encode()), ("x", b"z" * 500)):
            bodies = self.bodies(path, data)
            self.assertGreater(len(bodies), 2)
            self.assertEqual(self.tokenizer.decode([token for body in bodies for token in body]), data)

    def test_end_in_front_of_a_line_break(self) -> None:
        lines = self.bodies("a", b"\nab\ncd" * 40)
        self.assertTrue(all(self.tokenizer.bytes_of[body[0]].startswith(b"\n") for body in lines))

    def test_an_empty_file_has_none(self) -> None:
        self.assertEqual(chunks_of(self.tokenizer, SMALL, "a.py", b""), [])


class Related(unittest.TestCase):
    def test_windows_that_share_rare_names_are_related_and_copies_are_not(self) -> None:
        # Of 12 tokens, windows share a few trigrams by chance, as those of a repository do.
        ids = np.random.default_rng(2).integers(0, 12, (40, 64)).astype(np.uint16)
        ids[3, 10:16] = ids[7, 40:46] = np.arange(100, 106)
        ids[3, 30:36] = ids[5, 10:16] = np.arange(200, 206)
        ids[9] = ids[11]
        ids[20] = np.arange(300, 364)
        related = related_windows(ids)
        self.assertEqual(related[7, 0], 3)
        self.assertEqual(related[5, 0], 3)
        self.assertEqual(sorted(related[3, :2].tolist()), [5, 7])
        self.assertNotIn(11, related[9])
        self.assertEqual(related[20].tolist(), [-1] * 12)

    def test_of_a_large_repository_a_run_of_windows_is_read(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.npz"
            np.savez(path, tokens=np.arange(1_000, dtype=np.uint16))
            windows = load_windows(path, 10, 30, 7)
            self.assertEqual(windows.ids.ravel().tolist(), list(range(windows.ids[0, 0], windows.ids[0, 0] + 300)))
            self.assertEqual(load_windows(path, 300, 30, 7).ids.shape, (3, 300))
            self.assertEqual(load_windows(path, 3_000, 30, 7).ids.shape, (0, 3_000))


class Training(unittest.TestCase):
    def batch(self) -> torch.Tensor:
        """Two groups of windows without a token in common but for what a test plants."""
        return torch.arange(2 * GROUP * 21).reshape(2 * GROUP, 21)

    def pairs(self, ids: torch.Tensor, twins: list[list[int]]) -> set[tuple[int, int, tuple[tuple[int, int], ...]]]:
        """Returns window and place of each query, and the places of its right answers."""
        found = pairs_of(Batch(ids, torch.zeros(*ids.shape, 3), torch.tensor(twins, dtype=torch.long).reshape(-1, 4)), torch.ones(5_000, dtype=torch.bool), 100, torch.Generator().manual_seed(1))
        return {
            (int(query) // 20, int(query) % 20, tuple((int(at) // 20, int(at) % 20) for at in row.nonzero()[:, 0]))
            for query, row in zip(found.queries, found.positives, strict=True)
        }  # fmt: skip

    def test_a_token_is_found_where_it_follows_the_same_two(self) -> None:
        ids = self.batch()
        ids[1, 4:7] = ids[3, 10:13] = torch.tensor([1_000, 1_001, 1_002])
        self.assertEqual(self.pairs(ids, []), {(1, 5, ((3, 12),)), (3, 11, ((1, 6),))})

    def test_what_another_group_has_too_is_not_asked_for(self) -> None:
        ids = self.batch()
        ids[1, 4:7] = ids[3, 10:13] = ids[5, 2:5] = torch.tensor([1_000, 1_001, 1_002])
        self.assertEqual(self.pairs(ids, []), set())

    def test_its_own_window_answers_nothing(self) -> None:
        ids = self.batch()
        ids[1, 4:7] = ids[1, 10:13] = torch.tensor([1_000, 1_001, 1_002])
        self.assertEqual(self.pairs(ids, []), set())

    def test_the_last_token_is_in_no_memory(self) -> None:
        ids = self.batch()
        ids[1, 4:7] = ids[3, 18:21] = torch.tensor([1_000, 1_001, 1_002])
        self.assertEqual(self.pairs(ids, []), {(3, 19, ((1, 6),))})

    def test_planted_facts_are_asked_for(self) -> None:
        self.assertEqual(self.pairs(self.batch(), [[2, 9, 0, 5], [2, 9, 0, 20]]), {(2, 8, ((0, 5),))})

    def test_facts_end_in_the_same_value(self) -> None:
        tokenizer = toy_tokenizer(400)
        maker = FactMaker(tokenizer, 3)
        for fact in (maker.draw() for _ in range(300)):
            self.assertEqual(fact.told[fact.told_value_at :][: len(fact.value)], fact.value)
            asked = tokenizer.decode(fact.asked[fact.asked_value_at :]).strip()
            self.assertTrue(asked.startswith(tokenizer.decode(fact.value).strip()))

    def test_twins_are_the_same_token_in_two_windows(self) -> None:
        tokenizer = toy_tokenizer(400)
        random = np.random.default_rng(4)
        ids = random.integers(0, 256, (20, 129)).astype(np.uint16)
        breaks = frozenset(token for token, text in enumerate(tokenizer.bytes_of) if text.startswith(b"\n"))
        batches = Batches([Windows(ids, related_windows(ids)) for _ in range(3)], FactMaker(tokenizer, 5), NameReader(tokenizer), breaks, 6, 1.0)
        n_twins = 0
        for _ in range(10):
            batch = batches.draw(2)
            self.assertEqual(batch.ids.shape, (8, 129))
            for window, place, other, told in batch.twins.tolist():
                self.assertEqual(batch.ids[window, place], batch.ids[other, told])
                self.assertNotEqual(window, other)
                self.assertEqual(window // GROUP, other // GROUP)
            n_twins += len(batch.twins)
        self.assertGreater(n_twins, 100)


def untrained(config: LmConfig) -> MemoryLm:
    """Returns a model in which every part has an effect, as if it had been trained."""
    torch.manual_seed(1)
    model = MemoryLm(config)
    for parameter in model.parameters():
        if parameter.ndim > 0:
            torch.nn.init.normal_(parameter, std=0.2)
    return model.eval()


READER = NameReader(toy_tokenizer(SMALL.vocabulary))


def names(ids: torch.Tensor) -> torch.Tensor:
    """Returns the names in front of tokens [1, T]."""
    return torch.from_numpy(READER.names_of(ids[0].tolist()))[None]


def exported(model: MemoryLm, int8: Int8) -> OnnxLm:
    """Returns the model's graphs in onnxruntime."""
    return OnnxLm(model.config, READER, encode_graph(model, int8).SerializeToString(), read_graph(model, int8).SerializeToString())


def memory_of(lm: OnnxLm, ids: np.ndarray) -> Memory:
    """Returns what a window leaves in memory."""
    step = lm.sequence().step(ids, Memory.none(lm.config), np.array([0]), np.array([0]))
    return Memory.of(ids, READER.names_of(ids.tolist()), step["bank_k"], step["bank_v"], lm.config.n_kv_heads)


class Graphs(unittest.TestCase):
    def setUp(self) -> None:
        random = np.random.default_rng(1)
        self.model = untrained(SMALL)
        self.ids = random.integers(0, SMALL.vocabulary, SMALL.window)
        self.remembered = random.integers(0, SMALL.vocabulary, 30)
        self.places = np.arange(len(self.ids))

    def all_log_probs(self, lm: OnnxLm, memory: Memory, lengths: list[int]) -> np.ndarray:
        """Returns the log-probabilities of a prompt that is appended in pieces."""
        sequence, at, out = lm.sequence(), 0, []
        for length in lengths:
            out.append(sequence.step(self.ids[at : at + length], memory, np.arange(length), self.ids[at : at + length])["log_probs"])
            at += length
        return np.concatenate(out)

    def test_compute_the_same_as_pytorch(self) -> None:
        lm = exported(self.model, Int8())
        for memory in (None, memory_of(lm, self.remembered)):
            want = torch_log_probs(self.model, READER, self.ids.tolist(), memory)
            np.testing.assert_allclose(np.exp(want).sum(-1), 1, atol=1e-4)
            got = self.all_log_probs(lm, memory or Memory.none(SMALL), [len(self.ids)])
            np.testing.assert_allclose(got, want, atol=1e-3)

    def test_without_a_pointer_too(self) -> None:
        model = untrained(LmConfig(**{**SMALL.to_json(), "pointer": False}))
        got = self.all_log_probs(exported(model, Int8()), Memory.none(SMALL), [len(self.ids)])
        np.testing.assert_allclose(got, torch_log_probs(model, READER, self.ids.tolist(), None), atol=1e-3)

    def test_the_memory_matters_and_a_hidden_one_does_not(self) -> None:
        lm = exported(self.model, Int8())
        memory, lengths = memory_of(lm, self.remembered), [len(self.ids)]
        without = self.all_log_probs(lm, Memory.none(SMALL), lengths)
        self.assertGreater(np.abs(self.all_log_probs(lm, memory, lengths) - without).max(), 0.1)
        memory.bias[:] = -1e4
        np.testing.assert_allclose(self.all_log_probs(lm, memory, lengths), without, atol=1e-5)

    def test_a_token_more_gives_the_same_as_all_at_once(self) -> None:
        lm = exported(self.model, Int8())
        memory = memory_of(lm, self.remembered)
        want = self.all_log_probs(lm, memory, [len(self.ids)])
        for lengths in ([1] * SMALL.window, [1, 2, 3, 20, 22], [40, 8]):
            np.testing.assert_allclose(self.all_log_probs(lm, memory, lengths), want, atol=1e-4)

    def test_what_is_told_of_each_token_is_as_in_pytorch(self) -> None:
        lm = exported(self.model, Int8())
        memory = memory_of(lm, self.remembered)
        step = lm.sequence().step(self.ids, memory, np.array([7, 3]), np.array([5, 250]))
        with torch.no_grad():
            x = self.model.bank_input(self.model.lower(torch.from_numpy(self.ids)[None]))
            bank = self.model.bank_of(x, ids := torch.from_numpy(self.ids)[None], names(ids))
            np.testing.assert_allclose(step["bank_k"], bank.keys.transpose(1, 2).flatten(2)[0], atol=1e-5)
            np.testing.assert_allclose(step["bank_v"], bank.values.transpose(1, 2).flatten(2)[0], atol=1e-4)
            np.testing.assert_allclose(step["query"], self.model.bank_attention.retrieval_queries(x)[0], atol=1e-5)
            np.testing.assert_allclose(step["salience"], self.model.bank_attention.salience(x)[0, :, 0], atol=1e-4)
        np.testing.assert_allclose(np.linalg.norm(step["bank_k"].reshape(len(self.ids), 2, 16), axis=-1), 1, atol=1e-5)
        np.testing.assert_allclose(step["target_log_prob"], step["log_probs"][[0, 1], [5, 250]])
        self.assertEqual(step["memory_weight"].shape, (30,))
        self.assertTrue(0 < step["memory_weight"].sum() < 1)

    def test_losses_are_of_the_same_distribution(self) -> None:
        ids = torch.from_numpy(self.ids)[None]
        with torch.no_grad():
            x = self.model.bank_input(h := self.model.lower(ids))
            after, weights = self.model.bank_read(h, x, self.model.bank_of(x, ids, names(ids)), None, None)
            h = self.model.above(after)
            got = -self.model.losses(h, ids, weights, ids)
            np.testing.assert_allclose(got, self.model.log_probs(h, weights, ids).gather(-1, ids[..., None])[..., 0], atol=1e-4)

    def test_in_int8_a_little_differs(self) -> None:
        model = MemoryLm(SMALL)
        torch.manual_seed(1)
        for parameter in model.parameters():
            if parameter.ndim > 0 and float(parameter.detach().abs().max()) == 0:
                torch.nn.init.normal_(parameter, std=0.02)
        want = torch_log_probs(model.eval(), READER, self.ids.tolist(), None)
        for int8 in (Int8(layers=True), Int8(embedding=True), Int8(head=True)):
            apart = np.abs(self.all_log_probs(exported(model, int8), Memory.none(SMALL), [len(self.ids)]) - want)
            self.assertGreater(apart.max(), 0)
            self.assertLess(apart.mean(), 0.05)

    def test_a_model_that_reads_by_a_gate_has_no_graph(self) -> None:
        with self.assertRaisesRegex(ValueError, "gate"):
            read_graph(untrained(LmConfig(**{**SMALL.to_json(), "reading": "gate"})), Int8())


class Stages(unittest.TestCase):
    """Runs the stages once, in order, on toy files."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        root = cls.root = Path(cls.folder.name)
        for name, extension in (("one", "py"), ("two", "ts"), ("three", "go"), ("four", "py"), ("five", "ts")):
            verbs = VERBS if name not in ("four", "five") else tuple(verb.upper() for verb in VERBS)
            files = [{"path": f"src/{verb}.{extension}", "text": code(extension, (verb,), NOUNS)} for verb in verbs]
            if name not in ("four", "five"):
                files.append({"path": "copied.py", "text": code("py", ("PARSE",), NOUNS)})
            write_lines(root / "collected" / f"toy+{name}" / "files.jsonl", files)
        write_json(root / "split.json", {"train": ["toy/one", "toy/two", "toy/absent"], "ranking": ["toy/three"], "validation": ["toy/four", "toy/five"], "judging": []})
        cls.said = {
            "documents": cls.stage("documents", "--collected", "collected", "--split", "split.json", "--out", "data", "--config", "fixture"),
            "train": cls.stage("train_bank", "--data", "data", "--out", "run", "--config", "fixture", "--threads", "1", "--queue", "64", "--fact-share", "1", "--max-steps", "3", "--report-every", "2"),
            "again": cls.stage("train_bank", "--data", "data", "--out", "run", "--config", "fixture", "--threads", "1", "--queue", "64", "--fact-share", "1", "--max-steps", "4", "--report-every", "2"),
            "evaluate": cls.stage("evaluate_bank", "--checkpoint", "run/checkpoint.pt", "--data", "data", "--out", "out/e1.json", "--windows", "2", "--span", "16", "--blocks", "3", "--memory-tokens", "300", "--threads", "1"),
            "export": cls.stage("export_lm", "--checkpoint", "run/checkpoint.pt", "--tokenizer", "data/tokenizer.bin", "--out", "model", "--version", "0.0.0", "--trained-on", "toys", "--held-out", "data/toy+four.npz", "--held-out-windows", "2"),
        }  # fmt: skip

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    @classmethod
    def stage(cls, name: str, *arguments: str) -> str:
        inside = [str(cls.root / argument) if "/" in argument or (cls.root / argument).exists() or argument in ("data", "run", "model") else argument for argument in arguments]
        done = subprocess.run([sys.executable, "-m", f"memory_lm.{name}", *inside], cwd=TRAINING, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"{name} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def test_what_is_held_out_is_left_out_of_training(self) -> None:
        self.assertEqual(read_json(self.root / "data" / "sides.json"), {"train": ["toy/one", "toy/two", "toy/three"], "validation": ["toy/four", "toy/five"], "judging": [], "test": []})
        tokenizer = LmTokenizer(read_tokenizer(self.root / "data" / "tokenizer.bin"))
        for name, n_files in (("one", 10), ("four", 10)):
            with np.load(self.root / "data" / f"toy+{name}.npz") as packed:
                self.assertEqual(sorted(set(packed["files"].tolist())), list(range(n_files)))
                text = tokenizer.decode([token for token in packed["tokens"].tolist() if token < 508])
                self.assertEqual(len(packed["files"]) + 1, len(packed["starts"]))
                self.assertEqual(b"PARSE_header" in text, name == "four")

    def test_training_learns_and_goes_on(self) -> None:
        self.assertIn("3 repositories", self.said["train"])
        self.assertIn('"step": 2', self.said["train"])
        self.assertIn('"step": 4', self.said["again"])
        self.assertNotIn('"step": 2', self.said["again"])

    def test_the_memory_is_measured(self) -> None:
        measured = read_json(self.root / "out" / "e1.json")
        self.assertEqual(list(measured["repositories"]), ["toy/four", "toy/five"])
        found = measured["summary"]["all"]
        self.assertEqual([found["repositories"], list(found["conditions"])], [2, list(CONDITIONS)])
        self.assertTrue(all(0 < figure["nll"] < 20 for figure in found["conditions"].values()))
        self.assertNotEqual(found["conditions"]["none"]["nll"], found["conditions"]["retrieved"]["nll"])
        self.assertIn("| all tokens |", self.said["evaluate"])

    def test_the_export_is_what_the_manifest_says(self) -> None:
        manifest = read_json(self.root / "model" / "manifest.json")
        self.assertEqual([manifest[name] for name in ("format", "kind", "version", "headerTokens", "trainedOn")], [1, "memory-lm", "0.0.0", 32, "toys"])
        for entry in (manifest["tokenizer"], *manifest["graphs"].values()):
            self.assertEqual(entry["sha256"], sha256_of(self.root / "model" / entry["file"]))
        self.assertEqual(manifest["config"]["window"], CONFIGS["fixture"].window)
        self.assertRegex(self.said["export"], r"float32 against PyTorch: largest difference of a log-probability \d\.\d+e-0[4-9]")
        self.assertIn("perplexity on 2 held-out windows", self.said["export"])

    def test_the_golden_file_is_what_the_graphs_give(self) -> None:
        golden = read_json(self.root / "model" / "golden.json")
        tokenizer = LmTokenizer(read_tokenizer(self.root / "model" / "tokenizer.bin"))
        for text in golden["texts"]:
            self.assertEqual(tokenizer.decode(text["tokens"]), base64.b64decode(text["base64"]))
            self.assertEqual(NameReader(tokenizer).names_of(text["tokens"]).ravel().tolist(), text["names"])
        for file in golden["files"]:
            self.assertGreater(len(file["chunks"]), 1)
            self.assertEqual(chunks_of(tokenizer, CONFIGS["fixture"], file["path"], base64.b64decode(file["base64"])), file["chunks"])
        config = load_model(self.root / "run" / "checkpoint.pt").config
        lm = OnnxLm(config, NameReader(tokenizer), str(self.root / "model" / "encode.onnx"), str(self.root / "model" / "read.onnx"))
        stored = golden["memory"]
        shape = (len(stored["ids"]), config.d_key)
        keys, values = (np.frombuffer(base64.b64decode(stored[name]), np.int8).reshape(shape) for name in ("keys", "values"))
        scales = [np.array(stored[name], np.float32).reshape(shape[0], -1) for name in ("keyScales", "valueScales")]
        memory = Memory(np.array(stored["ids"], np.int64), lm.names.names_of(stored["ids"]), keys, scales[0], values, scales[1], np.zeros(shape[0], np.float32))
        self.assertEqual({prompt["withMemory"] for prompt in golden["prompts"]}, {True, False})
        for prompt in golden["prompts"]:
            ids = np.array(prompt["tokens"], np.int64)
            step = lm.sequence().step(ids, memory if prompt["withMemory"] else Memory.none(config), np.array([len(ids) - 1]), np.array([0]))
            for token, log_prob in prompt["best"]:
                self.assertAlmostEqual(float(step["log_probs"][0, token]), log_prob, delta=golden["allowedError"])
            for row in prompt["encoded"]:
                np.testing.assert_allclose(step["query"][row["at"]], row["query"], atol=1e-3)


class Measuring(unittest.TestCase):
    def setUp(self) -> None:
        random = np.random.default_rng(1)
        self.model = untrained(SMALL)
        file = file_token(SMALL)
        chunks = [np.array([file, 97, 10, *random.integers(0, 256, 300 - 60 * number)]) for number in range(3)]
        self.repository = Repository(chunks, np.array([0, 0, 1]), np.array([3, 3, 3]))
        self.pool = encode_pool(self.model, READER, self.repository, np.array([0, 1, 2]), 2)

    def test_blocks_leave_out_headers(self) -> None:
        spans = list(zip(self.pool.starts.tolist(), self.pool.ends.tolist(), self.pool.files.tolist(), strict=True))
        self.assertEqual(spans, [(3, 131, 0), (131, 259, 0), (259, 303, 0), (306, 434, 0), (434, 546, 0), (549, 677, 1), (677, 729, 1)])
        self.assertEqual(self.pool.ids[549:729].tolist(), self.repository.chunks[2][3:].tolist())

    def test_representatives_are_the_most_salient(self) -> None:
        with torch.no_grad():
            ids = torch.from_numpy(self.repository.chunks[1])[None]
            x = self.model.bank_input(self.model.lower(ids))
            salience, keys = self.model.bank_attention.salience(x)[0, :, 0], self.model.bank_of(x, ids, names(ids)).keys[0].transpose(0, 1).flatten(1)
        best = 3 + torch.argsort(-salience[3:131])[:8]
        np.testing.assert_allclose(self.pool.representatives[3], keys[best], atol=1e-4)
        queries = torch.randn(48, SMALL.d_key)
        scores = by_score(self.pool, queries, 16, SMALL.n_kv_heads)
        self.assertEqual(scores.shape, (3, 7))
        self.assertEqual(np.abs(scores[0]).max(), 0)
        self.assertAlmostEqual(float(scores[2, 3]), float((queries[16:32] @ keys[best].T).max()) / 2**0.5, places=4)

    def test_the_best_blocks_and_their_neighbours_of_the_same_file(self) -> None:
        scores, allowed = np.array([0, 1, 0, 0, 5, 4, 9]), np.array([True] * 6 + [False])
        self.assertEqual(tokens_of(self.pool, scores, allowed, 2, 240).tolist(), [*range(434, 546), *range(549, 677)])
        self.assertEqual(tokens_of(self.pool, scores, allowed, 2, 400).tolist(), [*range(306, 546), *range(549, 677)])
        self.assertEqual(tokens_of(self.pool, scores, allowed, 1, 112).tolist(), list(range(434, 546)))
        self.assertEqual(tokens_of(self.pool, scores, np.zeros(7, bool), 2, 400).tolist(), [])

    def test_a_memory_for_each_span_reads_as_one_for_all(self) -> None:
        ids = torch.from_numpy(np.random.default_rng(2).integers(0, 256, 49))[None]
        inputs, targets = ids[:, :-1], ids[:, 1:]
        places = np.arange(40, 95)
        with torch.no_grad():
            x = self.model.bank_input(h := self.model.lower(inputs))
            local = self.model.bank_of(x, inputs, names(inputs))
            bank, seen = gathered(self.pool, [places])
            after, weights = self.model.bank_read(h, x, local, bank, seen)
            want = self.model.losses(self.model.above(after), targets, weights, torch.cat([bank.tokens, inputs], 1))
            got_after, copied, peak = span_read(self.model, h, x, local, *gathered(self.pool, [places, places, places]), targets, 16)
            np.testing.assert_allclose(got_after, after, atol=1e-3)
            np.testing.assert_allclose(self.model.losses_of(self.model.above(got_after), targets, copied, peak), want, atol=1e-3)
            other, _, _ = span_read(self.model, h, x, local, *gathered(self.pool, [places, places[:0], places]), targets, 16)
            np.testing.assert_allclose(other[:, :16], after[:, :16], atol=1e-3)
            self.assertGreater(float((other[:, 16:32] - after[:, 16:32]).abs().max()), 1e-2)

    def test_the_oracle_finds_what_will_come_and_bm25_what_was(self) -> None:
        window = np.concatenate([self.pool.ids[10:40], self.pool.ids[440:470]])
        oracle = Oracle(self.pool)
        self.assertEqual(oracle.scores(window, 30).argmax(1).tolist(), [0, 4])
        self.assertEqual(oracle.scores(window, 30)[1, 0], 0)
        self.assertEqual(np.flatnonzero(oracle.copies(self.pool.ids[0:140], 0.5)).tolist(), [0])
        bm25 = Bm25([b"alpha beta gamma", b"beta gamma delta", b"gamma gamma"])
        scores = bm25.scores([b"", b"x = delta + gamma", b"alpha"])
        self.assertEqual(scores[0].tolist(), [0, 0, 0])
        self.assertEqual(scores[1:].argmax(1).tolist(), [1, 0])

    def test_identifiers_that_only_other_files_tell(self) -> None:
        tokenizer = LmTokenizer([])
        names = Names()
        names.add(0, b"def once(far): many(far); many(1); many(2); many(3); many(4); many(5)")
        names.add(1, b"here = once(far)\ndef own(): pass")
        text = b"here once far many own once"
        groups = kinds(tokenizer, [file_token(SMALL), 10, *text], 2, b"far = 1", 1, names)
        told = {text[at - 2 :].split()[0].decode(): found for at, found in enumerate(groups) if at >= 2 and (at == 2 or text[at - 3 : at - 2] == b" ")}
        self.assertEqual(told["far"], [])
        self.assertEqual(told["many"], ["elsewhere", "elsewhere 6+"])
        self.assertEqual((told["here"], told["own"]), ([], []))
        self.assertEqual(groups[2 + 5 : 2 + 9], [["defined", "defined 1", "elsewhere", "elsewhere 1"]] * 4)
        self.assertEqual(groups[-4:], [[]] * 4)

    def test_differences_are_paired_over_repositories(self) -> None:
        figures = [{group: {} for group in GROUPS} | {"all": {"count": 10.0, **{name: 10 * (base + apart) for name, apart in zip(CONDITIONS, (0, -0.5, 0, 0, 0.1, 0, 0, -1))}}} for base in (1.0, 3.0, 8.0)]
        found = summarised(figures, 200, 1)
        self.assertEqual(list(found), ["all"])
        self.assertAlmostEqual(found["all"]["conditions"]["none"]["nll"], 4)
        retrieved = found["all"]["conditions"]["retrieved"]
        for name in ("difference", "low", "high"):
            self.assertAlmostEqual(retrieved[name], -0.5)
        self.assertIn("-39.3%", table(found))


class TokenizerFile(unittest.TestCase):
    def test_comes_back(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tokenizer.bin"
            write_tokenizer(path, [(97, 98), (256, 99)])
            self.assertEqual(LmTokenizer(read_tokenizer(path)).encode(b"abc abd"), [257, 32, 256, 100])


if __name__ == "__main__":
    unittest.main()
