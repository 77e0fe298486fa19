"""Stage 4, pairs: short texts that people wrote ↔ the code they wrote them for, with the text removed from the code.

Kinds: doc (comment above or docstring), comment (inside a function), name (identifier ↔ body), commit (subject ↔ changed function),
test (test title ↔ the code it calls), testbody (test title ↔ test), error (message ↔ the place that throws it), readme (section ↔
the code it names), call (call site ↔ definition). Each kind is capped per repository, by a draw.
"""
import argparse
import random
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lib.chunks import chunk_at, code_text
from lib.functions import Function
from lib.prose import clean_subject, first_paragraph, first_sentence, is_natural, without_own_name, words_of
from lib.records import folder_of, read_json, read_lines, write_json, write_lines
from lib.source import IndexedFile, Place, Source

CAPS = {"doc": 5_000, "comment": 4_000, "name": 4_000, "commit": 4_000, "test": 1_500, "testbody": 1_500, "error": 1_500, "readme": 1_000, "call": 1_000}


@dataclass(frozen=True)
class Pair:
    """One pair. Pairs of one group are about the same chunk."""

    kind: str
    query: str
    code: str
    group: int


def main() -> None:
    """Writes pairs.jsonl and codes.jsonl of every repository."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the cap of every kind")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=2)
    flags = parser.parse_args()
    split = read_json(flags.split)
    names = [*split["train"], *split["validation"]]
    settings = {"scale": flags.scale, "seed": flags.seed}
    with ProcessPoolExecutor(flags.workers) as pool:
        counted = list(pool.map(_write_pairs, [(flags.data, name, settings) for name in names], chunksize=1))
    total = sum((Counter(counts) for counts in counted), Counter())
    print(f"{total.total()} pairs", dict(total.most_common()))


def _write_pairs(task: tuple[Path, str, dict]) -> dict[str, int]:
    data, name, settings = task
    folder = data / "collected" / folder_of(name)
    done = folder / "pairs.done.json"
    if done.exists() and read_json(done)["settings"] == settings:
        return read_json(done)["counts"]
    rnd = random.Random(f"{settings['seed']} {name}")
    by_kind: dict[str, list[Pair]] = {}
    for pair in pairs_of(Source(folder), list(read_lines(folder / "commits.jsonl")), rnd):
        by_kind.setdefault(pair.kind, []).append(pair)
    kept: list[Pair] = []
    for kind, found in sorted(by_kind.items()):
        rnd.shuffle(found)
        kept += found[: int(CAPS[kind] * settings["scale"])]
    codes: dict[str, int] = {}
    records = [[pair.kind, pair.query, codes.setdefault(pair.code, len(codes)), pair.group] for pair in kept]
    write_lines(folder / "codes.jsonl", codes)
    write_lines(folder / "pairs.jsonl", records)
    counts = dict(Counter(pair.kind for pair in kept))
    write_json(done, {"settings": settings, "counts": counts})
    return counts


def pairs_of(source: Source, commits: list[dict], rnd: random.Random) -> Iterator[Pair]:
    """Yields all pairs of a repository, before the caps."""
    for place in source.places(tests=False):
        yield from _doc_pairs(place, rnd)
        yield from _comment_pairs(place, rnd)
        yield from _name_pairs(place, rnd)
        yield from _error_pairs(place, rnd)
    for file in source.files:
        if not file.is_test:
            yield from _type_pairs(file, rnd)
    yield from _test_pairs(source, rnd)
    yield from _commit_pairs(source, commits, rnd)
    yield from _readme_pairs(source, rnd)
    yield from _call_pairs(source, rnd)


def _short(text: str, rnd: random.Random) -> str:
    """One sentence mostly, at times the whole paragraph: questions are short, sometimes not."""
    return (first_sentence(text) if rnd.random() < 0.7 else " ".join(text.split()[:60])).strip(" .:,-")


def _doc_pairs(place: Place, rnd: random.Random) -> Iterator[Pair]:
    function, lines = place.function, place.file.source.lines
    if function.doc is None:
        return
    text = without_own_name(first_paragraph("\n".join(lines[function.doc[0] : function.doc[1] + 1])), function.name)
    query = _short(text, rnd)
    if is_natural(query):
        yield Pair("doc", query, place.text(rnd.random() < 0.5, without=function.doc), place.group)


_TYPE = re.compile(
    r"^[ \t]*(?:(?:export|default|pub(?:\([^)\n]*\))?|public|private|protected|internal|abstract|final|sealed|static|open|data|case|partial|"
    r"declare|unsafe)\s+)*(?:class|struct|interface|trait|enum|type|object|protocol|module|record)\s+([A-Z]\w+)",
    re.M,
)


def _type_pairs(file: IndexedFile, rnd: random.Random) -> Iterator[Pair]:
    """A type's leading comment ↔ the lines that define it."""
    source = file.source
    for match in _TYPE.finditer(source.masked):
        line = source.line_at(match.end())
        first = last = line - 1
        while last >= 0 and re.match(r"\s*(@|#\[|\[)", source.masked_lines[last]):
            last -= 1
        first = last
        while first >= 0 and source.is_comment_line(first) and last - first < 60:
            first -= 1
        if first == last:
            continue
        name = match.group(1)
        query = _short(without_own_name(first_paragraph("\n".join(source.lines[first + 1 : last + 1])), name), rnd)
        if is_natural(query):
            group = file.first_group + chunk_at(file.chunks, line)
            yield Pair("doc", query, code_text(file.path, name, source.lines[last + 1 : line + rnd.randint(15, 50)]), group)


