"""The retriever's loss: M+'s balanced cross-entropy over documents, and InfoNCE over what is alike within one."""
import torch
from torch import Tensor


def retriever_loss(scores: Tensor, same: Tensor, alike: Tensor, allowed: Tensor, scale: Tensor) -> tuple[Tensor, Tensor]:
    """Returns both parts. scores [Q, n] between 0 and 1; same, alike and allowed [Q, n]: whether a slot is of the query's repository, is
    of a chunk of its file or one that shares rare names with it, and counts at all.

    M+: (mean −log w of positives + mean −log(1 − w) of negatives) / 2. It is soon small and says little about the order among many, so
    InfoNCE (van den Oord et al. 2018) stands beside it; scale is the logarithm of its inverse temperature.
    """
    w = scores.clamp(1e-6, 1 - 1e-6)
    positive, negative = same & allowed, ~same & allowed
    balanced = (_mean(-w.log(), positive) + _mean(-torch.log1p(-w), negative)) / 2
    logits = (scores * scale.exp()).masked_fill(~allowed, -1e4)
    wanted = alike & allowed
    found = logits.logsumexp(-1) - logits.masked_fill(~wanted, -1e4).logsumexp(-1)
    return balanced, _mean(found, wanted.any(-1))


def _mean(values: Tensor, counted: Tensor) -> Tensor:
    return (values * counted).sum() / counted.sum().clamp(min=1)
