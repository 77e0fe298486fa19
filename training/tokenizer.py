"""Stage 5, tokenizer: trains the byte-level BPE on the training side, then encodes the pairs of both sides into arrays."""
import argparse
import hashlib
import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from lib.bags import bags_of
from lib.bpe import Encoder, Merge, train_merges
from lib.records import folder_of, read_json, read_lines
from lib.tokenizer_file import read_tokenizer, write_tokenizer
from lib.words import pieces, raw_words


def main() -> None:
    """Writes tokenizer.bin and, for every repository, encoded-HASH.npz."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="tokenizer.bin to write; kept where it is there already")
    parser.add_argument("--vocabulary", type=int, default=32_768)
    parser.add_argument("--code-megabytes", type=float, default=1.0, help="code counted per repository; its queries count ten times")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=2)
    flags = parser.parse_args()
    split = read_json(flags.split)
    folders = {name: flags.data / "collected" / folder_of(name) for name in [*split["train"], *split["validation"]]}
    with ProcessPoolExecutor(flags.workers) as pool:
        if not flags.out.exists():
            tasks = [(folders[name], flags.code_megabytes, f"{flags.seed} {name}") for name in split["train"]]
            counts: Counter[bytes] = Counter()
            for counted in pool.map(_count_words, tasks, chunksize=1):
                counts.update(counted)
            frequent = {word: count for word, count in sorted(counts.items()) if count >= 3}
            print(f"{len(frequent)} words of {len(counts)} are frequent enough")
            write_tokenizer(flags.out, train_merges(frequent, flags.vocabulary - 256))
        merges = read_tokenizer(flags.out)
        tag = tag_of(flags.out)
        total = sum(pool.map(_encode, [(folder, merges, tag) for folder in folders.values()], chunksize=1))
    print(f"{256 + len(merges)} tokens, {total} tokens in pairs")


def tag_of(tokenizer: Path) -> str:
    """Returns the short hash by which encoded pairs are tied to their tokenizer."""
    return hashlib.sha256(tokenizer.read_bytes()).hexdigest()[:12]


def _count_words(task: tuple[Path, float, str]) -> Counter[bytes]:
    folder, megabytes, seed = task
    codes = list(read_lines(folder / "codes.jsonl"))
    random.Random(seed).shuffle(codes)
    counts: Counter[bytes] = Counter()
    left = megabytes * 1e6
    for code in codes:
        _count(counts, code, 1)
        left -= len(code)
        if left < 0:
            break
    for pair in read_lines(folder / "pairs.jsonl"):
        _count(counts, pair[1], 10)
    return counts


def _count(counts: Counter[bytes], text: str, times: int) -> None:
    for word, count in Counter(raw_words(text.encode("utf-8", "replace"))).items():
        for piece in pieces(word):
            counts[piece] += times * count


def _encode(task: tuple[Path, list[Merge], str]) -> int:
    folder, merges, tag = task
    out = folder / f"encoded-{tag}.npz"
    if out.exists() and out.stat().st_mtime > (folder / "pairs.jsonl").stat().st_mtime:
        return 0
    encoder = Encoder(merges)
    codes = bags_of(encoder.counted(code.encode("utf-8", "replace")) for code in read_lines(folder / "codes.jsonl"))
    pairs = list(read_lines(folder / "pairs.jsonl"))
    queries = bags_of(encoder.counted(query.encode("utf-8", "replace")) for _, query, _, _ in pairs)
    part = out.with_suffix(".part.npz")
    np.savez(
        part,
        code_ids=codes.ids, code_counts=codes.counts, code_offsets=codes.offsets,
        query_ids=queries.ids, query_counts=queries.counts, query_offsets=queries.offsets,
        kinds=np.array([kind for kind, *_ in pairs], dtype="U10"),
        codes=np.array([code for _, _, code, _ in pairs], np.int32),
        groups=np.array([group for *_, group in pairs], np.int32),
        texts=np.array([_key(query) for _, query, _, _ in pairs], np.int64),
    )  # fmt: skip
    part.rename(out)
    return len(codes.ids) + len(queries.ids)


def _key(query: str) -> int:
    """A number that equal queries share."""
    return int.from_bytes(hashlib.blake2b(query.lower().encode("utf-8", "replace"), digest_size=7).digest(), "big")


if __name__ == "__main__":
    main()
