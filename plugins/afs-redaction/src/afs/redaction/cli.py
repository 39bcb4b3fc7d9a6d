"""``afs redact``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from afs_core import Stage, execute
from afs_core.cli import Console, afs_command, data_path, required_input

_USE = "transforms/redaction"


@afs_command()
@click.option("--input", "inputs", multiple=True, type=data_path, help="Sample files; - or nothing is stdin.")
@click.option("--output", type=data_path, default=Path("-"), help="Where the samples go; stdout by default.")
@click.option("--allow", multiple=True, metavar="SHA256", help="Digest of a value that is to stay.")
@click.option("--name", "names", multiple=True, help="A name or word to redact wherever it stands.")
@click.option("--rules", "rules_file", type=data_path, help="Further rules, as Gitleaks writes them.")
@click.option("--on-error", type=click.Choice(["stop", "skip"]), default="stop", show_default=True)
def redact(
    console: Console,
    inputs: tuple[Path, ...],
    output: Path,
    allow: tuple[str, ...],
    names: tuple[str, ...],
    rules_file: Path | None,
    on_error: str,
) -> object:
    """Replace secrets and personal data in samples by placeholders."""
    given: dict[str, Any] = {"allow": allow, "names": names, "rules_file": rules_file}
    stage = Stage(
        name="redact",
        uses=(_USE,),
        inputs=required_input(inputs),
        output=output,
        config={_USE: {key: value for key, value in given.items() if value}},
        on_error=on_error,
    )
    with console.run() as run:
        outcome = execute(stage, run)
    console.report(outcome)
    return outcome
