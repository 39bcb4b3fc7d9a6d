"""``afs dedupe``."""

from __future__ import annotations

from pathlib import Path

import click

from afs_core import Stage, execute
from afs_core.cli import Console, afs_command, data_path, required_input

_USE = "transforms/exact-dedupe"


@afs_command()
@click.option(
    "--input", "inputs", multiple=True, type=data_path, help="Sample files or folders, or - for stdin"
)
@click.option(
    "--output", type=data_path, default=Path("-"), help="Where the kept samples go  [default: stdout]"
)
@click.option("--rejected", type=data_path, help="Where the dropped samples go, each naming the kept one")
@click.option(
    "--key", type=click.Choice(["question", "pair"]), help="What must be alike  [default: question]"
)
@click.option("--keep", type=click.Choice(["first", "best"]), help="Which one stays  [default: first]")
@click.option(
    "--on-error",
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="What a line that is no sample does; skip sets it aside beside the output",
)
def dedupe(
    console: Console,
    inputs: tuple[Path, ...],
    output: Path,
    rejected: Path | None,
    on_error: str,
    **settings: str | None,
) -> object:
    """Keep one sample of those that ask the same question."""
    stage = Stage(
        name="dedupe",
        uses=(_USE,),
        inputs=required_input(inputs),
        output=output,
        config={_USE: {name: value for name, value in settings.items() if value is not None}},
        rejected=rejected,
        on_error=on_error,
    )
    with console.run() as run:
        outcome = execute(stage, run)
    console.report(outcome)
    return outcome
