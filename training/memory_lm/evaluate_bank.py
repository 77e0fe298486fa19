"""Stage 4, what the memory is worth on repositories that the model has not seen: -log p of windows with the rest of the repository in
memory, chosen by keys and by names in turns, against no memory and other ways to choose it.

The product chooses in the same way; here a block ends after 128 tokens and not with a line, and all tokens of the span before ask.
A window asks anew after each span of tokens. Its own file is never in memory, nor a block of which more than --copies of the trigrams
stand in the window. Intervals: paired bootstrap over repositories, each weighs the same.
"""
import argparse
import math
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from lib.records import folder_of, read_json, write_json
from lib.tokenizer_file import read_tokenizer
from memory_lm.block_choice import Bm25, NameIndex, Oracle, by_score, gathered, of_both, tokens_of
from memory_lm.export_lm import load_model
from memory_lm.identifiers import FREQUENCIES, Names, kinds
from memory_lm.lm_tokenizer import LmTokenizer
from memory_lm.model import Bank, MemoryLm, grouped
from memory_lm.names import NameReader
from memory_lm.pool import Pool, Repository, encode_pool, read_repository

CONDITIONS = ("none", "retrieved", "keys", "names", "foreign", "random", "BM25", "oracle")
GROUPS = ("all", *(f"{kind}{frequency}" for kind in ("defined", "elsewhere") for frequency in ("", *(f" {frequency}" for frequency in FREQUENCIES))))
_SAID = {"all": "all tokens", "defined": "identifiers defined in another file", "elsewhere": "identifiers that occur only in other files"}

Sums = dict[str, dict[str, float]]
"""For each group of tokens `count`, and under each condition the sum of -log p."""


