"""Stage 10b, train the encoder: transformer layers over the static model, by telling each text's own code from its neighbours.

With --sides query only questions are read by the encoder, and codes keep the vectors of the static model; with --sides both, codes are
read by it too. Resumes from the checkpoint of the same --out. Prints, and appends to OUT/log.jsonl, the loss and the validation figures.
"""
import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from lib.asking import PHRASES
from lib.bpe import Encoder
from lib.encoder_model import SHAPES, EncoderModel
from lib.exported import sha256_of
from lib.neighbourhoods import groups_of_neighbours, same_answer
from lib.pair_set import PairSet, load_pairs
from lib.records import folder_of, read_json, write_json
from lib.sequences import Sequences, joined, sequences_of, with_phrases
from lib.static_table import read_static, static_vectors
from lib.tokenizer_file import read_tokenizer
from tokenizer import tag_of

MICRO_TOKENS = 4_096
"""How many tokens, padding included, are computed together: what stays in a processor's cache."""


def main() -> None:
    """Trains and writes OUT/checkpoint.pt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", type=Path, required=True)
    parser.add_argument("--static", type=Path, required=True, help="folder of the exported static model to start from")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shape", choices=sorted(SHAPES), default="tiny")
    parser.add_argument("--sides", choices=["query", "both"], default="query")
    parser.add_argument("--steps", type=int, default=1_000)
    parser.add_argument("--minutes", type=float, default=0, help="end after so much time, reports left out, if the steps have not ended before; 0: never")
    parser.add_argument("--group", type=int, default=512, help="pairs of a step, told apart from each other")
    parser.add_argument("--block", type=int, default=64, help="pairs of like code that come together")
    parser.add_argument("--query-tokens", type=int, default=32)
    parser.add_argument("--code-tokens", type=int, default=96)
    parser.add_argument("--temperature", type=float, default=0.05)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--warm-up", type=int, default=50, help="steps in which the learning rate rises")
    parser.add_argument("--table-rate", type=float, default=0.0, help="learning rate of rows and weights, as a share; 0 keeps them")
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--kinds", default="call:0.3,testbody:0.5,name:0.5,readme:1", help="share of each kind an epoch draws")
    parser.add_argument("--asking", type=float, default=0.15, help="share of queries that get asking words in front")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--half", action="store_true", help="multiply in bfloat16: faster on processors that can")
    parser.add_argument("--report-every", type=int, default=100)
    parser.add_argument("--save-every", type=int, default=100)
    parser.add_argument("--validation-codes", type=int, default=0, help="codes ranked per held-out repository; 0: all")
    flags = parser.parse_args()
    torch.set_num_threads(flags.threads)
    split = read_json(flags.split)
    train, validation = (_Side(flags, split[side]) for side in ("train", "validation"))
    print(f"{len(train.pairs.code)} pairs, {len(train.pairs.codes)} codes; {len(validation.pairs.code)} pairs validate", flush=True)
    Trainer(flags, train, validation).run()


class _Side:
    """The pairs of some repositories, their tokens in order, and what the static model makes of the codes."""

    def __init__(self, flags: argparse.Namespace, names: list[str]):
        tag = tag_of(flags.static / "tokenizer.bin")
        folders = [flags.data / "collected" / folder_of(name) for name in names]
        self.pairs: PairSet = load_pairs([folder / f"encoded-{tag}.npz" for folder in folders])
        queries, codes = [], []
        for folder in folders:
            with np.load(folder / f"sequences-{tag}.npz") as data:
                queries.append(Sequences(data["query_ids"], data["query_offsets"]))
                codes.append(Sequences(data["code_ids"], data["code_offsets"]))
        self.queries, self.codes = joined(queries), joined(codes)
        table, token_cap = read_static(flags.static)
        self.static = static_vectors(self.pairs.codes, torch.from_numpy(table), token_cap)

    def usable(self) -> np.ndarray:
        """Returns for each pair whether both its texts have a token."""
        return (np.diff(self.queries.offsets) > 0) & (np.diff(self.codes.offsets)[self.pairs.code] > 0)


def encode(model: EncoderModel, texts: Sequences, half: bool = False) -> torch.Tensor:
    """Returns the texts' vectors [texts, dimensions]. Texts of about equal length are padded together, which saves most of the padding.
    half: multiply matrices in bfloat16."""
    device = model.rows.device
    lengths = texts.lengths(np.arange(len(texts)))
    order = np.argsort(-lengths, kind="stable")
    parts, at = [], 0
    while at < len(order):
        size = max(1, MICRO_TOKENS // max(1, int(lengths[order[at]])))
        ids, mask = texts.padded(order[at : at + size])
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            parts.append(model(torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device)))
        at += size
    return torch.cat(parts)[torch.from_numpy(np.argsort(order)).to(device)]


def contrast(queries: torch.Tensor, codes: torch.Tensor, same: torch.Tensor, temperature: float) -> torch.Tensor:
    """Returns the mean loss of telling each text's partner from all others, both ways.

    queries, codes: [size, dimensions] of unit length, partners in equal rows; same: [size, size], true where rows may be partners too.
    """
    scores = (queries @ codes.T / temperature).masked_fill(same, -1e4)  # [size, size]
    right = torch.arange(len(scores), device=scores.device)
    return 0.5 * (functional.cross_entropy(scores, right) + functional.cross_entropy(scores.T, right))


class Trainer:
    """Holds the model, its optimiser and where the training stands."""

    def __init__(self, flags: argparse.Namespace, train: _Side, validation: _Side):
        self.flags, self.train, self.validation = flags, train, validation
        table, token_cap = read_static(flags.static)
        self.model = EncoderModel(SHAPES[flags.shape], table, token_cap, flags.seed).to(flags.device)
        encoder = Encoder(read_tokenizer(flags.static / "tokenizer.bin"))
        self.phrases = sequences_of(encoder.encode(phrase.encode()) for phrase in PHRASES)
        self.share = {kind: float(rate) for kind, rate in (part.split(":") for part in flags.kinds.split(",") if part)}
        self.optimizer = torch.optim.AdamW(self._parameters(), betas=(0.9, 0.98), fused=True)
        self.step = self.epoch = self.group = 0
        self.seconds = 0.0
        self.checkpoint = flags.out / "checkpoint.pt"
        if self.checkpoint.exists():
            self._resume()

    def _parameters(self) -> list[dict]:
        """Matrices decay, vectors do not; rows and weights move slowly or, at rate 0, not at all."""
        table = [self.model.rows, self.model.log_weights]
        for parameter in table:
            parameter.requires_grad_(self.flags.table_rate > 0)
        layers = [parameter for name, parameter in self.model.named_parameters() if name not in ("rows", "log_weights")]
        kinds = [
            {"params": [p for p in layers if p.dim() > 1], "share": 1.0, "weight_decay": self.flags.weight_decay},
            {"params": [p for p in layers if p.dim() == 1], "share": 1.0, "weight_decay": 0.0},
        ]
        return kinds + ([{"params": table, "share": self.flags.table_rate, "weight_decay": 0.0}] if self.flags.table_rate > 0 else [])

    def _done(self) -> float:
        """How much of the training is over, 1 at its end: by steps or by time, whichever is further."""
        by_time = self.seconds / (60 * self.flags.minutes) if self.flags.minutes else 0.0
        return min(1.0, max(self.step / self.flags.steps, by_time))

    def run(self) -> None:
        """Trains to the end."""
        if self.step == 0:
            self.report(None)
        losses: list[float] = []
        since = self.seconds
        while self._done() < 1:
            rnd = np.random.default_rng([self.flags.seed, self.epoch])
            vectors, size, block = self.train.static, self.flags.group, self.flags.block
            for number, rows in enumerate(groups_of_neighbours(self.train.pairs, self.train.usable(), vectors, size, block, self.share, rnd)):
                if number < self.group:
                    continue
                if self._done() >= 1:
                    break
                started = time.monotonic()
                losses.append(self._step(rows))
                self.seconds += time.monotonic() - started
                self.step, self.group = self.step + 1, number + 1
                if self.step % self.flags.save_every == 0 or self._done() >= 1:
                    self.save()
                if self.step % self.flags.report_every == 0 or self._done() >= 1:
                    rate = len(losses) * size / (self.seconds - since)
                    self.report({"loss": round(float(np.mean(losses)), 4), "minutes": round(self.seconds / 60, 1), "pairsPerSecond": round(rate, 1)})
                    losses, since = [], self.seconds
            else:
                if self.group == 0:
                    raise SystemExit("There are fewer pairs than one group: collect more, or lower --group.")
                self.epoch, self.group = self.epoch + 1, 0

    def _step(self, rows: np.ndarray) -> float:
        done = self._done()
        rate = self.flags.learning_rate * min(1.0, (self.step + 1) / self.flags.warm_up) * 0.5 * (1 + math.cos(math.pi * done))
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        # Of the step alone, so that a training that was resumed draws the same.
        rnd = np.random.default_rng([self.flags.seed, self.step, 1])
        queries = with_phrases(self.train.queries.take(rows, self.flags.query_tokens), self.phrases, self.flags.asking, rnd)
        left = self.encode(queries.take(np.arange(len(rows)), self.flags.query_tokens))
        right = self.codes_of(self.train, self.train.pairs.code[rows])
        same = torch.from_numpy(same_answer(self.train.pairs, rows)).to(left.device)
        loss = contrast(left, right, same, self.flags.temperature)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return loss.item()

    def codes_of(self, side: _Side, codes: np.ndarray) -> torch.Tensor:
        """Returns the vectors of the given codes [codes, dimensions]: the static model's, or the encoder's with --sides both."""
        if self.flags.sides == "query":
            return torch.from_numpy(side.static[codes]).float().to(self.model.rows.device)
        return self.encode(side.codes.take(codes, self.flags.code_tokens))

    def encode(self, texts: Sequences) -> torch.Tensor:
        """Returns the texts' vectors [texts, dimensions] in single precision."""
        return encode(self.model, texts, self.flags.half).float()

    def report(self, figures: dict | None) -> None:
        """Prints and logs the training's figures and the validation's."""
        self.flags.out.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"step": self.step, "epoch": self.epoch, **(figures or {}), **self.validate()})
        print(line, flush=True)
        with (self.flags.out / "log.jsonl").open("a") as file:
            file.write(f"{line}\n")

    @torch.no_grad()
    def validate(self, per_kind: int = 40) -> dict[str, float]:
        """Returns how often the right code of a held-out repository is among the first ten, and MRR@10, for questions of kind doc and commit."""
        side, pairs, usable = self.validation, self.validation.pairs, self.validation.usable()
        ranks: dict[str, list[np.ndarray]] = {"doc": [], "commit": []}
        for repository in np.unique(pairs.repository):
            rows = np.flatnonzero((pairs.repository == repository) & usable)
            asked = {kind: rows[pairs.kind[rows] == kind][:per_kind] for kind in ranks}
            wanted = np.unique(pairs.code[np.concatenate(list(asked.values()))])
            others = np.setdiff1d(pairs.code[rows], wanted)
            if self.flags.validation_codes:
                others = np.random.default_rng(1).permutation(others)[: max(0, self.flags.validation_codes - len(wanted))]
            used = np.concatenate([wanted, np.sort(others)])
            group = dict(zip(pairs.code[rows].tolist(), pairs.group[rows].tolist(), strict=True))
            groups = np.array([group[code] for code in used.tolist()])
            codes = self.codes_of(side, used)
            for kind, questions in asked.items():
                if len(questions):
                    scores = self.encode(side.queries.take(questions, self.flags.query_tokens)) @ codes.T
                    best = scores.topk(min(10, len(used)), dim=1).indices.cpu().numpy()
                    hits = groups[best] == pairs.group[questions][:, None]
                    ranks[kind].append(np.where(hits.any(axis=1), hits.argmax(axis=1), -1))
        figures = {}
        for kind, found in ((kind, np.concatenate(parts)) for kind, parts in ranks.items() if parts):
            figures[f"{kind}@10"] = round(float((found >= 0).mean()), 4)
            figures[f"{kind} MRR"] = round(float(np.where(found >= 0, 1 / (found + 1.0 + (found < 0)), 0).mean()), 4)
        return figures

    def save(self) -> None:
        """Writes the checkpoint whole or not at all."""
        self.flags.out.mkdir(parents=True, exist_ok=True)
        part = self.checkpoint.with_suffix(".part")
        state = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "at": (self.step, self.epoch, self.group), "seconds": self.seconds}
        torch.save({**state, "settings": self._settings(), "static": sha256_of(self.flags.static / "table.bin")}, part)
        part.replace(self.checkpoint)
        write_json(self.flags.out / "settings.json", self._settings())

    def _settings(self) -> dict:
        return {name: str(value) if isinstance(value, Path) else value for name, value in vars(self.flags).items()}

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True, map_location=self.flags.device)
        ignored = {"threads", "device", "report_every", "save_every", "validation_codes", "data", "split", "static", "out"}
        changed = {name for name, value in self._settings().items() if name not in ignored and state["settings"].get(name) != value}
        if changed:
            raise SystemExit(f"{self.checkpoint} was trained with other {', '.join(sorted(changed))}: choose another --out, or delete it.")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.epoch, self.group = state["at"]
        self.seconds = state["seconds"]


if __name__ == "__main__":
    main()
