"""``afs training memory-export``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from afs_core.cli import Console, afs_command, data_path
from afs_core.cli.export import export

Step = tuple[str, dict[str, Any]]


@afs_command(seed=True)
@click.option("--output", type=data_path, required=True, help="JSON-lines file that receives the samples.")
@click.option("--memory-root", type=data_path, help="The folder. [default: memory in the context root]")
@click.option("--limit", type=click.IntRange(min=1), help="Write at most this many samples.")
@click.option("--domain", help="Domain of samples whose entry names none. [default: memory]")
@click.option("--min-quality-score", type=float, help="Score samples, and drop those below.")
@click.option("--score-profile", help="Profile of the score: generic, asm or dialogue.")
@click.option("--since", help="Only what changed on this day (2026-01-31) or later.")
@click.option("--on-error", type=click.Choice(["stop", "skip"]), help="What a line that is not JSON does.")
@click.option("--no-redact", "redact", is_flag=True, flag_value=False, default=True, help="Leave secrets in.")
def memory_export(
    console: Console,
    output: Path,
    memory_root: Path | None,
    limit: int | None,
    min_quality_score: float | None,
    score_profile: str | None,
    redact: bool,
    seed: int,
    **given: str | None,
) -> object:
    """Make samples from Markdown, text, JSON and JSON lines in the memory folder, redacted."""
    root = memory_root or Path(console.config.get("project.context_root")) / "memory"
    settings = {"root": root, **given}
    return export(
        console,
        "memory",
        {name: value for name, value in settings.items() if value is not None},
        output,
        limit=limit,
        redact=redact,
        then=scored(score_profile, min_quality_score),
        seed=seed,
    )


def scored(profile: str | None, minimum: float | None) -> list[Step]:
    """The steps that score samples and drop the poor ones, where that is asked for."""
    steps: list[Step] = []
    if profile is not None or minimum is not None:
        steps.append(("transforms/quality", {"profile": profile} if profile is not None else {}))
    if minimum is not None:
        steps.append(("transforms/quality-floor", {"minimum": minimum}))
    return steps
