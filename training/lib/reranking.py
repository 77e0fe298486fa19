"""Reordering the candidates of a question: what each system's score is worth, alone and beside another, with weights never chosen on the
repositories that they are judged by."""
import numpy as np

from lib.candidates import WRONG, Asked, score_questions
from lib.late_interaction import fitted
from lib.ranking import interval

WEIGHTS = (0.0, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
LEXICAL, HAND, REFERENCE, KERNELS = "bm25", "by hand", "static", "kernels"

Scores = dict[str, np.ndarray]
"""What each system gives a question's candidates: [candidates]; KERNELS: features [candidates, kernels]."""


def _standard(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / max(1e-9, float(values.std()))


def _columns(scores: Scores, systems: list[str]) -> np.ndarray:
    return np.column_stack([scores[system] if scores[system].ndim == 2 else _standard(scores[system]) for system in systems])


def _halves(asked: list[Asked]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Returns twice the questions to choose by and those to judge: of the repositories in the order of their names every other one."""
    repositories = np.array([question.repository for question in asked])
    half = np.searchsorted(np.unique(repositories), repositories) % 2
    return [(np.flatnonzero(half != own), np.flatnonzero(half == own)) for own in (0, 1)]


def learned(asked: list[Asked], scores: list[Scores], systems: list[str]) -> list[np.ndarray]:
    """Returns each question's scores of the candidates: a weighted sum of the systems', fitted to the other half's right files."""
    features, right = [_columns(each, systems) for each in scores], [question.labels > WRONG for question in asked]
    found: list[np.ndarray] = [np.empty(0)] * len(asked)
    for others, own in _halves(asked):
        weights = fitted([features[row] for row in others], [right[row] for row in others])
        for row in own:
            found[row] = features[row] @ weights
    return found


def beside(asked: list[Asked], scores: list[Scores], base: str, system: str) -> tuple[list[np.ndarray], list[float]]:
    """Returns each question's scores with the system's added to those of `base`, and the weights that the halves got from each other:
    those with the largest sum of R@10 and MRR@10."""
    columns = [_columns(each, [base, system]) for each in scores]
    sums = {weight: [each @ np.array([1.0, weight]) for each in columns] for weight in WEIGHTS}
    worth = {weight: sum(score_questions(asked, sums[weight])[name] for name in ("R@10", "MRR@10")) for weight in WEIGHTS}
    found: list[np.ndarray] = [np.empty(0)] * len(asked)
    chosen = []
    for others, own in _halves(asked):
        chosen.append(max(WEIGHTS, key=lambda weight: float(np.mean(worth[weight][others]))))
        for row in own:
            found[row] = sums[chosen[-1]][row]
    return found, chosen


def summary(asked: list[Asked], scores: list[Scores]) -> dict:
    """Returns what every system is worth alone, beside BM25 and beside the ranking by hand, and several of them fitted together; gains
    are over the same with the static similarity in the system's place."""
    for each, kernels in zip(scores, learned(asked, scores, [KERNELS]), strict=True):
        each["knrm"] = kernels
    systems = [REFERENCE, *[name for name in scores[0] if name not in (LEXICAL, HAND, REFERENCE, KERNELS)]]
    report: dict = {"questions": len(asked), "repositories": len({question.repository for question in asked}), "alone": {}}
    worth = {system: score_questions(asked, [each[system] for each in scores]) for system in (LEXICAL, HAND, *systems)}
    for system, values in worth.items():
        report["alone"][system] = _entry(asked, values, worth[REFERENCE])
    for base in (LEXICAL, HAND):
        report[f"beside {base}"] = {}
        reference = score_questions(asked, beside(asked, scores, base, REFERENCE)[0])
        for system in systems:
            found, weights = beside(asked, scores, base, system)
            report[f"beside {base}"][system] = {"weights": weights, **_entry(asked, score_questions(asked, found), reference)}
    return report | {"fitted together": _together(asked, scores, systems)}


def _together(asked: list[Asked], scores: list[Scores], systems: list[str]) -> dict:
    """Several systems at once. What an encoder adds is judged beside all that is cheaper."""
    cheap = [LEXICAL, REFERENCE, "maxsim", KERNELS]
    new = [system for system in systems if system.startswith("encoder")]
    mixes = [cheap[:2], cheap, *([[*cheap[:2], *new], [*cheap, *new]] if new else [])]
    worth = [score_questions(asked, learned(asked, scores, mix)) for mix in mixes]
    table = {" + ".join(mix): _entry(asked, values, worth[0]) for mix, values in zip(mixes, worth, strict=True)}
    return table | ({"what the encoder adds to all others": _entry(asked, worth[3], worth[1])} if new else {})


def _entry(asked: list[Asked], values: dict[str, np.ndarray], reference: dict[str, np.ndarray]) -> dict:
    """Means, and gains with their intervals by question and by repository, and their means by kind. A measure that no question has is left
    out."""
    entry: dict = {}
    for measure, of in values.items():
        known = ~np.isnan(of)
        if not known.any():
            continue
        repositories, kinds = (np.array([getattr(question, name) for question in asked])[known] for name in ("repository", "kind"))
        gain = (of - reference[measure])[known]
        entry[measure] = round(float(of[known].mean()), 4)
        if gain.any():
            bounds = [[round(bound, 4) for bound in interval(gain, clusters)] for clusters in (None, repositories)]
            by_kind = {str(kind): round(float(gain[kinds == kind].mean()), 4) for kind in np.unique(kinds)}
            entry[f"{measure} gain"] = [round(float(gain.mean()), 4), *bounds, by_kind]
    return entry
