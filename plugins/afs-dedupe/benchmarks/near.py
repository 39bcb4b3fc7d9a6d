"""near-dedupe against the truth and against rensa, each in a process of its own.

    python benchmarks/planted.py --output planted.jsonl
    python benchmarks/near.py planted.jsonl                       # needs: pip install rensa
    python benchmarks/near.py planted.jsonl --brute 20000         # all pairs of the first 20,000 rows

Both read the same file with the same reader, normalise the instruction, compare runs of five words at .7
and keep the first. Rensa is used as its page says (``RMinHashDeduplicator``, 128 values) with 16 bands,
one thread. CPU seconds include start, reading and, for ours, the second look. Precision and recall are
those of the dropped rows: dropped rows whose similarity to an earlier kept row of their planted family
(brute force) reaches the threshold, of all dropped, and of all that do.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from afs.dedupe import NearDedupe, normalise
from afs_core import Run, TrainingSample, read_samples

SIZE = 5


class Rows:
    def __init__(self, path: Path, count: int | None) -> None:
        self._path, self._count = path, count

    def __iter__(self) -> Iterator[TrainingSample]:
        return islice(read_samples(self._path), self._count)


def runs(text: str) -> list[str]:
    words = normalise(text).split(" ")
    return [" ".join(words[start : start + SIZE]) for start in range(max(len(words) - SIZE + 1, 1))]


def ours(rows: Rows, threshold: float) -> list[int]:
    look = _Counted(rows)
    with Run.open() as run:
        transform = NearDedupe(NearDedupe.Config(threshold=threshold, keep="first"), run.view("near-dedupe"))
        kept = {look.row for _ in transform.apply(look)}
    return [row for row in range(look.row + 1) if row not in kept]


class _Counted:
    """Rows that know which of them was taken last."""

    def __init__(self, rows: Rows) -> None:
        self._rows, self.row = rows, -1

    def __iter__(self) -> Iterator[TrainingSample]:
        for self.row, sample in enumerate(self._rows):  # noqa: B020
            yield sample


def rensa(rows: Rows, threshold: float) -> list[int]:
    from rensa import RMinHashDeduplicator

    found = RMinHashDeduplicator(threshold=threshold, num_perm=128, use_lsh=True, num_bands=16)
    entries = ((str(row), runs(sample.instruction)) for row, sample in enumerate(rows))
    stay: list[bool] = []
    while batch := list(islice(entries, 10_000)):
        stay += found.add_pairs(batch)
    return [row for row, stays in enumerate(stay) if not stays]


def greedy(sets: dict[int, frozenset[int]], threshold: float) -> set[int]:
    """What goes of one family, all pairs compared."""
    stay: list[frozenset[int]] = []
    gone: set[int] = set()
    for row, own in sets.items():
        low, high = threshold * len(own) - 1e-9, len(own) / threshold + 1e-9
        for other in stay:
            if low <= len(other) <= high:
                common = len(own & other)
                if common / (len(own) + len(other) - common) >= threshold:
                    gone.add(row)
                    break
        else:
            stay.append(own)
    return gone


def truth(rows: Rows, threshold: float, *, all_pairs: bool) -> set[int]:
    families: dict[int, dict[int, frozenset[int]]] = defaultdict(dict)
    for row, sample in enumerate(rows):
        family = 0 if all_pairs else sample.metadata["family"]
        families[family][row] = frozenset(map(hash, runs(sample.instruction)))
    return set().union(*(greedy(sets, threshold) for sets in families.values()))


def child(name: str, rows: Rows, threshold: float, output: Path) -> None:
    start = time.process_time()
    dropped = {"ours": ours, "rensa": rensa}[name](rows, threshold)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    figures = {"own": time.process_time() - start, "cpu": time.process_time(), "peak": usage.ru_maxrss / 1024}
    output.write_text(json.dumps({**figures, "dropped": dropped}))


def measured(name: str, given: argparse.Namespace) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "result.json"
        command = [sys.executable, __file__, *sys.argv[1:], "--child", name, "--result", str(output)]
        subprocess.run(command, check=True, env={**os.environ, "RAYON_NUM_THREADS": "1"})
        result: dict[str, object] = json.loads(output.read_text())
        return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--threshold", type=float, default=0.7)
    parser.add_argument("--brute", type=int, help="Compare all pairs of so many rows instead of families")
    parser.add_argument("--no-truth", action="store_true", help="Time and memory alone, for millions of rows")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--result", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    rows = Rows(given.data, given.brute)
    if given.child:
        child(given.child, rows, given.threshold, given.result)
        return
    names = ["ours", *(["rensa"] if importlib.util.find_spec("rensa") and not given.no_truth else [])]
    results = {name: measured(name, given) for name in names}  # first: a child starts with our peak
    wanted = None if given.no_truth else truth(rows, given.threshold, all_pairs=given.brute is not None)
    print(f"{'':6} {'CPU s':>6} {'peak MB':>8} {'dropped':>8} {'precision':>10} {'recall':>7}")
    for name, result in results.items():
        dropped = set(result["dropped"])  # type: ignore[call-overload]
        line = f"{name:6} {result['cpu']:6.1f} {result['peak']:8.0f} {len(dropped):8}"
        if wanted is not None:
            right = len(dropped & wanted)
            line += f" {right / max(len(dropped), 1):10.4f} {right / max(len(wanted), 1):7.4f}"
        print(line)
    if "rensa" not in names and not given.no_truth:
        print("rensa is not installed, so it was not measured: pip install rensa")


if __name__ == "__main__":
    main()
