"""``afs dedupe``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from afs_core import Stage, UsageError, execute
from afs_core.cli import Console, afs_command, data_path, on_error_option, required_input, sample_inputs

_EXACT, _NEAR = "transforms/exact-dedupe", "transforms/near-dedupe"
_KEEP = "plugins.dedupe.near-dedupe.keep"


@afs_command()
@sample_inputs
@click.option(
    "--output", type=data_path, default=Path("-"), help="Where the kept samples go  [default: stdout]"
)
@click.option("--rejected", type=data_path, help="Where the dropped samples go, each naming the kept one")
@click.option(
    "--key", type=click.Choice(["question", "pair"]), help="What must be alike  [default: question]"
)
@click.option(
    "--keep",
    type=click.Choice(["first", "best"]),
    help="Which one stays  [default: first; with --near: best]",
)
@click.option("--near", is_flag=True, help="After exact copies, near-duplicates too")
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True),
    help="With --near: Jaccard similarity from which two texts are duplicates  [default: 0.7]",
)
@click.option(
    "--field",
    type=click.Choice(["question", "instruction", "pair", "output"]),
    help="With --near: text that is compared  [default: question]",
)
@click.option(
    "--shingle", type=click.IntRange(1), help="With --near: words of the runs that are compared  [default: 5]"
)
@click.option(
    "--action",
    type=click.Choice(["drop", "group"]),
    help="With --near: drop near-duplicates, or give them one group for the split  [default: drop]",
)
@on_error_option
def dedupe(
    console: Console,
    inputs: tuple[Path, ...],
    output: Path,
    rejected: Path | None,
    on_error: str,
    near: bool,
    key: str | None,
    keep: str | None,
    **nearly: Any,
) -> object:
    """Keep one sample of those that ask the same question, or nearly the same."""
    if near:
        keep = keep or console.config.get(_KEEP, "best")
    elif given := [f"--{name}" for name, value in nearly.items() if value is not None]:
        raise UsageError(f"{', '.join(given)}: expected with --near", hint="add --near")
    stage = Stage(
        name="dedupe",
        uses=(_EXACT, _NEAR) if near else (_EXACT,),
        inputs=required_input(inputs),
        output=output,
        config={_EXACT: _given(key=key, keep=keep)} | ({_NEAR: _given(keep=keep, **nearly)} if near else {}),
        rejected=rejected,
        on_error=on_error,
    )
    with console.run() as run:
        outcome = execute(stage, run)
    console.report(outcome)
    return outcome


def _given(**settings: Any) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}
