"""Texts as rows of token ids of equal length, as the encoder reads them."""
import numpy as np


def padded(texts: list[list[int]] | list[np.ndarray], most: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns ids and mask, both int64 [texts, T], with the first `most` tokens of each text; T is at least 1."""
    length = max(1, min(most, max(map(len, texts), default=0)))
    ids, mask = np.zeros((len(texts), length), np.int64), np.zeros((len(texts), length), np.int64)
    for row, tokens in enumerate(texts):
        kept = tokens[:length]
        ids[row, : len(kept)] = kept
        mask[row, : len(kept)] = 1
    return ids, mask
