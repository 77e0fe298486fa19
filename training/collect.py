"""Stage 1, collect: bare git mirrors → one folder of source texts and commits per repository, and repositories.json.

A repository is left out when it is reserved for evaluation or its licence is not a permissive one; the reason is printed.
A repository that was collected at the same commit with the same flags is not read again.
"""
import argparse
import random
import subprocess
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from lib.languages import is_prose, is_readable_path, language_of
from lib.records import folder_of, read_json, write_json, write_lines
from lib.repository import MAX_FILE_BYTES, Blob, Repository, is_written_by_hand


def main() -> None:
    """Collects every mirrored repository that may be used."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirror", type=Path, required=True, help="folder with OWNER+NAME/repo bare git directories")
    parser.add_argument("--is-reserved", type=Path, required=True, help="script that exits 1 for a name reserved for evaluation")
    parser.add_argument("--out", type=Path, required=True, help="folder for the texts; never commit it")
    parser.add_argument("--repositories", type=Path, required=True, help="the list to write: names, licences, commits, counts")
    parser.add_argument("--only", nargs="*", default=[], help="collect only these OWNER/NAME")
    parser.add_argument("--exclude", nargs="*", default=[], help="leave these OWNER/NAME out")
    parser.add_argument("--max-repository-mb", type=float, default=12, help="source read per repository, drawn at random above it")
    parser.add_argument("--max-commits", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=2)
    flags = parser.parse_args()

    names = sorted(path.parent.name.replace("+", "/", 1) for path in flags.mirror.glob("*+*/repo"))
    names = [name for name in names if (not flags.only or name in flags.only) and name not in flags.exclude]
    with ProcessPoolExecutor(flags.workers) as pool:
        outcomes = list(pool.map(_collect_guarded, [(name, flags) for name in names]))
    listed = []
    for name, outcome in zip(names, outcomes, strict=True):
        if isinstance(outcome, str):
            print(f"left out {name}: {outcome}", file=sys.stderr)
        else:
            listed.append(outcome)
    write_json(flags.repositories, listed)
    print(f"{len(listed)} repositories, {sum(entry['bytes'] for entry in listed) / 1e6:.0f} MB of source")


def _collect_guarded(task: tuple[str, argparse.Namespace]) -> dict | str:
    name, flags = task
    if subprocess.run([sys.executable, flags.is_reserved, name], capture_output=True).returncode != 0:
        return "reserved for evaluation"
    try:
        return collect(name, flags)
    except subprocess.CalledProcessError as failure:
        return f"git failed: {failure.stderr.decode('utf-8', 'replace')[:200]}"


def collect(name: str, flags: argparse.Namespace) -> dict | str:
    """Returns the repository's entry for the list, or the reason why it is left out."""
    repository = Repository(name, flags.mirror / folder_of(name) / "repo")
    commit = repository.head()
    licence = repository.licence(commit)
    if licence is None:
        return "no permissive licence found"
    folder = flags.out / "collected" / folder_of(name)
    entry_file = folder / "entry.json"
    settings = {"maxMegabytes": flags.max_repository_mb, "maxCommits": flags.max_commits, "seed": flags.seed}
    if entry_file.exists():
        known = read_json(entry_file)
        if known["entry"]["commit"] == commit and known["settings"] == settings:
            return known["entry"]
    counts: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    paths: set[str] = set()

    def files():
        for path, text in repository.texts(_drawn(repository.blobs(commit), flags, name)):
            if is_written_by_hand(text):
                language = language_of(path)
                counts["files"] += 1
                counts["bytes"] += len(text)
                if language:
                    languages[language] += len(text)
                    paths.add(path)
                yield {"path": path, "language": language, "text": text}

    def commits():
        for found in repository.history(commit, flags.max_commits):
            kept = {path: lines for path, lines in found.files.items() if path in paths and lines}
            if kept and len(found.files) <= 12:
                yield {"id": found.id, "subject": found.subject, "files": kept}

    write_lines(folder / "files.jsonl", files())
    counts["commits"] = write_lines(folder / "commits.jsonl", commits())
    if not languages:
        return "no source in a known language"
    entry = {"name": name, "licence": licence, "commit": commit, "language": languages.most_common(1)[0][0], **counts}
    write_json(entry_file, {"entry": entry, "settings": settings})
    return entry


def _drawn(blobs: list[Blob], flags: argparse.Namespace, name: str) -> list[Blob]:
    """The readable files, in random order until the repository's share of bytes is used up, then by path."""
    readable = [blob for blob in blobs if is_readable_path(blob.path) and 0 < blob.size <= MAX_FILE_BYTES]
    random.Random(f"{flags.seed} {name}").shuffle(readable)
    kept, left = [], flags.max_repository_mb * 1e6
    for blob in readable:
        if is_prose(blob.path) and blob.size > 200_000:
            continue
        left -= blob.size
        if left < 0:
            break
        kept.append(blob)
    return sorted(kept, key=lambda blob: blob.path)


if __name__ == "__main__":
    main()
