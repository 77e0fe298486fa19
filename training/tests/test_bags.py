"""Bags of tokens and what training does to them."""
import unittest

import numpy as np

from lib.asking import with_asking
from lib.bags import Bags, bags_of, joined, thinned


def as_dicts(bags: Bags) -> list[dict[int, int]]:
    """Returns the token counts of each bag; a token that stands twice counts twice."""
    found = []
    for first, last in zip(bags.offsets[:-1], bags.offsets[1:], strict=True):
        counts: dict[int, int] = {}
        for token, count in zip(bags.ids[first:last], bags.counts[first:last], strict=True):
            counts[int(token)] = counts.get(int(token), 0) + int(count)
        found.append(counts)
    return found


TEXTS = [{1: 2, 5: 1}, {}, {7: 300}, {1: 1, 2: 1, 3: 1}]


class BagsOfTokens(unittest.TestCase):
    def test_hold_what_was_put_in_up_to_255(self) -> None:
        self.assertEqual(as_dicts(bags_of(TEXTS)), [{1: 2, 5: 1}, {}, {7: 255}, {1: 1, 2: 1, 3: 1}])

    def test_take_and_join(self) -> None:
        bags = bags_of(TEXTS)
        self.assertEqual(as_dicts(bags.take(np.array([3, 1, 0]))), [{1: 1, 2: 1, 3: 1}, {}, {1: 2, 5: 1}])
        self.assertEqual(as_dicts(joined([bags, bags.take(np.array([0]))])), [*as_dicts(bags), {1: 2, 5: 1}])

    def test_thinned_loses_about_its_share_and_empties_no_bag(self) -> None:
        bags = bags_of([{token: 1 for token in range(100)}, {}, {3: 1}] * 50)
        thin = thinned(bags, 0.25, np.random.default_rng(1))
        self.assertAlmostEqual(len(thin.ids) / len(bags.ids), 0.75, delta=0.03)
        for before, after in zip(as_dicts(bags), as_dicts(thin), strict=True):
            self.assertLessEqual(after.items(), before.items())
            self.assertEqual(bool(after), bool(before))
        self.assertIs(thinned(bags, 0, np.random.default_rng(1)), bags)

    def test_asking_adds_a_phrase_and_keeps_the_rest(self) -> None:
        bags = bags_of(TEXTS * 50)
        asked = as_dicts(with_asking(bags, bags_of([{9: 1}]), 0.5, np.random.default_rng(1)))
        self.assertEqual([{token: count for token, count in text.items() if token != 9} for text in asked], as_dicts(bags))
        self.assertAlmostEqual(sum(9 in text for text in asked) / len(asked), 0.5, delta=0.1)


if __name__ == "__main__":
    unittest.main()
