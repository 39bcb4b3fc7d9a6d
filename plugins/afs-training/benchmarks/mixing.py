"""CPU seconds and peak memory of rebalance and rehearsal against bare scripts that do the same.

    python benchmarks/mixing.py [ROWS]

Each measurement is a process of its own; its first import and its start are in it, and the digest of
the inputs, the manifest and the atomic, synced write that a bare script does without. The bare
script decodes with msgspec, holds every line in memory, and takes the same shares. Runs alternate;
the table shows the best of two and the ratio of the two.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 2
DOMAINS = ("oracle", "memory", "history", "notes")

REBALANCE = """
import random, sys
from collections import Counter
import msgspec
class Row(msgspec.Struct):
    instruction: str
    output: str
    domain: str
    quality_score: float | None = None
decode = msgspec.json.Decoder(Row).decode
weights = {"oracle": .4, "memory": .4, "history": .2}
groups = {name: [] for name in weights}
for path in sys.argv[1:-1]:
    with open(path, "rb") as lines:
        for line in lines:
            row = decode(line)
            if row.domain in groups:
                groups[row.domain].append(line)
total = min(int(len(rows) / weights[name]) for name, rows in groups.items())
rng = random.Random(42)
mixed = [line for name, rows in groups.items() for line in rng.sample(rows, int(total * weights[name]))]
rng.shuffle(mixed)
with open(sys.argv[-1], "wb") as out:
    out.writelines(mixed)
"""

BUILD = """
import sys
import msgspec
class Row(msgspec.Struct):
    instruction: str
    output: str
    quality_score: float
    _metadata: dict = {}
decode, encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
rows = []
with open(sys.argv[1], "rb") as lines:
    for line in lines:
        row = decode(line)
        if row["quality_score"] >= .7:
            rows.append(row)
best = {}
for row in rows:
    key = " ".join(row["instruction"].casefold().split())
    if key not in best or row["quality_score"] >= best[key]["quality_score"]:
        best[key] = row
rows = sorted(best.values(), key=lambda row: -row["quality_score"])
with open(sys.argv[-1], "wb") as out:
    for row in rows[: int(.3 * sum(1 for _ in open(sys.argv[1], "rb")))]:
        row["_metadata"]["rehearsal_version"] = "v1"
        out.write(encode(row) + b"\\n")
"""

MIX = """
import random, sys
import msgspec
decode, encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
def key(row):
    return " ".join(row["instruction"].casefold().split())
buffer, new, out = sys.argv[1:]
seen, mixed = set(), []
with open(new, "rb") as lines:
    for line in lines:
        seen.add(key(decode(line)))
        mixed.append(line)
with open(buffer, "rb") as lines:
    old = [line for line in lines if key(decode(line)) not in seen]
rng = random.Random(42)
mixed += rng.sample(old, min(len(old), round(len(mixed) * .3 / .7)))
rng.shuffle(mixed)
with open(out, "wb") as stream:
    stream.writelines(mixed)
"""


def rows(path: Path, count: int, seed: int) -> Path:
    rng = random.Random(seed)
    words = [f"word{n}" for n in range(2000)]
    with path.open("w") as out:
        for number in range(count):
            row = {
                "instruction": f"Question {seed} {number}: " + " ".join(rng.choices(words, k=8)),
                "output": " ".join(rng.choices(words, k=rng.randint(10, 80))),
                "input": "",
                "thinking": None,
                "domain": DOMAINS[number % 4],
                "source": f"file{number // 5}.asm",
                "quality_score": round(rng.random(), 3),
                "_metadata": {},
            }
            out.write(json.dumps(row, separators=(",", ":")) + "\n")
    return path


def measured(command: list[str], folder: Path) -> tuple[float, float]:
    """CPU seconds and peak megabytes of a child."""
    environment = {**os.environ, "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    code = (
        "import resource,subprocess,sys; done=subprocess.run(sys.argv[1:],stderr=subprocess.PIPE);"
        "u=resource.getrusage(resource.RUSAGE_CHILDREN);"
        "sys.stderr.buffer.write(done.stderr if done.returncode else b'');"
        "print(u.ru_utime+u.ru_stime,u.ru_maxrss/1024); sys.exit(done.returncode)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, *command], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    seconds, peak = map(float, out.stdout.split())
    return seconds, peak


def compare(label: str, ours: list[str], bare: list[str], folder: Path) -> None:
    results: dict[str, list[tuple[float, float]]] = {"afs": [], "bare": []}
    for turn in range(ROUNDS):
        out = str(folder / f"out{turn}.jsonl")
        results["afs"].append(measured([*ours, "--output", out, "--quiet"], folder))
        results["bare"].append(measured([*bare, str(folder / "bare.jsonl")], folder))
    (cpu, peak), (bare_cpu, bare_peak) = (
        (min(seconds for seconds, _ in each), max(peak for _, peak in each)) for each in results.values()
    )
    times = f"{cpu:6.2f} s {bare_cpu:6.2f} s  x{cpu / bare_cpu:4.2f}"
    print(f"{label:28} {times} {peak:8.0f} MB {bare_peak:6.0f} MB", flush=True)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    afs = [sys.executable, "-m", "afs_core", "training"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = [rows(folder / f"part{n}.jsonl", count // 4, n) for n in range(4)]
        whole = folder / "whole.jsonl"
        whole.write_bytes(b"".join(part.read_bytes() for part in parts))
        size = whole.stat().st_size / 1e6
        print(f"{count:,} rows, {size:.0f} MB, Python {sys.version.split()[0]}, {os.cpu_count()} CPUs")
        print(f"{'':28} {'afs':>8} {'bare':>8}  ratio {'afs':>8}    {'bare':>6}")
        weights = [word for name in ("oracle=.4", "memory=.4", "history=.2") for word in ("--weight", name)]
        inputs = [word for part in parts for word in ("--input", str(part))]
        bare = [sys.executable, "-c", REBALANCE, *map(str, parts)]
        compare("rebalance", [*afs, "rebalance", *inputs, *weights], bare, folder)
        compare(
            "rebalance --no-shuffle", [*afs, "rebalance", *inputs, *weights, "--no-shuffle"], bare, folder
        )
        build = [*afs, "rehearsal-build", "--input", str(whole), "--version", "v1"]
        compare("rehearsal-build", build, [sys.executable, "-c", BUILD, str(whole)], folder)
        new = rows(folder / "new.jsonl", count, 9)
        mix = [*afs, "rehearsal-mix", "--buffer", str(whole), "--new-data", str(new), "--shuffle"]
        compare("rehearsal-mix --shuffle", mix, [sys.executable, "-c", MIX, str(whole), str(new)], folder)


if __name__ == "__main__":
    main()
