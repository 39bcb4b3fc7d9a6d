"""MB/s of CPU time, and hits per 10,000 lines, over text that should hold no secrets.

    python benchmarks/speed.py [FOLDER ...]

Without folders: the standard library's Python, and the Markdown and assembly below the working folder.
Addresses (EMAIL) in such text are real, so they are counted apart. Each file is one sample, then
each piece of 1,000 characters is one. The rules are made ready bit by bit as they meet text; what that costs
a process once is what the first text of a kind takes longer than when it is seen again.
"""

from __future__ import annotations

import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from afs.redaction import Redactor, sample_redacted
from afs_core import TrainingSample

SUFFIXES = {"python": (".py",), "markdown": (".md", ".rst"), "assembly": (".asm", ".s", ".S", ".inc")}


def texts(folders: list[Path], suffixes: tuple[str, ...]) -> Iterator[str]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in suffixes and path.is_file() and "site-packages" not in path.parts:
                try:
                    yield path.read_text("utf-8")
                except UnicodeDecodeError:
                    continue


def seconds_of(found: list[str], redactor: Redactor) -> float:
    start = time.process_time()
    for text in found:
        sample_redacted(TrainingSample(instruction="What is this?", output=text), redactor)
    return time.process_time() - start


def measure(label: str, found: list[str]) -> None:
    redactor, hits = Redactor(), Counter[str]()
    seconds = seconds_of(found, redactor)
    hits.update(redactor.counts)
    size = sum(len(text.encode()) for text in found)
    lines = sum(text.count("\n") + 1 for text in found)
    addresses = hits.pop("EMAIL", 0)
    rate = sum(hits.values()) * 10_000 / max(lines, 1)
    print(
        f"{label:22} {size / 1e6:8.1f} MB {size / 1e6 / max(seconds, 1e-9):7.1f} MB/s {lines:9,} lines"
        f" {rate:6.2f} hits per 10,000 lines  {addresses} addresses  {dict(hits)}"
    )


def main() -> None:
    folders = [Path(name) for name in sys.argv[1:]]
    for label, suffixes in SUFFIXES.items():
        here = [Path(sysconfig.get_path("stdlib"))] if label == "python" else [Path.cwd()]
        found = list(texts(folders or here, suffixes))
        first, again = (seconds_of(found, Redactor()) for _ in range(2))
        print(f"{label:22} made ready once in {first - again:.2f} s")
        measure(label, found)
        pieces = [text[i : i + 1000] for text in found for i in range(0, len(text), 1000)]
        measure(f"{label}, 1,000 a piece", pieces)


if __name__ == "__main__":
    main()
