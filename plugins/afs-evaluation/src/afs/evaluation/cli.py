"""``afs evaluation run|compare`` and ``afs training evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from afs_core import Outcome, Stage, execute
from afs_core.cli import Console, afs_command, data_path
from afs_core.jsonl import atomic_write

USE = "evaluators/compare"

_suite = click.option("--suite", type=data_path, required=True, help="File of questions.")
_output = click.option("--output", type=data_path, required=True, help="Folder that receives the report.")
_limit = click.option("--limit", type=click.IntRange(1), help="Ask only so many questions.")
_tokens = click.option(
    "--max-tokens", type=click.IntRange(1), default=128, show_default=True, help="Longest answer."
)


@afs_command(seed=True)
@click.option("--model", required=True, help="A model reference, such as ollama:nayru.")
@_suite
@_output
@_limit
@_tokens
def run(
    console: Console, model: str, suite: Path, output: Path, limit: int | None, max_tokens: int, seed: int
) -> Outcome:
    """Ask one model the questions of a suite."""
    return _compare(console, (model,), None, suite, output, limit, max_tokens, seed)


@afs_command(seed=True)
@click.option("--models", "models", multiple=True, required=True, help="A model reference; repeatable.")
@click.argument("more", nargs=-1, metavar="[MODEL]...")
@click.option("--baseline", help="The model that the others are tested against.")
@_suite
@_output
@_limit
@_tokens
def compare(
    console: Console,
    models: tuple[str, ...],
    more: tuple[str, ...],
    baseline: str | None,
    suite: Path,
    output: Path,
    limit: int | None,
    max_tokens: int,
    seed: int,
) -> Outcome:
    """Ask several models, and test the differences."""
    return _compare(console, (*models, *more), baseline, suite, output, limit, max_tokens, seed)


@afs_command(seed=True)
@click.option("--model", required=True, help="A model reference or the folder of an adapter.")
@click.option("--data", "suite", type=data_path, required=True, help="File of samples.")
@click.option("--output", type=data_path, required=True, help="JSON file that receives the figures.")
@_limit
@_tokens
def evaluate(
    console: Console, model: str, suite: Path, output: Path, limit: int | None, max_tokens: int, seed: int
) -> Any:
    """Loss and exact match of a model on a file of samples."""
    import msgspec

    folder = output.with_name(f"{output.stem}-evaluation")
    outcome = _compare(console, (model,), None, suite, folder, limit, max_tokens, seed)
    assert outcome.report is not None
    figures = {**outcome.report.summary, **outcome.report.tables["Models"][0]}
    with atomic_write(output) as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
    return figures


def _compare(
    console: Console,
    models: tuple[str, ...],
    baseline: str | None,
    suite: Path,
    output: Path,
    limit: int | None,
    max_tokens: int,
    seed: int,
) -> Outcome:
    settings = {
        "models": models,
        "baseline": baseline,
        "suite": suite,
        "limit": limit,
        "max_tokens": max_tokens,
    }
    stage = Stage(name="evaluation", uses=(USE,), output=output, config={USE: settings})
    with console.run(seed=seed) as run:
        outcome = execute(stage, run)
    assert outcome.report is not None
    for name, rows in outcome.report.tables.items():
        console.print(name)
        console.table(rows)
    console.report(outcome)
    return outcome
