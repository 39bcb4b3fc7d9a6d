"""Megabytes a second of one core, beside GPT-2's way of cutting in the same library.

    python benchmarks/speed.py                       # the sample ROM hack
    python benchmarks/speed.py --source ~/src/hack

CPU seconds of this process, the best of several rounds. The cost of an empty Python call says how fast the
machine is at that moment: a free core of a current one needs about 30 ns.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"  # one core

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from afs.quickstart import sample_folder
from afs.tokenizer import ASMTokenizer


def general(texts: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=8192, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return Tokenizer.from_str(tokenizer.to_str())


def seconds(work: Callable[[], object], rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def empty() -> None:
    pass


def empty_calls() -> None:
    for _ in range(1_000_000):
        empty()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=sample_folder())
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    files = sorted(path for path in given.source.rglob("*") if path.suffix in (".asm", ".md"))
    texts = [path.read_text("utf-8", "replace") for path in files]
    whole = "".join(texts)
    size = len(whole.encode()) / 1e6
    tokenizer, other = ASMTokenizer(), general(texts)
    ids = tokenizer.encode(whole)
    works: dict[str, Callable[[], object]] = {
        "encode": lambda: tokenizer.encode(whole),
        "encode_batch, by file": lambda: tokenizer.encode_batch(texts),
        "GPT-2's way, by file": lambda: [each.ids for each in other.encode_batch_fast(texts)],
        "spans": lambda: tokenizer.spans(whole),
        "tokenize": lambda: tokenizer.tokenize(whole),
        "decode": lambda: tokenizer.decode(ids),
        "train, 8,192 tokens": lambda: ASMTokenizer.train(texts, 8192),
    }
    print(
        f"{size:.2f} MB in {len(texts)} files; empty call {seconds(empty_calls, given.rounds) * 1000:.0f} ns"
    )
    for name, work in works.items():
        print(f"{name:24} {size / seconds(work, given.rounds):8.2f} MB/s")


if __name__ == "__main__":
    main()