def _comment_pairs(place: Place, rnd: random.Random) -> Iterator[Pair]:
    """A comment inside a function ↔ the lines around it."""
    source, function = place.file.source, place.function
    line = function.signature + 1
    found = 0
    while line < function.last and found < 4:
        if not source.is_comment_line(line) or (function.doc and function.doc[0] <= line <= function.doc[1]):
            line += 1
            continue
        end = line
        while end + 1 < function.last and source.is_comment_line(end + 1):
            end += 1
        text = first_paragraph("\n".join(source.lines[line : end + 1]))
        query = _short(text, rnd)
        if is_natural(query, 5) and not re.search(r"[;{}=]|\w\(|\)\.", query):
            first = max(function.first, line - rnd.randint(2, 25))
            last = min(function.last, end + rnd.randint(6, 35))
            lines = source.lines[first:line] + source.lines[end + 1 : last + 1]
            yield Pair("comment", query, code_text(place.file.path, function.name, lines), place.group)
            found += 1
        line = end + 1


def _name_pairs(place: Place, rnd: random.Random) -> Iterator[Pair]:
    words = words_of(place.function.name)
    size = place.function.last - place.function.signature
    if 2 <= len(words) <= 9 and size >= 3 and rnd.random() < 0.6:
        name = place.function.name
        first, last = place.span(whole_chunk=False)
        body = re.sub(rf"\b{re.escape(name)}\b", "", "\n".join(place.file.source.lines[first : last + 1]))
        yield Pair("name", " ".join(words), code_text(place.file.path, "", body.split("\n")), place.group)


_THROWN = re.compile(
    r"(?:throw|raise|panic!?|Error\w*|Exception|fatal\w*|die|bail!|ensure!|assert\w*!?|abort|fail\w*|reject|warn\w*|invariant|expect)\b"
    r"[^\"'`\n]{0,60}[rfbu]?([\"'`])((?:\\.|(?!\1)[^\\\n]){15,220})\1",
    re.I,
)
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}|#\{[^}]*\}|%[-+0-9.]*[a-zA-Z]|\{[^}]*\}|\\[a-z\"']")


def _error_pairs(place: Place, rnd: random.Random) -> Iterator[Pair]:
    source = place.file.source
    first, last = place.function.signature, min(place.function.last, place.function.signature + 200)
    text = "\n".join(source.lines[first : last + 1])
    for number, match in enumerate(_THROWN.finditer(text)):
        if number == 3:
            return
        message = re.sub(r"\s+", " ", _PLACEHOLDER.sub(" ", match.group(2))).strip(" .:,-")
        if is_natural(message, 4, 40):
            line = first + text.count("\n", 0, match.start())
            begin, end = max(first, line - rnd.randint(5, 40)), min(last, line + rnd.randint(5, 20))
            code = "\n".join(source.lines[begin : end + 1]).replace(match.group(2), "")
            yield Pair("error", message, code_text(place.file.path, place.function.name, code.split("\n")), place.group)


_TITLE = re.compile(r"^[ \t]*(?:it|test|specify|scenario|should|context|describe|t\.Run|subtest|TEST_CASE|SECTION|@Test)\s*\(?\s*([\"'`])((?:\\.|(?!\1)[^\\\n]){8,140})\1", re.M)
_CALL = re.compile(r"([A-Za-z_]\w{2,})\s*(?:<[\w, ]*>)?\(")


def _test_pairs(source: Source, rnd: random.Random) -> Iterator[Pair]:
    """A test's title ↔ the rarest function that it calls, and ↔ its own body."""
    tests = [found for file in source.files if file.is_test for found in _tests_of(file)]
    called = Counter(name for *_, first, last, file in tests for name in set(_called(file, first, last)))
    for title, first, last, file in tests:
        known = [name for name in set(_called(file, first, last)) if 1 <= len(source.by_name.get(name, ())) <= 2]
        lines = [line.replace(title, "") for line in file.source.lines[first : last + 1]]
        group = file.first_group + chunk_at(file.chunks, first)
        yield Pair("testbody", title, code_text(file.path, "", lines), group)
        if known:
            shared = set(words_of(title))
            rarest = min(known, key=lambda name: (called[name] / (1 + len(shared & set(words_of(name)))), name))
            place = rnd.choice(source.by_name[rarest])
            yield Pair("test", title, place.text(rnd.random() < 0.5), place.group)


def _called(file: IndexedFile, first: int, last: int) -> list[str]:
    return _CALL.findall("\n".join(file.source.masked_lines[first : last + 1]))


