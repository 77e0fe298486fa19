"""The static model of a folder as the encoder starts from it."""
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from lib.bags import Bags
from lib.exported import ExportedModel
from lib.records import read_json
from lib.static_model import capped


def read_static(folder: Path) -> tuple[np.ndarray, int]:
    """Returns the table [vocabulary, dimensions] in float32, rows times their weights, and the token cap."""
    model = ExportedModel.read(folder)
    scale = read_json(folder / "manifest.json")["table"]["scale"]
    return model.code_table.astype(np.float32) * np.float32(scale), model.token_cap


@torch.no_grad()
def static_vectors(bags: Bags, table: torch.Tensor, token_cap: int) -> np.ndarray:
    """Returns the static model's vectors [texts, dimensions] of unit length, in half precision."""
    out = np.empty((len(bags), table.shape[1]), np.float16)
    for at in range(0, len(bags), 8_192):
        part = bags.take(np.arange(at, min(at + 8_192, len(bags))))
        scale = torch.from_numpy(capped(part.counts, token_cap))
        ids, offsets = torch.from_numpy(part.ids.astype(np.int64)), torch.from_numpy(part.offsets[:-1])
        sums = functional.embedding_bag(ids, table, offsets, mode="sum", per_sample_weights=scale)
        out[at : at + len(part)] = functional.normalize(sums, dim=1).half().numpy()
    return out
