"""How much faster an unchanged file is scored again, by whole commands.

    python plugins/afs-discriminator/benchmarks/rescoring.py [--samples N] [--electra N]

Samples of three routines and a paragraph each, from the sample ROM hack, no two alike. `afs discriminator
score` runs on them in a cache folder of its own: for the first time, again into another file (every score is
looked up), and again into the same file (nothing is left to do). CPU seconds of the whole command, start-up
included. `--electra N` does the same on N samples with random weights of the shape of electra-small, which
needs the extra `electra`.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from afs.discriminator.dataset import build_examples
from afs.discriminator.examples import write_examples
from afs.discriminator.training import train_model
from afs.discriminator.units import files_of, units_of
from afs.quickstart import sample_folder
from afs_core import Run, TrainingSample, write_samples

TURNS = (
    ("first time", "a.jsonl"),
    ("again, into another file", "b.jsonl"),
    ("again, into the same file", "b.jsonl"),
)


def samples(count: int, texts: dict[str, list[str]]) -> Iterator[TrainingSample]:
    rng = Random(1)
    for number in range(count):
        routines = [f"```asm\n; {number}\n{text}\n```" for text in rng.sample(texts["asm"], 3)]
        answer = "\n".join([*routines, f"{rng.choice(texts['prose'])} Note {number}."])
        yield TrainingSample(instruction=f"Write number {number}.", output=answer, domain="asm")


def hack() -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for path, name in files_of([sample_folder()]):
        for unit in units_of(path, name):
            texts.setdefault(unit.domain, []).append(unit.text)
    return texts


def ngram(folder: Path) -> None:
    with Run.open(seed=42) as run:
        data = folder.with_suffix(".jsonl")
        write_examples(data, build_examples([sample_folder()], run).examples)
        train_model(data, folder, run)


def electra(folder: Path, texts: list[str]) -> None:
    import torch

    from afs.discriminator.electra_model import from_scratch
    from afs.discriminator.electra_settings import ElectraSettings

    torch.manual_seed(1)
    from_scratch(texts, ElectraSettings(layers=12, width=256, heads=4)).write(folder)


def seconds(command: list[str], folder: Path) -> float:
    env = {
        **os.environ,
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_CONFIG_HOME": str(folder),
        "OMP_NUM_THREADS": "1",
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(name: str, model: Path, count: int, folder: Path, texts: dict[str, list[str]]) -> None:
    raw = folder / "raw.jsonl"
    write_samples(raw, samples(count, texts))
    line = [sys.executable, "-m", "afs_core", "discriminator", "score", "--input", "raw.jsonl"]
    seconds([*line, "--no-electra", "--output", "warm.jsonl", "--no-cache"], folder)  # files read once
    first = 0.0
    for turn, output in TURNS:
        spent = seconds([*line, "--model", str(model), "--output", output], folder)
        first = first or spent
        size = raw.stat().st_size / 1e6
        print(f"| {name} | {count:,} ({size:.0f} MB) | {turn} | {spent:.2f} | {first / spent:.0f} |")
        sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--samples", type=int, default=20_000)
    parser.add_argument("--electra", type=int, default=0, help="samples for a transformer")
    options = parser.parse_args()
    texts = hack()
    print("| backend | samples | | CPU seconds | times faster |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        ngram(folder / "ngram")
        measure("ngram", folder / "ngram", options.samples, folder, texts)
        if options.electra:
            electra(folder / "electra", [text for some in texts.values() for text in some])
            measure("electra", folder / "electra", options.electra, folder, texts)


if __name__ == "__main__":
    main()
