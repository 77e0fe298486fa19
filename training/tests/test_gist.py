"""The gist tier: slots and who sees them, the pool, the retriever's loss, runs of chunks, and both stages on toy files."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lib.bpe import train_merges
from lib.records import read_json, write_json, write_lines
from memory_lm.config import CONFIGS, LmConfig, file_token
from memory_lm.evaluate_gist import CONDITIONS, summarised, table
from memory_lm.facts import FactMaker
from memory_lm.gist import Gist, GistConfig, Retriever
from memory_lm.gist_batches import Repository, Streams, padded, repository_of
from memory_lm.gist_lm import Chunks, GistLm, Slots
from memory_lm.gist_loss import retriever_loss
from memory_lm.gist_memory import GistMemory
from memory_lm.gist_segment import read_segment
from memory_lm.lm_tokenizer import LmTokenizer
from memory_lm.model import MemoryLm
from memory_lm.names import NameReader
from memory_lm.pieces import split_pieces
from memory_lm.pool import Repository as ReadRepository
from tests.toy import NOUNS, VERBS, code

TRAINING = Path(__file__).resolve().parent.parent
SMALL = LmConfig("small", vocabulary=300, d_model=48, n_layers=4, n_heads=4, n_kv_heads=2, d_ffn=64, bank_layer=2, d_head=16, window=48)
READER = NameReader(LmTokenizer([]))
SIZES = GistConfig(slots=4, short_term=12, recalled=3, capacity=20, rank=4, d_retrieval=8)


def untrained() -> GistLm:
    """Returns a model and a tier in which every part has an effect, as if they had been trained."""
    torch.manual_seed(1)
    model, gist = MemoryLm(SMALL), Gist(SMALL, SIZES)
    for parameter in (*model.parameters(), *gist.parameters()):
        if parameter.ndim > 0:
            torch.nn.init.normal_(parameter, std=0.2)
    return GistLm(model, gist).eval()


def texts(*lengths: int) -> Chunks:
    """Returns random chunks of these lengths."""
    random = np.random.default_rng(3)
    return padded([random.integers(0, 256, length).tolist() for length in lengths], SMALL.window, READER)


def seen_by_all(slots: Tensor, texts_of_each: int = 1) -> Slots:
    """Returns slots [B, L, K, d] as one memory that all texts see, oldest first."""
    states = slots.transpose(0, 1).flatten(1, 2)[None]
    n = states.shape[2]
    return Slots(states, torch.arange(n, 0, -1)[None], torch.ones(1, texts_of_each, n, dtype=torch.bool))


class Tier(unittest.TestCase):
    def setUp(self) -> None:
        self.lm = untrained()

    def test_without_slots_the_model_is_what_it_was(self) -> None:
        chunks = texts(48, 30)
        model = self.lm.model
        with torch.no_grad():
            x = model.bank_input(h := model.lower(chunks.ids))
            after, weights = model.bank_read(h, x, model.bank_of(x, chunks.ids, chunks.names), None, None)
            want = model.losses(model.above(after)[:, :-1], chunks.ids[:, 1:], weights[:, :-1], chunks.ids)
            np.testing.assert_allclose(self.lm.losses(chunks, None, None, None), want, atol=1e-4)
            encoded = self.lm.encode(chunks)
            np.testing.assert_allclose(encoded.x, x, atol=1e-4)
            np.testing.assert_allclose(encoded.bank.keys, model.bank_of(x, chunks.ids, chunks.names).keys, atol=1e-4)

    def test_slots_see_the_whole_chunk_and_nothing_behind_it(self) -> None:
        with torch.no_grad():
            chunks = texts(30)
            want = self.lm.write_in_order(self.lm.encode(chunks), [-1])
            self.assertEqual(want.shape, (1, SMALL.n_layers, SIZES.slots, SMALL.d_model))
            filled = Chunks(chunks.ids.clone(), chunks.names, chunks.lengths)
            filled.ids[0, 30:] = 7
            np.testing.assert_allclose(self.lm.write_in_order(self.lm.encode(filled), [-1]), want, atol=1e-4)
            for place in (0, 15, 29):
                changed = Chunks(chunks.ids.clone(), chunks.names, chunks.lengths)
                changed.ids[0, place] = 280
                self.assertGreater(float((self.lm.write_in_order(self.lm.encode(changed), [-1]) - want).abs().max()), 1e-3)

    def test_slot_rows_are_as_text_behind_the_chunk(self) -> None:
        """With adapters that add nothing and without a tail, slot rows are what the frozen model makes of rows with these inputs."""
        lm = self.lm
        for module in lm.gist.write.modules():
            if hasattr(module, "up") and hasattr(module, "down") and isinstance(module.up, torch.nn.Linear):
                torch.nn.init.zeros_(module.up.weight)
        for adapter in lm.gist.write:
            torch.nn.init.zeros_(adapter.tail.gate)
        chunks, model = texts(20), lm.model
        with torch.no_grad():
            want = lm.write_in_order(lm.encode(chunks), [-1])[0, :, :]
            # Slot rows have no token and no names in front that could agree with any.
            ids = torch.cat([chunks.ids[:, :20], torch.arange(1_000, 1_000 + SIZES.slots)[None]], 1)
            names = torch.cat([chunks.names[:, :20], torch.zeros(1, SIZES.slots, 3, dtype=torch.int32)], 1)
            h = torch.cat([model.embedding(chunks.ids[:, :20]) * SMALL.d_model**0.5, lm.gist.slots[None]], 1)
            for number, layer in enumerate(model.layers):
                if number == SMALL.bank_layer:
                    x = model.bank_input(h)
                    h = model.bank_read(h, x, model.bank_of(x, ids, names), None, None)[0]
                else:
                    h = model.local_layer(layer, h)
                np.testing.assert_allclose(want[number], h[0, 20:], atol=1e-3)

    def test_a_files_slots_depend_on_the_file_only(self) -> None:
        chunks = texts(40, 48, 36, 30)
        with torch.no_grad():
            together = self.lm.write_in_order(self.lm.encode(chunks), [-1, 0, -1, 2])
            for first in (0, 2):
                alone = self.lm.encode(chunks.rows(torch.arange(first, first + 2)))
                np.testing.assert_allclose(self.lm.write_in_order(alone, [-1, 0]), together[first : first + 2], atol=1e-4)
            one = self.lm.encode(chunks.rows(torch.tensor([1])))
            np.testing.assert_allclose(self.lm.write_in_order(one, [-1], together[0])[0], together[1], atol=1e-4)
            self.assertGreater(float((self.lm.write_in_order(one, [-1])[0] - together[1]).abs().max()), 1e-3)

    def test_a_segment_is_written_alike_in_any_batches(self) -> None:
        random = np.random.default_rng(2)
        chunks = [np.array([file_token(SMALL), 97, 10, *random.integers(0, 256, 30)]) for _ in range(5)]
        repository = ReadRepository(chunks, np.array([0, 0, 0, 1, 1]), np.full(5, 3))
        one, other = (read_segment(self.lm, READER, repository, 5, batch, np.random.default_rng(1)) for batch in (2, 5))
        np.testing.assert_allclose(one.slots, other.slots, atol=1e-4)
        bank, seen = one.bank([1, 3])
        self.assertEqual(bank.keys.shape, (1, 2, 2 * SMALL.window, 16))
        self.assertEqual(bank.tokens[seen].tolist(), [*chunks[1][3:], *chunks[3][3:]])

    def test_text_reads_the_slots_it_sees(self) -> None:
        chunks = texts(40, 48)
        with torch.no_grad():
            slots = self.lm.write_in_order(self.lm.encode(texts(48, 20)), [-1, -1])
            both = Slots(slots.transpose(0, 1).flatten(1, 2)[None], torch.ones(1, 8), torch.tensor([[[True] * 8, [True] * 4 + [False] * 4]]))
            got = self.lm.losses(chunks, both, None, None)
            for row, n in ((0, 8), (1, 4)):
                of = chunks.rows(torch.tensor([row]))
                alone = Slots(both.states[:, :, :n], both.ages[:, :n], torch.ones(1, 1, n, dtype=torch.bool))
                np.testing.assert_allclose(self.lm.losses(of, alone, None, None)[0], got[row], atol=1e-3)
                self.assertGreater(float((self.lm.losses(of, None, None, None)[0] - got[row]).abs().max()), 1e-3)

    def test_the_bank_works_beside_it(self) -> None:
        chunks = texts(48)
        with torch.no_grad():
            encoded = self.lm.encode(texts(48))
            seen = torch.ones(1, 48, dtype=torch.bool)
            slots = seen_by_all(self.lm.write_in_order(encoded, [-1]))
            losses = [self.lm.losses(chunks, read, *memory) for read in (None, slots) for memory in ((None, None), (encoded.bank, seen), (encoded.bank, ~seen))]
        for which, (alone, remembered, hidden) in enumerate((losses[:3], losses[3:])):
            self.assertGreater(float((alone - remembered).abs().max()), 1e-3, which)
            # The first names of a text follow those of what lies in front, hidden or not.
            self.assertLess(float((alone - hidden).abs().median()), 1e-4)

    def test_gradients_reach_the_tier_and_not_the_model(self) -> None:
        chunks = texts(40, 48)
        encoded = self.lm.encode(chunks)
        slots = self.lm.write_in_order(encoded, [-1, 0])
        self.lm.losses(texts(48), seen_by_all(slots), None, None).mean().backward()
        self.assertTrue(all(parameter.grad is None for parameter in self.lm.model.parameters()))
        # What the last layer makes of slot rows is read by that layer, so each adapter has a part in it.
        without = {name for name, parameter in self.lm.gist.named_parameters() if parameter.grad is None or float(parameter.grad.abs().max()) == 0}
        self.assertEqual({name for name in without if "retriever" not in name and name != "nce_scale"}, set())


class Pool(unittest.TestCase):
    def setUp(self) -> None:
        self.memory = GistMemory(SIZES, 2, 3, 5)
        for chunk in range(6):
            self.memory.update(torch.full((2, 4, 3), float(chunk)), chunk // 2, chunk)

    def test_short_term_keeps_its_size_and_order(self) -> None:
        short = self.memory.short
        self.assertEqual(len(short), SIZES.short_term)
        self.assertEqual(short.born.tolist(), sorted(short.born.tolist()))
        self.assertEqual(short.chunk.tolist()[-4:], [5] * 4)
        self.assertEqual(short.states[:, 0, 0].tolist(), short.chunk.tolist())

    def test_what_is_dropped_goes_to_long_term_memory_with_its_age(self) -> None:
        memory = self.memory
        self.assertEqual(len(memory.long), 6 * 4 - SIZES.short_term)
        for chunk in range(6):
            self.assertEqual(int((memory.short.chunk == chunk).sum() + (memory.long.chunk == chunk).sum()), 4)
        self.assertEqual((memory.ages(memory.long) + memory.long.chunk).tolist(), [6] * 12)

    def test_the_drop_is_drawn_from_a_seed(self) -> None:
        again, other = GistMemory(SIZES, 2, 3, 5), GistMemory(SIZES, 2, 3, 6)
        for memory in (again, other):
            for chunk in range(6):
                memory.update(torch.full((2, 4, 3), float(chunk)), chunk // 2, chunk)
        self.assertEqual(again.short.chunk.tolist(), self.memory.short.chunk.tolist())
        self.assertNotEqual(other.short.chunk.tolist(), self.memory.short.chunk.tolist())

    def test_beyond_its_capacity_the_oldest_are_forgotten(self) -> None:
        for chunk in range(6, 30):
            self.memory.update(torch.zeros(2, 4, 3), 9, chunk)
        self.assertEqual(len(self.memory.long), SIZES.capacity)
        self.assertEqual(self.memory.long.born.tolist(), sorted(self.memory.long.born.tolist()))

    def test_the_best_of_long_term_memory_are_read_in_order_of_age(self) -> None:
        scores = torch.zeros(12)
        scores[[9, 2, 5]] = torch.tensor([0.3, 0.2, 0.1])
        shown = self.memory.visible(scores)
        self.assertEqual(len(shown), 3 + SIZES.short_term)
        self.assertEqual(shown.chunk[:3].tolist(), self.memory.long.chunk[[2, 5, 9]].tolist())
        self.assertEqual(len(self.memory.visible(None)), SIZES.short_term)

    def test_a_file_is_forgotten_whole(self) -> None:
        self.memory.forget(1)
        self.assertNotIn(1, [*self.memory.short.file.tolist(), *self.memory.long.file.tolist()])
        self.assertEqual(len(self.memory.short) + len(self.memory.long), 16)


class Retrieving(unittest.TestCase):
    def test_the_loss_is_learned_on_a_toy_batch(self) -> None:
        torch.manual_seed(2)
        topics = torch.randn(4, SMALL.d_model)
        slots = topics.repeat_interleave(6, 0) + 0.5 * torch.randn(24, SMALL.d_model)
        x = topics[:, None] + 0.5 * torch.randn(4, 10, SMALL.d_model)
        alike = torch.arange(4)[:, None] == torch.arange(4).repeat_interleave(6)
        same = torch.arange(4)[:, None] // 2 == torch.arange(4).repeat_interleave(6) // 2
        retriever, scale = Retriever(SMALL, 8), torch.tensor(3.0)
        optimizer = torch.optim.AdamW(retriever.parameters(), lr=1e-2)
        losses = []
        for _ in range(60):
            balanced, found = retriever_loss(retriever(x, slots), same, alike, torch.ones_like(alike), scale)
            losses.append([balanced.item(), found.item()])
            optimizer.zero_grad()
            (balanced + found).backward()
            optimizer.step()
        self.assertLess(losses[-1][0], losses[0][0] - 0.2)
        self.assertLess(losses[-1][1], losses[0][1] / 2)
        best = retriever(x, slots).topk(6).indices
        self.assertGreater(int(alike.gather(1, best).sum()), 20)

    def test_the_loss_is_that_of_the_paper(self) -> None:
        scores = torch.tensor([[0.9, 0.2, 0.5]])
        same, allowed = torch.tensor([[True, False, True]]), torch.tensor([[True, True, False]])
        balanced, found = retriever_loss(scores, same, same, allowed, torch.tensor(0.0))
        self.assertAlmostEqual(balanced.item(), (-np.log(0.9) - np.log(0.8)) / 2, places=5)
        self.assertAlmostEqual(found.item(), -np.log(np.exp(0.9) / (np.exp(0.9) + np.exp(0.2))), places=5)


class Running(unittest.TestCase):
    def setUp(self) -> None:
        pieces: dict[bytes, int] = {}
        for piece in split_pieces(code("py", VERBS, NOUNS).encode()):
            pieces[piece] = pieces.get(piece, 0) + 1
        self.tokenizer = LmTokenizer(train_merges(pieces, 40))
        self.breaks = frozenset(token for token, text in enumerate(self.tokenizer.bytes_of) if text.startswith(b"\n"))
        self.folder = tempfile.TemporaryDirectory()
        random = np.random.default_rng(1)
        chunks = [np.array([file_token(SMALL), 97, 10, *random.integers(97, 123, 60), 10, *random.integers(97, 123, 60)]) for _ in range(40)]
        path = Path(self.folder.name) / "toy.npz"
        np.savez(path, tokens=np.concatenate(chunks).astype(np.uint16), starts=np.arange(41) * len(chunks[0]), files=np.arange(40) // 3)
        self.repositories = [Repository(path, number, 160, 30, number) for number in range(2)]

    def tearDown(self) -> None:
        self.folder.cleanup()

    def streams(self, fact_share: float) -> Streams:
        return Streams(self.repositories, FactMaker(self.tokenizer, 2), NameReader(self.tokenizer), self.breaks, 160, 2, 4, 3, fact_share, revisit=16)

    def test_runs_are_consecutive_chunks(self) -> None:
        self.assertEqual([len(repository) for repository in self.repositories], [30, 30])
        streams, seen = self.streams(0), []
        for _ in range(12):
            runs = streams.draw()
            for start in (0, 4):
                numbers = runs.chunk[start : start + 4]
                self.assertEqual((numbers - numbers[0]).tolist(), [0, 1, 2, 3])
                for row in range(start, start + 4):
                    follows = row > start and bool(runs.file[row] == runs.file[row - 1])
                    self.assertEqual(runs.previous[row], row - 1 if follows else -1)
            self.assertEqual(runs.headers.tolist(), [3] * 8)
            seen.append(runs.chunk[0].item())
        self.assertEqual(set(repository_of(torch.tensor(seen)).tolist()), {0, 1})

    def test_planted_values_are_where_they_are_said_to_be(self) -> None:
        streams, n = self.streams(1), 0
        for _ in range(20):
            runs = streams.draw()
            n += len(runs.values)
            for row, place in runs.values.tolist():
                self.assertLess(place, int(runs.chunks.lengths[row]))
                run = row // 4 * 4
                # Told in an earlier chunk of its run, unless that had no room.
                earlier = {int(token) for other in range(run, row) for token in runs.chunks.ids[other]}
                self.assertIn(int(runs.chunks.ids[row, place]), earlier)
        self.assertGreater(n, 100)


class Summary(unittest.TestCase):
    def test_gains_are_paired_over_repositories(self) -> None:
        found = {str(base): {"windows": 2, "tokens": 10, "nll": {condition: base - 0.1 * number for number, condition in enumerate(CONDITIONS)}} for base in (2.0, 4.0)}
        summary = summarised(found, 100, 1)
        pair = summary["pairs"]["gist against none"]
        for name in ("difference", "low", "high"):
            self.assertAlmostEqual(pair[name], -0.1)
        self.assertAlmostEqual(pair["gain"], 0.1 / 3)
        self.assertIn("below 1%", table(summary))


class Stages(unittest.TestCase):
    """Trains and measures on toy files, with a language model of random weights."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        root = cls.root = Path(cls.folder.name)
        for name in ("one", "two", "four", "five"):
            files = [{"path": f"src/{verb}.py", "text": code("py", (verb + name,), NOUNS)} for verb in VERBS]
            write_lines(root / "collected" / f"toy+{name}" / "files.jsonl", files)
        write_json(root / "split.json", {"train": ["toy/one", "toy/two"], "validation": ["toy/four", "toy/five"]})
        torch.manual_seed(3)
        model = MemoryLm(CONFIGS["fixture"])
        for parameter in model.parameters():
            if parameter.ndim > 1:
                torch.nn.init.normal_(parameter, std=0.1)
        torch.save({"config": model.config.to_json(), "model": model.state_dict()}, root / "lm.pt")
        cls.stage("documents", "--collected", root / "collected", "--split", root / "split.json", "--out", root / "data", "--config", "fixture", "--workers", "1")
        cls.said = [cls.train(steps) for steps in (3, 3, 4)]
        cls.weights = [torch.load(root / f"after-{steps}.pt", weights_only=True) for steps in range(3)]
        evaluated = ("--model", root / "lm.pt", "--checkpoint", root / "run" / "checkpoint.pt", "--data", root / "data", "--out", root / "gist.json", "--windows", "2")
        cls.table = cls.stage("evaluate_gist", *evaluated, "--from-tokens", "128", "--to-tokens", "512", "--facts", "1", "--fact-distances", "0", "6", "--threads", "1", "--most-chunks", "24")
        side = ("--side", "--start", root / "lm.pt", "--config", "fixture", "--queue", "64", "--threads", "1", "--report-every", "1", "--max-steps", "2")
        cls.side = cls.stage("train_bank", "--data", root / "data", "--out", root / "side", *side)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    @classmethod
    def train(cls, steps: int) -> str:
        root = cls.root
        sizes = ("--slots", "4", "--short-term", "16", "--rank", "4", "--streams", "2", "--chunks", "3", "--long-share", "0.9999")
        said = cls.stage("train_gist", "--model", root / "lm.pt", "--data", root / "data", "--out", root / "run", *sizes, "--threads", "1", "--report-every", "1", "--max-steps", str(steps))
        n = len(list(root.glob("after-*.pt")))
        (root / f"after-{n}.pt").write_bytes((root / "run" / "checkpoint.pt").read_bytes())
        return said

    @classmethod
    def stage(cls, name: str, *arguments: str | Path) -> str:
        done = subprocess.run([sys.executable, "-m", f"memory_lm.{name}", *map(str, arguments)], cwd=TRAINING, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"{name} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def test_training_goes_on_from_the_same_state(self) -> None:
        three, again, four = self.weights
        self.assertEqual([state["step"] for state in self.weights], [3, 3, 4])
        for name, weight in three["weights"].items():
            self.assertTrue(torch.equal(weight, again["weights"][name]), name)
        for number, moments in three["optimizer"]["state"].items():
            self.assertTrue(torch.equal(moments["exp_avg"], again["optimizer"]["state"][number]["exp_avg"]))
        self.assertGreater(float((three["weights"]["slots"] - four["weights"]["slots"]).abs().max()), 0)
        self.assertNotIn('"step": 3', self.said[2])
        self.assertIn('"step": 4', self.said[2])
        self.assertIn('"balanced"', self.said[0])

    def test_the_tier_is_measured(self) -> None:
        measured = read_json(self.root / "gist.json")
        self.assertEqual(list(measured["repositories"]), ["toy/four", "toy/five"])
        nll = measured["summary"]["nll"]
        self.assertEqual(list(nll), list(CONDITIONS))
        self.assertEqual(len(set(nll.values())), len(CONDITIONS))
        self.assertEqual([fact["distance"] for fact in measured["facts"]], [0, 6, 0, 6])
        self.assertIn("Stop rule:", self.table)
        self.assertIn("| bank and gist |", self.table)

    def test_a_side_network_is_trained_and_the_model_is_not(self) -> None:
        self.assertIn('"step": 2', self.side)
        side, model = (torch.load(self.root / name, weights_only=True)["model"] for name in ("side/checkpoint.pt", "lm.pt"))
        for name, weight in model.items():
            self.assertTrue(torch.equal(weight, side[f"backbone.{name}"]), name)
        changed = {name for name, weight in side.items() if name.startswith("layers.0.") and not torch.equal(weight, model[f"layers.1.{name.removeprefix('layers.0.')}"])}
        self.assertGreater(len(changed), 5)


if __name__ == "__main__":
    unittest.main()
