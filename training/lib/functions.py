"""Finds functions by their surface: fast enough for hundreds of repositories, right for ordinary formatting."""
import re
from bisect import bisect_right
from dataclasses import dataclass

from lib.languages import NOT_A_NAME, SYNTAX, Syntax

MAX_FUNCTION_LINES = 400
_BRACES = re.compile(r"[{}]")
_PARENS = re.compile(r"[()]")
_OPENING = re.compile(r"[(){};\[\]]")
_NOT_NEWLINE = re.compile(r"[^\n]")
_ATTRIBUTE = re.compile(r"^\s*(@[\w.]+|#\[|#!\[|\[[A-Z]|template\s*<)")
_DOCSTRING = re.compile(r'\s*[rRuU]?("""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\')')


@dataclass(frozen=True)
class Function:
    """One function of a file. Lines are 0-based, the last one inclusive."""

    name: str
    first: int
    """The first line: of the decorators where there are some, not of the comment above."""
    signature: int
    """The line that holds the name."""
    last: int
    doc: tuple[int, int] | None
    """The lines of its leading comment or docstring; None where it has none."""


class SourceFile:
    """A file's text with comments blanked and strings emptied, and its lines."""

    def __init__(self, text: str, language: str):
        self.text = text
        self.language = language
        self.syntax: Syntax = SYNTAX[language]
        self.masked = self.syntax.noise.sub(self._mask, text)
        self.lines = text.split("\n")
        self.masked_lines = self.masked.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def _mask(self, match: re.Match[str]) -> str:
        found = match.group(0)
        if found.startswith(self.syntax.comment_starts):
            return _NOT_NEWLINE.sub(" ", found) if "\n" in found else " " * len(found)
        if len(found) < 2:
            return found
        inner = _NOT_NEWLINE.sub("_", found[1:-1]) if "\n" in found else "_" * (len(found) - 2)
        return '"' + inner + '"'

    def line_at(self, offset: int) -> int:
        """Returns the 0-based line that holds the offset."""
        return bisect_right(self.starts, offset) - 1

    def is_comment_line(self, line: int) -> bool:
        """Returns whether the line holds a comment and nothing else."""
        return not self.masked_lines[line].strip() and bool(self.lines[line].strip())


def find_functions(file: SourceFile) -> list[Function]:
    """Returns the functions with a body, in the order of the file; nested ones too."""
    found: list[Function] = []
    pairs = _brace_pairs(file.masked) if file.syntax.body in ("brace", "tail") else {}
    for match in file.syntax.signature.finditer(file.masked):
        name = next((group for group in match.groups() if group), None)
        if not name or name in NOT_A_NAME:
            continue
        name = re.split(r"[.:]", name)[-1] or name
        signature = file.line_at(match.end() - 1)
        last = _last_line(file, match, pairs, signature)
        if last is None or last - signature > MAX_FUNCTION_LINES:
            continue
        first = _first_line(file, file.line_at(match.start() + len(match.group(0)) - len(match.group(0).lstrip())))
        found.append(Function(name, first, signature, last, _doc_lines(file, match, first, signature)))
    return found


def _brace_pairs(masked: str) -> dict[int, int]:
    """Returns the offset of each closing brace by that of its opening one."""
    stack: list[int] = []
    pairs: dict[int, int] = {}
    for match in _BRACES.finditer(masked):
        if match.group(0) == "{":
            stack.append(match.start())
        elif stack:
            pairs[stack.pop()] = match.start()
    return pairs


def _last_line(file: SourceFile, match: re.Match[str], pairs: dict[int, int], line: int) -> int | None:
    body = file.syntax.body
    if body == "indent":
        return _end_by_indent(file, match.end(), line)
    if body == "end":
        return _end_by_keyword(file, line)
    opening = _brace_after(file, match.end()) if body == "brace" else _brace_after_tail(file, match.end())
    if opening is None:
        if file.language in ("kotlin", "scala", "swift") and "=" in file.masked_lines[line]:
            return _end_by_indent(file, match.end(), line)
        return None
    closing = pairs.get(opening)
    return None if closing is None else file.line_at(closing)


def _close_paren(masked: str, start: int) -> int | None:
    depth = 0
    for match in _PARENS.finditer(masked, start, start + 3_000):
        depth += 1 if match.group(0) == "(" else -1
        if depth == 0:
            return match.end()
    return None


def _brace_after_tail(file: SourceFile, start: int) -> int | None:
    """The body's brace directly behind the parameter list, so that a call is not taken for a definition."""
    opening = file.masked.find("(", start, start + 120)
    arrow = file.masked.find("=>", start, start + 120)
    if arrow >= 0 and (opening < 0 or arrow < opening):
        end: int | None = arrow
    else:
        end = _close_paren(file.masked, opening) if opening >= 0 else None
    if end is None or file.syntax.tail is None:
        return None
    tail = file.syntax.tail.match(file.masked, end)
    return tail.end() - 1 if tail else None


def _brace_after(file: SourceFile, start: int) -> int | None:
    """The first brace outside parentheses, before a semicolon or a blank line."""
    depth = 0
    limit = file.masked.find("\n\n", start)
    for match in _OPENING.finditer(file.masked, start, min(start + 1_500, limit if limit >= 0 else start + 1_500)):
        char = match.group(0)
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif depth <= 0:
            return match.start() if char == "{" else None
    return None


def _indent_of(line: str) -> int:
    return len(line) - len(line.lstrip())


def _end_by_indent(file: SourceFile, offset: int, line: int) -> int | None:
    opening = file.masked.find("(", offset, offset + 60)
    closing = _close_paren(file.masked, opening) if opening >= 0 else None
    head = file.line_at(closing) if closing else line
    indent = _indent_of(file.masked_lines[line])
    last = head
    for index in range(head + 1, min(len(file.lines), head + MAX_FUNCTION_LINES + 2)):
        text = file.masked_lines[index]
        if not text.strip():
            continue
        if _indent_of(text) <= indent and not text.lstrip().startswith((")", "]", "}")):
            break
        last = index
    return last if last > line or ":" in file.masked_lines[line] else None


def _end_by_keyword(file: SourceFile, line: int) -> int | None:
    indent = _indent_of(file.masked_lines[line])
    if re.search(r",\s*do:|\bend\b\s*$", file.masked_lines[line]):
        return line
    for index in range(line + 1, min(len(file.lines), line + MAX_FUNCTION_LINES)):
        text = file.masked_lines[index]
        if text.strip() and _indent_of(text) <= indent:
            return index if re.match(r"\s*end\b", text) else None
    return None


def _first_line(file: SourceFile, line: int) -> int:
    while line > 0 and _ATTRIBUTE.match(file.masked_lines[line - 1]):
        line -= 1
    return line


def _doc_lines(file: SourceFile, match: re.Match[str], first: int, signature: int) -> tuple[int, int] | None:
    if file.language == "python":
        return _docstring_lines(file, match.end(), signature)
    line = first
    while line > 0 and file.is_comment_line(line - 1) and first - line < 80:
        line -= 1
    return (line, first - 1) if line < first else None


def _docstring_lines(file: SourceFile, offset: int, signature: int) -> tuple[int, int] | None:
    opening = file.masked.find("(", offset, offset + 60)
    closing = _close_paren(file.masked, opening) if opening >= 0 else None
    if closing is None:
        return None
    colon = re.compile(r"[^:\n]*:[ \t]*(?:#[^\n]*)?\n").match(file.text, closing)
    found = _DOCSTRING.match(file.text, colon.end()) if colon else None
    if found is None:
        return None
    return file.line_at(found.start(1)), file.line_at(found.end() - 1)
