"""The quickstart on the shipped sample: wall time, CPU time, peak memory, and what was learnt.

    python plugins/afs-quickstart/benchmarks/road.py [--seed 42]

Bars, after installation, on 2 cores without network or GPU: at most 150 s wall and 2 GB; the base
right on at most .05 of at least 120 probes, the adapter and the Q4_K_M file on at least .80 with
the lower bound of the interval at least .70. Ends with 1 where one of them is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=42)
    seed = parser.parse_args().seed
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        words = [sys.executable, "-m", "afs_core.cli", "quickstart", "--json", "--seed", str(seed)]
        with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            answer = json.loads(process.stdout.read())
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - started
    report = answer["data"]
    rows = {row["model"]: row for row in report["tables"]["Models"]}
    probes, memory = report["summary"]["probes"], usage.ru_maxrss / 1e6 * 1.024
    print(f"{wall:.0f} s wall, {usage.ru_utime + usage.ru_stime:.0f} s CPU, {memory:.2f} GB, {probes} probes")
    for name, row in rows.items():
        print(f"{name:<24} {row['exact match']:.3f} [{row['low']:.3f}, {row['high']:.3f}]")
    learnt = [row for name, row in rows.items() if name == "adapter" or "Q4_K_M" in name]
    met = {
        "wall time": wall <= 150,
        "memory": memory <= 2,
        "probes": probes >= 120,
        "base": rows["tiny"]["exact match"] <= 0.05,
        "adapter and Q4_K_M": all(row["exact match"] >= 0.8 and row["low"] >= 0.7 for row in learnt),
    }
    missed = [name for name, held in met.items() if not held]
    print("missed: " + ", ".join(missed) if missed else "every bar is met")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
