"""``pipeline.json``: which stages a folder holds and what became of them the last time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from afs_core import Counts, DataError
from afs_core.jsonl import atomic_write

__all__ = ["FILE", "PipelineState", "StageState", "read_state", "write_state"]

FILE = "pipeline.json"


class StageState(msgspec.Struct, kw_only=True):
    """``state``: waiting, running, done, up to date, refused, failed or interrupted."""

    name: str
    uses: tuple[str, ...]
    output: str
    state: str = "waiting"
    seconds: float = 0.0
    error: str = ""
    counts: tuple[Counts, ...] = ()

    @property
    def flow(self) -> str:
        """``120 in, 100 out (duplicate 20)``, empty for a build."""
        if not self.counts:
            return ""
        dropped: dict[str, int] = {}
        for link in self.counts:
            for reason, count in link.dropped.items():
                dropped[reason] = dropped.get(reason, 0) + count
        first = self.counts[0]
        came_in = first.came_in or first.went_out
        why = ", ".join(f"{reason} {count}" for reason, count in dropped.items())
        return f"{came_in} in, {self.counts[-1].went_out} out" + (f" ({why})" if why else "")


class PipelineState(msgspec.Struct, kw_only=True):
    """What ``afs pipeline status`` shows. ``process`` is the one that wrote it."""

    origin: str
    stages: list[StageState]
    process: int = 0

    @property
    def finished(self) -> bool:
        return all(stage.state in {"done", "up to date"} for stage in self.stages)

    def rows(self) -> list[dict[str, Any]]:
        """One row a stage, for a table."""
        return [
            {
                "stage": stage.name,
                "state": stage.state,
                "seconds": round(stage.seconds, 1),
                "samples": stage.flow,
                "error": stage.error,
            }
            for stage in self.stages
        ]


def write_state(folder: Path, state: PipelineState) -> None:
    with atomic_write(folder / FILE) as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(state), indent=1))


def read_state(folder: Path) -> PipelineState:
    """Raises DataError where ``folder`` holds no pipeline. A stage whose process is gone is not running."""
    path = folder / FILE
    try:
        state = msgspec.json.decode(path.read_bytes(), type=PipelineState)
    except OSError:
        raise DataError(
            "expected the folder of a pipeline run",
            path=folder,
            hint="make one with afs pipeline run --output",
        ) from None
    except msgspec.DecodeError as fault:
        raise DataError(f"damaged: {fault}", path=path, hint="run the pipeline again") from None
    for stage in state.stages:
        if stage.state == "running" and not _alive(state.process):
            stage.state = "interrupted"
    return state


def _alive(process: int) -> bool:
    if process <= 0:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
