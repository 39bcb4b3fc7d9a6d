"""Samples with planted near-duplicates, as JSON lines.

    python benchmarks/planted.py --rows 200000 --output planted.jsonl
    python benchmarks/planted.py --rows 200000 --times 10 --output more.jsonl

Of 200,000 rows 150,000 are originals, 40,000 are copies with one to three words replaced, added or
removed, and 10,000 are exact copies, half of them in other case and spacing. Words follow Zipf's law over
30,000 words, instructions have 12 to 200 words (63 on average), outputs some 420 bytes.
``--times`` writes them again and again with words of their own, which is quicker than more rows.
``_metadata`` tells each row's family (its original's number) and its edits.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import msgspec

from afs_core import TrainingSample, write_samples

DOMAINS = {"asm": 50, "oracle": 25, "memory": 13, "history": 8, "code": 4}
EDITS = {1: 50, 2: 30, 3: 20}
_SYLLABLES = [
    "ra",
    "lo",
    "mi",
    "ten",
    "sa",
    "ko",
    "ver",
    "du",
    "ne",
    "pal",
    "ir",
    "os",
    "ga",
    "be",
    "tu",
    "fel",
]


class Words:
    """A vocabulary, drawn from by Zipf's law."""

    def __init__(self, rng: random.Random, size: int = 30_000) -> None:
        self._rng = rng
        found: dict[str, None] = {}
        while len(found) < size:
            found["".join(rng.choices(_SYLLABLES, k=rng.choice((1, 2, 2, 3, 3, 4))))] = None
            if len(found) > 4000:
                found[f"${rng.randrange(1 << 16):04X}"] = None
        self._all = sorted(found, key=len)
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(len(self._all))))

    def draw(self, count: int) -> list[str]:
        return self._rng.choices(self._all, cum_weights=self._weights, k=count)


def edited(words: list[str], edits: int, rng: random.Random, vocabulary: Words) -> list[str]:
    words = list(words)
    for _ in range(edits):
        place, kind = rng.randrange(len(words)), rng.random()
        if kind < 0.6:
            words[place : place + 1] = vocabulary.draw(1)
        elif kind < 0.8:
            words[place:place] = vocabulary.draw(1)
        elif len(words) > 1:
            del words[place]
    return words


def planted(rows: int, seed: int) -> Iterator[TrainingSample]:
    rng = random.Random(seed)
    vocabulary = Words(rng)
    plan = (
        ["original"] * (rows * 3 // 4)
        + ["near"] * (rows // 5)
        + ["exact"] * (rows - rows * 3 // 4 - rows // 5)
    )
    rng.shuffle(plan)
    originals: list[list[str]] = []
    for kind in plan:
        edits = 0
        if kind == "original" or not originals:
            words = vocabulary.draw(min(200, 12 + int(rng.expovariate(1 / 53))))
            family, kind = len(originals), "original"
            originals.append(words)
        else:
            family = rng.randrange(len(originals))
            words = originals[family]
            if kind == "near":
                edits = rng.choices(list(EDITS), weights=list(EDITS.values()))[0]
                words = edited(words, edits, rng, vocabulary)
        text = " ".join(words)
        if kind == "exact" and rng.random() < 0.5:
            text = f"  {text.upper()} ".replace(" ", "  ", 3)
        yield TrainingSample(
            instruction=text,
            output=" ".join(vocabulary.draw(70)),
            domain=rng.choices(list(DOMAINS), weights=list(DOMAINS.values()))[0],
            quality_score=round(rng.random(), 3),
            _metadata={"family": family, "kind": kind, "edits": edits},
        )


def repeated(samples: list[TrainingSample], times: int) -> Iterator[TrainingSample]:
    for turn in range(times):
        for sample in samples:
            text = sample.instruction.replace(" ", f" {turn}") if turn else sample.instruction
            yield msgspec.structs.replace(sample, instruction=f"{turn}{text}" if turn else text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True)
    given = parser.parse_args()
    samples = planted(given.rows, given.seed)
    if given.times > 1:
        samples = repeated(list(samples), given.times)
    print(write_samples(given.output, samples))


if __name__ == "__main__":
    main()
