#!/usr/bin/env python3
"""What a start of afs costs, in CPU time against ``python -c pass``.

    scripts/benchmarks/startup.py [--runs 20] [--json]

Runs are interleaved and the least of each is taken, so that a busy machine does not decide.
Exit code 1 where a bar is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

AFS = str(Path(sys.executable).with_name("afs"))

#: Name, command line, and how many times the bare interpreter it may cost.
CASES: list[tuple[str, list[str], float | None]] = [
    ("python -c pass", [sys.executable, "-c", "pass"], None),
    ("afs --version", [AFS, "--version"], 3.0),
    ("afs --help", [AFS, "--help"], 3.0),
    ("afs training --help", [AFS, "training", "--help"], 5.0),
]


def cpu_seconds(command: list[str]) -> float:
    """User and system time of one finished child."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def measure(runs: int) -> dict[str, float]:
    """The least CPU time of each case, in milliseconds."""
    for _ in range(2):  # the first start writes the catalogue
        for _, command, _ in CASES:
            cpu_seconds(command)
    times: dict[str, list[float]] = {name: [] for name, _, _ in CASES}
    for _ in range(runs):
        for name, command, _ in CASES:
            times[name].append(cpu_seconds(command))
    return {name: min(values) * 1000 for name, values in times.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    times = measure(options.runs)
    base = times[CASES[0][0]]
    rows = [
        {"case": name, "ms": round(times[name], 1), "ratio": round(times[name] / base, 2), "bar": bar}
        for name, _, bar in CASES
    ]
    if options.json:
        print(json.dumps(rows))
    else:
        for row in rows:
            bar = "" if row["bar"] is None else f"  (at most {row['bar']:g}x)"
            print(f"{row['case']:<22} {row['ms']:>6.1f} ms CPU  {row['ratio']:>5.2f}x{bar}")
    return int(any(row["bar"] is not None and row["ratio"] > row["bar"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
