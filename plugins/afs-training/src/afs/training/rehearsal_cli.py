"""``afs training rehearsal-build`` and ``afs training rehearsal-mix``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from afs.training.options import given
from afs.training.rehearsal_mix import HELD_OUT, REHEARSED
from afs.training.selection import SELECTORS
from afs_core import Stage, UsageError, execute
from afs_core.cli import (
    Console,
    afs_command,
    data_path,
    on_error_option,
    output_option,
    rejected_option,
    required_input,
    sample_inputs,
)

__all__ = ["rehearsal_build", "rehearsal_mix"]

_SELECTION, _REHEARSAL = "transforms/rehearsal-selection", "transforms/rehearsal"
_ratio = click.FloatRange(0, 1)


@afs_command(seed=True)
@sample_inputs
@click.option(
    "--version",
    "versions",
    multiple=True,
    help="Version of the data, one or one an input  [default: its name]",
)
@output_option
@rejected_option
@on_error_option
@click.option("--top-ratio", type=_ratio, help="Share of all samples that is kept  [default: 0.3]")
@click.option(
    "--min-score", "quality_threshold", type=_ratio, help="Leave out what scores lower  [default: 0.7]"
)
@click.option("--max-per-domain", type=click.IntRange(min=1), help="Most samples of one domain")
@click.option(
    "--selector",
    type=click.Choice(SELECTORS),
    help="top: the best scored; random; stratified: the best of each domain  [default: top]",
)
def rehearsal_build(
    console: Console,
    inputs: tuple[Path, ...],
    versions: tuple[str, ...],
    output: Path,
    rejected: Path | None,
    on_error: str,
    seed: int,
    **settings: Any,
) -> object:
    """Keep the best of earlier versions' data, to rehearse it with the next."""
    inputs = required_input(inputs)
    stage = Stage(
        name="rehearsal-build",
        uses=(_SELECTION,),
        inputs=inputs,
        output=output,
        config={_SELECTION: {**given(settings), **_named_versions(inputs, versions)}},
        seed=seed,
        on_error=on_error,
        rejected=rejected,
    )
    with console.run(seed=seed) as run:
        outcome = execute(stage, run)
    console.report(outcome)
    return outcome


def _named_versions(inputs: tuple[Path, ...], versions: tuple[str, ...]) -> dict[str, Any]:
    if len(versions) <= 1:
        return {"version": versions[0]} if versions else {}
    if len(versions) != len(inputs):
        raise UsageError(
            f"expected one --version, or one for each --input, got {len(versions)} for {len(inputs)}"
        )
    return {"versions": {str(path): version for path, version in zip(inputs, versions, strict=True)}}


@afs_command(seed=True)
@click.option("--buffer", type=data_path, required=True, help="File that rehearsal-build wrote")
@click.option("--new-data", multiple=True, type=data_path, help="New samples, or - for stdin")
@click.option("--rehearsal-ratio", type=_ratio, help="Share of rehearsed samples in the mix  [default: 0.3]")
@output_option
@rejected_option
@on_error_option
@click.option("--shuffle", is_flag=True, default=None, help="Mix the order; else the new samples come first")
def rehearsal_mix(
    console: Console,
    new_data: tuple[Path, ...],
    output: Path,
    rejected: Path | None,
    on_error: str,
    seed: int,
    **settings: Any,
) -> object:
    """Mix new samples with old ones of a rehearsal buffer, against forgetting."""
    stage = Stage(
        name="rehearsal-mix",
        uses=(_REHEARSAL,),
        inputs=required_input(new_data, "--new-data"),
        output=output,
        config={_REHEARSAL: given(settings)},
        seed=seed,
        on_error=on_error,
        rejected=rejected,
    )
    with console.run(seed=seed) as run:
        ratio = run.registry.config_for("transforms", "rehearsal", stage.config[_REHEARSAL]).rehearsal_ratio
        outcome = execute(stage, run)
    console.report(outcome)
    counts = outcome.counts[-1]
    old, trained = counts.noted.get(REHEARSED, 0), counts.went_out - counts.noted.get(HELD_OUT, 0)
    got = old / trained if trained else 0.0
    console.note(f"rehearsal: {ratio:.1%} asked, {got:.1%} got ({old:,} of {trained:,})")
    return outcome
