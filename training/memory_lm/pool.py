"""A repository in memory, as the product keeps it: chunks' keys and values, blocks of at most 128 tokens, and representatives of each."""
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from memory_lm.config import file_token
from memory_lm.model import MemoryLm
from memory_lm.names import N_NAMES, NameReader

BLOCK_TOKENS = 128
REPRESENTATIVES = 8


@dataclass
class Repository:
    """Chunks of documents.py: tokens, the file of each, and how many tokens of it are the header."""

    chunks: list[np.ndarray]
    files: np.ndarray
    headers: np.ndarray


@dataclass
class Pool:
    """Tokens [N] of some chunks with names [N, 3], which begin anew with each block, and keys and values [N, n_kv, d_head]; block b is the tokens starts[b] to ends[b] of file files[b].

    `representatives` [blocks, 8, d_key]: keys of the tokens of highest salience; where there are fewer, the last one is repeated.
    """

    ids: np.ndarray
    names: np.ndarray
    keys: Tensor
    values: Tensor
    starts: np.ndarray
    ends: np.ndarray
    files: np.ndarray
    chunks: np.ndarray
    representatives: Tensor


def read_repository(path: str, model: MemoryLm, line_break: int) -> Repository:
    """Returns the chunks of a file of documents.py. `line_break` is the token that ends a header."""
    with np.load(path) as packed:
        tokens, starts, files = packed["tokens"].astype(np.int64), packed["starts"], packed["files"]
    chunks = [tokens[a:b] for a, b in zip(starts, starts[1:])]
    assert all(chunk[0] == file_token(model.config) for chunk in chunks)
    return Repository(chunks, files, np.array([int(np.argmax(chunk == line_break)) + 1 for chunk in chunks]))


@torch.no_grad()
def encode_pool(model: MemoryLm, reader: NameReader, repository: Repository, chosen: np.ndarray, batch: int) -> Pool:
    """Returns the chosen chunks' blocks; chosen chunks are in order."""
    lengths = np.array([len(repository.chunks[chunk]) for chunk in chosen])
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    config = model.config
    keys, values = (torch.empty(offsets[-1], config.n_kv_heads, config.d_head) for _ in "kv")
    salience = np.empty(offsets[-1], np.float32)
    order = np.argsort(lengths)
    for part in (order[start : start + batch] for start in range(0, len(order), batch)):
        ids = torch.zeros(len(part), int(lengths[part].max()), dtype=torch.long)
        for row, number in enumerate(part):
            ids[row, : lengths[number]] = torch.from_numpy(repository.chunks[chosen[number]])
        x = model.bank_input(model.lower(ids))
        bank, logits = model.bank_of(x, ids, torch.zeros(*ids.shape, N_NAMES)), model.bank_attention.salience(x)[..., 0]
        for row, number in enumerate(part):
            place, length = slice(offsets[number], offsets[number + 1]), lengths[number]
            keys[place], values[place] = bank.keys[row].transpose(0, 1)[:length], bank.values[row].transpose(0, 1)[:length]
            salience[place] = logits[row, :length].numpy()
    blocks = [
        (start, min(start + BLOCK_TOKENS, offsets[number + 1]), repository.files[chunk], chunk)
        for number, chunk in enumerate(chosen)
        for start in range(offsets[number] + repository.headers[chunk], offsets[number + 1], BLOCK_TOKENS)
    ]
    starts, ends, files, chunks = (np.array(column) for column in zip(*blocks, strict=True))
    best = [start + np.argsort(-salience[start:end])[:REPRESENTATIVES] for start, end in zip(starts, ends, strict=True)]
    best = [np.pad(row, (0, REPRESENTATIVES - len(row)), mode="edge") for row in best]
    ids = np.concatenate([repository.chunks[chunk] for chunk in chosen])
    names = np.zeros((len(ids), N_NAMES), np.int32)
    for start, end in zip(starts, ends, strict=True):
        names[start:end] = reader.names_of(ids[start:end].tolist())
    return Pool(ids, names, keys, values, starts, ends, files, chunks, keys.flatten(1)[torch.from_numpy(np.stack(best))])
