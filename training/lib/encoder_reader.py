"""Texts read by a trained encoder, as it came from training or as it is shipped."""
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch.nn import functional

from lib.encoder_model import SHAPES, EncoderModel
from lib.exported import sha256_of
from lib.records import read_json
from lib.sequences import Sequences
from lib.static_table import read_static


def load_encoder(checkpoint: Path, static: Path) -> EncoderModel:
    """Returns the trained model; raises ValueError where it was trained on another static model."""
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")
    table, token_cap = read_static(static)
    if state["static"] != sha256_of(static / "table.bin"):
        raise ValueError(f"{checkpoint} was trained on another static model than that of {static}")
    model = EncoderModel(SHAPES[state["settings"]["shape"]], table, token_cap, 0)
    model.load_state_dict(state["model"])
    return model.eval()


class TorchReader:
    """The checkpoint in single precision."""

    def __init__(self, checkpoint: Path, static: Path):
        self.model = load_encoder(checkpoint, static)
        self.both = read_json(checkpoint.with_name("settings.json"))["sides"] == "both"

    @torch.no_grad()
    def vectors(self, texts: Sequences) -> np.ndarray:
        """Returns the texts' vectors [texts, dimensions]."""
        return self.model(*map(torch.from_numpy, texts.padded(np.arange(len(texts))))).numpy()

    @torch.no_grad()
    def compared(self, text: Sequences, codes: Sequences) -> dict[str, np.ndarray]:
        """Returns the codes' similarities with the text, and by MaxSim over their tokens."""
        query, weights = self.model.token_vectors(*map(torch.from_numpy, text.padded(np.array([0]))))
        ids, mask = map(torch.from_numpy, codes.padded(np.arange(len(codes))))
        vectors, pooled = self.model.token_vectors(ids, mask)
        code = functional.normalize((pooled.unsqueeze(1) @ vectors).squeeze(1), dim=1)
        asked = functional.normalize((weights @ query[0]).squeeze(0), dim=0)
        similar = functional.normalize(query[0], dim=1) @ functional.normalize(vectors, dim=2).transpose(1, 2)  # [codes, Q, T]
        best = similar.masked_fill(mask.unsqueeze(1) == 0, -1).amax(2)
        share = weights[0] / weights[0].sum().clamp_min(1e-9)
        return {"encoder": (code @ asked).numpy(), "encoder maxsim": (best @ share).numpy()}


class ExportedReader:
    """The ONNX file."""

    def __init__(self, folder: Path, threads: int):
        graph = read_json(folder / "manifest.json")["graph"]
        if sha256_of(folder / graph["file"]) != graph["sha256"]:
            raise ValueError(f"{folder / graph['file']} is not the file that the manifest names: export the model again")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(folder / graph["file"], options, providers=["CPUExecutionProvider"])

    def vectors(self, texts: Sequences) -> np.ndarray:
        """Returns the texts' vectors [texts, dimensions]."""
        ids, mask = texts.padded(np.arange(len(texts)))
        return self.session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})[0]

    def compared(self, text: Sequences, codes: Sequences) -> dict[str, np.ndarray]:
        """Returns the codes' similarities with the text."""
        return {"encoder": self.vectors(codes) @ self.vectors(text)[0]}
