"""CPU seconds and peak memory of the contamination check.

    python benchmarks/contamination.py --train planted.jsonl --items 1000

The suite is new questions, 5 % of them with the words of a training sample, edited. ``--train`` is what
``planted.py`` writes.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from itertools import islice
from pathlib import Path

from planted import Words, edited

from afs.dedupe import Contamination
from afs_core import EvalJob, Run, TrainingSample, read_samples, write_samples


def suite(train: Path, items: int, seed: int = 7) -> list[TrainingSample]:
    rng = random.Random(seed)
    vocabulary = Words(rng)
    taken = [sample.instruction.split() for sample in islice(read_samples(train), items // 20)]
    texts = [edited(words, 1, rng, vocabulary) for words in taken]
    texts += [vocabulary.draw(min(200, 12 + int(rng.expovariate(1 / 53)))) for _ in range(items - len(texts))]
    return [TrainingSample(" ".join(words), " ".join(vocabulary.draw(20))) for words in texts]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--items", type=int, default=1000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Run.open() as run:
        questions = Path(folder) / "suite.jsonl"
        write_samples(questions, suite(given.train, given.items))
        job = EvalJob(output=Path(folder), data=(given.train,), suite=questions)
        start = time.process_time()
        report = Contamination(Contamination.Config(), run).evaluate(job)
        seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.1f} CPU s, peak {peak:.0f} MB")
    print(report.summary)


if __name__ == "__main__":
    main()
