"""``afs dedupe``."""

from __future__ import annotations

from pathlib import Path

import click

from afs_core import Stage, execute
from afs_core.cli import Console, afs_command, data_path


@afs_command()
@click.option(
    "--input", "inputs", multiple=True, required=True, type=data_path, help="Sample files, or - for stdin"
)
@click.option("--output", type=data_path, default=Path("-"), help="Where the kept samples go")
@click.option("--rejected", type=data_path, help="Where the dropped samples go, each naming the kept one")
@click.option("--key", type=click.Choice(["question", "pair"]), default="question", show_default=True)
@click.option("--keep", type=click.Choice(["first", "best"]), default="first", show_default=True)
def dedupe(
    console: Console, inputs: tuple[Path, ...], output: Path, rejected: Path | None, key: str, keep: str
) -> object:
    """Keep one sample of those that ask the same question."""
    stage = Stage(
        name="dedupe",
        uses=("transforms/exact-dedupe",),
        inputs=inputs,
        output=output,
        config={"transforms/exact-dedupe": {"key": key, "keep": keep}},
        rejected=rejected,
    )
    with console.run() as run:
        outcome = execute(stage, run)
    console.report(outcome)
    return outcome
