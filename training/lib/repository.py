"""Reads a bare git repository without a work tree: its licence, its files at a commit, its history."""
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lib.languages import EXTENSIONS, GENERATED_MARK, is_readable_path

MAX_FILE_BYTES = 1_000_000
MAX_LINE_CHARACTERS = 2_000
MAX_HISTORY_CHARACTERS = 150_000_000

# The first that matches the head of a licence file names it. What forbids comes first.
_FORBIDDING = re.compile(
    r"GNU (GENERAL|AFFERO|LESSER|LIBRARY)|Mozilla Public License|Eclipse Public License|Business Source|Elastic License|"
    r"Server Side Public|Reciprocal Public|Common Development and Distribution|Commons Clause|Vim License|PolyForm|Artistic License",
    re.I,
)
_LICENCES = (
    ("Apache-2.0", re.compile(r"Apache License\s*,?\s*Version 2\.0|apache\.org/licenses/LICENSE-2\.0", re.I)),
    ("MIT", re.compile(r"Permission is hereby granted, free of charge, to any person obtaining", re.I)),
    ("BSD", re.compile(r"Redistribution and use in source and binary forms,? with or without", re.I)),
    ("ISC", re.compile(r"Permission to use, copy, modify, and/?(or)? distribute this software for any purpose with or without fee", re.I)),
    ("Unlicense", re.compile(r"This is free and unencumbered software released into the public domain", re.I)),
    ("Zlib", re.compile(r"This software is provided ['\"‘’`]*as-is['\"‘’`]*, without any express or implied", re.I)),
)
_LICENCE_FILE = re.compile(r"^(LICEN[CS]E|COPYING|UNLICENSE)([-._].*)?$|^(MIT-LICENSE|LICENSES)(\.\w+)?$", re.I)


@dataclass(frozen=True)
class Blob:
    """One file of a commit."""

    path: str
    object: str
    size: int


@dataclass(frozen=True)
class Commit:
    """One commit: its subject and, by path, the lines it added (trimmed)."""

    id: str
    subject: str
    files: dict[str, list[str]]


class Repository:
    """A bare repository at `directory`."""

    def __init__(self, name: str, directory: Path):
        self.name = name
        self._git = ["git", f"--git-dir={directory}"]

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([*self._git, *arguments], check=True, capture_output=True)
        return done.stdout.decode("utf-8", "replace")

    def head(self) -> str:
        """Returns the id of the commit that HEAD names."""
        return self._run("rev-parse", "HEAD^{commit}").strip()

    def commit_before(self, count: int) -> str | None:
        """Returns the commit that has `count` newer commits on the first-parent line; None in a shorter history."""
        ids = self._run("rev-list", "--first-parent", f"--skip={count}", "--max-count=1", "HEAD").split()
        return ids[0] if ids else None

    def blobs(self, commit: str) -> list[Blob]:
        """Returns the plain files of a commit."""
        listed = []
        for line in self._run("ls-tree", "-r", "-l", "-z", commit).split("\0"):
            if not line:
                continue
            meta, path = line.split("\t", 1)
            mode, kind, object_id, size = meta.split()
            if kind == "blob" and mode != "120000" and size.isdigit():
                listed.append(Blob(path, object_id, int(size)))
        return listed

    def licence(self, commit: str) -> str | None:
        """Returns the permissive licence(s) of the commit's root licence files; None for any other or none."""
        roots = [blob for blob in self.blobs(commit) if "/" not in blob.path and _LICENCE_FILE.match(blob.path)]
        names = []
        for _, text in self.texts(roots):
            head = re.sub(r"\s+", " ", text[:3_000])
            match = next((name for name, pattern in _LICENCES if pattern.search(head)), None)
            if _FORBIDDING.search(head) and not (match and _FORBIDDING.search(head).start() > 2_000):
                return None
            if match and match not in names:
                names.append(match)
        return " OR ".join(sorted(names)) or None

    def texts(self, blobs: Iterable[Blob]) -> Iterator[tuple[str, str]]:
        """Yields path and text of each blob; bytes that are no UTF-8 become replacement characters."""
        blobs = list(blobs)
        process = subprocess.Popen([*self._git, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin and process.stdout
        for blob in blobs:
            process.stdin.write(f"{blob.object}\n".encode())
            process.stdin.flush()
            header = process.stdout.readline().split()
            if len(header) < 3:
                continue
            data = process.stdout.read(int(header[2]))
            process.stdout.read(1)
            yield blob.path, data.decode("utf-8", "replace").replace("\r\n", "\n")
        process.stdin.close()
        process.wait()

    def history(self, revisions: str, max_commits: int, modified_only: bool = True) -> Iterator[Commit]:
        """Yields commits without merges, newest first, with the lines each added to source files."""
        process = subprocess.Popen(
            [*self._git, "log", "--no-merges", f"-{max_commits}", "-p", "-U0", "--no-renames", "--no-color", "--no-ext-diff",
             *(["--diff-filter=M"] if modified_only else []), "--format=%x01%H%x02%an%x02%s", revisions, "--",
             *(f"*{extension}" for extension in EXTENSIONS)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert process.stdout
        commit: Commit | None = None
        added: list[str] | None = None
        read = 0
        for raw in process.stdout:
            read += len(raw)
            if read > MAX_HISTORY_CHARACTERS:
                process.kill()
                break
            if raw.startswith(b"\x01"):
                if commit:
                    yield commit
                commit_id, author, subject = raw[1:].decode("utf-8", "replace").rstrip("\n").split("\x02", 2)
                commit, added = (None if re.search(r"\bbot\b|\[bot\]", author) else Commit(commit_id, subject, {})), None
            elif commit is None:
                continue
            elif raw.startswith(b"+++ b/"):
                path = raw[6:].decode("utf-8", "replace").strip()
                added = commit.files.setdefault(path, []) if is_readable_path(path) else None
            elif raw.startswith(b"+") and added is not None and len(added) < 60:
                line = raw[1:].strip()
                if 8 <= len(line) <= 300:
                    added.append(line.decode("utf-8", "replace"))
        if commit:
            yield commit
        process.stdout.close()
        process.wait()


    def changed_lines(self, commit: str, path: str, before: str) -> list[tuple[int, int]]:
        """Returns the line ranges (1-based, inclusive) of a file's blob `before` that a commit changed, near ones joined; empty where the
        commit changed another version of the file."""
        try:
            if self._run("rev-parse", f"{commit}^:{path}").strip() != before:
                return []
        except subprocess.CalledProcessError:
            return []
        diff = self._run("diff", "-U0", "--no-color", "--no-ext-diff", f"{commit}^", commit, "--", path)
        ranges: list[tuple[int, int]] = []
        for first, count in re.findall(r"^@@ -(\d+)(?:,(\d+))? \+", diff, re.M):
            start = max(int(first), 1)
            end = start + max(int(count or 1), 1) - 1
            if ranges and start - ranges[-1][1] <= 10:
                ranges[-1] = (ranges[-1][0], end)
            else:
                ranges.append((start, end))
        return ranges


def is_written_by_hand(text: str) -> bool:
    """Returns whether the text is neither binary, generated nor minified."""
    if "\0" in text or not text.strip() or GENERATED_MARK.search(text[:1_500]):
        return False
    return max(map(len, text.split("\n"))) <= MAX_LINE_CHARACTERS
