"""How much ``afs generate oracle`` makes of a large checkout, and what that costs.

    python plugins/afs-oracle/benchmarks/generate.py            # writes a checkout for it
    python plugins/afs-oracle/benchmarks/generate.py ~/my-hack  # or takes yours

Every run is a process of its own on one core, timed by the CPU seconds it used; an empty Python
process is timed beside it.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import checkout

from afs.asm import check
from afs.oracle.lesson import LOOKUPS
from afs_core import TrainingSample, read_samples

CODE = {"code", "part", "line", "write", "macro", "hook", "callers", "callees", "memory", "state"}
FENCED = re.compile(r"```asm\n(.*?)```", re.S)


def main(folder: Path | None) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        root = folder or Path(scratch) / "checkout"
        if folder is None:
            checkout.write(root, seed=1)
        empty, _ = cost([sys.executable, "-c", "pass"])
        runs = [generate(root, Path(scratch) / f"{number}.jsonl") for number in (1, 2)]
        samples = list(read_samples(Path(scratch) / "1.jsonl"))
        print(f"Python {platform.python_version()}, {platform.machine()}; empty process {empty:.3f} CPU s")
        for seconds, peak, digest in runs:
            print(
                f"run: {seconds:.1f} CPU s, {seconds / empty:.0f} x empty, {peak} MB at most, sha256 {digest}"
            )
        report(samples, root)


def generate(root: Path, output: Path) -> tuple[float, int, str]:
    command = [sys.executable, "-m", "afs.oracle.training_generator", "--oracle-path", str(root)]
    seconds, peak = cost([*command, "--output", str(output)])
    return seconds, peak, hashlib.sha256(output.read_bytes()).hexdigest()[:12]


def cost(command: list[str]) -> tuple[float, int]:
    """CPU seconds and MB of a process."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, command
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def report(samples: list[TrainingSample], root: Path) -> None:
    kinds = Counter(sample.prov.kind for sample in samples if sample.prov)
    asked = {" ".join(re.findall(r"\w+", sample.instruction.casefold())) for sample in samples}
    code = [text for sample in samples for text in code_of(sample)]
    good = sum(sample.score > 0.6 for sample in samples)
    sources = {path.parent for path in root.rglob("*") if path.suffix.lower() in (".asm", ".s", ".md")}
    read = {(root / sample.source).parent for sample in samples}
    rows = {
        "samples": len(samples),
        "kinds": len(kinds),
        "distinct instructions": len(asked),
        "distinct outputs": len({sample.output for sample in samples}),
        "lookups": f"{sum(kinds[kind] for kind in LOOKUPS) / len(samples):.1%}",
        "from code bodies": sum(kinds[kind] for kind in CODE),
        "code answers": len(code),
        "of which fail the check": sum(not check(text).syntax_ok for text in code),
        "quality above 0.6": f"{good / len(samples):.1%}",
        "folders read": f"{len(sources & read)} of {len(sources)}",
    }
    for name, value in rows.items():
        print(f"{name:<26}{value}")
    print(", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))


def code_of(sample: TrainingSample) -> list[str]:
    if sample.prov and sample.prov.kind == "write":
        return [sample.output]
    return (
        FENCED.findall(sample.output)
        if sample.prov and sample.prov.kind in ("macro", "hook", "table")
        else []
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]).expanduser() if sys.argv[1:] else None)
