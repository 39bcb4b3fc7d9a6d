"""``afs pipeline run`` and ``afs pipeline status``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import click

from afs.pipeline.file import Pipeline, StageTable, read_pipeline
from afs.pipeline.graph import stages_of
from afs.pipeline.runner import OnStage, forget, run_stages
from afs.pipeline.state import PipelineState, StageState, read_state
from afs_core import Missing, Stage, UsageError
from afs_core.cli import Console, afs_command, data_path
from afs_core.manifest import manifest_path

CURATION = ("transforms/redaction", "transforms/quality", "transforms/exact-dedupe", "transforms/split")


@afs_command(seed=True)
@click.option("--config", "file", type=data_path, help="The pipeline file.")
@click.option("--input", "inputs", type=data_path, multiple=True, help="Sample files, instead of a file.")
@click.option("--output", type=data_path, required=True, help="Folder that receives every stage.")
@click.option("--set", "variables", multiple=True, metavar="NAME=VALUE", help="A variable of the file.")
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option("--dry-run", is_flag=True, help="Print the stages and do nothing.")
@click.option("--resume/--no-resume", default=True, show_default=True, help="Pass over what is up to date.")
def run(
    console: Console,
    file: Path | None,
    inputs: tuple[Path, ...],
    output: Path,
    variables: tuple[str, ...],
    engine: str,
    dry_run: bool,
    resume: bool,
    seed: int,
) -> object:
    """Run the stages of a TOML file; without one, redact, score, drop duplicates and split."""
    if engine != "local":
        raise Missing("the ray engine is not installed", hint="use --engine local")
    pipeline = _pipeline(file, inputs, variables)
    with console.run(seed=seed) as run:
        stages = stages_of(pipeline, output, run.registry)
        if dry_run:
            console.table(rows := [_planned(stage) for stage in stages])
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


def _pipeline(file: Path | None, inputs: tuple[Path, ...], variables: tuple[str, ...]) -> Pipeline:
    if (file is None) == (not inputs):
        raise UsageError("expected either --config FILE or --input FILE")
    values = dict(_assignment(text) for text in variables)
    if file is not None:
        return read_pipeline(file, values)
    if values:
        raise UsageError("--set is for the variables of a --config file")
    # An absolute path is no name of a stage.
    curated = StageTable(name="curated", uses=CURATION, from_=tuple(str(path.absolute()) for path in inputs))
    return Pipeline(origin="command line", stages=(curated,))


def _assignment(text: str) -> tuple[str, Any]:
    """A value that is TOML is taken as such: ``40`` is a number; anything else is text."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"expected --set NAME=VALUE, got {text!r}")
    try:
        return name, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name, value


def _planned(stage: Stage) -> dict[str, str]:
    return {
        "stage": stage.name,
        "uses": ", ".join(stage.uses),
        "from": ", ".join(map(str, stage.inputs)),
        "output": str(stage.output),
        "stands": "yes" if manifest_path(stage.output).exists() else "no",
    }


def _teller(console: Console) -> OnStage:
    def tell(number: int, total: int, stage: StageState) -> None:
        if stage.state == "running":
            console.note(f"[{number}/{total}] {stage.name}")
        else:
            took = "up to date" if stage.state == "up to date" else f"{stage.seconds:.1f} s"
            console.note(f"      {took}" + (f": {stage.flow}" if stage.flow else ""))

    return tell
