"""``afs augment``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from afs.augment.transform import Kind
from afs_core import Stage, execute
from afs_core.cli import Console, afs_command, data_path, on_error_option, required_input, sample_inputs

_AUGMENT, _DISTINCT = "transforms/augment", "transforms/distinct-variants"


@afs_command(seed=True)
@sample_inputs
@click.option(
    "--output", type=data_path, default=Path("-"), help="Where samples and variants go  [default: stdout]"
)
@click.option("--rejected", type=data_path, help="Where variants go that ask what another sample asks")
@click.option("--variants", type=click.IntRange(0, 100), help="Variants of a sample, at most  [default: 2]")
@click.option(
    "--kinds", multiple=True, type=click.Choice(get_args(Kind)), help="What may be changed  [default: all]"
)
@click.option(
    "--split",
    type=click.Choice(["train", "any"]),
    help="any: augment samples of no split, and of val and test, too  [default: train]",
)
@on_error_option
def augment(
    console: Console,
    inputs: tuple[Path, ...],
    output: Path,
    rejected: Path | None,
    on_error: str,
    seed: int,
    **given: Any,
) -> object:
    """Add variants of training samples: other words, and code that does the same."""
    stage = Stage(
        name="augment",
        uses=(_AUGMENT, _DISTINCT),
        inputs=required_input(inputs),
        output=output,
        config={_AUGMENT: {name: value for name, value in given.items() if value not in (None, ())}},
        rejected=rejected,
        on_error=on_error,
        seed=seed,
    )
    with console.run(seed=seed) as run:
        outcome = execute(stage, run)
    console.report(outcome)
    return outcome
