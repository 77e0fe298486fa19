"""Cuts a file into chunks as the product's line chunker does, and writes the text that stands for a piece of code."""
from bisect import bisect_right

from lib.functions import Function, SourceFile

MIN_LINES = 14
SOFT_MAX_LINES = 40
HARD_MAX_LINES = 60
MAX_CHARACTERS = 4_000


def chunk(file: SourceFile, functions: list[Function]) -> list[tuple[int, int]]:
    """Returns the chunks as first and last line (0-based, inclusive); every line that is not blank lies in one."""
    openings = {min(function.first, function.doc[0] if function.doc else function.first) for function in functions}
    chunks: list[tuple[int, int]] = []
    first = -1
    for line, text in enumerate(file.lines):
        if first >= 0:
            size = line - first
            too_long = file.starts[line + 1] - file.starts[first] > MAX_CHARACTERS
            if size >= HARD_MAX_LINES or too_long or (size >= MIN_LINES and line in openings) or (size >= SOFT_MAX_LINES and not text.strip()):
                chunks.append((first, line - 1))
                first = -1
        if first < 0 and text.strip():
            first = line
    if first >= 0:
        chunks.append((first, len(file.lines) - 1))
    return chunks


def chunk_at(chunks: list[tuple[int, int]], line: int) -> int:
    """Returns the index of the chunk that holds the line, or of the one before it."""
    return max(0, bisect_right(chunks, (line, 1 << 30)) - 1)


def code_text(path: str, symbol: str, lines: list[str]) -> str:
    """Returns what the model reads of a piece of code: its path, its symbol, its lines."""
    return f"{path}\n{symbol}\n" + "\n".join(lines[:HARD_MAX_LINES])[:MAX_CHARACTERS]
