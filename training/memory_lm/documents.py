"""Stage 1: collected repositories → tokenizer, and for each repository its files as tokens in chunks with headers.

A file is cut into chunks at line ends; each chunk begins with FILE, the path and a line break, as the server encodes it.
Files that occur in a held-out repository are left out of the training side.
"""
import argparse
import hashlib
import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from lib.bpe import Merge, train_merges
from lib.records import folder_of, read_json, read_lines, write_json
from lib.tokenizer_file import read_tokenizer, write_tokenizer
from memory_lm.config import CONFIGS, N_SPECIAL, LmConfig, file_token
from memory_lm.lm_tokenizer import LmTokenizer
from memory_lm.pieces import split_pieces

HEADER_TOKENS = 32
_TRAINING_SIDES = ("train", "ranking")
_HELD_OUT_SIDES = ("validation", "judging", "test")


def main() -> None:
    """Writes tokenizer.bin, NAME.npz of each repository and sides.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collected", type=Path, required=True, help="folder that collect.py filled")
    parser.add_argument("--split", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", choices=sorted(CONFIGS), default="XS")
    parser.add_argument("--tokenizer-megabytes", type=float, default=0.6, help="code counted per training repository")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=2)
    flags = parser.parse_args()
    config, split = CONFIGS[flags.config], read_json(flags.split)
    sides = {side: [name for name in split[side] if (flags.collected / folder_of(name) / "files.jsonl").exists()] for side in (*_TRAINING_SIDES, *_HELD_OUT_SIDES) if side in split}
    training = [name for side in _TRAINING_SIDES for name in sides.get(side, [])]
    held_out = [name for side in _HELD_OUT_SIDES for name in sides.get(side, [])]
    flags.out.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(flags.workers) as pool:
        held_out_texts = {key for keys in pool.map(_keys, [flags.collected / folder_of(name) for name in held_out]) for key in keys}
        tokenizer = flags.out / "tokenizer.bin"
        if not tokenizer.exists():
            counts: Counter[bytes] = Counter()
            for counted in pool.map(_count, [(flags.collected / folder_of(name), flags.tokenizer_megabytes, f"{flags.seed} {name}") for name in training]):
                counts.update(counted)
            write_tokenizer(tokenizer, train_merges({piece: n for piece, n in sorted(counts.items()) if n >= 3}, config.vocabulary - 256 - N_SPECIAL))
        merges = read_tokenizer(tokenizer)
        tasks = [(flags.collected / folder_of(name), flags.out, config, merges, held_out_texts if name in training else set()) for name in [*training, *held_out]]
        totals = dict(zip([*training, *held_out], pool.map(_write, tasks, chunksize=1), strict=True))
    seen: dict[str, list[str]] = {"train": training, **{side: sides.get(side, []) for side in _HELD_OUT_SIDES}}
    write_json(flags.out / "sides.json", seen)
    for side, names in seen.items():
        print(f"{side}: {len(names)} repositories, {sum(totals[name] for name in names) / 1e6:.1f}M tokens")


def _key(text: str) -> str:
    return hashlib.blake2b("".join(text.split()).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _keys(folder: Path) -> list[str]:
    return [_key(file["text"]) for file in read_lines(folder / "files.jsonl")]


def _count(task: tuple[Path, float, str]) -> Counter[bytes]:
    folder, megabytes, seed = task
    texts = [file["text"] for file in read_lines(folder / "files.jsonl")]
    random.Random(seed).shuffle(texts)
    counts: Counter[bytes] = Counter()
    left = megabytes * 1e6
    for text in texts:
        counts.update(split_pieces(text.encode("utf-8", "replace")))
        left -= len(text)
        if left < 0:
            break
    return counts


def _write(task: tuple[Path, Path, LmConfig, list[Merge], set[str]]) -> int:
    """One repository: `tokens` u16 of all chunks, `starts` of each chunk, `files` with the file's number of each chunk."""
    folder, out, config, merges, left_out = task
    tokenizer = LmTokenizer(merges)
    chunks: list[list[int]] = []
    files: list[int] = []
    for number, file in enumerate(read_lines(folder / "files.jsonl")):
        if left_out and _key(file["text"]) in left_out:
            continue
        for chunk in chunks_of(tokenizer, config, file["path"], file["text"].encode("utf-8", "replace")):
            chunks.append(chunk)
            files.append(number)
    starts = np.cumsum([0, *map(len, chunks)])
    tokens = np.array([token for chunk in chunks for token in chunk], np.uint16)
    np.savez(out / f"{folder.name}.npz", tokens=tokens, starts=starts, files=np.array(files, np.int32))
    return len(tokens)


def chunks_of(tokenizer: LmTokenizer, config: LmConfig, path: str, data: bytes) -> list[list[int]]:
    """Returns the chunks of a file, headers included: at most a window long, cut at the last line end that fits, or where it is full."""
    header = [file_token(config), *tokenizer.encode(path.encode("utf-8", "replace") + b"\n")[-(min(HEADER_TOKENS, config.window // 4) - 1) :]]
    room = config.window - len(header)
    tokens = tokenizer.encode(data)
    chunks = []
    at = 0
    while at < len(tokens):
        end = min(at + room, len(tokens))
        if end < len(tokens):
            line_ends = [index for index in range(end, at + room // 2, -1) if tokenizer.bytes_of[tokens[index]].startswith(b"\n")]
            # A line break begins its piece, so the next chunk starts with it.
            end = line_ends[0] if line_ends else end
        chunks.append([*header, *tokens[at:end]])
        at = end
    return chunks


if __name__ == "__main__":
    main()
