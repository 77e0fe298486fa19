"""Stage 9a, candidates: questions → what the product's ranking sees of the candidates of each.

Runs the built product (`npm run build`) over the trees that questions.py wrote, so that the ranker learns from what it will be given.
"""
import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def main() -> None:
    """Writes NAME.jsonl for every question set that has none yet; ends with an error when one fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, required=True, help="folder of NAME.jsonl with NAME.tree")
    parser.add_argument("--lore", type=Path, default=Path(__file__).resolve().parent.parent / "dist" / "lore.mjs")
    parser.add_argument("--node", default="node", help="Node.js of the version that package.json asks for")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    flags = parser.parse_args()
    flags.out.mkdir(parents=True, exist_ok=True)
    missing = [file for file in sorted(flags.questions.glob("*.jsonl")) if file.stat().st_size > 0 and not (flags.out / file.name).exists()]
    with ThreadPoolExecutor(flags.workers) as pool:
        failed = [file.name for file, error in zip(missing, pool.map(lambda file: search(file, flags), missing), strict=True) if error]
    if failed:
        sys.exit(f"No candidates of {', '.join(failed)}; what was said stands above.")


def search(questions: Path, flags: argparse.Namespace) -> bool:
    """Asks one question set in a memory that is thrown away afterwards; returns whether it failed."""
    part = flags.out / f"{questions.name}.part"
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [flags.node, str(flags.lore), "search", str(questions.with_suffix(".tree")), "--batch", str(questions), "--candidates", str(part)],
            env={**os.environ, "HOME": home, "XDG_DATA_HOME": home, "XDG_CACHE_HOME": home}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    if done.returncode != 0:
        print(f"{questions.stem}: {done.stderr.strip()[-2_000:]}", flush=True)
        return True
    part.rename(flags.out / questions.name)
    print(f"{questions.stem}: done", flush=True)
    return False


if __name__ == "__main__":
    main()
