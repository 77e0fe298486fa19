"""A collected repository in memory: its files with their functions and chunks, and which functions a name means."""
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from lib.chunks import HARD_MAX_LINES, chunk, chunk_at, code_text
from lib.functions import Function, SourceFile
from lib.languages import is_test_path
from lib.records import read_json, read_lines


@dataclass
class IndexedFile:
    """A source file and what was found in it."""

    path: str
    source: SourceFile
    functions: list[Function]
    chunks: list[tuple[int, int]]
    duplicates: set[int]
    is_test: bool
    first_group: int
    """Number of this file's first chunk among all chunks of the repository."""


@dataclass(frozen=True)
class Place:
    """A function in its file."""

    file: IndexedFile
    function: Function

    @property
    def group(self) -> int:
        """The number of the chunk it begins in: what is of one group is never a negative of the other."""
        return self.file.first_group + chunk_at(self.file.chunks, self.function.signature)

    def span(self, whole_chunk: bool) -> tuple[int, int]:
        """Returns the lines of the function, or of the chunk around it where it fits into one."""
        first = min(self.function.first, self.function.doc[0] if self.function.doc else self.function.first)
        if whole_chunk:
            chunk_first, chunk_last = self.file.chunks[chunk_at(self.file.chunks, self.function.signature)]
            if self.function.last <= chunk_last:
                return chunk_first, chunk_last
        return first, self.function.last

    def text(self, whole_chunk: bool, without: tuple[int, int] | None = None) -> str:
        """Returns the code text, without the given lines (a comment that is the other side of the pair)."""
        first, last = self.span(whole_chunk)
        lines = self.file.source.lines
        kept = [
            lines[line]
            for line in range(first, min(last + 1, first + HARD_MAX_LINES + 40))
            if not (without and without[0] <= line <= without[1])
        ]
        return code_text(self.file.path, self.function.name, kept)


class Source:
    """All files of a collected repository."""

    def __init__(self, folder: Path):
        self.files: list[IndexedFile] = []
        self.prose: list[tuple[str, str]] = []
        duplicates: dict[str, set[int]] = defaultdict(set)
        for path, index in read_json(folder / "duplicates.json"):
            duplicates[path].add(index)
        functions = {record["path"]: record["functions"] for record in read_lines(folder / "functions.jsonl")}
        group = 0
        for record in read_lines(folder / "files.jsonl"):
            path = record["path"]
            if not record["language"]:
                self.prose.append((path, record["text"]))
                continue
            source = SourceFile(record["text"], record["language"])
            found = [Function(n, a, s, b, (doc[0], doc[1]) if doc else None) for n, a, s, b, doc in functions[path]]
            chunks = chunk(source, found)
            self.files.append(IndexedFile(path, source, found, chunks, duplicates[path], is_test_path(path), group))
            group += len(chunks)
        self.by_name: dict[str, list[Place]] = defaultdict(list)
        for file in self.files:
            if not file.is_test:
                for function in file.functions:
                    self.by_name[function.name].append(Place(file, function))

    def places(self, tests: bool) -> list[Place]:
        """Returns the functions that are nobody's duplicate, of test files or of all others."""
        return [
            Place(file, function)
            for file in self.files
            if file.is_test == tests
            for index, function in enumerate(file.functions)
            if index not in file.duplicates
        ]
