"""How good and how fast the n-gram discriminator is, on data that anyone can make again.

    python plugins/afs-discriminator/benchmarks/ngram.py

Real texts: the sample ROM hack, the assembly of a made-up checkout (benchmarks/checkout.py of afs-oracle; its
documents are random words, in which no order is wrong), and documents and core of this repository. One
fake beside each, split by file. Speed is that of a second half of all texts after the first, so that caches
are as warm as in the middle of a file; CPU seconds of one process, and empty calls of a Python function.
"""

from __future__ import annotations

import argparse
import runpy
import sys
import tempfile
import time
from pathlib import Path

from afs.discriminator.card import kind_rows, summary, threshold_rows
from afs.discriminator.dataset import build_examples
from afs.discriminator.examples import read_examples, write_examples
from afs.discriminator.model import Model
from afs.discriminator.training import train_model
from afs.quickstart import sample_folder
from afs_core import Run
from afs_core.cli.console import table_lines

ROOT = Path(__file__).parents[3]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--lines", type=int, default=50_000, help="lines of the made-up checkout")
    parser.add_argument("--fakes", type=int, default=1, help="fakes for each real text to train on")
    parser.add_argument("--data", type=Path, help="keep the labelled texts here, or read them from here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, Run.open(seed=options.seed) as run:
        data = options.data or Path(scratch) / "data.jsonl"
        if not data.exists():
            tree = Path(scratch) / "checkout"
            sys.path.insert(0, str(ROOT / "plugins/afs-oracle/benchmarks"))
            write = runpy.run_module("checkout")["write"]
            write(tree, options.seed, files=120, documents=0, lines=options.lines)
            sources = [sample_folder(), tree, ROOT / "docs", ROOT / "afs_core"]
            write_examples(data, build_examples(sources, run, fakes=options.fakes).examples)
        report(data, Path(scratch) / "model", run)


def report(data: Path, folder: Path, run: Run) -> None:
    started = time.process_time()
    record, _ = train_model(data, folder, run)
    training = time.process_time() - started
    figures = record.figures
    assert figures is not None
    print(summary(figures), end="\n\n")
    for rows in (kind_rows(figures), threshold_rows(figures)):
        print("\n".join(table_lines(rows)), end="\n\n")
    print(f"Of the fakes, {figures.detected_share:.0%} are of detected kinds.")
    texts = [example.text for example in read_examples(data)]
    print(f"training, reading and measuring included: {training:.1f} CPU s for {len(texts):,} texts")
    speed(texts, Model.load(folder))


def speed(texts: list[str], model: Model) -> None:
    half = len(texts) // 2
    model.scores(texts[:half])
    call = empty_call()
    started = time.process_time()
    model.scores(texts[half:])
    each = (time.process_time() - started) / (len(texts) - half)
    call = (call + empty_call()) / 2
    print(
        f"scoring: {1 / each:,.0f} texts a CPU second; a text costs {each / call:,.0f} empty calls of "
        f"{call * 1e9:.0f} ns: {1 / (each / call * 120e-9):,.0f} a second where such a call takes 120 ns"
    )


def empty_call() -> float:
    """Seconds that a call of a function without a body takes, its loop included."""

    def nothing() -> None:
        pass

    started = time.process_time()
    for _ in range(3_000_000):
        nothing()
    return (time.process_time() - started) / 3_000_000


if __name__ == "__main__":
    main()
