"""The exporters of ``afs training``: a person's notes and logs as samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from afs.generators.antigravity import Antigravity
from afs.generators.claude import Claude
from afs.generators.codex import Codex
from afs.generators.cursor import Cursor
from afs.generators.gemini import Gemini
from afs.generators.history import History
from afs.generators.memory import Memory
from afs_core import UsageError, read_samples
from afs_core.cli import AfsCommand, Console, afs_command, data_path, options_of, settings_from
from afs_core.cli.export import export

Step = tuple[str, dict[str, Any]]
Roots = Callable[[Console], tuple[Path, ...]]

_HIDDEN = ("section_limit",)


def _written() -> list[click.Option]:
    """What is said of the file that an exporter writes."""
    return [
        click.Option(
            ["--output"], type=data_path, required=True, help="JSON-lines file that receives the samples."
        ),
        click.Option(["--limit"], type=click.IntRange(min=1), help="Write at most this many samples."),
        click.Option(["--min-quality-score"], type=float, help="Score samples, and drop those below."),
        click.Option(["--score-profile"], help="Profile of the score: generic, asm or dialogue."),
        click.Option(
            ["--no-redact", "redact"], is_flag=True, flag_value=False, default=True, help="Leave secrets in."
        ),
    ]


def _exporter(name: str, config: type[Any], help: str, renamed: Mapping[str, str] = {}) -> AfsCommand:
    """The command that exports with the generator ``name``; its settings are options.

    ``renamed`` gives the flag of a setting another name.
    """
    options = options_of(config, taken=_HIDDEN)
    for option in options:
        option.opts = [renamed.get(flag, flag) for flag in option.opts]

    @afs_command(seed=True, name=f"{name}-export", help=help, params=[*_written(), *options])
    def command(
        console: Console,
        output: Path,
        limit: int | None,
        min_quality_score: float | None,
        score_profile: str | None,
        redact: bool,
        seed: int,
        **given: Any,
    ) -> object:
        settings = settings_from(config, given)
        cursor = settings.get("cursor")
        if cursor is not None:
            _check_new(output)
        outcome = export(
            console,
            name,
            settings,
            output,
            limit=limit,
            redact=redact,
            then=scored(score_profile, min_quality_score),
            seed=seed,
        )
        if cursor is not None:
            _move_on(cursor, output)
        return outcome

    return command


def scored(profile: str | None, minimum: float | None) -> list[Step]:
    """The steps that score samples and drop the poor ones, where that is asked for."""
    steps: list[Step] = []
    if profile is not None or minimum is not None:
        steps.append(("transforms/quality", {"profile": profile} if profile is not None else {}))
    if minimum is not None:
        steps.append(("transforms/quality-floor", {"minimum": minimum}))
    return steps


def _check_new(output: Path) -> None:
    """With a cursor the output gets what is new alone, so it may not replace what came before."""
    if output == Path("-") or not output.suffix:
        raise UsageError("--cursor: expected --output to name a file, as the cursor remembers what is in it")
    if output.exists():
        raise UsageError(
            f"--cursor brings only what is new, and {output} is there already",
            hint="give --output a new name",
        )


def _move_on(path: Path, output: Path) -> None:
    cursor = Cursor.read(path)
    cursor.add(read_samples(output))
    cursor.write(path)


memory_export = _exporter(
    "memory",
    Memory.Config,
    "Make samples from Markdown, text, JSON and JSON lines in the memory folder, redacted.",
    {"--root": "--memory-root"},
)

claude_export = _exporter(
    "claude",
    Claude.Config,
    "Make samples from the logs of Claude Code, redacted: one for each prompt that got an answer.",
)

codex_export = _exporter(
    "codex",
    Codex.Config,
    "Make samples from the logs of Codex CLI, redacted: one for each prompt that got an answer.",
)

gemini_export = _exporter(
    "gemini",
    Gemini.Config,
    "Make samples from the logs of Gemini CLI, redacted: one for each prompt that got an answer.",
)

antigravity_export = _exporter(
    "antigravity",
    Antigravity.Config,
    "Make samples from the logs of Antigravity, redacted: one for each prompt that got an answer.",
)

history_export = _exporter(
    "history",
    History.Config,
    "Make samples from the events of the AFS history, redacted: models, tools, files, commands.",
    {"--root": "--history-root"},
)
