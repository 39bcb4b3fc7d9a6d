"""What a stage costs over a bare msgspec loop that reads, filters and writes the same file.

    python scripts/benchmarks/jsonl.py [--rows 200000] [--runs 5]

Both run as processes of their own, in turn. The bare loop decodes every row into a struct, keeps
those with a score of at least .5, encodes and writes them. The stage does the same through
``stage.execute`` with all its promises: faults with file and line, counts, atomic output,
manifest. Process start and the hashing of the input and the output are measured apart and
reported beside the ratio. Bars: ratio at most 1.15, peak memory at most 45 MB.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE = """
import sys, msgspec
from typing import Any
class Row(msgspec.Struct):
    instruction: str
    output: str
    input: str = ""
    thinking: str | None = None
    domain: str = ""
    source: str = ""
    quality_score: float | None = None
    _metadata: dict[str, Any] = {}
    prov: dict[str, Any] | None = None
decode, encode = msgspec.json.Decoder(Row).decode, msgspec.json.Encoder().encode
with open(sys.argv[1], "rb", 1 << 20) as source, open(sys.argv[2], "wb", 1 << 20) as target:
    for line in source:
        row = decode(line)
        if row.quality_score is not None and row.quality_score >= 0.5:
            target.write(encode(row) + b"\\n")
"""

STAGE = """
import sys, types
from pathlib import Path
from afs_core.run import Run
from afs_core.stage import Stage, execute
class MinScore:
    def __init__(self, config, run): self.run = run
    def apply(self, samples):
        drop = self.run.drop
        for sample in samples:
            if sample.quality_score >= 0.5: yield sample
            else: drop(sample, "below .5")
entry = types.SimpleNamespace(label="min-score", distribution="benchmark", version="1",
    capability=types.SimpleNamespace(target="afs_core.stream:stream"))
registry = types.SimpleNamespace(find=lambda kind, name: entry, config_for=lambda *a: None,
    factory=lambda *a: MinScore,
    notify=lambda *a, **k: None, create=lambda kind, name, run, settings: MinScore(None, run))
with Run.open(config=types.SimpleNamespace(), registry=registry) as run:
    execute(Stage(name="filter", uses=("transforms/min-score",), inputs=(Path(sys.argv[1]),),
                  output=Path(sys.argv[2])), run)
"""

START = "import afs_core.stage, afs_core.stream, afs_core.run, sqlite3"
HASH = """
import hashlib, sys
for name in sys.argv[1:]:
    with open(name, "rb", buffering=0) as stream: hashlib.file_digest(stream, "sha256")
"""


def measure(code: str, *arguments: Path, cache: Path) -> tuple[float, float]:
    """CPU seconds and peak MB of one process that runs ``code``."""
    child = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], env={**os.environ, "XDG_CACHE_HOME": str(cache)}
    )
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"a measured process ended with status {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent))
    from rows import make_rows

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        source, bare, ours = folder / "rows.jsonl", folder / "bare.jsonl", folder / "ours.jsonl"
        make_rows(source, arguments.rows)
        print(f"{arguments.rows} rows, {source.stat().st_size / 1e6:.0f} MB, Python {sys.version.split()[0]}")
        figures: dict[str, list[tuple[float, float]]] = {"bare": [], "stage": [], "start": [], "hash": []}
        for run in range(arguments.runs):
            fresh = folder / f"{time.monotonic_ns()}"
            figures["bare"].append(measure(BARE, source, bare, cache=fresh))
            figures["stage"].append(measure(STAGE, source, folder / f"{run}.jsonl", cache=fresh))
            figures["start"].append(measure(START, cache=fresh))
            figures["hash"].append(measure(HASH, source, bare, cache=fresh))
            (folder / f"{run}.jsonl").replace(ours)
        empty = measure("pass", cache=folder)[0]
        cpu = {name: statistics.median(seconds for seconds, _ in runs) for name, runs in figures.items()}
        peak = {name: max(memory for _, memory in runs) for name, runs in figures.items()}
        kept = sum(1 for _ in ours.open("rb"))
        same = kept == sum(1 for _ in bare.open("rb"))
        work = cpu["stage"] - (cpu["start"] - empty) - (cpu["hash"] - empty)
        print(f"bare loop        {cpu['bare']:.2f} CPU s   {peak['bare']:.0f} MB   {kept} rows kept")
        print(f"stage, whole     {cpu['stage']:.2f} CPU s   {peak['stage']:.0f} MB   same rows: {same}")
        print(f"  process start  {cpu['start'] - empty:.2f} CPU s")
        print(f"  hashing        {cpu['hash'] - empty:.2f} CPU s")
        ratio, memory = work / cpu["bare"], peak["stage"]
        print(f"ratio {ratio:.2f} (at most 1.15), whole {cpu['stage'] / cpu['bare']:.2f}")
        print(f"peak {memory:.0f} MB (at most 45)")
        return int(ratio > 1.15 or memory > 45 or not same)


if __name__ == "__main__":
    sys.exit(main())
