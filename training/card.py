"""Stage 10, card: writes the table of repositories into the model card, between its two marks."""
import argparse
import re
from pathlib import Path

from lib.records import read_json

START, END = "<!-- repositories -->", "<!-- /repositories -->"


def main() -> None:
    """Rewrites the table in place."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, required=True)
    parser.add_argument("--split", type=Path, required=True)
    parser.add_argument("--card", type=Path, required=True)
    flags = parser.parse_args()
    text = flags.card.read_text(encoding="utf-8")
    if START not in text or END not in text:
        raise SystemExit(f"{flags.card} lacks the marks {START} and {END}: put them where the table belongs.")
    table = repository_table(read_json(flags.repositories), read_json(flags.split))
    flags.card.write_text(re.sub(f"{START}.*{END}", lambda _: f"{START}\n\n{table}\n\n{END}", text, flags=re.S), encoding="utf-8")


def repository_table(entries: list[dict], split: dict[str, list[str]]) -> str:
    """Returns a Markdown table with a row for each repository, in aligned columns."""
    sides = {name: side for side, names in split.items() for name in names}
    rows = [["repository", "licence", "language", "commit", "side"]]
    for entry in sorted(entries, key=lambda entry: entry["name"].lower()):
        rows.append([entry["name"], entry["licence"], entry["language"], f"`{entry['commit'][:12]}`", sides[entry["name"]]])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows)


if __name__ == "__main__":
    main()
