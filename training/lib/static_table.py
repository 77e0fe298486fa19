"""The static model of a folder as the encoder starts from it."""
from pathlib import Path

import numpy as np

from lib.exported import ExportedModel
from lib.records import read_json


def read_static(folder: Path) -> tuple[np.ndarray, int]:
    """Returns the table [vocabulary, dimensions] in float32, rows times their weights, and the token cap."""
    model = ExportedModel.read(folder)
    scale = read_json(folder / "manifest.json")["table"]["scale"]
    return model.code_table.astype(np.float32) * np.float32(scale), model.token_cap
