"""The bank's training step: -log p with the memory of the batch, and how well keys are found among all others."""
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from memory_lm.batches import GROUP, Batch
from memory_lm.model import Bank, MemoryLm

N_MEMORY = 4
"""Windows that a window remembers: the three others of its group and one of another repository."""


@dataclass
class Pairs:
    """Places of tokens to be predicted, [n], as window × length + place, and for each token which tokens could be copied from: [n, B × T]."""

    queries: Tensor
    positives: Tensor


def memory_of(bank: Bank, chosen: Tensor) -> Bank:
    """Returns for each window the bank of `chosen` [B, n] windows, side by side."""
    def joined(x: Tensor) -> Tensor:
        return x[chosen].transpose(1, 2).flatten(2, 3)

    return Bank(bank.tokens[chosen].flatten(1), bank.names[chosen].flatten(1, 2), joined(bank.keys), joined(bank.values))


def remembered(n_windows: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Returns [B, 4] windows that each remembers, and which of them it may see.

    Of 20 windows 3 see nothing and 3 another repository only, so that the model stays able without memory and learns that another
    repository's is of no use.
    """
    own = torch.arange(n_windows) // GROUP
    chosen, seen = [], []
    for window in range(n_windows):
        others = [other for other in range(n_windows) if other != window and own[other] == own[window]]
        foreign = [other for other in range(n_windows) if own[other] != own[window]]
        pick = int(torch.randint(len(foreign), (1,), generator=generator)) if foreign else 0
        chosen.append([*others, foreign[pick] if foreign else others[0]])
        draw = float(torch.rand(1, generator=generator))
        seen.append([False] * N_MEMORY if draw < 0.15 else [False] * (N_MEMORY - 1) + [bool(foreign)] if draw < 0.3 else [True] * (N_MEMORY - 1) + [bool(foreign)])
    return torch.tensor(chosen), torch.tensor(seen)


def pairs_of(batch: Batch, names: Tensor, most: int, generator: torch.Generator) -> Pairs:
    """Returns up to `most` tokens that occur after the same two tokens in another window of their group and nowhere in another group,
    and all tokens of planted facts. names [vocabulary] is true for tokens worth finding.
    """
    ids = batch.ids
    n_windows, length = ids.shape[0], ids.shape[1] - 1
    hashes = (ids[:, :-2] * 1_000_003 + ids[:, 1:-1]) * 1_000_003 + ids[:, 2:]
    _, same = hashes.unique(return_inverse=True)
    # `same[b, p]` is of token p + 2; the bank of window b has the tokens 0 to length - 1, so the last one can be asked for but not found.
    group = torch.arange(n_windows) // GROUP
    present = _occurs(same, n_windows)
    groups = torch.stack([present[:, group == number].any(1) for number in range(int(group.max()) + 1)]).sum(0)
    held = _occurs(same[:, : length - 2], n_windows, len(present))
    elsewhere = held.sum(1)[same] - held[same, torch.arange(n_windows)[:, None]].int() > 0
    wanted = (groups == 1)[same] & elsewhere & names[ids[:, 2:]]
    found = wanted.nonzero()
    found = found[torch.randperm(len(found), generator=generator)[:most]]
    windows, places = found[:, 0], found[:, 1] + 2
    key_same = torch.full((n_windows, length), -1)
    key_same[:, 2:] = same[:, : length - 2]
    positives = (key_same[None] == same[windows, places - 2][:, None, None]) & (torch.arange(n_windows)[None, :, None] != windows[:, None, None])
    twins = batch.twins[(batch.twins[:, 1] >= 1) & (batch.twins[:, 3] < length)]
    told = torch.zeros(len(twins), n_windows, length, dtype=torch.bool)
    told[torch.arange(len(twins)), twins[:, 2], twins[:, 3]] = True
    windows, places = torch.cat([windows, twins[:, 0]]), torch.cat([places, twins[:, 1]])
    # Token p is predicted at p - 1.
    return Pairs(windows * length + places - 1, torch.cat([positives.flatten(1), told.flatten(1)]))


def _occurs(numbers: Tensor, n_windows: int, n_numbers: int | None = None) -> Tensor:
    """Returns [numbers, windows]: whether a number occurs in a row of numbers [B, n]."""
    occurs = torch.zeros(n_numbers or int(numbers.max()) + 1, n_windows, dtype=torch.bool)
    occurs[numbers.flatten(), torch.arange(n_windows)[:, None].expand_as(numbers).flatten()] = True
    return occurs


class BankLoss(torch.nn.Module):
    """What is compiled as one: the losses of a batch."""

    def __init__(self, model: MemoryLm):
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, names: Tensor, chosen: Tensor, seen: Tensor, queries: Tensor, positives: Tensor, valid: Tensor, queue: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Returns -log p of each token [B, T], the retrieval's InfoNCE over the pairs that are valid, the salience's cross-entropy, and the
        keys [B × T, d_key]. queue [N, d_key] holds keys of earlier steps, which are more negatives (MoCo, He et al. 2020)."""
        model, inputs, targets = self.model, ids[:, :-1], ids[:, 1:]
        h = model.lower(inputs)
        x = model.bank_input(h)
        bank = model.bank_of(x, inputs, names[:, :-1])
        memory = memory_of(bank, chosen)
        mask = seen.repeat_interleave(inputs.shape[1], 1)
        after, weights = model.bank_read(h, x, bank, memory, mask)
        nll = model.losses(model.above(after), targets, weights, torch.cat([memory.tokens, inputs], 1))
        attention = model.bank_attention
        found = attention.retrieval_queries(x.flatten(0, 1)[queries])
        keys = bank.keys.transpose(1, 2).flatten(0, 1).flatten(1)
        scores = (found @ keys.T) * (attention.retrieval_temperature.exp() / model.config.n_kv_heads**0.5)
        # Keys of the asking window itself are no memory.
        own = torch.arange(keys.shape[0])[None, :] // inputs.shape[1] == (queries // inputs.shape[1])[:, None]
        scores = scores.masked_fill(own, -1e4)
        earlier = (found @ queue.T) * (attention.retrieval_temperature.exp() / model.config.n_kv_heads**0.5)
        # The only other place of a token may be a window's last, which no key is of.
        valid = valid & positives.any(1)
        retrieval = (torch.logaddexp(scores.logsumexp(-1), earlier.logsumexp(-1)) - scores.masked_fill(~positives, -1e4).logsumexp(-1)) * valid
        salience = functional.binary_cross_entropy_with_logits(attention.salience(x).float().flatten(), (positives & valid[:, None]).any(0).float())
        return nll, retrieval.sum() / valid.sum().clamp(min=1), salience, keys.detach()
