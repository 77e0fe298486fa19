"""The stages hand each other JSON lines and JSON files; this is how they are written, whole or not at all."""
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any


def write_lines(path: Path, records: Iterable[Any]) -> int:
    """Writes one record a line under a temporary name, then renames; returns how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    count = 0
    with part.open("w", encoding="utf-8", errors="replace") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    os.replace(part, path)
    return count


def read_lines(path: Path) -> Iterator[Any]:
    """Yields the records of a file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def write_json(path: Path, value: Any) -> None:
    """Writes a value, indented, with keys in the order given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(part, path)


def read_json(path: Path) -> Any:
    """Returns the value of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def folder_of(name: str) -> str:
    """Returns the folder name of a repository: `owner/name` gives `owner+name`."""
    return name.replace("/", "+")
