"""Stage 2, train the language model and its bank: each window remembers the others of its group, and windows of other repositories.

Resumes from the checkpoint of the same --out. The learning rate falls by time, so that --minutes fits any machine.
"""
import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch

from lib.records import folder_of, read_json, write_json
from lib.tokenizer_file import read_tokenizer
from memory_lm.bank_loss import BankLoss, pairs_of, remembered
from memory_lm.batches import Batches
from memory_lm.config import CONFIGS, LmConfig
from memory_lm.facts import FactMaker
from memory_lm.lm_tokenizer import LmTokenizer
from memory_lm.model import MemoryLm
from memory_lm.names import NameReader
from memory_lm.sidenet import SideLoss, SideNet
from memory_lm.windows import load_windows

MOST_PAIRS = 192
ROOM_PAIRS = 320


def main() -> None:
    """Trains and writes OUT/checkpoint.pt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="what documents.py wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", choices=sorted(CONFIGS), default="XS")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--groups", type=int, default=2, help="groups of 4 windows in a step")
    parser.add_argument("--learning-rate", type=float, default=3e-3)
    parser.add_argument("--retrieval-weight", type=float, default=0.2)
    parser.add_argument("--fact-share", type=float, default=0.5, help="groups into which facts are planted")
    parser.add_argument("--fact-weight", type=float, default=0.1, help="of the values of facts, which are few, beside all tokens")
    parser.add_argument("--queue", type=int, default=16_384, help="keys of earlier steps that retrieval is told apart from")
    parser.add_argument("--most-windows", type=int, default=1_200, help="windows of one repository")
    parser.add_argument("--compile", action="store_true", help="fuse operations; needs a C++ compiler, starts a minute later")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--report-every", type=int, default=100)
    parser.add_argument("--gate", action="store_true", help="read with LongMem's gate in place of one softmax")
    parser.add_argument("--no-pointer", action="store_true")
    parser.add_argument("--start", type=Path, help="checkpoint whose weights a new run begins with; its rate only falls")
    parser.add_argument("--side", action="store_true", help="train a side network that reads the bank of the frozen model of --start (LongMem)")
    parser.add_argument("--max-steps", type=int, default=1 << 30)
    Trainer(parser.parse_args()).run()


def configured(flags: argparse.Namespace) -> LmConfig:
    """Returns the configuration with the ablations asked for."""
    config = CONFIGS[flags.config]
    return LmConfig(**{**config.to_json(), "reading": "gate" if flags.gate else "softmax", "pointer": not flags.no_pointer})


class Trainer:
    """Holds what a training run needs."""

    def __init__(self, flags: argparse.Namespace):
        torch.set_num_threads(flags.threads)
        torch.manual_seed(flags.seed)
        self.flags, self.config = flags, configured(flags)
        self.device = torch.device(flags.device)
        self.model = MemoryLm(self.config).to(self.device)
        tokenizer = LmTokenizer(read_tokenizer(flags.data / "tokenizer.bin"))
        names = np.array([any(chr(byte).isalnum() for byte in token) for token in tokenizer.bytes_of] + [False] * (self.config.vocabulary - len(tokenizer.bytes_of)))
        self.names = torch.from_numpy(names)
        breaks = frozenset(token for token, text in enumerate(tokenizer.bytes_of) if text.startswith(b"\n"))
        sides = read_json(flags.data / "sides.json")
        repositories = [load_windows(flags.data / f"{folder_of(name)}.npz", self.config.window + 1, flags.most_windows, flags.seed) for name in sides["train"]]
        print(f"{len(repositories)} repositories, {sum(len(windows.ids) for windows in repositories)} windows", flush=True)
        if flags.start is not None:
            self._begin_with(torch.load(flags.start, weights_only=True, map_location=self.device)["model"])
        if flags.side:
            if flags.start is None:
                raise SystemExit("--side takes a trained model: name it by --start.")
            self.model = SideNet(self.model).to(self.device)
        trained = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        matrices = [p for name, p in trained.items() if p.ndim == 2 and "layers" in name and "conv" not in name and "salience" not in name]
        chosen = {id(p) for p in matrices}
        rest = [p for p in trained.values() if id(p) not in chosen]
        self.optimizers = [
            torch.optim.Muon(matrices, lr=flags.learning_rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(rest, lr=flags.learning_rate, betas=(0.9, 0.98), weight_decay=0.0),
        ]
        self.step, self.seconds = 0, 0.0
        self.checkpoint = flags.out / "checkpoint.pt"
        if self.checkpoint.exists():
            self._resume()
        seed = flags.seed + self.step
        self.batches = Batches(repositories, FactMaker(tokenizer, seed), NameReader(tokenizer), breaks, seed, flags.fact_share)
        self.generator = torch.Generator().manual_seed(seed)
        self.queue = torch.nn.functional.normalize(torch.randn(flags.queue, self.config.d_key, device=self.device), dim=-1) * self.config.n_kv_heads**0.5
        loss = SideLoss(self.model) if flags.side else BankLoss(self.model)
        self.loss = torch.compile(loss, dynamic=False) if flags.compile else loss

    def run(self) -> None:
        """Trains until the time is over."""
        figures: list[dict] = []
        saved = reported = time.monotonic()
        while self.seconds < self.flags.minutes * 60 and self.step < self.flags.max_steps:
            start = time.monotonic()
            figures.append(self.train_step())
            # The first step may wait for the compiler.
            self.seconds += min(time.monotonic() - start, 20)
            self.step += 1
            if self.step % self.flags.report_every == 0:
                line = {"step": self.step, "minutes": round(self.seconds / 60, 1), "tokens/s": round(len(figures) * self.tokens / (time.monotonic() - reported))}
                line |= {name: round(float(np.nanmean([figure[name] for figure in figures])), 4) for name in figures[0]}
                print(json.dumps(line), flush=True)
                self.flags.out.mkdir(parents=True, exist_ok=True)
                with (self.flags.out / "log.jsonl").open("a") as file:
                    file.write(json.dumps(line) + "\n")
                figures, reported = [], time.monotonic()
            if time.monotonic() - saved > 240:
                self.save()
                saved = time.monotonic()
        self.save()

    @property
    def tokens(self) -> int:
        """Tokens of a step."""
        return self.flags.groups * 4 * self.config.window

    def rate(self) -> float:
        """Share of the learning rate now: a rise over 2 %, then flat, then falling over the last half."""
        part = self.seconds / (self.flags.minutes * 60)
        if self.flags.start is not None:
            return min(self.step / 20, max(0.02, 1 - part))
        return min(part / 0.02 + 0.02, 1.0, max(0.02, (1 - part) / 0.5))

    def train_step(self) -> dict:
        """Returns the step's figures."""
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.flags.learning_rate * self.rate()
        batch = self.batches.draw(self.flags.groups)
        chosen, seen = remembered(len(batch.ids), self.generator)
        pairs = pairs_of(batch, self.names, MOST_PAIRS, self.generator)
        n = min(len(pairs.queries), ROOM_PAIRS)
        queries = torch.zeros(ROOM_PAIRS, dtype=torch.long)
        positives = torch.zeros(ROOM_PAIRS, pairs.positives.shape[1], dtype=torch.bool)
        queries[:n], positives[:n] = pairs.queries[-n:] if n else pairs.queries, pairs.positives[-n:] if n else pairs.positives
        valid = torch.arange(ROOM_PAIRS) < n
        with torch.autocast(self.device.type, torch.bfloat16):
            nll, retrieval, salience, keys = self.loss(*(x.to(self.device) for x in (batch.ids, batch.names, chosen, seen, queries, positives, valid, self.queue)))
        mean = nll.mean()
        asked = batch.twins[batch.twins[:, 1] >= 1].to(self.device)
        visible = seen.to(self.device)[:, 0]
        asked = asked[visible[asked[:, 0]]]
        own = nll[asked[:, 0], asked[:, 1] - 1].sum() / max(1, len(asked))
        (mean + self.flags.fact_weight * own + self.flags.retrieval_weight * (retrieval + salience)).backward()
        norm = float(torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0))
        if math.isfinite(norm):
            for optimizer in self.optimizers:
                optimizer.step()
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        # Every key would fill the queue with four steps; every fourth lets it reach back farther.
        fresh = keys[self.step % 4 :: 4].float()
        self.queue = torch.cat([self.queue[len(fresh) :], fresh])
        with torch.no_grad():
            return {
                "nll": float(mean), "nll with": float(nll[visible].mean()), "nll foreign": float(nll[~visible & seen[:, -1].to(nll.device)].mean()),
                "nll without": float(nll[~seen.any(1).to(nll.device)].mean()), "fact": float(own) if len(asked) else math.nan,
                "retrieval": float(retrieval), "salience": float(salience), "norm": norm,
            }  # fmt: skip

    def save(self) -> None:
        """Writes the checkpoint whole or not at all."""
        self.flags.out.mkdir(parents=True, exist_ok=True)
        part = self.checkpoint.with_suffix(".part")
        state = {"config": self.config.to_json(), "model": self.model.state_dict(), "optimizers": [optimizer.state_dict() for optimizer in self.optimizers], "step": self.step, "seconds": self.seconds}
        torch.save(state, part)
        part.replace(self.checkpoint)
        write_json(self.flags.out / "settings.json", {name: str(value) if isinstance(value, Path) else value for name, value in vars(self.flags).items()})

    def _begin_with(self, weights: dict) -> None:
        """Takes the weights of another run; one from before names were compared has no weights for that yet."""
        missing, unexpected = self.model.load_state_dict(weights, strict=False)
        if unexpected or any(not name.endswith(("copy_trust", "pointer_temperature")) and "agreement" not in name for name in missing):
            raise SystemExit(f"{self.flags.start} is of another model: {sorted([*missing, *unexpected])[:5]}")

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True, map_location=self.device)
        if state["config"] != self.config.to_json():
            raise SystemExit(f"{self.checkpoint} is of another configuration: choose another --out, or delete it.")
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.seconds = state["step"], state["seconds"]


if __name__ == "__main__":
    main()
