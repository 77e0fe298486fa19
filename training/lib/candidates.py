"""What the product's ranking saw of the candidates of a question, with what is known of the right answer."""
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.records import read_lines

RIGHT_PLACE, RIGHT_FILE, WRONG = 2, 1, 0


@dataclass
class Asked:
    """One question with its candidate chunks; N is their number, F that of the features."""

    repository: str
    kind: str
    id: str
    features: np.ndarray
    """[N, F] float32"""
    files: np.ndarray
    """[N] int32: which file a chunk is of, numbered within the question."""
    labels: np.ndarray
    """[N] int8: RIGHT_PLACE, RIGHT_FILE or WRONG."""
    right_files: int
    """How many files are right, those that are no candidates included."""


def read_candidates(questions: Path, candidates: Path) -> tuple[list[str], list[Asked]]:
    """Returns the features' names and the questions of all repositories that have both files."""
    names: list[str] = []
    asked: list[Asked] = []
    for file in sorted(candidates.glob("*.jsonl")):
        known = {question["id"]: question for question in read_lines(questions / file.name)}
        lines = read_lines(file)
        features = next(lines)["features"]
        assert names in ([], features), f"{file} has other features than the files before"
        names = features
        for line in lines:
            if line["candidates"]:
                asked.append(asked_of(file.stem, known[line["id"]], line["candidates"]))
    return names, asked


def asked_of(repository: str, question: dict, candidates: list[dict]) -> Asked:
    """Returns a question with the given ones of its candidates."""
    numbers: dict[str, int] = {}
    files = np.array([numbers.setdefault(each["path"], len(numbers)) for each in candidates], np.int32)
    return Asked(
        repository=repository,
        kind=question["kind"],
        id=question["id"],
        features=np.array([each["features"] for each in candidates], np.float32),
        files=files,
        labels=np.array([_label(each, question["relevant"]) for each in candidates], np.int8),
        right_files=len({place["path"] for place in question["relevant"]}),
    )


def _label(chunk: dict, relevant: list[dict]) -> int:
    """A chunk is a right place when it holds half of the right lines, or they hold half of it."""
    label = WRONG
    for place in relevant:
        if place["path"] != chunk["path"]:
            continue
        label = max(label, RIGHT_FILE)
        if "startLine" in place:
            shared = min(place["endLine"], chunk["endLine"]) - max(place["startLine"], chunk["startLine"]) + 1
            shorter = min(place["endLine"] - place["startLine"], chunk["endLine"] - chunk["startLine"]) + 1
            if shared * 2 >= shorter:
                label = RIGHT_PLACE
    return label


def score_questions(asked: list[Asked], scores: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Returns for each question recall among the first ten files, the reciprocal rank of the first right one among ten, and whether a
    right place is among the first ten chunks of at most five of a file (NaN where no place is known)."""
    rows = [_score(question, score) for question, score in zip(asked, scores, strict=True)]
    return {name: np.array([row[i] for row in rows]) for i, name in enumerate(("R@10", "MRR@10", "place@10"))}


def _score(question: Asked, scores: np.ndarray) -> tuple[float, float, float]:
    order = np.argsort(-scores, kind="stable")
    files = list(dict.fromkeys(question.files[order].tolist()))[:10]
    right = set(question.files[question.labels > WRONG].tolist())
    first = next((at for at, file in enumerate(files) if file in right), None)
    recall = len(right & set(files)) / question.right_files
    shown: list[int] = []
    per_file: dict[int, int] = {}
    for chunk in order.tolist():
        file = int(question.files[chunk])
        per_file[file] = per_file.get(file, 0) + 1
        if per_file[file] <= 5:
            shown.append(chunk)
        if len(shown) == 10:
            break
    has_place = question.kind != "commit"
    place = float((question.labels[shown] == RIGHT_PLACE).any()) if has_place else np.nan
    return recall, 0.0 if first is None else 1 / (first + 1), place
