"""What the usual way from samples to a dataset costs, against msgspec by hand and polars.

    python scripts/benchmarks/pipeline.py [--rows 200000] [--runs 5] [--polars PYTHON]

Load, length score, minimum score, exact duplicates out, stratified 80/10/10 split, write; with the
groups of the samples kept together, and each sample alone. Every figure is of processes of their
own, taken in turn, the median of the runs: CPU seconds of the process and its children, wall
seconds, peak memory of the largest process. What a start costs and the hashing of inputs and
outputs for the manifest are measured apart and taken off the CPU that is compared. The script by
hand (``pipeline_bare.py``) looks at the file twice, or decodes once and keeps encoded rows in a file
of its own. Its outputs and those of afs, with one process and two, are compared byte by byte.
``--polars`` names a Python that has polars, which need not be this one.

Wall time, and with it the gain by ``--workers 2``, means something on an idle machine only, and not more
than the machine gives: beside it stands the gain of two scripts by hand that run at the same time.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
STAGE = """
import sys
from pathlib import Path
from afs_core.run import Run
from afs_core.stage import Stage, execute
split = {"group_by": "none"} if "--alone" in sys.argv else {}
length = {"weights": {"electra": 0, "asar": 0, "entity": 0}, "cache": False}
with Run.open() as run:
    execute(Stage(name="curated", inputs=(Path(sys.argv[1]),), output=Path(sys.argv[2]),
        workers=int(sys.argv[3]), uses=("transforms/quality", "transforms/quality-floor",
        "transforms/exact-dedupe", "transforms/split"),
        config={"transforms/quality": length, "transforms/split": split}), run)
"""
START = """
import afs_core.stage, afs_core.stream, sqlite3, afs.training.quality, afs.training.floor
import afs.training.split, afs.dedupe.exact
from afs_core.run import Run
Run.open()
"""
HASH = """
import hashlib, sys
for name in sys.argv[1:]:
    with open(name, "rb", buffering=0) as stream: hashlib.file_digest(stream, "sha256")
"""
POLARS = r"""
import sys, polars as pl
source, folder = sys.argv[1:3]
length = pl.col("output").str.len_chars().cast(pl.Float64)
score = (pl.when(length < 50).then(length / 100).when(length <= 500).then(0.5 + (length - 50) / 900)
    .when(length <= 5000).then(1 - 0.3 * (length - 500) / 4500).otherwise(0.5)).round(6)
one_word = ~pl.col("output").str.contains(r"\S\s+\S")
asked = r"\b(address|value|number|name|constant|symbol|label|register|opcode|which|where|who|when|how many)\b"
absent = pl.struct(pl.lit(None).alias("value"), pl.lit("no weight").alias("reason"))
parts = pl.struct(absent.alias("electra"), absent.alias("asar"), absent.alias("entity"),
    pl.struct(score.alias("value"), pl.lit(1.0).alias("weight")).alias("length"))
key = pl.col("instruction").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
rank = pl.int_range(pl.len()).shuffle(seed=42).over("domain") / pl.len().over("domain")
split = (pl.when(rank < 0.8).then(pl.lit("train")).when(rank < 0.9).then(pl.lit("val"))
    .otherwise(pl.lit("test")))
rows = (pl.scan_ndjson(source)
    .filter(~(one_word & pl.col("instruction").str.to_lowercase().str.contains(asked)))
    .with_columns(score.alias("quality_score"),
        pl.col("_metadata").struct.with_fields(parts.alias("quality_components")))
    .filter(pl.col("quality_score") >= 0.5)
    .with_columns(key.hash().alias("key")).unique("key", keep="first", maintain_order=True)
    .with_columns(split.alias("split"))
    .with_columns(pl.col("prov").struct.with_fields(pl.col("split"))).drop("key"))
kept = rows.collect(engine="streaming")
for name in ("train", "val", "test"):
    kept.filter(pl.col("split") == name).drop("split").write_ndjson(f"{folder}/{name}.jsonl")
"""


class Figures:
    """What the runs of one case cost."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.wall: list[float] = []
        self.peak: list[float] = []

    def measure(self, *command: str | Path, cache: Path) -> None:
        environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
        started, before = time.perf_counter(), os.times()
        child = subprocess.Popen(list(map(str, command)), env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"a measured process ended with {child.returncode}: {command[:3]}")
        after = os.times()
        self.wall.append(time.perf_counter() - started)
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        self.cpu.append(spent)
        self.peak.append(usage.ru_maxrss / 1024)

    def measure_pair(self, *commands: list[str | Path]) -> None:
        """Wall seconds of processes that run at the same time."""
        started = time.perf_counter()
        children = [subprocess.Popen(list(map(str, command))) for command in commands]
        if any([child.wait() for child in children]):
            raise SystemExit("a measured process failed")
        self.wall.append(time.perf_counter() - started)

    @property
    def median(self) -> float:
        return statistics.median(self.cpu)

    def line(self) -> str:
        wall, peak = statistics.median(self.wall), max(self.peak)
        return f"{self.median:6.2f} CPU s  {wall:6.2f} s wall  {peak:4.0f} MB"


