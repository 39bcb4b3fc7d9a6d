"""How many planted secrets are found: kinds of secrets by kinds of places, for some seeds.

    python benchmarks/recall.py [SEEDS]

``seen`` are the places that the rules were written with, ``held back`` those that were only made afterwards.
"""

from __future__ import annotations

import random
import sys
from collections import Counter

import planted

from afs.redaction import Redactor


def measure(label: str, makes: dict[str, planted.Make], places: dict[str, planted.Put], seeds: int) -> None:
    tried, missed = 0, Counter[tuple[str, str]]()
    redactor = Redactor()
    for seed in range(seeds):
        for kind, make in makes.items():
            rng = random.Random(f"{label}:{kind}:{seed}")
            for place, put in places.items():
                secret = make(rng)
                tried += 1
                if secret.is_left_in(redactor.text(put(secret.text))):
                    missed[kind, place] += 1
    found = 1 - missed.total() / tried
    print(f"{label:28} {len(makes):3} kinds  {len(places):3} places  {tried:7,} tried  recall {found:.5f}")
    for (kind, place), count in missed.most_common(40):
        print(f"    missed {count} of {seeds}: {kind} / {place}")


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    measure("tokens, seen", planted.TOKENS, planted.CONTEXTS, seeds)
    measure("blocks, seen", planted.BLOCKS, planted.CONTEXTS, seeds)
    measure("tokens, held back", planted.TOKENS, planted.HELD_BACK, seeds)
    measure("blocks, held back", planted.BLOCKS, planted.HELD_BACK, seeds)
    measure("named values, seen", planted.VALUES, planted.NAMED, seeds)


if __name__ == "__main__":
    main()
