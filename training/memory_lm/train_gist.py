"""Stage 5, train the gist tier on a frozen language model: slots that chunks leave in every layer, and the retriever of long-term memory.

At first text reads what the chunks just before it wrote, or the pool besides; in the last part of the time it reads long-term memory too,
found by a retriever that learns at the same time, and the bank. Resumes from the checkpoint of the same --out; the pool is empty then.
"""
import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lib.records import folder_of, read_json, write_json
from lib.tokenizer_file import read_tokenizer
from memory_lm.bank_loss import memory_of
from memory_lm.export_lm import load_model
from memory_lm.facts import FactMaker
from memory_lm.gist import Gist, GistConfig
from memory_lm.gist_batches import Repository, Runs, Streams, repository_of
from memory_lm.gist_lm import Chunks, Encoded, GistLm, Slots
from memory_lm.gist_loss import retriever_loss
from memory_lm.gist_memory import GistMemory, Records
from memory_lm.lm_tokenizer import LmTokenizer
from memory_lm.model import Bank
from memory_lm.names import NameReader

KINDS = ("near", "pool", "repeat", "plain")
SHARES = (0.5, 0.35, 0.1, 0.05)
"""How often text reads the chunks before it, the pool as well, its own slots (M+'s repeating), or nothing."""
TIER_DROPOUT = 0.15
QUERY_TOKENS = 64