def digests(folder: Path) -> list[str]:
    found = []
    for split in ("train", "val", "test"):
        with (folder / f"{split}.jsonl").open("rb") as stream:
            found.append(hashlib.file_digest(stream, "sha256").hexdigest())
    return found


def lines(folder: Path) -> int:
    return sum(sum(1 for _ in path.open("rb")) for path in folder.glob("*.jsonl"))


def compare(source: Path, folder: Path, runs: int, alone: bool, polars: str) -> bool:
    """Print the table of one kind of split; whether the bars hold that do not ask for idleness."""
    # A child's peak begins at that of its parent, so nothing large may be read here before.
    names = [
        "bare",
        "twice",
        "one",
        "two",
        "start",
        "empty",
        "hash",
        *(["polars"] if polars and alone else []),
    ]
    cases = {name: Figures() for name in names}
    pair = Figures()
    extra = ["--alone"] if alone else []
    python = sys.executable
    for number in range(runs):
        out = {name: folder / name for name in ("bare", "twice", "one", "two", "polars")}
        for made in out.values():
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir()
        caches = [folder / f"cache-{alone}-{number}-{workers}" for workers in (1, 2)]
        for cache in caches:  # the list of plugins is known, the digest of the input is not
            Figures().measure(python, "-c", START, cache=cache)
        cases["bare"].measure(python, HERE / "pipeline_bare.py", source, out["bare"], *extra, cache=folder)
        again = (HERE / "pipeline_bare.py", source, out["twice"], *extra, "--twice")
        cases["twice"].measure(python, *again, cache=folder)
        bare = [python, HERE / "pipeline_bare.py", source]
        pair.measure_pair(*([*bare, folder / name, *extra] for name in ("first", "second")))
        cases["start"].measure(python, "-c", START, cache=caches[0])
        cases["one"].measure(python, "-c", STAGE, source, out["one"], "1", *extra, cache=caches[0])
        cases["two"].measure(python, "-c", STAGE, source, out["two"], "2", *extra, cache=caches[1])
        cases["empty"].measure(python, "-c", "pass", cache=folder)
        cases["hash"].measure(python, "-c", HASH, source, *out["one"].glob("*.jsonl"), cache=folder)
        if "polars" in cases:
            cases["polars"].measure(polars, "-c", POLARS, source, out["polars"], cache=folder)
    same = digests(out["bare"]) == digests(out["one"]) == digests(out["two"]) == digests(out["twice"])
    empty = cases["empty"].median
    start, hashing = cases["start"].median - empty, cases["hash"].median - empty
    work = cases["one"].median - start - hashing
    ratio = work / (cases["bare"].median - empty)
    plain = work / (cases["twice"].median - empty)
    print(f"\n{'each sample alone' if alone else 'groups kept together'}, {lines(out['one'])} rows kept")
    print(f"  msgspec, two looks at the file  {cases['twice'].line()}")
    print(f"  msgspec, decoding once          {cases['bare'].line()}")
    print(f"  afs               {cases['one'].line()}   same bytes: {same}")
    print(f"    process start   {start:6.2f} CPU s")
    print(f"    hashing         {hashing:6.2f} CPU s")
    print(f"  afs, --workers 2  {cases['two'].line()}")
    print(f"  ratio to two looks at the file {plain:.2f} (at most 1.15), to decoding once {ratio:.2f}")
    print(f"  peak {max(cases['one'].peak):.0f} MB (at most 70)")
    gain = statistics.median(cases["one"].wall) / statistics.median(cases["two"].wall)
    most = 2 * statistics.median(cases["bare"].wall) / statistics.median(pair.wall)
    print(f"  wall, one process to two: {gain:.2f} (at least 1.7 on an idle machine)")
    print(f"  wall, two scripts by hand one after the other to both at once: {most:.2f}")
    good = same and plain <= 1.15 and max(cases["one"].peak) <= 70
    if "polars" in cases:
        theirs = work / (cases["polars"].median - empty)
        print(f"  polars lazy       {cases['polars'].line()}   {lines(out['polars'])} rows kept")
        print(f"  ratio to polars {theirs:.2f} (at most 1.25)")
        good = good and theirs <= 1.25
    return good


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--polars", default="", metavar="PYTHON", help="a Python that has polars")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        source = folder / "rows.jsonl"
        make = [HERE / "rows.py", source, "--rows", str(arguments.rows), "--duplicates", "0.05"]
        subprocess.run([sys.executable, *map(str, make)], check=True)
        print(f"{arguments.rows} rows, {source.stat().st_size / 1e6:.0f} MB, Python {sys.version.split()[0]}")
        good = [compare(source, folder, arguments.runs, alone, arguments.polars) for alone in (False, True)]
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
