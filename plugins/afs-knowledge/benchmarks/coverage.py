"""Samples a second of the entity scorer, and the time to load symbols and look addresses up.

    python plugins/afs-knowledge/benchmarks/coverage.py [SAMPLES]

Seconds are those of the processor, one process. Samples are half assembly of ten lines, half prose; every
line differs from every other, so that nothing is found remembered, then the same again, remembered.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from afs.knowledge import AddressDatabase
from afs.knowledge.coverage import EntityCoverage
from afs.knowledge.settings import Settings
from afs_core import Run, TrainingSample

_CODE = "LDA ${0:06X}", "STA ${1:04X},X", "AND #${2:02X}", "JSR Sub{0}", "Sub{1}:", "INC ${2:02X} ; ${0:06X}"


def samples(count: int) -> list[TrainingSample]:
    rng = random.Random(42)
    return [TrainingSample(f"Task {number}", _text(rng, number % 2 == 0)) for number in range(count)]


def _text(rng: random.Random, code: bool) -> str:
    rows = []
    for _ in range(10):
        values = rng.randrange(0x7E0000, 0x800000), rng.randrange(0x2000), rng.randrange(256)
        row = rng.choice(_CODE) if code else "The value at ${0:06X} follows `sprite_x_low` number {1}."
        rows.append(row.format(*values))
    return "\n".join(rows)


def seconds(action: object) -> float:
    start = time.process_time()
    action()  # type: ignore[operator]
    return time.process_time() - start


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    rows = samples(count)
    with Run.open() as run, tempfile.TemporaryDirectory() as folder:
        scorer = EntityCoverage(Settings(), run)
        scorer.score_batch(rows[:10])
        for title in ("new lines", "the same again"):
            spent = seconds(lambda: scorer.score_batch(rows))
            print(f"{count} samples, {title:<16} {count / spent:10,.0f} samples/s")
        file = Path(folder) / "ram.asm"
        file.write_text("".join(f"Name{n} = $7E{n * 3 % 65536:04X} ; what {n} is for\n" for n in range(5000)))
        print(f"load tables                      {seconds(AddressDatabase):10.3f} s")
        print(f"load 5000 symbols too            {seconds(lambda: AddressDatabase([file])):10.3f} s")
        database = AddressDatabase([file])
        spent = seconds(lambda: [database.at(0x7E0000 + n) for n in range(65536)])
        print(f"lookups by address               {65536 / spent:10,.0f} /s")
        database.search("warm")
        queries = ["link helth", "sprite position", "what 77 is for", "dma bank"] * 5
        spent = seconds(lambda: [database.search(query) for query in queries])
        print(f"searches                         {len(queries) / spent:10,.0f} /s")


if __name__ == "__main__":
    main()
