"""What the commands over samples have in common: their options, their input, their bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from afs_core import DataError, Run, TrainingSample, read_samples
from afs_core.cli import Console
from afs_core.jsonl import Fault, OnFault
from afs_core.stream import sample_files

__all__ = [
    "cache_option",
    "given",
    "histogram",
    "samples_in",
    "tell_faults",
]

_BAR = 40

profile_option = click.option(
    "--score-profile",
    "--profile",
    "profile",
    help="What the score favours: generic, asm, dialogue, or a profile of your own  [default: generic]",
)
cache_option = click.option(
    "--cache/--no-cache", default=None, help="Remember the scores of expensive scorers  [default: cache]"
)


def given(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings that were named, so that the configuration may speak for the rest."""
    return {name: value for name, value in settings.items() if value is not None}


def samples_in(inputs: Sequence[Path], run: Run, on_fault: OnFault | None = None) -> Iterator[TrainingSample]:
    """The samples of files and folders, with a bar; a folder is a split, or any ``*.jsonl`` in it."""
    with run.progress("read") as progress:
        for path in inputs:
            for file in _files(path):
                for number, sample in enumerate(read_samples(file, on_fault=on_fault)):
                    if not number & 255:
                        run.check_cancelled()
                    progress.advance()
                    yield sample


def _files(path: Path) -> tuple[Path, ...]:
    try:
        return sample_files(path)
    except DataError:
        found = tuple(sorted(f for f in path.glob("*.jsonl") if not f.name.endswith(".rejected.jsonl")))
        if not found:
            raise DataError("expected a folder with *.jsonl files, found none", path=path) from None
        return found


def tell_faults(console: Console, faults: Sequence[Fault]) -> None:
    """One warning about lines that were passed over."""
    if faults:
        first = faults[0]
        lines = "1 line is no sample" if len(faults) == 1 else f"{len(faults):,} lines are no samples"
        console.warn(f"{lines}, the first one {first.path}:{first.line}: {first.reason}")


def histogram(bins: Sequence[int]) -> Iterator[str]:
    """One line for each of ten bins from 0 to 1."""
    most = max(1, *bins)
    for place, count in enumerate(bins):
        bar = "#" * round(_BAR * count / most)
        yield f"  {place / 10:.1f}-{(place + 1) / 10:.1f}  {count:>8,}  {bar}".rstrip()
