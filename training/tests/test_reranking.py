"""Candidates are reordered by weights that come from other repositories."""
import unittest

import numpy as np

from lib.candidates import RIGHT_FILE, WRONG, Asked
from lib.late_interaction import kernel_features, maxsim
from lib.reranking import beside, learned, summary

QUESTIONS, CANDIDATES = 24, 20


def asked_and_scored() -> tuple[list[Asked], list[dict[str, np.ndarray]]]:
    """Returns questions over four repositories: BM25 and the static score know nothing, `good` knows the right candidate."""
    rnd = np.random.default_rng(1)
    asked, scores = [], []
    for number in range(QUESTIONS):
        labels = np.full(CANDIDATES, WRONG, np.int8)
        labels[rnd.integers(CANDIDATES)] = RIGHT_FILE
        asked.append(Asked(f"toy{number % 4}", "commit", str(number), np.zeros((CANDIDATES, 1), np.float32), np.arange(CANDIDATES), labels, 1))
        noise = {system: rnd.normal(size=CANDIDATES) for system in ("bm25", "by hand", "static", "maxsim")}
        scores.append({**noise, "kernels": rnd.normal(size=(CANDIDATES, 3)), "encoder": labels + 0.1 * rnd.normal(size=CANDIDATES)})
    return asked, scores


class Reranking(unittest.TestCase):
    def test_a_score_that_knows_gets_the_largest_weight_and_wins(self) -> None:
        asked, scores = asked_and_scored()
        found, weights = beside(asked, scores, "bm25", "encoder")
        self.assertGreaterEqual(min(weights), 1.0)
        self.assertTrue(all(each.argmax() == question.labels.argmax() for each, question in zip(found, asked, strict=True)))
        fitted = learned(asked, scores, ["bm25", "static", "encoder"])
        self.assertTrue(all(each.argmax() == question.labels.argmax() for each, question in zip(fitted, asked, strict=True)))

    def test_no_weight_is_chosen_on_the_repositories_it_is_judged_by(self) -> None:
        asked, scores = asked_and_scored()
        # In one half the score knows the right candidate, in the other it is against it: each half gets the weight of the other.
        for question, each in zip(asked, scores, strict=True):
            if question.repository in ("toy0", "toy2"):
                each["encoder"] = -each["encoder"]
        _, weights = beside(asked, scores, "bm25", "encoder")
        self.assertGreaterEqual(weights[0], 1.0)
        self.assertLess(weights[1], 0.5)

    def test_the_summary_compares_with_the_static_score_and_says_how_sure_it_is(self) -> None:
        report = summary(*asked_and_scored())
        self.assertEqual((report["questions"], report["repositories"]), (QUESTIONS, 4))
        gain, by_question, by_repository, _ = report["beside bm25"]["encoder"]["MRR@10 gain"]
        for low, high in (by_question, by_repository):
            self.assertLess(0, low)
            self.assertTrue(low <= gain <= high)
        self.assertNotIn("MRR@10 gain", report["beside bm25"]["static"])
        self.assertGreater(report["fitted together"]["what the encoder adds to all others"]["MRR@10 gain"][0], 0.3)


class LateInteraction(unittest.TestCase):
    def test_maxsim_takes_each_tokens_best(self) -> None:
        similar, weights = np.array([[1.0, 0.0], [0.2, 0.5]]), np.array([3.0, 1.0])
        self.assertAlmostEqual(maxsim(similar, weights), (3 * 1.0 + 0.5) / 4)
        self.assertEqual(maxsim(np.zeros((0, 2)), np.zeros(0)), 0.0)

    def test_kernels_count_what_is_about_as_similar(self) -> None:
        features = kernel_features(np.array([[1.0, 0.5, 0.5]]), np.array([2.0, 1.0, 1.0]), np.array([1.0]))
        self.assertAlmostEqual(features[0], np.log(3), places=3)
        self.assertAlmostEqual(features[5], np.log(3), places=3)
        self.assertLess(features[9], 0.01)


if __name__ == "__main__":
    unittest.main()