def main() -> None:
    """Trains and writes OUT/checkpoint.pt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="checkpoint of train_bank.py; it stays as it is")
    parser.add_argument("--data", type=Path, required=True, help="what documents.py wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--long-share", type=float, default=0.3, help="last part of the time, with long-term memory, retriever and bank")
    parser.add_argument("--streams", type=int, default=2)
    parser.add_argument("--chunks", type=int, default=4, help="chunks of a stream in a step")
    parser.add_argument("--slots", type=int, default=GistConfig.slots, help="slots of a chunk")
    parser.add_argument("--short-term", type=int, default=GistConfig.short_term)
    parser.add_argument("--rank", type=int, default=GistConfig.rank)
    parser.add_argument("--learning-rate", type=float, default=3e-3)
    parser.add_argument("--retriever-weight", type=float, default=0.5)
    parser.add_argument("--fact-share", type=float, default=0.25, help="runs into which facts are planted")
    parser.add_argument("--most-chunks", type=int, default=1_200, help="chunks of one repository")
    parser.add_argument("--most-repositories", type=int, default=1_000)
    parser.add_argument("--compile", action="store_true", help="fuse operations; needs a C++ compiler, starts some minutes later")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--report-every", type=int, default=50)
    parser.add_argument("--max-steps", type=int, default=1 << 30)
    Trainer(parser.parse_args()).run()


class Trainer:
    """Holds what a training run needs."""

    def __init__(self, flags: argparse.Namespace):
        torch.set_num_threads(flags.threads)
        torch.manual_seed(flags.seed)
        self.flags = flags
        model = load_model(flags.model)
        sizes = GistConfig(flags.slots, flags.short_term, flags.short_term // 4, flags.short_term * 15, flags.rank)
        self.config, self.gist = sizes, Gist(model.config, sizes)
        self.lm = GistLm(model, self.gist)
        # Adapters and vectors alike: AdamW steps every weight by about the rate, whatever its gradient's size.
        self.optimizer = torch.optim.AdamW(self.gist.parameters(), lr=flags.learning_rate, betas=(0.9, 0.98), weight_decay=0.0)
        self.step, self.seconds = 0, 0.0
        self.checkpoint = flags.out / "checkpoint.pt"
        if self.checkpoint.exists():
            self._resume()
        seed = flags.seed + self.step
        self.random = np.random.default_rng(seed)
        tokenizer = LmTokenizer(read_tokenizer(flags.data / "tokenizer.bin"))
        breaks = frozenset(token for token, text in enumerate(tokenizer.bytes_of) if text.startswith(b"\n"))
        names = read_json(flags.data / "sides.json")["train"][: flags.most_repositories]
        window = model.config.window
        repositories = [Repository(flags.data / f"{folder_of(name)}.npz", number, window, flags.most_chunks, flags.seed) for number, name in enumerate(names)]
        print(f"{len(repositories)} repositories, {sum(map(len, repositories))} chunks; {sum(p.numel() for p in self.gist.parameters()) / 1e6:.2f}M weights", flush=True)
        self.streams = Streams(repositories, FactMaker(tokenizer, seed), NameReader(tokenizer), breaks, window, flags.streams, flags.chunks, seed, flags.fact_share)
        self.memories = [GistMemory(sizes, model.config.n_layers, model.config.d_model, seed + number) for number in range(flags.streams)]
        self.encode, self.losses = (torch.compile(part, dynamic=False) if flags.compile else part for part in (self.lm.encode, self.lm.losses))

    def run(self) -> None:
        """Trains until the time is over."""
        figures: list[dict] = []
        saved = reported = time.monotonic()
        while self.seconds < self.flags.minutes * 60 and self.step < self.flags.max_steps:
            start = time.monotonic()
            figures.append(self.train_step())
            # Some steps wait for the compiler.
            self.seconds += min(time.monotonic() - start, 10)
            self.step += 1
            if self.step % self.flags.report_every == 0:
                self._report(figures, time.monotonic() - reported)
                figures, reported = [], time.monotonic()
            if time.monotonic() - saved > 240:
                self.save()
                saved = time.monotonic()
        self.save()

    def _report(self, figures: list[dict], seconds: float) -> None:
        tokens = len(figures) * self.flags.streams * self.flags.chunks * self.lm.model.config.window
        line = {"step": self.step, "minutes": round(self.seconds / 60, 1), "tokens/s": round(tokens / seconds)}
        for name in sorted({name for figure in figures for name in figure}):
            line[name] = round(float(np.mean([figure[name] for figure in figures if name in figure])), 4)
        print(json.dumps(line), flush=True)
        self.flags.out.mkdir(parents=True, exist_ok=True)
        with (self.flags.out / "log.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")

    @property
    def part(self) -> float:
        """The part of the time that is over."""
        return self.seconds / (self.flags.minutes * 60)

    def rate(self) -> float:
        """Share of the learning rate now: a rise over 20 steps, then flat, then falling over the last 60 %."""
        return min((self.step + 1) / 20, 1.0, max(0.02, (1 - self.part) / 0.6))

    def train_step(self) -> dict:
        """Returns the step's figures."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.flags.learning_rate * self.rate()
        runs, is_long = self.streams.draw(), self.part >= 1 - self.flags.long_share
        kind = KINDS[int(self.random.choice(len(KINDS), p=SHARES))]
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                encoded = self.encode(runs.chunks)
            # A chunk's own rows do not depend on what is trained, so every chunk of a step is written with gradient (M+: one chunk).
            written = self.lm.write_in_order(encoded, runs.previous)
            balanced, found = self._retriever(runs, encoded, written.detach()) if is_long else (torch.zeros(()), torch.zeros(()))
            slots = self._slots(kind, is_long, runs, encoded, written)
            memory, memory_mask = self._bank(kind, encoded) if is_long else (None, None)
            reading = self._reading(len(runs.file))
            chunks = runs.chunks.rows(reading)
            nll = self.losses(chunks, slots, memory, memory_mask)
        counted = self._counted(chunks, runs.headers[reading])
        mean = (nll * counted).sum() / counted.sum()
        (mean + self.flags.retriever_weight * (balanced + 0.2 * found)).backward()
        norm = float(torch.nn.utils.clip_grad_norm_(self.gist.parameters(), 1.0))
        if math.isfinite(norm):
            self.optimizer.step()
        self.optimizer.zero_grad()
        for row, (slots_of, file, chunk) in enumerate(zip(written, runs.file.tolist(), runs.chunk.tolist(), strict=True)):
            self.memories[row // self.flags.chunks].update(slots_of, file, chunk)
        figures = {f"nll {kind}": mean.item(), "norm": norm} | ({"balanced": balanced.item(), "found": found.item()} if is_long else {})
        place_of = {row: place for place, row in enumerate(reading.tolist())}
        if told := [nll[place_of[row], place - 1].item() for row, place in runs.values.tolist()]:
            figures[f"fact {kind}"] = float(np.mean(told))
        if self.step % 10 == 0:
            figures |= self._gain(kind, chunks, counted, nll.detach(), memory, memory_mask)
        return figures

    @torch.no_grad()
    def _gain(self, kind: str, chunks: Chunks, counted: Tensor, nll: Tensor, memory: Bank | None, memory_mask: Tensor | None) -> dict:
        """What the slots are worth on the text just read: the difference to the same text without them."""
        with torch.autocast("cpu", torch.bfloat16):
            without = self.lm.losses(chunks, None, memory, memory_mask)
        return {f"gain {kind}": float(((without - nll) * counted).sum() / counted.sum())}

    def _reading(self, n: int) -> Tensor:
        """Rows that are read: all but the first chunk of each run, which has nothing in front."""
        return torch.tensor([row for row in range(n) if row % self.flags.chunks])

    @staticmethod
    def _counted(chunks: Chunks, headers: Tensor) -> Tensor:
        """Which targets [B, T − 1] count: those behind the header, as a path is told by the path of the chunk before."""
        places = torch.arange(1, chunks.ids.shape[1])
        return (places < chunks.lengths[:, None]) & (places >= headers[:, None])

    def _slots(self, kind: str, is_long: bool, runs: Runs, encoded: Encoded, written: Tensor) -> Slots:
        """What the rows of each run read: pool slots if there is room for them, then those of the run."""
        n, k = self.flags.chunks, self.config.slots
        fresh = written.unflatten(0, (self.flags.streams, n)).transpose(1, 2).flatten(2, 3)  # [G, L, R × K, d]
        ages = (n - torch.arange(n)).repeat_interleave(k).expand(len(fresh), -1)
        reads, of = torch.arange(1, n)[:, None], torch.arange(n).repeat_interleave(k)[None]
        seen = {"near": of < reads, "pool": of < reads, "repeat": of <= reads, "plain": torch.zeros(n - 1, n * k, dtype=torch.bool)}[kind].expand(len(fresh), -1, -1)
        if not is_long and kind != "pool":
            return Slots(fresh, ages, seen)
        if is_long and self.random.random() < TIER_DROPOUT:
            seen = torch.zeros_like(seen)
        room = self.config.short_term + (self.config.recalled if is_long else 0)
        pools = [self._pool(stream, runs, encoded, is_long) for stream in range(self.flags.streams)]
        states = torch.stack([_filled(pool.states.transpose(0, 1), room, 1) for pool in pools])
        old = torch.stack([_filled(self.memories[stream].ages(pool) + n, room, 0) for stream, pool in enumerate(pools)])
        there = torch.stack([_filled(torch.full((len(pool),), kind == "pool" and bool(seen.any())), room, 0) for pool in pools])
        return Slots(torch.cat([states, fresh], 2), torch.cat([old, ages], 1), torch.cat([there[:, None].expand(-1, n - 1, -1), seen], 2))

    @torch.no_grad()
    def _pool(self, stream: int, runs: Runs, encoded: Encoded, is_long: bool) -> Records:
        """What a stream's memory shows. The first chunk of the run asks: it is not read, so nothing is told of what is."""
        memory, row = self.memories[stream], stream * self.flags.chunks
        if not is_long or len(memory.long) == 0:
            return memory.visible(None)
        asked = encoded.x[row, int(runs.headers[row]) : int(encoded.lengths[row])]
        return memory.visible(self.gist.retriever(asked, memory.long.states[:, self.lm.model.config.bank_layer]))

    def _bank(self, kind: str, encoded: Encoded) -> tuple[Bank, Tensor]:
        """The bank of the chunks before each row that is read, [G × (R − 1), (R − 1) × T], and which of it is seen."""
        n, bank = self.flags.chunks, encoded.bank
        reading = self._reading(len(encoded.lengths))
        before = (reading // n * n)[:, None] + torch.arange(n - 1)
        places = torch.arange(bank.tokens.shape[1])
        shown = kind != "plain" and self.random.random() >= TIER_DROPOUT
        seen = (before < reading[:, None])[..., None] & (places < encoded.lengths[before][..., None]) & shown
        return memory_of(bank, before), seen.flatten(1)

    def _retriever(self, runs: Runs, encoded: Encoded, written: Tensor) -> tuple[Tensor, Tensor]:
        """Scores slots of all streams' memories and of the step, for a part of each chunk that begins behind its header and ends anywhere."""
        layer = self.lm.model.config.bank_layer
        kept = [Records(memory.long.states[-self.config.recalled :], *(getattr(memory.long, name)[-self.config.recalled :] for name in ("born", "file", "chunk"))).followed_by(memory.short) for memory in self.memories]
        k, n = self.config.slots, len(runs.file)
        slots = torch.cat([records.states[:, layer] for records in kept] + [written[:, layer].flatten(0, 1).float()])
        file = torch.cat([records.file for records in kept] + [runs.file.repeat_interleave(k)])
        chunk = torch.cat([records.chunk for records in kept] + [runs.chunk.repeat_interleave(k)])
        asked = []
        for row in range(n):
            first, end = int(runs.headers[row]), int(encoded.lengths[row])
            last = int(self.random.integers(min(first + 8, end - 1), end)) + 1 if end > first else end
            picked = np.sort(self.random.integers(min(first, last - 1), last, QUERY_TOKENS))
            asked.append(encoded.x[row, torch.from_numpy(picked)])
        scores = self.gist.retriever(torch.stack(asked), slots)
        same = repository_of(runs.chunk)[:, None] == repository_of(chunk)
        alike = torch.from_numpy(np.stack([np.isin(chunk.numpy(), numbers) for numbers in runs.alike])) | (runs.file[:, None] == file)
        return retriever_loss(scores, same, alike, runs.chunk[:, None] != chunk, self.gist.nce_scale)

    def save(self) -> None:
        """Writes the checkpoint whole or not at all."""
        self.flags.out.mkdir(parents=True, exist_ok=True)
        part = self.checkpoint.with_suffix(".part")
        torch.save({"gist": self.config.to_json(), "weights": self.gist.state_dict(), "optimizer": self.optimizer.state_dict(), "step": self.step, "seconds": self.seconds}, part)
        part.replace(self.checkpoint)
        write_json(self.flags.out / "settings.json", {name: str(value) if isinstance(value, Path) else value for name, value in vars(self.flags).items()})

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True)
        if state["gist"] != self.config.to_json():
            raise SystemExit(f"{self.checkpoint} is of other sizes: choose another --out, or delete it.")
        self.gist.load_state_dict(state["weights"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]


def _filled(x: Tensor, size: int, dim: int) -> Tensor:
    """Zeros in front of x, up to a size."""
    shape = list(x.shape)
    shape[dim] = size - shape[dim]
    return torch.cat([torch.zeros(shape, dtype=x.dtype), x], dim)


def load_gist(model: Path, checkpoint: Path) -> GistLm:
    """Returns a frozen model with the gist tier of a checkpoint of this stage."""
    frozen, state = load_model(model), torch.load(checkpoint, weights_only=True)
    gist = Gist(frozen.config, GistConfig(**state["gist"]))
    gist.load_state_dict(state["weights"])
    return GistLm(frozen, gist).eval()


if __name__ == "__main__":
    main()
