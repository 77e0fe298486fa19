"""Stage 10a, sequences: the pairs of both sides as tokens in their order, for the encoder. The bags of tokenizer.py have none."""
import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from lib.bpe import Encoder, Merge
from lib.records import folder_of, read_json, read_lines
from lib.sequences import sequences_of
from lib.tokenizer_file import read_tokenizer
from tokenizer import tag_of

# More bytes than this make more tokens than are kept, but for the rarest texts.
_BYTES_PER_TOKEN = 12


def main() -> None:
    """Writes sequences-HASH.npz of every repository."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--query-tokens", type=int, default=48, help="how many tokens of a query are kept")
    parser.add_argument("--code-tokens", type=int, default=256, help="how many tokens of a code text are kept")
    parser.add_argument("--workers", type=int, default=2)
    flags = parser.parse_args()
    split = read_json(flags.split)
    merges, tag = read_tokenizer(flags.tokenizer), tag_of(flags.tokenizer)
    folders = [flags.data / "collected" / folder_of(name) for name in [*split["train"], *split["validation"]]]
    with ProcessPoolExecutor(flags.workers) as pool:
        total = sum(pool.map(_write, [(folder, merges, tag, flags.query_tokens, flags.code_tokens) for folder in folders], chunksize=1))
    print(f"{total} tokens written")


def _write(task: tuple[Path, list[Merge], str, int, int]) -> int:
    folder, merges, tag, query_tokens, code_tokens = task
    out = folder / f"sequences-{tag}.npz"
    if out.exists() and out.stat().st_mtime > (folder / "pairs.jsonl").stat().st_mtime:
        return 0
    encoder = Encoder(merges)

    def tokens(text: str, most: int) -> list[int]:
        return encoder.encode(text.encode("utf-8", "replace")[: most * _BYTES_PER_TOKEN])[:most]

    queries = sequences_of(tokens(query, query_tokens) for _, query, _, _ in read_lines(folder / "pairs.jsonl"))
    codes = sequences_of(tokens(code, code_tokens) for code in read_lines(folder / "codes.jsonl"))
    part = out.with_suffix(".part.npz")
    np.savez(part, query_ids=queries.ids, query_offsets=queries.offsets, code_ids=codes.ids, code_offsets=codes.offsets)
    part.rename(out)
    return len(queries.ids) + len(codes.ids)


if __name__ == "__main__":
    main()
