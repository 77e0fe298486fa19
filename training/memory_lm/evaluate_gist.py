"""Stage 6, what the gist tier is worth on repositories that the model has not seen.

Windows with the slots of what stands 2,000 to 8,000 tokens in front of them, against no memory, slots of another repository, and the bank of
the same chunks; then planted facts by distance through the whole pool, and how many of a fact's slots the retriever finds. Intervals:
paired bootstrap over repositories, each weighs the same.
"""
import argparse
import re
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lib.records import folder_of, read_json, write_json
from lib.tokenizer_file import read_tokenizer
from memory_lm.facts import Fact, FactMaker
from memory_lm.gist_batches import padded
from memory_lm.gist_lm import Chunks, GistLm, Slots
from memory_lm.gist_memory import GistMemory, Records
from memory_lm.gist_segment import Segment, read_segment
from memory_lm.lm_tokenizer import LmTokenizer
from memory_lm.model import Bank
from memory_lm.names import NameReader
from memory_lm.pool import read_repository
from memory_lm.train_gist import load_gist

CONDITIONS = ("none", "gist", "foreign gist", "bank", "bank and gist", "bank and foreign gist")
PAIRS = (("gist", "none"), ("foreign gist", "none"), ("gist", "foreign gist"), ("bank", "none"), ("bank and gist", "bank"), ("bank and gist", "bank and foreign gist"))
"""What is compared with what."""
STOP = 0.01
"""The tier ships only if it lowers −log p by this share against another repository's slots."""


