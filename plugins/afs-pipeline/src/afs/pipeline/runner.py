"""Runs stages one after the other and keeps ``pipeline.json`` true at every moment."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from afs.pipeline.state import FILE, PipelineState, StageState, write_state
from afs_core import Cancelled, DataError, GateRefused, Outcome, Stage, execute
from afs_core.manifest import STATE_SUFFIX, manifest_path

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["forget", "run_stages"]

OnStage = Callable[[int, int, StageState], None]


def run_stages(
    stages: Sequence[Stage], folder: Path, run: Run, *, origin: str = "", on_stage: OnStage | None = None
) -> list[Outcome]:
    """Run ``stages`` in order into ``folder``; a stage that is up to date is passed over.

    ``on_stage`` hears number, total and state when a stage starts and when it ends. Raises what
    a stage raises, after writing down which one it was, and DataError rather than write over a
    file that no stage made.
    """
    _check_strangers(stages, folder)
    state = PipelineState(
        origin=origin,
        process=os.getpid(),
        stages=[StageState(name=s.name, uses=s.uses, output=_inside(s.output, folder)) for s in stages],
    )
    outcomes = []
    for number, (stage, entry) in enumerate(zip(stages, state.stages, strict=True), 1):
        run.check_cancelled()
        _enter(state, entry, "running", folder)
        if on_stage is not None:
            on_stage(number, len(stages), entry)
        try:
            outcome = execute(stage, run)
        except BaseException as fault:
            entry.error = str(fault)
            _enter(state, entry, _state_after(fault), folder)
            raise
        entry.counts, entry.seconds = outcome.counts, outcome.seconds
        _enter(state, entry, "up to date" if outcome.skipped else "done", folder)
        if on_stage is not None:
            on_stage(number, len(stages), entry)
        outcomes.append(outcome)
    return outcomes


def forget(stages: Sequence[Stage]) -> None:
    """Make every stage run again, from its beginning."""
    for stage in stages:
        manifest_path(stage.output).unlink(missing_ok=True)
        for left in stage.output.glob(f"*{STATE_SUFFIX}"):
            left.unlink()


def _check_strangers(stages: Sequence[Stage], folder: Path) -> None:
    """In a folder that never held a pipeline, what lies in a stage's place is the user's own."""
    if (folder / FILE).exists():
        return
    for stage in stages:
        empty = not stage.output.exists() or (stage.output.is_dir() and not any(stage.output.iterdir()))
        if not empty and not manifest_path(stage.output).exists():
            raise DataError(
                f"stage {stage.name} would write over what is there, which no stage made",
                path=stage.output,
                hint="name another --output, or move it away",
            )


def _enter(state: PipelineState, entry: StageState, word: str, folder: Path) -> None:
    entry.state = word
    write_state(folder, state)


def _inside(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _state_after(fault: BaseException) -> str:
    if isinstance(fault, (KeyboardInterrupt, Cancelled)):
        return "interrupted"
    return "refused" if isinstance(fault, GateRefused) else "failed"