def main() -> None:
    """Prints a table, writes --out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="what documents.py wrote")
    parser.add_argument("--side", nargs="+", default=["validation"], help="sides of sides.json: validation to choose by, judging for the report")
    parser.add_argument("--out", type=Path, required=True, help="JSON file")
    parser.add_argument("--windows", type=int, default=24, help="windows of each repository")
    parser.add_argument("--most-tokens", type=int, default=131_072, help="tokens of a repository in memory")
    parser.add_argument("--most-repositories", type=int, default=1_000)
    parser.add_argument("--span", type=int, default=32, help="tokens after which a window asks anew")
    parser.add_argument("--blocks", type=int, default=16)
    parser.add_argument("--memory-tokens", type=int, default=2_048, help="blocks and their neighbours together")
    parser.add_argument("--copies", type=float, default=0.5)
    parser.add_argument("--batch", type=int, default=16, help="chunks encoded at once")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resamples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    flags = parser.parse_args()
    torch.set_num_threads(flags.threads)
    model, tokenizer = load_model(flags.checkpoint), LmTokenizer(read_tokenizer(flags.data / "tokenizer.bin"))
    sides = read_json(flags.data / "sides.json")
    names = [name for side in flags.side for name in sides[side]][: flags.most_repositories]
    if len(names) < 2:
        raise SystemExit(f"{' and '.join(flags.side)}: {len(names)} repositories, and the foreign memory takes two.")
    figures = evaluate(flags, model, tokenizer, names)
    summary = summarised(list(figures.values()), flags.resamples, flags.seed)
    settings = {name: str(value) if isinstance(value, Path) else value for name, value in vars(flags).items()}
    write_json(flags.out, {"settings": settings, "summary": summary, "repositories": figures})
    print(table(summary))


@torch.no_grad()
def evaluate(flags: argparse.Namespace, model: MemoryLm, tokenizer: LmTokenizer, names: list[str]) -> dict[str, Sums]:
    """Returns the sums of each repository. The foreign memory is that of the repository before it, for the first one that of the last."""
    figures: dict[str, Sums] = {}
    foreign: Pool | None = None
    reader = NameReader(tokenizer)
    for name in [names[-1], *names]:
        start = time.monotonic()
        random = np.random.default_rng([flags.seed, *name.encode()])
        repository = read_repository(str(flags.data / f"{folder_of(name)}.npz"), model, tokenizer.encode(b"\n")[0])
        pool = encode_pool(model, reader, repository, chosen_chunks(repository, flags.most_tokens, random), flags.batch)
        if foreign is not None:
            figures[name] = Evaluation(flags, model, tokenizer, reader, repository, pool, foreign, random).run()
            print(f"{name}: {len(pool.ids)} tokens in memory, {time.monotonic() - start:.0f} s", flush=True)
        foreign = pool
    return figures


def chosen_chunks(repository: Repository, most_tokens: int, random: np.random.Generator) -> np.ndarray:
    """Returns the chunks of whole files, drawn at random until they have `most_tokens` tokens; the last file is cut."""
    chosen: list[int] = []
    room = most_tokens
    for file in random.permutation(np.unique(repository.files)):
        for chunk in np.flatnonzero(repository.files == file):
            room -= len(repository.chunks[chunk])
            if room < 0:
                return np.array(sorted(chosen))
            chosen.append(int(chunk))
    return np.array(sorted(chosen))


class Evaluation:
    """Holds what the windows of one repository need."""

    def __init__(self, flags: argparse.Namespace, model: MemoryLm, tokenizer: LmTokenizer, reader: NameReader, repository: Repository, pool: Pool, foreign: Pool, random: np.random.Generator):
        self.flags, self.model, self.tokenizer, self.repository = flags, model, tokenizer, repository
        self.pool, self.foreign, self.random, self.reader = pool, foreign, random, reader
        self.oracle = Oracle(pool)
        self.names_of_pool, self.names_of_foreign = NameIndex(reader, pool), NameIndex(reader, foreign)
        self.bm25 = Bm25([tokenizer.decode(pool.ids[start:end].tolist()) for start, end in zip(pool.starts, pool.ends, strict=True)])
        self.names = Names()
        for chunk in np.unique(pool.chunks):
            self.names.add(int(repository.files[chunk]), self._text(int(chunk)))

    def run(self) -> Sums:
        """Returns the sums over the windows: long chunks of different files, as far as there are."""
        sums: Sums = {group: defaultdict(float) for group in GROUPS}
        for chunk in self._windows():
            window = self.repository.chunks[chunk]
            window = window[: (len(window) - 1) // self.flags.span * self.flags.span + 1]
            losses = self._losses(window, int(self.repository.files[chunk]))
            header = int(self.repository.headers[chunk])
            for at, groups in enumerate(self._kinds(chunk, window)):
                # The first span has no queries before it; a header is known.
                if at >= max(header, self.flags.span):
                    for group in ("all", *groups):
                        sums[group]["count"] += 1
                        for condition, row in zip(CONDITIONS, losses, strict=True):
                            sums[group][condition] += float(row[at - 1])
        return {group: dict(values) for group, values in sums.items()}

    def _windows(self) -> list[int]:
        long = [chunk for chunk, tokens in enumerate(self.repository.chunks) if len(tokens) >= self.model.config.window * 3 // 4]
        chosen: dict[int, list[int]] = defaultdict(list)
        for chunk in self.random.permutation(long).tolist():
            chosen[int(self.repository.files[chunk])].append(chunk)
        rounds = [chunks[depth] for depth in range(max(map(len, chosen.values()), default=0)) for chunks in chosen.values() if depth < len(chunks)]
        return rounds[: self.flags.windows]

    def _kinds(self, chunk: int, window: np.ndarray) -> list[list[str]]:
        file = int(self.repository.files[chunk])
        before = b"".join(self._text(int(other)) for other in np.flatnonzero(self.repository.files[:chunk] == file))
        # A window's file may be in memory only in part; what is its own is known from all of it.
        names = Names(self.names.occurs, self.names.defined, dict(self.names.occurs_in), dict(self.names.defined_in))
        if file not in names.occurs_in:
            own = Names()
            for other in np.flatnonzero(self.repository.files == file):
                own.add(file, self._text(int(other)))
            names = Names(names.occurs + own.occurs, names.defined + own.defined, own.occurs_in, own.defined_in)
        return kinds(self.tokenizer, window.tolist(), int(self.repository.headers[chunk]), before, file, names)

    def _text(self, chunk: int) -> bytes:
        return self.tokenizer.decode(self.repository.chunks[chunk][self.repository.headers[chunk] :].tolist())

    def _losses(self, window: np.ndarray, file: int) -> np.ndarray:
        """Returns -log p of each token but the first under each condition, [conditions, T]."""
        model, span = self.model, self.flags.span
        ids, targets = torch.from_numpy(window[:-1])[None], torch.from_numpy(window[1:])[None]
        x = model.bank_input(h := model.lower(ids))
        local, queries = model.bank_of(x, ids, torch.from_numpy(self.reader.names_of(window[:-1].tolist()))[None]), model.bank_attention.retrieval_queries(x)[0]
        outs, copied, peaks = [], [], []
        for places, pool in self._memories(window[:-1], file, queries):
            after, share, peak = span_read(model, h, x, local, *gathered(pool, places), targets, span)
            outs.append(after)
            copied.append(share)
            peaks.append(peak)
        return model.losses_of(model.above(torch.cat(outs)), targets.expand(len(outs), -1), torch.cat(copied), torch.cat(peaks)).numpy()

    def _memories(self, window: np.ndarray, file: int, queries: Tensor) -> list[tuple[list[np.ndarray], Pool]]:
        """Returns for each condition the places that each span remembers, and in which pool."""
        flags, pool, n_spans = self.flags, self.pool, len(window) // self.flags.span
        allowed = (pool.files != file) & ~self.oracle.copies(window, flags.copies)

        def chosen(scores: np.ndarray, of: Pool, allowed: np.ndarray) -> list[np.ndarray]:
            later = [tokens_of(of, row, allowed, flags.blocks, flags.memory_tokens) for row in scores[1:]]
            return [np.zeros(0, np.int64), *later]

        n_kv, everything = self.model.config.n_kv_heads, np.ones(len(self.foreign.starts), bool)
        pasts = [self.tokenizer.decode([token for token in window[:start].tolist() if token < len(self.tokenizer.bytes_of)]) for start in range(0, len(window), flags.span)]
        tokens = [window[:start].tolist() for start in range(0, len(window), flags.span)]

        def both(index: NameIndex, of: Pool, allowed: np.ndarray) -> list[np.ndarray]:
            scores = [np.where(allowed, found, -1e9) for found in (index.scores(tokens), by_score(of, queries, flags.span, n_kv))]
            return chosen(of_both(*scores), of, allowed)

        ways: dict[str, Callable[[], list[np.ndarray]]] = {
            "none": lambda: [np.zeros(0, np.int64)] * n_spans,
            "retrieved": lambda: both(self.names_of_pool, pool, allowed),
            "keys": lambda: chosen(by_score(pool, queries, flags.span, n_kv), pool, allowed),
            "names": lambda: chosen(self.names_of_pool.scores(tokens), pool, allowed),
            "foreign": lambda: both(self.names_of_foreign, self.foreign, everything),
            "random": lambda: chosen(self.random.random((n_spans, len(pool.starts))), pool, allowed),
            "BM25": lambda: chosen(self.bm25.scores(pasts), pool, allowed),
            "oracle": lambda: chosen(self.oracle.scores(window, flags.span), pool, allowed),
        }
        return [(ways[condition](), self.foreign if condition == "foreign" else pool) for condition in CONDITIONS]


def span_read(model: MemoryLm, h: Tensor, x: Tensor, local: Bank, memory: Bank, seen: Tensor, targets: Tensor, span: int) -> tuple[Tensor, Tensor, Tensor]:
    """The bank layer of one window whose spans each see a memory of their own: h, x [1, T, d]; memory [S, M] and seen as `gathered` returns them.

    Returns hidden states [1, T, d], the pointer's weight on each target's token and its largest weight, [1, T] each.
    """
    attention, config = model.bank_attention, model.config
    layer = model.layers[config.bank_layer]
    spans, size, length = *memory.tokens.shape, h.shape[1]
    joined = torch.cat([memory.keys, local.keys.expand(spans, -1, -1, -1)], 2)  # [S, n_kv, M + T, d_head]
    joined_values = torch.cat([memory.values, local.values.expand(spans, -1, -1, -1)], 2)
    causal = torch.ones(length, length, dtype=torch.bool).tril().unflatten(0, (spans, span))
    mask = torch.cat([seen[:, None].expand(-1, span, -1), causal], 2)  # [S, span, M + T]
    hidden = torch.zeros(mask.shape).masked_fill_(~mask, -1e4)
    sources = torch.cat([memory.tokens, local.tokens.expand(spans, -1)], 1)
    names = torch.cat([memory.names, local.names.expand(spans, -1, -1)], 1)
    places = size + torch.arange(length).unflatten(0, (spans, span))
    pointed, attended = attention.agreement(x[0].unflatten(0, (spans, span)), sources, names, seen, places)
    attended = attended[:, None] * attention.agreement.heads[:, None, None]
    bias = attended + hidden[:, None] + functional.pad(attention.memory_bias[:, None, None].expand(-1, 1, size), (0, length))
    queries = attention.queries(x)[0].unflatten(1, (spans, span)).transpose(0, 1)  # [S, heads, span, d_head]
    out = functional.scaled_dot_product_attention(queries, grouped(joined, config.n_heads), grouped(joined_values, config.n_heads), attn_mask=bias, scale=1.0)
    h = h + attention.o(out.transpose(1, 2).flatten(2).flatten(0, 1))[None]
    asked = attention.retrieval_queries(x)[0].unflatten(0, (spans, span))
    scale = float(attention.pointer_temperature.exp()) / config.n_kv_heads**0.5
    weights = torch.baddbmm(hidden + pointed, asked, joined.transpose(1, 2).flatten(2).transpose(1, 2), alpha=scale).softmax(-1)
    copied = (weights * (sources[:, None] == targets[0].unflatten(0, (spans, span))[..., None])).sum(-1)
    return h + layer.feed_forward(h), copied.flatten()[None], weights.amax(-1).flatten()[None]


def summarised(figures: list[Sums], resamples: int, seed: int) -> dict[str, dict]:
    """Returns for each group and condition the mean over repositories of -log p, and its difference to no memory with a 95 % interval."""
    summary: dict[str, dict] = {}
    for group in GROUPS:
        counted = [sums[group] for sums in figures if sums[group].get("count", 0) > 0]
        if not counted:
            continue
        means = np.array([[sums[condition] / sums["count"] for condition in CONDITIONS] for sums in counted])  # [repositories, conditions]
        draws = np.random.default_rng(seed).integers(0, len(means), (resamples, len(means)))
        apart = means - means[:, :1]
        low, high = np.quantile(apart[draws].mean(1), (0.025, 0.975), axis=0)
        summary[group] = {"tokens": int(sum(sums["count"] for sums in counted)), "repositories": len(counted), "conditions": {
            condition: {
                "nll": float(means[:, column].mean()), "perplexity": math.exp(float(means[:, column].mean())),
                "difference": float(apart[:, column].mean()), "low": float(low[column]), "high": float(high[column]),
            }
            for column, condition in enumerate(CONDITIONS)
        }}  # fmt: skip
    return summary


def table(summary: dict[str, dict]) -> str:
    """Returns a Markdown table: -log p in nats, perplexity, and the difference to no memory."""
    lines = ["| tokens | n | memory | −log p | perplexity | difference to none, 95 % | perplexity changes by |", "| - | -: | - | -: | -: | - | -: |"]
    for group, found in summary.items():
        kind, _, frequency = group.partition(" ")
        said = _SAID[kind] + (f", {frequency} there" if frequency else "")
        for condition, figure in found["conditions"].items():
            interval = "" if condition == "none" else f"{figure['difference']:+.3f} ({figure['low']:+.3f} to {figure['high']:+.3f})"
            change = "" if condition == "none" else f"{math.expm1(figure['difference']):+.1%}"
            lines.append(f"| {said if condition == 'none' else ''} | {found['tokens'] if condition == 'none' else ''} | {condition} | {figure['nll']:.3f} | {figure['perplexity']:.2f} | {interval} | {change} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
