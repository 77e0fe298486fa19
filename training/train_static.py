"""Stage 6, train: the static model, by telling each text's own code from all other code in the batch.

Resumes from the checkpoint of the same --out. Prints, and appends to OUT/log.jsonl, the loss and the validation figures: how often
the right code of a held-out repository is among the first ten of all its codes, for questions of kind doc and commit.
"""
import argparse
import time
from pathlib import Path

import numpy as np
import torch

from lib.asking import asking_bags, with_asking
from lib.bags import thinned
from lib.bpe import Encoder
from lib.pair_set import PairSet, batches, load_pairs
from lib.records import folder_of, read_json, write_json
from lib.static_model import StaticModel, contrastive_loss, inverse_document_frequency
from lib.tokenizer_file import read_tokenizer
from tokenizer import tag_of


def main() -> None:
    """Trains and writes OUT/checkpoint.pt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--batch", type=int, default=2_048)
    parser.add_argument("--group", type=int, default=512, help="pairs that are told apart from each other; divides --batch")
    parser.add_argument("--block", type=int, default=256, help="pairs of one repository that come together")
    parser.add_argument("--dimensions", type=int, default=256)
    parser.add_argument("--prefixes", default="128,64", help="leading dimensions that shall be usable alone; steps take turns")
    parser.add_argument("--prefix-share", type=float, default=0.5, help="weight of the prefix's loss beside that of all dimensions")
    parser.add_argument("--temperature", type=float, default=0.05)
    parser.add_argument("--learning-rate", type=float, default=1e-2)
    parser.add_argument("--token-cap", type=int, default=2, help="occurrences of a token that count; 0: all")
    parser.add_argument("--two-tables", action="store_true")
    parser.add_argument("--idf-power", type=float, default=1.0, help="token weights start as IDF to this power")
    parser.add_argument("--kinds", default="call:0.3,testbody:0.5,name:0.5,readme:1", help="share of each kind an epoch draws")
    parser.add_argument("--asking", type=float, default=0.15, help="share of queries that get asking words in front")
    parser.add_argument("--dropout", type=float, default=0.0, help="share of tokens that a text loses while training, against learning pairs by heart")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--report-every", type=int, default=500)
    flags = parser.parse_args()
    torch.set_num_threads(flags.threads)
    torch.manual_seed(flags.seed)
    split = read_json(flags.split)
    pairs, validation = (_load(flags, split[side]) for side in ("train", "validation"))
    print(f"{len(pairs.code)} pairs, {len(pairs.codes)} codes; {len(validation.code)} pairs validate", flush=True)
    Trainer(flags, pairs, validation).run()


def _load(flags: argparse.Namespace, names: list[str]) -> PairSet:
    tag = tag_of(flags.tokenizer)
    return load_pairs([flags.data / "collected" / folder_of(name) / f"encoded-{tag}.npz" for name in names])


class Trainer:
    """Holds the model, its optimiser and where the training stands."""

    def __init__(self, flags: argparse.Namespace, pairs: PairSet, validation: PairSet):
        self.flags, self.pairs, self.validation = flags, pairs, validation
        merges = read_tokenizer(flags.tokenizer)
        vocabulary = 256 + len(merges)
        weights = inverse_document_frequency(pairs.codes, vocabulary) ** flags.idf_power
        self.model = StaticModel(vocabulary, flags.dimensions, flags.token_cap, flags.two_tables, weights, flags.seed).to(flags.device)
        self.prefixes = [int(size) for size in flags.prefixes.split(",")]
        self.share = {kind: float(rate) for kind, rate in (part.split(":") for part in flags.kinds.split(",") if part)}
        self.asking = asking_bags(Encoder(merges))
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=flags.learning_rate, betas=(0.9, 0.99), fused=True)
        self.step = self.epoch = self.batch = 0
        self.checkpoint = flags.out / "checkpoint.pt"
        if self.checkpoint.exists():
            self._resume()

    def run(self) -> None:
        """Trains to the last step."""
        self.report(None)
        started, losses = time.time(), []
        while self.step < self.flags.steps:
            rnd = np.random.default_rng([self.flags.seed, self.epoch])
            for number, batch in enumerate(batches(self.pairs, self.flags.batch, self.flags.group, self.flags.block, self.share, rnd)):
                if number < self.batch:
                    continue
                if self.step >= self.flags.steps:
                    break
                queries = with_asking(batch.queries, self.asking, self.flags.asking, rnd)
                queries, codes = (thinned(bags, self.flags.dropout, rnd) for bags in (queries, batch.codes))
                losses.append(self._step(queries, codes, batch.same))
                self.step += 1
                self.batch = number + 1
                if self.step % self.flags.report_every == 0 or self.step == self.flags.steps:
                    rate = len(losses) * self.flags.batch / (time.time() - started)
                    self.save()
                    self.report({"loss": round(float(np.mean(losses)), 4), "pairsPerSecond": round(rate)})
                    started, losses = time.time(), []
            else:
                if self.batch == 0:
                    raise SystemExit("There are fewer pairs than one batch: collect more, or lower --batch.")
                self.epoch, self.batch = self.epoch + 1, 0

    def _step(self, queries, codes, same) -> float:
        done = self.step / self.flags.steps
        rate = self.flags.learning_rate * min(1.0, (self.step + 1) / 100) * (1 - 0.95 * done)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        code_table = self.model.code_table()
        query_table = code_table if self.model.query_rows is None else self.model.query_table()
        left, right = self.model.encode(queries, query_table), self.model.encode(codes, code_table)
        mask = torch.from_numpy(same).to(left.device)
        prefix = self.prefixes[self.step % len(self.prefixes)]
        left, right = (side.view(*mask.shape[:2], -1) for side in (left, right))
        loss = contrastive_loss(left, right, mask, self.flags.temperature, prefix, self.flags.prefix_share)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def report(self, figures: dict | None) -> None:
        """Prints and logs the training's figures and the validation's."""
        self.flags.out.mkdir(parents=True, exist_ok=True)
        line = {"step": self.step, "epoch": self.epoch, **(figures or {}), **validate(self.model, self.validation)}
        print(line, flush=True)
        with (self.flags.out / "log.jsonl").open("a") as file:
            file.write(f"{line}\n".replace("'", '"'))

    def save(self) -> None:
        """Writes the checkpoint whole or not at all."""
        part = self.checkpoint.with_suffix(".part")
        state = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "at": (self.step, self.epoch, self.batch)}
        torch.save({**state, "settings": self._settings()}, part)
        part.replace(self.checkpoint)
        write_json(self.flags.out / "settings.json", self._settings())

    def _settings(self) -> dict:
        return {name: str(value) if isinstance(value, Path) else value for name, value in vars(self.flags).items()}

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True)
        ignored = {"threads", "device", "report_every", "data", "split", "tokenizer", "out"}
        changed = {name for name, value in self._settings().items() if name not in ignored and state["settings"].get(name) != value}
        if changed:
            raise SystemExit(f"{self.checkpoint} was trained with other {', '.join(sorted(changed))}: choose another --out, or delete it.")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.epoch, self.batch = state["at"]


@torch.no_grad()
def validate(model: StaticModel, pairs: PairSet, per_kind: int = 40) -> dict[str, float]:
    """Returns the share of questions whose code is among the first ten of its repository's codes, by kind."""
    code_table, query_table = model.code_table(), model.query_table()
    hits: dict[str, list[float]] = {"doc": [], "commit": []}
    for repository in np.unique(pairs.repository):
        rows = np.flatnonzero(pairs.repository == repository)
        used = np.unique(pairs.code[rows])
        codes = torch.nn.functional.normalize(model.encode(pairs.codes.take(used), code_table), dim=1)
        groups = np.zeros(len(used), np.int64)
        groups[np.searchsorted(used, pairs.code[rows])] = pairs.group[rows]
        for kind, found in hits.items():
            asked = rows[pairs.kind[rows] == kind][:per_kind]
            if len(asked) == 0:
                continue
            scores = torch.nn.functional.normalize(model.encode(pairs.queries.take(asked), query_table), dim=1) @ codes.T
            best = scores.topk(min(10, len(used)), dim=1).indices.cpu().numpy()
            found += list((groups[best] == pairs.group[asked][:, None]).any(axis=1).astype(float))
    return {f"{kind}@10": round(float(np.mean(found)), 4) for kind, found in hits.items() if found}


if __name__ == "__main__":
    main()
