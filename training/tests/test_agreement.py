"""Names in front of tokens, and how queries and keys agree by them."""
import unittest

import numpy as np
import torch

from memory_lm.agreement import FEATURES, Agreement
from memory_lm.block_choice import NameIndex, of_both
from memory_lm.lm_tokenizer import LmTokenizer
from memory_lm.names import NameReader
from memory_lm.pool import Pool

BYTES = LmTokenizer([])
"""Each byte is a token."""


def hash_of(name: str) -> int:
    """Returns what stands for a name."""
    return int(NameReader(BYTES).names_of(list(name.encode()))[-1, 0])


class Names(unittest.TestCase):
    def last(self, tokenizer: LmTokenizer, text: str) -> list[int]:
        return NameReader(tokenizer).names_of(tokenizer.encode(text.encode()))[-1].tolist()

    def test_the_last_three_names_the_newest_first(self) -> None:
        self.assertEqual(self.last(BYTES, "const MAX_SIZE2 = min(a, b_c);"), [hash_of(name) for name in ("b_c", "a", "min")])
        self.assertEqual(self.last(BYTES, "x ="), [hash_of("x"), 0, 0])
        self.assertEqual(self.last(BYTES, " ;"), [0, 0, 0])

    def test_how_a_text_is_cut_into_tokens_does_not_matter(self) -> None:
        merges = [(b, a) for b, a in ((32, 65), (256, 95), (46, 95), (95, 40))]  # " A", " A_", "._", "_("
        merged = LmTokenizer(merges)
        for text in (" A_B", "x._cache", "f _( A_1", "self._A_(b"):
            self.assertEqual(self.last(merged, text), self.last(BYTES, text), text)
        self.assertLess(len(merged.encode(b" A_B")), 4)

    def test_names_that_are_whole_and_worth_finding(self) -> None:
        text = b"if (maxSize > 100) x = max_size2 + \xc3\xa9t"
        found = NameReader(BYTES).whole_names(list(text))
        self.assertEqual(found, [(1, hash_of("if")), (10, hash_of("maxSize")), (31, hash_of("max_size2")), (len(text) - 1, hash_of("ét"))])


class Agreeing(unittest.TestCase):
    def held(self, memory: str, asked: str) -> dict[str, set[int]]:
        """Returns for each feature at which places of the memory it holds, seen from the last token asked."""
        text = [*memory.encode(), *asked.encode()]
        names = np.concatenate([NameReader(BYTES).names_of(list(part.encode())) for part in (memory, asked)])
        remembered = torch.ones(1, len(memory), dtype=torch.bool)
        features = Agreement.features(torch.tensor([text]), torch.from_numpy(names)[None], remembered, len(asked))
        return {name: {at for at in feature[0, -1].nonzero()[:, 0].tolist() if at < len(memory)} for name, feature in zip(FEATURES, features, strict=True)}

    def test_a_value_is_found_behind_its_name(self) -> None:
        memory = "AB = 17; AC = 23;"
        held = self.held(memory, "x; AC = ")
        self.assertIn(memory.index("2"), held["last name"])
        self.assertNotIn(memory.index("1"), held["last name"])
        self.assertEqual(held["four tokens"], {memory.index("2")})
        self.assertEqual(held["one token"], {3, 5, 9, 12, 14})

    def test_and_its_later_digits(self) -> None:
        memory = "AB = 27; AC = 23;"
        held = self.held(memory, "AC = 2")
        self.assertEqual(held["last two names"], {memory.index("3")})
        self.assertEqual(held["last name"], {memory.index("7"), memory.index("3")})

    def test_with_another_name_between(self) -> None:
        memory = "AB = 27; AC = 23;"
        self.assertIn(memory.index("2", 9), self.held(memory, "expect(AC).be(")["last name, second there"])
        self.assertEqual(self.held(memory, "expect(AC).be(2")["last name and second, third there"], {memory.index("3")})

    def test_a_name_that_is_everywhere_is_not_rare(self) -> None:
        self.assertEqual(len(self.held("x = 1; " * 2, "x = ")["last name, rare"]), 8)
        held = self.held("x = 1; " * 3, "x = ")
        self.assertEqual((len(held["last name"]), len(held["last name, rare"])), (12, 0))

    def test_no_name_is_equal_to_none(self) -> None:
        held = self.held("; ;", "; ")
        self.assertEqual(held["last name"] | held["second names"], set())


class Choosing(unittest.TestCase):
    def setUp(self) -> None:
        blocks = ["let total_size = 1; let i = 0", "total_size + other_name", "unrelated", "other_name()"]
        ends = np.cumsum([len(block) for block in blocks])
        nothing = torch.zeros(0)
        starts = np.concatenate([[0], ends[:-1]])
        self.index = NameIndex(NameReader(BYTES), Pool(np.frombuffer("".join(blocks).encode(), np.uint8), np.zeros(0), nothing, nothing, starts, ends, ends, ends, nothing))

    def test_by_names_the_recent_ones_first(self) -> None:
        scores = self.index.scores([list(b"other_name " + b"; " * 60 + b"total_size = "), list(b"zzz"), []])
        self.assertEqual(np.argsort(-scores[0])[:3].tolist(), [1, 0, 3])
        self.assertEqual(np.abs(scores[1:]).max(), 0)

    def test_of_both_ways_the_best_take_turns(self) -> None:
        first, second = np.array([[9, 8, 0, 0, 0]]), np.array([[0.1, 0.2, 0.3, 0.9, 0.5]])
        self.assertEqual(np.argsort(-of_both(first, second)[0], kind="stable").tolist(), [0, 3, 1, 4, 2])


if __name__ == "__main__":
    unittest.main()
