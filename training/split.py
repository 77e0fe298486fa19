"""Stage 2, split: each collected repository goes whole to train, validation or test, stratified by language.

The draw depends only on the seed, the names and their languages.
"""
import argparse
import random
from collections import defaultdict
from pathlib import Path

from lib.records import read_json, write_json


def main() -> None:
    """Writes split.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="split.json to write")
    parser.add_argument("--validation", type=int, default=20, help="how many repositories validate")
    parser.add_argument("--test", type=int, default=15, help="how many are looked at once, at the end")
    parser.add_argument("--seed", type=int, default=7)
    flags = parser.parse_args()
    entries = read_json(flags.repositories)
    split = draw({entry["name"]: entry["language"] for entry in entries}, flags.validation, flags.test, flags.seed)
    write_json(flags.out, split)
    print({side: len(names) for side, names in split.items()})


def draw(languages: dict[str, str], validation: int, test: int, seed: int) -> dict[str, list[str]]:
    """Returns the names of each side. Languages take turns, so that each side sees as many languages as it can."""
    rnd = random.Random(seed)
    by_language: dict[str, list[str]] = defaultdict(list)
    for name in sorted(languages):
        by_language[languages[name]].append(name)
    for names in by_language.values():
        rnd.shuffle(names)
    order = sorted(by_language, key=lambda language: (-len(by_language[language]), language))
    sides: dict[str, list[str]] = {"validation": [], "test": []}
    turn = 0
    while len(sides["validation"]) < validation or len(sides["test"]) < test:
        side = "validation" if len(sides["validation"]) * test <= len(sides["test"]) * validation else "test"
        candidates = [language for language in order if len(by_language[language]) > 1]
        if not candidates:
            raise SystemExit("Too few repositories for this split: collect more, or lower --validation and --test.")
        sides[side].append(by_language[candidates[turn % len(candidates)]].pop())
        turn += 1
    train = [name for names in by_language.values() for name in names]
    return {"train": sorted(train), "validation": sorted(sides["validation"]), "test": sorted(sides["test"])}


if __name__ == "__main__":
    main()
