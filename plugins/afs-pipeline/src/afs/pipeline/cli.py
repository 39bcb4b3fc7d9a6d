"""``afs pipeline run`` and ``afs pipeline status``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import click
import msgspec

from afs.pipeline.curation import curation
from afs.pipeline.file import Pipeline, read_pipeline
from afs.pipeline.graph import stages_of
from afs.pipeline.plan import planned
from afs.pipeline.runner import OnStage, forget, run_stages
from afs.pipeline.state import PipelineState, StageState, read_state
from afs_core import Missing, UsageError
from afs_core.cli import Console, afs_command, data_path


@afs_command(seed=True)
@click.option("--config", "file", type=data_path, help="The pipeline file.")
@click.option("--input", "inputs", type=data_path, multiple=True, help="Sample files, instead of a file.")
@click.option("--output", type=data_path, required=True, help="Folder that receives every stage.")
@click.option("--set", "variables", multiple=True, metavar="NAME=VALUE", help="A variable of the file.")
@click.option("--min-quality-score", type=click.FloatRange(0, 1), help="Drop samples that score below it.")
@click.option("--score-profile", help="Profile of the quality score  [default: generic]")
@click.option(
    "--augment", type=click.IntRange(0, 100), help="Variants of each training sample, at most  [default: 0]"
)
@click.option("--on-error", type=click.Choice(["stop", "skip"]), help="What a faulty line of --input does.")
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes for a stage that names no number  [default: 1]"
)
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option("--dry-run", is_flag=True, help="Print what would be done and do nothing.")
@click.option("--resume/--no-resume", default=True, show_default=True, help="Pass over what is up to date.")
def run(
    console: Console,
    file: Path | None,
    inputs: tuple[Path, ...],
    output: Path,
    variables: tuple[str, ...],
    workers: int | None,
    engine: str,
    dry_run: bool,
    resume: bool,
    seed: int,
    **curated: Any,
) -> object:
    """Run the stages of a TOML file; without one, redact, score, drop duplicates and split."""
    if engine != "local":
        raise Missing("the ray engine is not installed", hint="use --engine local")
    pipeline = _pipeline(console, file, inputs, variables, curated)
    if workers is not None:
        pipeline = msgspec.structs.replace(pipeline, workers=workers)
    with console.run(seed=seed) as run:
        stages = stages_of(pipeline, output, run.registry)
        if dry_run:
            rows = [msgspec.to_builtins(row) for row in planned(stages, run, again=not resume)]
            console.table(rows)
            return rows
        if not resume:
            forget(stages)
        run_stages(stages, output, run, origin=pipeline.origin, on_stage=_teller(console))
    return read_state(output)


@afs_command()
@click.option("--dir", "folder", type=data_path, required=True, help="The --output of the run.")
def status(console: Console, folder: Path) -> PipelineState:
    """What stands of a pipeline, stage by stage."""
    state = read_state(folder)
    console.table(state.rows())
    return state


def _pipeline(
    console: Console,
    file: Path | None,
    inputs: tuple[Path, ...],
    variables: tuple[str, ...],
    curated: dict[str, Any],
) -> Pipeline:
    if (file is None) == (not inputs):
        raise UsageError("expected either --config FILE or --input FILE")
    values = dict(_assignment(text) for text in variables)
    if file is None:
        if values:
            raise UsageError("--set is for the variables of a --config file")
        return curation(
            inputs,
            console.registry,
            profile=curated["score_profile"],
            minimum=curated["min_quality_score"],
            augment=curated["augment"],
            on_error=curated["on_error"] or "stop",
        )
    if given := [name for name, value in curated.items() if value is not None]:
        flag = f"--{given[0].replace('_', '-')}"
        raise UsageError(f"{flag} is for --input; a --config file says it in its stages")
    return read_pipeline(file, values)


def _assignment(text: str) -> tuple[str, Any]:
    """A value that is TOML is taken as such: ``40`` is a number; anything else is text."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"expected --set NAME=VALUE, got {text!r}")
    try:
        return name, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name, value


def _teller(console: Console) -> OnStage:
    def tell(number: int, total: int, stage: StageState) -> None:
        if stage.state == "running":
            console.note(f"[{number}/{total}] {stage.name}")
        else:
            took = "up to date" if stage.state == "up to date" else f"{stage.seconds:.1f} s"
            console.note(f"      {took}" + (f": {stage.flow}" if stage.flow else ""))

    return tell
