"""A plain BM25 over stemmed sub-words, as the lexical side that fusion is measured against."""
import re
from collections import Counter

import numpy as np

from lib.words import raw_words

_SUFFIXES = ("ization", "ations", "ation", "ingly", "ings", "ing", "edly", "ied", "ies", "ers", "er", "ed", "es", "ly", "s")
_STOP = frozenset(
    """a about above after again all also am an and any are as at be because been before being below between both but by can cannot could did do
    does doing down during each else etc for from had has have how i if in into is it its just me more most my no nor not now of off on once only
    or other our out over own same should so some such than that the their them then there these they this those through to too under until up us
    very via was we were what when where which while who whom why will with within without would yet you your""".split()
)


def stem(word: str) -> str:
    """Returns the word without a common English ending."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def terms_of(text: str) -> Counter[str]:
    """Returns the stems of a text's sub-words with their counts, stop words left out."""
    terms: Counter[str] = Counter()
    for raw, count in Counter(raw_words(text.encode("utf-8", "replace"))).items():
        word = raw.decode("utf-8", "replace").lower()
        if len(word) > 1 and word not in _STOP and not re.fullmatch(r"\d+", word):
            terms[stem(word)] += count
    return terms


class Bm25:
    """An index over documents that are given as term counts."""

    def __init__(self, documents: list[Counter[str]], k1: float = 1.2, b: float = 0.75):
        lengths = np.array([sum(document.values()) for document in documents], np.float32)
        norm = k1 * (1 - b + b * lengths / max(1.0, float(lengths.mean())))
        postings: dict[str, tuple[list[int], list[int]]] = {}
        for index, document in enumerate(documents):
            for term, count in document.items():
                rows, counts = postings.setdefault(term, ([], []))
                rows.append(index)
                counts.append(count)
        self.size = len(documents)
        self._postings: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for term, (rows, counts) in postings.items():
            at, frequency = np.array(rows), np.array(counts, np.float32)
            idf = np.log(1 + (self.size - len(at) + 0.5) / (len(at) + 0.5))
            self._postings[term] = at, idf * frequency * (k1 + 1) / (frequency + norm[at])

    def scores(self, query: str) -> np.ndarray:
        """Returns the score of every document."""
        scores = np.zeros(self.size, np.float32)
        for term in terms_of(query):
            if term in self._postings:
                rows, values = self._postings[term]
                scores[rows] += values
        return scores
