"""The fast tokenizer against the plain reading of its definition."""
import random
import unittest
from collections import Counter

from lib.bpe import Encoder, encode_plainly, train_merges
from lib.golden_texts import golden_texts
from lib.words import split_words, split_words_plainly


class Words(unittest.TestCase):
    def test_boundaries(self) -> None:
        cases = {
            b"HTTPServer": [b"http", b"server"],
            b"parse2xx": [b"parse", b"2", b"xx"],
            b"snake_case9": [b"snake", b"case", b"9"],
            "naïveName".encode(): [b"na", "ï".encode(), b"ve", b"name"],
            b"A" * 33: [b"a" * 32, b"a"],
            b"": [],
        }
        for text, words in cases.items():
            self.assertEqual(split_words(text), words)

    def test_equals_the_plain_reading_on_hostile_bytes(self) -> None:
        rnd = random.Random(5)
        for alphabet in (b"aZbQ09_ \xc3\xa9", b"aAA", bytes(range(256))):
            for _ in range(1_500):
                text = bytes(rnd.choice(alphabet) for _ in range(rnd.randint(0, 90)))
                self.assertEqual(split_words(text), split_words_plainly(text), text)
        for text in golden_texts(2_048):
            self.assertEqual(split_words(text), split_words_plainly(text), text)


class Bpe(unittest.TestCase):
    def setUp(self) -> None:
        rnd = random.Random(6)
        self.words = [bytes(rnd.choice(b"abcde") for _ in range(rnd.randint(1, 9))) for _ in range(3_000)]
        self.merges = train_merges(Counter(self.words), 200)

    def test_each_merge_is_the_most_frequent_pair_of_its_time(self) -> None:
        first, second = self.merges[:2]
        pairs: Counter[tuple[int, int]] = Counter()
        for word in self.words:
            pairs.update(zip(word, word[1:], strict=False))
        self.assertEqual(first, min(pairs, key=lambda pair: (-pairs[pair], pair)))
        pairs.clear()
        for word in self.words:
            tokens = encode_plainly(self.merges[:1], word)
            pairs.update(zip(tokens, tokens[1:], strict=False))
        self.assertEqual(second, min(pairs, key=lambda pair: (-pairs[pair], pair)))

    def test_encodes_as_the_merges_in_rank_order_do(self) -> None:
        encoder = Encoder(self.merges)
        for word in self.words[:500]:
            self.assertEqual(encoder.encode(word), encode_plainly(self.merges, word))

    def test_counts_are_those_of_the_sequence(self) -> None:
        encoder = Encoder(self.merges)
        for text in golden_texts(2_048):
            self.assertEqual(encoder.counted(text), Counter(encoder.encode(text)))


if __name__ == "__main__":
    unittest.main()