def _tests_of(file: IndexedFile) -> Iterator[tuple[str, int, int, IndexedFile]]:
    """Yields title, first line and last line of each test of a file; the line of the title itself is not among them."""
    for index, function in enumerate(file.functions):
        words = words_of(function.name)
        if index not in file.duplicates and ("test" in words[:1] or "test" in words[-1:]) and len(words) >= 4:
            title = " ".join(word for word in words if word not in ("test", "tests"))
            yield title, function.signature + 1, min(function.last, function.signature + 60), file
    text = file.source.text
    for match in _TITLE.finditer(text):
        title = match.group(2)
        line = file.source.line_at(match.end())
        if is_natural(title, 3, 25):
            indent = len(file.source.lines[line]) - len(file.source.lines[line].lstrip())
            last = line + 1
            while last < min(len(file.source.lines) - 1, line + 50):
                following = file.source.lines[last]
                if following.strip() and len(following) - len(following.lstrip()) <= indent:
                    break
                last += 1
            if last > line + 1:
                yield title, line + 1, last, file


def _commit_pairs(source: Source, commits: list[dict], rnd: random.Random) -> Iterator[Pair]:
    """A commit's subject ↔ the functions that hold most of the lines it added, as they are today."""
    homes: dict[str, dict[str, Function]] = {}
    files = {file.path: file for file in source.files if not file.is_test}
    for commit in commits:
        query = clean_subject(commit["subject"])
        touched = [path for path in commit["files"] if path in files]
        if query is None or not 1 <= len(touched) <= 6:
            continue
        hits: Counter[tuple[str, int]] = Counter()
        found: dict[tuple[str, int], Place] = {}
        for path in touched:
            if path not in homes:
                homes[path] = _line_homes(files[path])
            for line in commit["files"][path]:
                function = homes[path].get(line)
                if function:
                    hits[(path, function.signature)] += 1
                    found[(path, function.signature)] = Place(files[path], function)
        for key, _ in hits.most_common(2):
            yield Pair("commit", query, found[key].text(rnd.random() < 0.6), found[key].group)


def _line_homes(file: IndexedFile) -> dict[str, Function]:
    """Returns, for each line that stands once in the file, the innermost function that holds it."""
    count = Counter(line.strip() for line in file.source.lines)
    homes: dict[str, Function] = {}
    for index, function in enumerate(file.functions):
        if index in file.duplicates:
            continue
        for line in file.source.lines[function.first : function.last + 1]:
            text = line.strip()
            if len(text) >= 8 and count[text] == 1:
                homes[text] = function
    return homes


_HEADING = re.compile(r"^(?:#{1,5}\s+(.+?)\s*#*|(.+)\n[=\-~^]{3,})$", re.M)
_NAMED = re.compile(r"`{1,2}~?(?:[\w./:]*[.:])?([A-Za-z_]\w{3,})(?:\(\))?`{1,2}|^[ \t>$]*(?:[\w.]+\s*=\s*)?[\w.]*?([A-Za-z_]\w{4,})\(", re.M)


def _readme_pairs(source: Source, rnd: random.Random) -> Iterator[Pair]:
    """A section's heading and first sentence ↔ functions that only this repository's section names."""
    for path, text in source.prose:
        if re.search(r"change|history|release|news|upgrad|migrat", path, re.I):
            continue
        heads = list(_HEADING.finditer(text))
        ends = [head.start() for head in heads[1:]] + [len(text)]
        for head, end in zip(heads, ends[: len(heads)], strict=True):
            body = text[head.end() : end][:3_000]
            names = [name for name in dict.fromkeys(a or b for a, b in _NAMED.findall(body)) if 1 <= len(source.by_name.get(name, ())) <= 2]
            title = (head.group(1) or head.group(2) or "").strip("`* ")
            opening = first_sentence(first_paragraph(body))
            for name in names[:3]:
                query = f"{title}. {opening}" if is_natural(opening, 4) else title
                if rnd.random() < 0.6:
                    query = re.sub(rf"\b{re.escape(name)}\b(\(\))?", "", query)
                query = re.sub(r"\s+", " ", query).strip(" .:")
                if is_natural(query, 3, 60):
                    place = source.by_name[name][0]
                    yield Pair("readme", query, place.text(rnd.random() < 0.5), place.group)


def _call_pairs(source: Source, rnd: random.Random) -> Iterator[Pair]:
    """The lines around a call, without the callee's name ↔ its definition."""
    for place in source.places(tests=False):
        lines = place.file.source.masked_lines
        for line in range(place.function.signature + 1, min(place.function.last, place.function.signature + 40)):
            for name in _CALL.findall(lines[line]):
                targets = source.by_name.get(name, ())
                if len(targets) == 1 and targets[0].group != place.group and len(words_of(name)) >= 2 and rnd.random() < 0.3:
                    around = " ".join(text.strip() for text in place.file.source.lines[line - 1 : line + 2])
                    query = " ".join(words_of(place.function.name)) + ": " + re.sub(rf"\b{re.escape(name)}\b", "", around)[:240]
                    yield Pair("call", query, targets[0].text(rnd.random() < 0.5), targets[0].group)


if __name__ == "__main__":
    main()
