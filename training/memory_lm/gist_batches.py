"""Runs of chunks in file order for the gist tier: streams that each read through a repository, and come back to it later."""
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from memory_lm.facts import FactMaker
from memory_lm.gist_lm import Chunks
from memory_lm.names import N_NAMES, NameReader
from memory_lm.windows import related_windows

_FIRST = 1 << 20
"""A chunk's or file's number among all: the repository's times this, and its own."""
_MOST_FACTS = 4
_ROOM = 80
"""Tokens of lines planted into a chunk at one place."""


class Repository:
    """Chunks of one file of documents.py, up to `most` from a random place."""

    def __init__(self, path: Path, number: int, window: int, most: int, seed: int):
        with np.load(path) as packed:
            self._tokens, self._starts, files = packed["tokens"], packed["starts"], packed["files"]
        first = int(np.random.default_rng(seed).integers(max(1, len(files) - most)))
        self.number, self._window, self._first = number, window, first
        self._files = files[first : first + most]

    def __len__(self) -> int:
        return len(self._files)

    def tokens(self, chunk: int) -> list[int]:
        """Returns a chunk, its header in front."""
        at = self._first + chunk
        return self._tokens[self._starts[at] : self._starts[at + 1]].tolist()

    def file(self, chunk: int) -> int:
        """Returns the number of a chunk's file."""
        return self.number * _FIRST + int(self._files[chunk])

    @cached_property
    def _related(self) -> np.ndarray:
        rows = np.zeros((len(self), self._window), np.uint16)
        for chunk in range(len(self)):
            tokens = self.tokens(chunk)
            rows[chunk, : len(tokens)] = tokens
        return related_windows(rows)

    def alike(self, chunk: int) -> np.ndarray:
        """Returns the numbers of chunks that share most rare names with a chunk."""
        found = self._related[chunk]
        return self.number * _FIRST + found[found >= 0].astype(np.int64)


@dataclass
class Runs:
    """G runs of R chunks, behind each other. `headers` [G × R] are lengths of headers, `previous` the place of the chunk in front of each in
    its file, or -1; `file` and `chunk` [G × R] are numbers among all; `alike` for each the numbers of chunks like it; `values` [n, 2] row
    and place of each token of a planted value that is asked for."""

    chunks: Chunks
    headers: torch.Tensor
    previous: list[int]
    file: torch.Tensor
    chunk: torch.Tensor
    alike: list[np.ndarray]
    values: torch.Tensor


def repository_of(numbers: torch.Tensor) -> torch.Tensor:
    """Returns the repositories of chunks or files by their numbers among all."""
    return numbers // _FIRST


class Streams:
    """Each stream reads two repositories by turns, so that it comes back to each after a while (M+'s revisits), and goes on to others."""

    def __init__(self, repositories: list[Repository], facts: FactMaker, names: NameReader, line_breaks: frozenset[int], window: int, n_streams: int, n_chunks: int, seed: int, fact_share: float, revisit: int = 60):
        self._random = np.random.default_rng(seed)
        self._repositories = [repository for repository in repositories if len(repository) >= 2 * n_chunks]
        sizes = np.sqrt([len(repository) for repository in self._repositories])
        self._shares = sizes / sizes.sum()
        self._facts, self._names, self._line_breaks, self._fact_share = facts, names, line_breaks, fact_share
        self._window, self._n_chunks, self._swap = window, n_chunks, n_chunks / revisit
        self._streams = [[self._fresh(), self._fresh()] for _ in range(n_streams)]

    def draw(self) -> Runs:
        """Returns the next run of each stream."""
        rows: list[list[int]] = []
        previous, files, numbers, alike, values = [], [], [], [], []
        for stream in self._streams:
            if self._random.random() < self._swap:
                stream.reverse()
                if self._random.random() < 0.3:
                    stream[1] = self._fresh()
            repository, at = stream[0]
            if at + self._n_chunks > len(repository):
                repository, at = self._fresh()
            stream[0] = (repository, at + self._n_chunks)
            chosen = range(at, at + self._n_chunks)
            run = [repository.tokens(chunk) for chunk in chosen]
            if self._random.random() < self._fact_share:
                values += [(row + len(rows), place) for row, place in self._plant(run)]
            of = [repository.file(chunk) for chunk in chosen]
            previous += [len(rows) + index - 1 if index and of[index] == of[index - 1] else -1 for index in range(len(of))]
            files += of
            numbers += [repository.number * _FIRST + chunk for chunk in chosen]
            alike += [repository.alike(chunk) for chunk in chosen]
            rows += run
        headers = torch.tensor([self._header(row) for row in rows])
        planted = torch.tensor(values, dtype=torch.long).reshape(-1, 2)
        return Runs(padded(rows, self._window, self._names), headers, previous, torch.tensor(files), torch.tensor(numbers), alike, planted)

    def _fresh(self) -> tuple[Repository, int]:
        repository = self._repositories[int(self._random.choice(len(self._repositories), p=self._shares))]
        return repository, int(self._random.integers(len(repository) - self._n_chunks + 1))

    def _header(self, row: list[int]) -> int:
        return next((index + 1 for index, token in enumerate(row) if token in self._line_breaks), len(row))

    def _plant(self, run: list[list[int]]) -> list[tuple[int, int]]:
        """Puts facts into chunks of a run, told before asked; returns row and place of the tokens of asked values."""
        self._facts.begin_group()
        values: list[tuple[int, int]] = []
        told: dict[int, list[int]] = {}
        for row in self._random.permutation(np.arange(1, len(run)))[:_MOST_FACTS].tolist():
            fact, lines = self._facts.draw(), told.setdefault(int(self._random.integers(row)), [])
            if len(lines) + len(fact.told) > _ROOM or len(fact.asked) > _ROOM:
                continue
            lines += fact.told
            at = self._line_end(run[row])
            run[row] = [*run[row][:at], *fact.asked, *run[row][at:]]
            # A space in front may have become part of the first token on one side only; then there is nothing to copy.
            asked = fact.asked[fact.asked_value_at : fact.asked_value_at + len(fact.value)]
            values += [(row, at + fact.asked_value_at + offset) for offset in range(len(asked)) if asked[: offset + 1] == fact.value[: offset + 1]]
        for row, lines in told.items():
            at = self._line_end(run[row])
            run[row] = [*run[row][:at], *lines, *run[row][at:]]
            values = [(other, place + len(lines) if other == row and place >= at else place) for other, place in values]
        run[:] = [tokens[: self._window] for tokens in run]
        return [(row, place) for row, place in values if place < len(run[row])]

    def _line_end(self, tokens: list[int]) -> int:
        """A line end behind the header, so far in front of the end that a fact fits."""
        first = self._header(tokens)
        last = min(len(tokens), self._window - _ROOM)
        ends = [index for index in range(first + 1, last) if tokens[index] in self._line_breaks]
        return ends[int(self._random.integers(len(ends)))] if ends else first


def padded(rows: list[list[int]], window: int, reader: NameReader) -> Chunks:
    """Returns chunks in one tensor."""
    ids = torch.zeros(len(rows), window, dtype=torch.long)
    names = torch.zeros(len(rows), window, N_NAMES, dtype=torch.int32)
    for index, row in enumerate(rows):
        ids[index, : len(row)], names[index, : len(row)] = torch.tensor(row), torch.from_numpy(reader.names_of(row))
    return Chunks(ids, names, torch.tensor([len(row) for row in rows]))
