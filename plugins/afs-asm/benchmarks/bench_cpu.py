"""How many instructions a second the processor runs, on routines of the sample hack.

    python plugins/afs-asm/benchmarks/bench_cpu.py [--calls 300]

Bare, and complete: with trace and fences for stack and writes. Beside them an empty Python function, so that
figures of different machines and loads can be compared. CPU time of this process; the median of five rounds.
Ends with 1 if an instruction costs more empty calls than it may.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import afs.quickstart
from afs.asm import Contract, Limits, Workbench, assemble_file

ROUTINES = {
    "Math_Multiply": {"a": 201, "Work0": 119},
    "Math_SquareRoot": {"a": 65025},
    "Math_GreatestDivisor": {"a": 3, "Work0:2": 1000},
    "Math_Divide": {"a": 65001, "x": 7},
    "Decimal_FromWord": {"a": 9876},
    "Decimal_ToWord": {"a": 0x9876},
    "Math_MirrorBits": {"a": 0x5A},
    "Random_Dice": {"a": 30, "RandomState:2": 12345},
    "Timers_Run": {},
    "Palette_Darken": {"a": 0x7FFF, "FadeLevel": 17},
}
WIDE = (
    "Math_SquareRoot",
    "Math_GreatestDivisor",
    "Math_Divide",
    "Decimal_FromWord",
    "Decimal_ToWord",
    "Palette_Darken",
)
NARROW_INDEX = ("Math_Divide", "Decimal_FromWord", "Decimal_ToWord", "Palette_Darken")
#: The empty calls that an instruction may cost; with calls of 255 ns that is .78 and .52 million a second.
BARS = {"bare": 5, "complete": 7.5}
WAYS = {
    "bare": Limits(),
    "complete": Limits(trace=64, stack=128, writes=((0x7E0000, 0x7FFFFF),)),
}


def benches() -> list[tuple[Workbench, dict[str, int]]]:
    hack = assemble_file(Path(afs.quickstart.__path__[0]) / "sample" / "main.asm")
    found = []
    for name, given in ROUTINES.items():
        m = 16 if name in WIDE else 8
        x = 16 if name in WIDE and name not in NARROW_INDEX else 8
        found.append((Workbench(hack, Contract(entry=name, m=m, x=x)), given))
    return found


def rate(work: list[tuple[Workbench, dict[str, int]]], limits: Limits, calls: int) -> float:
    """Millions of instructions a second; only the calls are timed, not the setting up."""
    steps, spent = 0, 0.0
    for bench, given in work:
        for _ in range(calls // len(work)):
            bench.call(given, limits=Limits(steps=0))  # sets the state, runs nothing
            bench.cpu.s = bench.contract.s
            start = time.process_time()
            outcome = bench.cpu.call(bench.entry, limits)
            spent += time.process_time() - start
            assert outcome.returned, (bench.contract.entry, outcome)
            steps += outcome.steps
    return steps / spent / 1e6


def empty_call(count: int = 300_000) -> float:
    """Nanoseconds of a Python function that does nothing, its loop included."""

    def nothing(value: object) -> None:
        pass

    call: Callable[[object], None] = nothing
    start = time.process_time()
    for value in range(count):
        call(value)
    return (time.process_time() - start) / count * 1e9


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--calls", type=int, default=300)
    calls = parser.parse_args().calls
    random.seed(0)
    work = benches()
    rounds: dict[str, list[float]] = {way: [] for way in WAYS}
    empties = []
    for _ in range(5):
        empties.append(empty_call())
        for way, limits in WAYS.items():
            rounds[way].append(rate(work, limits, calls))
    empty = statistics.median(empties)
    python = sys.version.split()[0]
    print(f"{python}, {len(work)} routines, {calls} calls, an empty call takes {empty:.0f} ns")
    missed = False
    for way, found in rounds.items():
        each = statistics.median(1000 / speed / call for speed, call in zip(found, empties, strict=True))
        print(f"{way:<10} {statistics.median(found):6.3f} M instructions/s", end="")
        print(f"   {each:5.1f} empty calls each, {BARS[way]} at most")
        missed |= each > BARS[way]
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