def main() -> None:
    """Prints tables, writes --out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="checkpoint of train_bank.py")
    parser.add_argument("--checkpoint", type=Path, required=True, help="checkpoint of train_gist.py")
    parser.add_argument("--data", type=Path, required=True, help="what documents.py wrote")
    parser.add_argument("--side", default="validation", help="side of sides.json: validation to choose by, judging for the report")
    parser.add_argument("--out", type=Path, required=True, help="JSON file")
    parser.add_argument("--windows", type=int, default=16, help="windows of each repository")
    parser.add_argument("--most-chunks", type=int, default=120, help="chunks of a repository in memory")
    parser.add_argument("--most-repositories", type=int, default=1_000)
    parser.add_argument("--from-tokens", type=int, default=2_048, help="nearest distance of what is remembered")
    parser.add_argument("--to-tokens", type=int, default=8_192, help="farthest")
    parser.add_argument("--facts", type=int, default=6, help="planted into each repository")
    parser.add_argument("--fact-distances", type=int, nargs="*", default=[0, 4, 16, 64], help="in chunks")
    parser.add_argument("--batch", type=int, default=8, help="chunks encoded at once")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resamples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    flags = parser.parse_args()
    torch.set_num_threads(flags.threads)
    lm, tokenizer = load_gist(flags.model, flags.checkpoint), LmTokenizer(read_tokenizer(flags.data / "tokenizer.bin"))
    names = read_json(flags.data / "sides.json")[flags.side][: flags.most_repositories]
    if len(names) < 2:
        raise SystemExit(f"{flags.side} has {len(names)} repositories: the foreign memory takes two.")
    found, facts = evaluate(flags, lm, tokenizer, names)
    summary = summarised(found, flags.resamples, flags.seed)
    settings = {name: str(value) if isinstance(value, Path) else value for name, value in vars(flags).items()}
    write_json(flags.out, {"settings": settings, "gist": lm.gist.gist.to_json(), "summary": summary, "facts": facts, "repositories": found})
    print(table(summary))
    print(fact_table(facts))


@torch.no_grad()
def evaluate(flags: argparse.Namespace, lm: GistLm, tokenizer: LmTokenizer, names: list[str]) -> tuple[dict[str, dict], list[dict]]:
    """Returns for each repository the mean of −log p under each condition, and what became of each fact."""
    found: dict[str, dict] = {}
    facts: list[dict] = []
    foreign: Segment | None = None
    reader = NameReader(tokenizer)
    for name in [names[-1], *names]:
        start = time.monotonic()
        random = np.random.default_rng([flags.seed, *name.encode()])
        repository = read_repository(str(flags.data / f"{folder_of(name)}.npz"), lm.model, tokenizer.encode(b"\n")[0])
        segment = read_segment(lm, reader, repository, flags.most_chunks, flags.batch, random)
        if foreign is not None:
            found[name] = windows_of(flags, lm, segment, foreign, random)
            facts += Facts(flags, lm, tokenizer, reader, segment, random).run(name)
            print(f"{name}: {found[name]['windows']} windows, {time.monotonic() - start:.0f} s", flush=True)
        foreign = segment
    return {name: figures for name, figures in found.items() if figures["windows"]}, facts


def windows_of(flags: argparse.Namespace, lm: GistLm, segment: Segment, foreign: Segment, random: np.random.Generator) -> dict:
    """Returns the number of windows and tokens, and the mean of −log p under each condition."""
    starts, n = segment.starts, len(segment.chunks)
    usable = [chunk for chunk in range(n) if starts[chunk] >= flags.to_tokens and len(segment.chunks[chunk]) >= lm.model.config.window * 3 // 4]
    sums, tokens = np.zeros(len(CONDITIONS)), 0
    chosen = random.permutation(usable)[: flags.windows].tolist()
    for chunk in chosen:
        before = [other for other in range(chunk) if starts[other] >= starts[chunk] - flags.to_tokens and starts[other + 1] <= starts[chunk] - flags.from_tokens]
        other = int(random.integers(max(1, len(foreign.chunks) - len(before) + 1)))
        elsewhere = list(range(other, min(other + len(before), len(foreign.chunks))))
        own, alien = slots_read(lm, segment, before, chunk), slots_read(lm, foreign, elsewhere, elsewhere[-1] + chunk - before[-1])
        bank = segment.bank(before)
        ways: dict[str, tuple[Slots | None, tuple[Bank | None, Tensor | None]]] = {
            "none": (None, (None, None)), "gist": (own, (None, None)), "foreign gist": (alien, (None, None)),
            "bank": (None, bank), "bank and gist": (own, bank), "bank and foreign gist": (alien, bank),
        }  # fmt: skip
        length = len(segment.chunks[chunk])
        text = Chunks(*(x[chunk : chunk + 1, :length] for x in (segment.text.ids, segment.text.names)), torch.tensor([length]))
        header = segment.headers[chunk]
        sums += [float(lm.losses(text, slots, *remembered)[0, header - 1 :].sum()) for slots, remembered in (ways[condition] for condition in CONDITIONS)]
        tokens += int(text.lengths[0]) - header
    return {"windows": len(chosen), "tokens": tokens, "nll": dict(zip(CONDITIONS, (sums / max(1, tokens)).tolist(), strict=True))}


def slots_read(lm: GistLm, segment: Segment, chosen: list[int], now: int) -> Slots:
    """Returns the slots of chosen chunks as chunk number `now` reads them from the pool."""
    sizes = lm.gist.gist
    memory = GistMemory(sizes, lm.model.config.n_layers, lm.model.config.d_model, now)
    for chunk in chosen:
        memory.update(segment.slots[chunk], segment.files[chunk], chunk)
    shown = memory.visible(None)
    return _slots(shown, now - shown.chunk)


def _slots(shown: Records, ages: Tensor) -> Slots:
    return Slots(shown.states.transpose(0, 1)[None], ages[None], torch.ones(1, 1, len(shown), dtype=torch.bool))


@dataclass
class Facts:
    """Plants facts into a repository and asks for them."""

    flags: argparse.Namespace
    lm: GistLm
    tokenizer: LmTokenizer
    reader: NameReader
    segment: Segment
    random: np.random.Generator

    def run(self, name: str) -> list[dict]:
        """Returns for each fact and distance whether it was told exactly, −log p of its value, and how many of its slots were found."""
        maker = FactMaker(self.tokenizer, int(self.random.integers(1 << 30)))
        found = []
        for number in range(self.flags.facts):
            maker.begin_group()
            fact = self._fact(maker)
            told = self._told(fact)
            for distance in self.flags.fact_distances:
                if distance + 2 <= len(self.segment.chunks):
                    found.append({"repository": name, "fact": number, "distance": distance} | self._ask(fact, told, distance))
        return found

    def _fact(self, maker: FactMaker) -> Fact:
        """A fact whose value is a number of four digits."""
        while True:
            fact = maker.draw()
            if re.fullmatch(rb" ?[0-9]{4}", self.tokenizer.decode(fact.value)):
                return fact

    def _told(self, fact: Fact) -> Chunks:
        """A chunk with the fact in its middle."""
        chunk = int(self.random.integers(len(self.segment.chunks)))
        tokens, header = self.segment.chunks[chunk], self.segment.headers[chunk]
        at = self._line_end(tokens, (header + len(tokens)) // 2)
        window = self.lm.model.config.window
        return padded([[*tokens[:at], *fact.told, *tokens[at:]][:window]], window, self.reader)

    def _line_end(self, tokens: list[int], first: int) -> int:
        ends = (index for index in range(first, len(tokens)) if self.tokenizer.bytes_of[tokens[index]].startswith(b"\n"))
        return next(ends, first)

    def _ask(self, fact: Fact, told: Chunks, distance: int) -> dict:
        lm, segment, layer = self.lm, self.segment, self.lm.model.config.bank_layer
        encoded = lm.encode(told)
        first = int(self.random.integers(len(segment.chunks) - distance - 1))
        memory = GistMemory(lm.gist.gist, lm.model.config.n_layers, lm.model.config.d_model, first)
        # The pool is full before the fact is told, as it is in use; what is told comes from no file of the repository.
        ahead = -(-lm.gist.gist.short_term // lm.gist.gist.slots)
        for chunk in range(max(0, first - ahead), first):
            memory.update(segment.slots[chunk], segment.files[chunk], chunk)
        memory.update(lm.write_in_order(encoded, [-1])[0], -1, -1)
        for chunk in range(first, first + distance):
            memory.update(segment.slots[chunk], segment.files[chunk], chunk)
        asking = segment.chunks[first + distance]
        end = self._line_end(asking, min(segment.headers[first + distance] + 64, len(asking)))
        question = [*asking[:end], *fact.asked[: fact.asked_value_at]]
        text = padded([[*question, *fact.value]], len(question) + len(fact.value), self.reader)
        asked = lm.encode(padded([question], len(question), self.reader)).x[0, segment.headers[first + distance] :]
        scores = lm.gist.retriever(asked, memory.long.states[:, layer]) if len(memory.long) else None
        shown = memory.visible(scores)
        slots = _slots(shown, memory.ages(shown))
        lost = int((memory.long.chunk == -1).sum())
        n_found = int((shown.chunk == -1).sum() - (memory.short.chunk == -1).sum())
        return {
            "value": _value(lm, text, slots, (None, None), len(question)), "value without": _value(lm, text, None, (None, None), len(question)),
            "value bank": _value(lm, text, None, self._bank_of(told, encoded.bank), len(question)),
            "in short-term": int((memory.short.chunk == -1).sum()) / lm.gist.gist.slots, "dropped": lost, "found": n_found,
            "chance": min(1.0, lm.gist.gist.recalled / len(memory.long)) if len(memory.long) else 1.0,
        }  # fmt: skip

    @staticmethod
    def _bank_of(told: Chunks, bank: Bank) -> tuple[Bank, Tensor]:
        return bank, torch.arange(told.ids.shape[1])[None] < told.lengths[:, None]


def _value(lm: GistLm, text: Chunks, slots: Slots | None, remembered: tuple[Bank | None, Tensor | None], at: int) -> dict:
    """Whether each token of a value from `at` on is the likeliest, and the sum of −log p."""
    h, weights = lm.read(text, slots, *remembered)
    sources = text.ids if remembered[0] is None else torch.cat([remembered[0].tokens, text.ids], 1)
    log_p = lm.model.log_probs(h[:, at - 1 : -1], weights[:, at - 1 : -1], sources)[0]
    value = text.ids[0, at:]
    return {"exact": bool((log_p.argmax(-1) == value).all()), "nll": float(-log_p.gather(-1, value[:, None]).sum())}


def summarised(found: dict[str, dict], resamples: int, seed: int) -> dict:
    """Returns means over repositories, and for each pair of conditions the difference with a 95 % interval and as a share."""
    means = np.array([[figures["nll"][condition] for condition in CONDITIONS] for figures in found.values()])  # [repositories, conditions]
    draws = np.random.default_rng(seed).integers(0, len(means), (resamples, len(means)))
    pairs = {}
    for one, other in PAIRS:
        a, b = means[:, CONDITIONS.index(one)], means[:, CONDITIONS.index(other)]
        low, high = np.quantile((a - b)[draws].mean(1), (0.025, 0.975))
        shares = 1 - a[draws].mean(1) / b[draws].mean(1)
        gain_low, gain_high = np.quantile(shares, (0.025, 0.975))
        pairs[f"{one} against {other}"] = {
            "difference": float((a - b).mean()), "low": float(low), "high": float(high),
            "gain": float(1 - a.mean() / b.mean()), "gain low": float(gain_low), "gain high": float(gain_high),
        }  # fmt: skip
    windows, tokens = (sum(figures[name] for figures in found.values()) for name in ("windows", "tokens"))
    nll = dict(zip(CONDITIONS, means.mean(0).tolist(), strict=True))
    return {"repositories": len(found), "windows": windows, "tokens": tokens, "nll": nll, "pairs": pairs}


def table(summary: dict) -> str:
    """Returns a Markdown table of −log p in nats, and what the stop rule says."""
    lines = [f"{summary['repositories']} repositories, {summary['windows']} windows, {summary['tokens']} tokens.", "", "| memory | −log p |", "| - | -: |"]
    lines += [f"| {condition} | {value:.4f} |" for condition, value in summary["nll"].items()]
    lines += ["", "| comparison | difference, 95 % | gain, 95 % |", "| - | - | - |"]
    for name, pair in summary["pairs"].items():
        lines.append(f"| {name} | {pair['difference']:+.4f} ({pair['low']:+.4f} to {pair['high']:+.4f}) | {pair['gain']:+.2%} ({pair['gain low']:+.2%} to {pair['gain high']:+.2%}) |")
    gain = summary["pairs"]["gist against foreign gist"]["gain"]
    return "\n".join([*lines, "", f"Stop rule: a gain of {gain:.2%} over another repository's slots is {'at least' if gain >= STOP else 'below'} {STOP:.0%}."])


def fact_table(facts: list[dict]) -> str:
    """Returns a Markdown table by distance."""
    lines = ["| chunks since | facts | exact, gist | exact, none | exact, bank of its chunk | −log p, gist | −log p, none | in short-term | dropped slots found | by chance |", "| -: | -: | -: | -: | -: | -: | -: | -: | -: | -: |"]
    for distance in sorted({fact["distance"] for fact in facts}):
        of = [fact for fact in facts if fact["distance"] == distance]
        exact = [np.mean([fact[name]["exact"] for fact in of]) for name in ("value", "value without", "value bank")]
        nll = [np.mean([fact[name]["nll"] for fact in of]) for name in ("value", "value without")]
        dropped = sum(fact["dropped"] for fact in of)
        by_chance = sum(fact["chance"] * fact["dropped"] for fact in of)
        found = [f"{sum(fact['found'] for fact in of) / dropped:.1%}", f"{by_chance / dropped:.1%}"] if dropped else ["–", "–"]
        cells = [distance, len(of), *(f"{value:.1%}" for value in exact), *(f"{value:.2f}" for value in nll), f"{np.mean([fact['in short-term'] for fact in of]):.0%}", *found]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
