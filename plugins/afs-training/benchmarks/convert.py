"""``afs training convert`` against a bare msgspec loop that writes the same Alpaca file.

    python plugins/afs-training/benchmarks/convert.py [ROWS]

Both run in this process, by turns, and are timed in CPU seconds; process start is not in either. The
stage's own work, digests of input and output and the manifest, is.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from afs_core import Run, Stage, TrainingSample, execute, write_samples
from afs_core.manifest import manifest_path

ROUNDS = 5
WORDS = ("accumulator", "loads", "stores", "carry", "flag", "sprite", "dungeon", "é", "橋", "returns")


class Row(msgspec.Struct):
    instruction: str
    output: str
    input: str = ""


def bare(source: Path, output: Path) -> None:
    decode, encode = msgspec.json.Decoder(Row).decode, msgspec.json.Encoder().encode
    with source.open("rb", 1 << 20) as lines, output.open("wb", 1 << 20) as out:
        for line in lines:
            row = decode(line)
            out.write(
                encode({"instruction": row.instruction, "input": row.input, "output": row.output}) + b"\n"
            )


def ours(source: Path, output: Path) -> None:
    manifest_path(output).unlink(missing_ok=True)
    with Run.open() as run:
        execute(Stage(name="convert", uses=("converters/alpaca",), inputs=(source,), output=output), run)


def samples(count: int) -> Iterator[TrainingSample]:
    rng = random.Random(1)
    for number in range(count):
        said = " ".join(rng.choices(WORDS, k=rng.randrange(20, 120)))
        question = f"Question {number}: {said[:90]}?"
        yield TrainingSample(question, said, domain="asm", source=f"f{number % 90}.asm")


def cpu_seconds(work: Callable[[Path, Path], None], source: Path, output: Path) -> float:
    started = time.process_time()
    work(source, output)
    return time.process_time() - started


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "samples.jsonl")
        write_samples(source, samples(count))
        outputs = {
            "bare msgspec loop": (bare, Path(folder, "a.jsonl")),
            "afs convert": (ours, Path(folder, "b.jsonl")),
        }
        times: dict[str, list[float]] = {name: [] for name in outputs}
        for _ in range(ROUNDS):
            for name, (work, output) in outputs.items():
                times[name].append(cpu_seconds(work, source, output))
        first, second = (output.read_bytes() for _, output in outputs.values())
        size = source.stat().st_size / 1e6
    same = "same bytes" if first == second else "OTHER BYTES"
    print(f"{count:,} rows, {size:.0f} MB, CPU seconds, best and median of {ROUNDS}, {same}")
    middle = ROUNDS // 2
    for name, found in times.items():
        base = zip(found, times["bare msgspec loop"], strict=True)
        ratios = sorted(mine / other for mine, other in base)
        print(f"{name:20} {min(found):6.2f} {sorted(found)[middle]:6.2f}   ratio {ratios[middle]:.2f}")


if __name__ == "__main__":
    main()
