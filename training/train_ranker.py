"""Stage 9b, train_ranker: LambdaMART (Burges 2010; LightGBM) over what the product sees of a question's candidates.

Reads questions as questions.py writes them and candidates as `lore search TREE --batch NAME.jsonl --candidates NAME.jsonl` writes
them. Prints, by cross-validation over repositories, what the trees gain over the ranking by hand, then trains on all of them.
"""
import argparse
import json
from collections import defaultdict
from pathlib import Path

import lightgbm
import numpy as np

from lib.candidates import RIGHT_FILE, RIGHT_PLACE, WRONG, Asked, read_candidates, score_questions
from lib.ranking import interval
from lib.records import write_json

BY_HAND = "byHand"
# More of these never makes a place worse.
RISING = ("bm25", "coverage", "definition", "literal", "meaning", "often", "byHand", "byHandShare", "byHandPlace", "factor")  # fmt: skip
# What a list of results gains from a place of each label.
GAINS = {WRONG: 0, RIGHT_FILE: 1, RIGHT_PLACE: 10}


def main() -> None:
    """Writes the trees and a report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--candidates", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for ranker.txt and report.json")
    parser.add_argument("--trees", type=int, default=150)
    parser.add_argument("--leaves", type=int, default=31)
    parser.add_argument("--learning-rate", type=float, default=0.08)
    parser.add_argument("--min-leaf", type=int, default=300, help="training chunks in a leaf, at least")
    parser.add_argument("--best-chunks", type=int, default=3, help="chunks of a file that are trained on because they are its best by hand")
    parser.add_argument("--other-chunks", type=int, default=2, help="further chunks of a file that are trained on, drawn by chance")
    parser.add_argument("--without", default="", help="features that are not used, comma-separated")
    parser.add_argument("--folds", type=int, default=4, help="0: no cross-validation")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    flags = parser.parse_args()
    names, asked = read_candidates(flags.questions, flags.candidates)
    print(f"{len(asked)} questions of {len({each.repository for each in asked})} repositories, {len(names)} features")
    report = {"flags": {key: str(value) for key, value in vars(flags).items()}}
    if flags.folds:
        scores = cross_validated(names, asked, flags)
        report["crossValidation"] = compare(asked, [each.features[:, names.index(BY_HAND)] for each in asked], scores)
        print(json.dumps(report["crossValidation"], indent=1))
        report["calibration"] = calibrated(asked, scores)
    trees = fit(names, asked, flags)
    flags.out.mkdir(parents=True, exist_ok=True)
    trees.save_model(flags.out / "ranker.txt")
    gains = sorted(zip(trees.feature_importance("gain").tolist(), names, strict=True), reverse=True)
    report["importance"] = {name: round(gain) for gain, name in gains}
    write_json(flags.out / "report.json", report)


def fit(names: list[str], asked: list[Asked], flags: argparse.Namespace) -> lightgbm.Booster:
    """Returns trees trained on these questions."""
    random, by_hand = np.random.default_rng(flags.seed), names.index(BY_HAND)
    kept = [_training_rows(each, each.features[:, by_hand], flags, random) for each in asked]
    used = [(each, rows) for each, rows in zip(asked, kept, strict=True) if (each.labels[rows] > WRONG).any()]
    data = lightgbm.Dataset(
        np.concatenate([each.features[rows] for each, rows in used]),
        label=np.concatenate([each.labels[rows] for each, rows in used]),
        group=[len(rows) for _, rows in used],
        feature_name=names,
        free_raw_data=True,
    )
    assert set(RISING) <= set(names), "a feature that must rise is none"
    ignored = set(filter(None, flags.without.split(",")))
    assert ignored <= set(names), f"no such features: {ignored - set(names)}"
    settings = {
        "objective": "lambdarank", "learning_rate": flags.learning_rate, "num_leaves": flags.leaves, "min_data_in_leaf": flags.min_leaf,
        "label_gain": [GAINS[label] for label in sorted(GAINS)], "lambdarank_truncation_level": 15, "lambdarank_norm": False, "feature_fraction": 0.7,
        "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "max_bin": 127, "use_missing": False, "seed": flags.seed, "deterministic": True,
        "num_threads": flags.threads, "verbosity": -1, "force_col_wise": True,
        "monotone_constraints": [1 if name in RISING else 0 for name in names],
        "feature_contri": [0.0 if name in ignored else 1.0 for name in names],
    }  # fmt: skip
    return lightgbm.train(settings, data, num_boost_round=flags.trees)


def _training_rows(asked: Asked, by_hand: np.ndarray, flags: argparse.Namespace, random: np.random.Generator) -> np.ndarray:
    """Returns of each file the chunks that are best by hand, some others, and all right places. Right and wrong files are treated alike:
    with all chunks of the right files the trees would learn that a poor chunk speaks for its file."""
    of_file: dict[int, list[int]] = defaultdict(list)
    for chunk in np.argsort(-by_hand, kind="stable").tolist():
        of_file[int(asked.files[chunk])].append(chunk)
    rows: set[int] = set(np.flatnonzero(asked.labels == RIGHT_PLACE).tolist())
    for chunks in of_file.values():
        rows.update(chunks[: flags.best_chunks])
        others = chunks[flags.best_chunks :]
        rows.update(others[at] for at in random.permutation(len(others))[: flags.other_chunks].tolist())
    return np.array(sorted(rows))


def cross_validated(names: list[str], asked: list[Asked], flags: argparse.Namespace) -> list[np.ndarray]:
    """Returns the scores of each question's candidates by trees that saw nothing of its repository."""
    repositories = sorted({each.repository for each in asked})
    np.random.default_rng(flags.seed).shuffle(repositories)
    fold_of = {repository: at % flags.folds for at, repository in enumerate(repositories)}
    scores: list[np.ndarray] = [np.empty(0)] * len(asked)
    for fold in range(flags.folds):
        trees = fit(names, [each for each in asked if fold_of[each.repository] != fold], flags)
        held = [at for at, each in enumerate(asked) if fold_of[each.repository] == fold]
        predicted = trees.predict(np.concatenate([asked[at].features for at in held]), num_threads=flags.threads)
        for at, part in zip(held, np.split(predicted, np.cumsum([len(asked[at].files) for at in held])[:-1]), strict=True):
            scores[at] = part
    return scores


