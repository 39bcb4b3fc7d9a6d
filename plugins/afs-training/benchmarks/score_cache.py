"""CPU seconds of scoring without a cache, with a cold one, and with a warm one.

    python plugins/afs-training/benchmarks/score_cache.py [SAMPLES]

Two scorers: a check of 40 lines of assembly (afs-asm), which is worth remembering, and the number of
letters, which costs less than the lookup and so is asked itself. Each run is a new process-wide run
of afs on an empty cache folder; the scores of all three are compared.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from afs.asm import check
from afs.training.signals import Signal
from afs_core import Run, Score, TrainingSample

LINES = (
    "    LDA.b ${:02X}",
    "    STA.w ${0:02X}{0:02X},X",
    "    BNE .skip{:02X}",
    "    ADC.b #${:02X} ; add {:02X}",
)
BATCH = 64


class Check:
    """1 for assembly without a fault."""

    fingerprint = "check"

    def score_batch(self, samples: Sequence[TrainingSample], /) -> list[Score]:
        return [Score(float(check(sample.output).syntax_ok)) for sample in samples]


class Letters:
    """Answers of a thousand characters score 1."""

    fingerprint = "letters"

    def score_batch(self, samples: Sequence[TrainingSample], /) -> list[Score]:
        return [Score(min(1.0, len(sample.output) / 1000)) for sample in samples]


def routines(count: int) -> list[TrainingSample]:
    rng = random.Random(7)

    def line() -> str:
        return rng.choice(LINES).format(rng.randrange(256), rng.randrange(256))

    return [
        TrainingSample(f"Write routine {number}.", "\n".join(line() for _ in range(40)), domain="asm")
        for number in range(count)
    ]


def timed(scorer: Check | Letters, samples: list[TrainingSample], cached: bool) -> tuple[float, list[Score]]:
    with Run.open() as run:
        signal = Signal(type(scorer).__name__, scorer, run, cached=cached)
        started = time.process_time()
        scores = [
            score for at in range(0, len(samples), BATCH) for score in signal.scores(samples[at : at + BATCH])
        ]
        return time.process_time() - started, scores


def row(make: Callable[[], Check | Letters], samples: list[TrainingSample]) -> list[float]:
    spent, plain = timed(make(), samples, cached=False)
    cold, first = timed(make(), samples, cached=True)
    warm, second = timed(make(), samples, cached=True)
    assert plain == first == second
    return [spent, cold, warm]


def main() -> None:
    samples = routines(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        print(f"{len(samples):,} samples of 40 lines; CPU seconds")
        print("scorer      no cache   cold    warm   warm/no cache")
        for make in (Check, Letters):
            spent, cold, warm = row(make, samples)
            print(f"{make.__name__:<10} {spent:8.3f} {cold:7.3f} {warm:7.3f} {warm / spent:10.3f}")
        size = sum(file.stat().st_size for file in Path(folder).rglob("scores.sqlite*"))
        print(f"cache: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
