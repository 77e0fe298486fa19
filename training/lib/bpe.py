"""Byte-level BPE inside words: tokens 0 to 255 are bytes, token 256 + i is the i-th merge."""
import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping

from lib.words import pieces, raw_words

Merge = tuple[int, int]


def train_merges(counts: Mapping[bytes, int], n_merges: int) -> list[Merge]:
    """Returns the merges in rank order: each time the most frequent pair, of equals the one with the smallest ids."""
    words = [list(word) for word in counts]
    weights = list(counts.values())
    pair_counts: Counter[Merge] = Counter()
    homes: dict[Merge, set[int]] = defaultdict(set)
    for index, word in enumerate(words):
        for pair in zip(word, word[1:]):
            pair_counts[pair] += weights[index]
            homes[pair].add(index)
    heap = [(-count, pair) for pair, count in pair_counts.items()]
    heapq.heapify(heap)
    merges: list[Merge] = []
    while heap and len(merges) < n_merges:
        negative, pair = heapq.heappop(heap)
        if -negative != pair_counts[pair]:
            if pair_counts[pair] > 0:
                heapq.heappush(heap, (-pair_counts[pair], pair))
            continue
        if -negative < 2:
            break
        token = 256 + len(merges)
        merges.append(pair)
        changed: set[Merge] = set()
        for index in homes.pop(pair):
            word, weight = words[index], weights[index]
            for old in zip(word, word[1:]):
                pair_counts[old] -= weight
            merged = merge(word, pair, token)
            words[index] = merged
            for new in zip(merged, merged[1:]):
                pair_counts[new] += weight
                homes[new].add(index)
                changed.add(new)
        for new in changed:
            heapq.heappush(heap, (-pair_counts[new], new))
    return merges


def merge(word: list[int], pair: Merge, token: int) -> list[int]:
    """Returns the word with each occurrence of the pair, from the left, replaced by the token."""
    out: list[int] = []
    at = 0
    while at < len(word):
        if at + 1 < len(word) and word[at] == pair[0] and word[at + 1] == pair[1]:
            out.append(token)
            at += 2
        else:
            out.append(word[at])
            at += 1
    return out


class Encoder:
    """Encodes texts; remembers the tokens of each raw word it has seen."""

    def __init__(self, merges: list[Merge]):
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.vocabulary = 256 + len(merges)
        self._known: dict[bytes, tuple[int, ...]] = {}

    def encode(self, data: bytes) -> list[int]:
        """Returns the token ids of a text, in its order."""
        return [token for word in raw_words(data) for token in self.tokens_of(word)]

    def counted(self, data: bytes) -> Counter[int]:
        """Returns how often each token occurs in a text."""
        tokens: Counter[int] = Counter()
        for word, count in Counter(raw_words(data)).items():
            for token in self.tokens_of(word):
                tokens[token] += count
        return tokens

    def tokens_of(self, word: bytes) -> tuple[int, ...]:
        """Returns the tokens of one raw word."""
        known = self._known.get(word)
        if known is None:
            known = tuple(token for piece in pieces(word) for token in self._merged(list(piece)))
            if len(self._known) < 2_000_000:
                self._known[word] = known
        return known

    def _merged(self, word: list[int]) -> list[int]:
        while len(word) > 1:
            rank, pair = min((self.ranks.get(pair, 1 << 30), pair) for pair in zip(word, word[1:]))
            if rank == 1 << 30:
                break
            word = merge(word, pair, 256 + rank)
        return word


def encode_plainly(merges: list[Merge], word: bytes) -> list[int]:
    """Returns one lowered word's tokens by applying every merge in rank order; slow, for tests."""
    tokens = list(word)
    for rank, pair in enumerate(merges):
        tokens = merge(tokens, pair, 256 + rank)
    return tokens
