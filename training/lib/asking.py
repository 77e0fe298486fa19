"""The words with which people begin a question. Comments lack them, so some queries get them while training, to learn that they
say nothing about code."""
import numpy as np

from lib.bags import Bags, bags_of
from lib.bpe import Encoder

PHRASES = (
    "how does", "how do we", "how is", "how are", "how can I", "where is", "where are", "where do we", "where does it", "where is the code that",
    "which function", "which file", "which code", "what does", "what happens when", "what is", "why does", "why is", "when does", "when is",
    "find the code that", "find where", "show me how", "show me where", "explain how", "is there a function that", "who calls", "what calls",
    "in which place is", "can you tell me how", "please find", "I want to know where", "tell me about", "what code", "the function that",
    "the place where", "does it", "how would I", "which class", "which method", "where in the code is", "what is responsible for",
)  # fmt: skip


def asking_bags(encoder: Encoder) -> Bags:
    """Returns the phrases, encoded."""
    return bags_of(encoder.counted(phrase.encode()) for phrase in PHRASES)


def with_asking(queries: Bags, phrases: Bags, share: float, rnd: np.random.Generator) -> Bags:
    """Returns the queries, a share of them with the tokens of a random phrase added."""
    chosen = np.flatnonzero(rnd.random(len(queries)) < share)
    if len(chosen) == 0:
        return queries
    added = phrases.take(rnd.integers(0, len(phrases), len(chosen)))
    rows = np.concatenate([np.repeat(np.arange(len(queries)), np.diff(queries.offsets)), np.repeat(chosen, np.diff(added.offsets))])
    order = np.argsort(rows, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(queries)))]).astype(np.int64)
    ids, counts = np.concatenate([queries.ids, added.ids]), np.concatenate([queries.counts, added.counts])
    return Bags(ids[order], counts[order], offsets)