def compare(asked: list[Asked], before: list[np.ndarray], after: list[np.ndarray]) -> dict:
    """Returns means and paired gains with 95 % intervals by question and by repository, for all questions and for each kind."""
    old, new = score_questions(asked, before), score_questions(asked, after)
    kinds = np.array([each.kind for each in asked])
    repositories = np.array([each.repository for each in asked])
    report = {}
    for group in ("all", *sorted(set(kinds.tolist()))):
        chosen = np.ones(len(kinds), bool) if group == "all" else kinds == group
        report[group] = {"questions": int(chosen.sum())}
        for measure in old:
            rows = chosen & ~np.isnan(old[measure])
            if rows.any():
                gain = new[measure][rows] - old[measure][rows]
                bounds = [[round(float(x), 4) for x in interval(gain)], [round(float(x), 4) for x in interval(gain, repositories[rows])]]
                report[group][measure] = [round(float(old[measure][rows].mean()), 4), round(float(new[measure][rows].mean()), 4), *bounds]
    return report


def calibrated(asked: list[Asked], scores: list[np.ndarray]) -> dict[str, float]:
    """Returns slope and offset of the log-odds that a chunk is a right place (Platt 1999), by Newton's method. Questions whose right
    place is not known do not count."""
    known = [at for at, each in enumerate(asked) if (each.labels == RIGHT_PLACE).any()]
    x = np.concatenate([scores[at] for at in known])
    y = np.concatenate([asked[at].labels == RIGHT_PLACE for at in known]).astype(float)
    inputs = np.stack([x, np.ones_like(x)], axis=1)
    weights = np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-inputs @ weights))
        step = np.linalg.solve((inputs * (p * (1 - p))[:, None]).T @ inputs + 1e-9 * np.eye(2), inputs.T @ (y - p))
        weights += step
        if np.abs(step).max() < 1e-9:
            break
    return {"slope": float(weights[0]), "offset": float(weights[1])}


if __name__ == "__main__":
    main()
