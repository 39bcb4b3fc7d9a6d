"""Variants of the routines of a ROM hack: how many, of what kinds, how fast.

    python plugins/afs-augment/benchmarks/hack.py [FOLDER] [--variants 2] [--limit 200]

Each routine gives two samples, to be explained and to be written. FOLDER is the sample hack of
afs-quickstart unless given. Times are CPU seconds of one process.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Iterator
from pathlib import Path

from afs.asm import Source
from afs.augment.transform import Augment
from afs_core import Provenance, Run, TrainingSample

_SAMPLE = Path(__file__).parents[2] / "afs-quickstart/src/afs/quickstart/sample"


def samples(folder: Path) -> Iterator[TrainingSample]:
    """Two for each routine that has a comment above it."""
    prov = Provenance(split="train")
    for file in sorted(folder.rglob("*.asm")):
        for routine in Source.read(file).routines:
            if routine.above:
                name, told = routine.name, routine.above
                yield TrainingSample(f"Explain the routine {name}.", told, input=routine.text, prov=prov)
                yield TrainingSample(
                    f"Write the routine {name} for asar.", routine.text, input=told, prov=prov
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=_SAMPLE)
    parser.add_argument("--variants", type=int, default=2)
    parser.add_argument("--limit", type=int, default=200)
    args = parser.parse_args()
    rows = list(samples(args.folder))
    rows = rows[:: max(1, len(rows) // args.limit)]
    for kinds in (
        ("wording",),
        ("layout", "labels", "notation"),
        ("instructions", "addressing", "registers"),
        (),
    ):
        config = Augment.Config(variants=args.variants, **({"kinds": ("wording", *kinds)} if kinds else {}))
        transform = Augment(config, Run.open())
        started = time.process_time()
        made = len(list(transform.apply(rows))) - len(rows)
        took = time.process_time() - started
        share = transform.noted["samples with variants"] / len(rows)
        print(f"{'+'.join(kinds) or 'all':36} {made:5} variants of {len(rows)} samples, {share:.1%} have any")
        print(f"{'':36} {made / took:7.1f} variants a second")
    for reason, count in sorted(transform.noted.items(), key=lambda pair: -pair[1]):
        print(f"  {count:6} {reason}")
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, one process"
    )


if __name__ == "__main__":
    main()
