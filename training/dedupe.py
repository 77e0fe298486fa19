"""Stage 3, de-duplicate: finds every function, and of near-identical ones (same words, whatever their layout, comments,
strings, numbers and name) keeps a single one across all repositories.

Copies inside the held-out repositories stay and their twins elsewhere go, so that no held-out function is trained on.
"""
import argparse
import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from lib.functions import Function, SourceFile, find_functions
from lib.records import folder_of, read_json, read_lines, write_json, write_lines

_WORD = re.compile(r"[A-Za-z]\w*")
MIN_WORDS = 6


def main() -> None:
    """Writes functions.jsonl and duplicates.json of every repository."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder that collect wrote")
    parser.add_argument("--split", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    flags = parser.parse_args()
    split = read_json(flags.split)
    names = [*split["test"], *split["validation"], *split["train"]]
    folders = [flags.data / "collected" / folder_of(name) for name in names]
    with ProcessPoolExecutor(flags.workers) as pool:
        total = sum(pool.map(_index, folders, chunksize=1))
    seen: set[int] = set()
    dropped = 0
    for folder in folders:
        duplicates = []
        for record in read_lines(folder / "functions.jsonl"):
            for index, key in enumerate(record["keys"]):
                if key in seen:
                    duplicates.append([record["path"], index])
                elif key:
                    seen.add(key)
        write_json(folder / "duplicates.json", duplicates)
        dropped += len(duplicates)
    print(f"{total} functions, {dropped} near-identical to an earlier one")


def _index(folder: Path) -> int:
    if (folder / "functions.jsonl").exists():
        return sum(len(record["keys"]) for record in read_lines(folder / "functions.jsonl"))
    count = 0

    def records() -> Iterator[dict]:
        nonlocal count
        for record in read_lines(folder / "files.jsonl"):
            if not record["language"]:
                continue
            file = SourceFile(record["text"], record["language"])
            functions = find_functions(file)
            count += len(functions)
            yield {
                "path": record["path"],
                "functions": [[f.name, f.first, f.signature, f.last, list(f.doc) if f.doc else None] for f in functions],
                "keys": [key_of(file, function) for function in functions],
            }

    write_lines(folder / "functions.jsonl", records())
    return count


def key_of(file: SourceFile, function: Function) -> int:
    """Returns a 60-bit key that near-identical functions share; 0 for one too short to compare."""
    words = _WORD.findall("\n".join(file.masked_lines[function.signature : function.last + 1]))
    words = [word.lower() for word in words if word != function.name]
    if len(words) < MIN_WORDS:
        return 0
    return int.from_bytes(hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest(), "big") >> 4


if __name__ == "__main__":
    main()
