"""A command of afs: a function with a console, options in common, and an honest exit code.

    @afs_command(seed=True)
    @click.option("--input", "inputs", multiple=True, type=data_path)
    def prepare(console: Console, inputs: tuple[Path, ...], seed: int) -> object:
        \"\"\"Split samples into train, val and test.\"\"\"
        with console.run(seed=seed) as run:
            outcome = execute(Stage(..., inputs=required_input(inputs)), run)
        console.report(outcome)
        return outcome

What the function returns is the ``data`` of the ``--json`` envelope. It raises
:class:`~afs_core.errors.AfsError` subclasses; the command turns them into message, hint,
envelope and exit code, wherever it is mounted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from afs_core.cli.console import Console, Session, envelope, show_failure
from afs_core.cli.options import DataPath, data_path, options_of, require_settings, settings_from
from afs_core.errors import AfsError, UsageError

__all__ = [
    "AfsCommand",
    "Console",
    "DataPath",
    "Session",
    "afs_command",
    "data_path",
    "envelope",
    "options_of",
    "require_settings",
    "required_input",
    "settings_from",
    "show_failure",
    "wants_json",
]

_JSON, _QUIET, _ARGS = "afs.json", "afs.quiet", "afs.args"


class AfsCommand(click.Command):
    """A click command that reports its own failures; its callback takes the console first."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        given = list(args)
        try:
            context = super().make_context(info_name, args, parent, **extra)
        except click.UsageError as fault:
            fault.ctx = fault.ctx or click.Context(self, parent, info_name)
            code = show_failure(fault, json=wants_json(given), command=_path(fault.ctx))
            raise click.exceptions.Exit(code) from None
        context.meta[_ARGS] = given
        return context

    def invoke(self, ctx: click.Context) -> Any:
        path = _path(ctx)
        console = Console(
            path,
            json=ctx.meta.get(_JSON, False),
            quiet=ctx.meta.get(_QUIET, False),
            argv=("afs", *path.split(), *ctx.meta.get(_ARGS, ())),
        )
        try:
            if ctx.params.get("output") is not None:
                console.keep_apart(ctx.params["output"])
            data = ctx.invoke(self.callback, console, **ctx.params) if self.callback else None
        except (click.exceptions.Exit, BrokenPipeError):
            raise
        except (Exception, KeyboardInterrupt) as fault:
            ctx.exit(_fail(fault, console))
        if console.json:
            data = console.data if data is None else data
            click.echo(envelope(path, data=data, warnings=console.warnings))
        return data


def afs_command(
    *, seed: bool = False, cls: type[AfsCommand] = AfsCommand, **settings: Any
) -> Callable[[Callable[..., Any]], AfsCommand]:
    """Make a command of a function ``(console, **options)``; adds ``--json``, ``--quiet``, and
    with ``seed`` ``--seed``. ``settings`` are click's (``name``, ``params``, ``help``, ...)."""

    def make(function: Callable[..., Any]) -> AfsCommand:
        command = click.command(cls=cls, **settings)(function)
        command.params += common_options(seed=seed)
        return command

    return make


def common_options(*, seed: bool = False) -> list[click.Parameter]:
    """``--seed`` where anything is random, ``--json`` and ``--quiet`` everywhere."""
    options: list[click.Parameter] = [
        _switch("--json", _JSON, "Print one JSON object: command, ok, data, warnings, error."),
        _switch("--quiet", _QUIET, "Say nothing but results, warnings and errors."),
    ]
    if seed:
        help = "Same inputs, settings and seed give the same output."
        options.insert(0, click.Option(["--seed"], type=int, default=42, show_default=True, help=help))
    return options


def required_input(inputs: Sequence[Path], flag: str = "--input") -> tuple[Path, ...]:
    """The inputs, or standard input where none is named; at a terminal a UsageError naming ``flag``."""
    if inputs:
        return tuple(inputs)
    if sys.stdin.isatty():
        raise UsageError(f"{flag} is missing", hint=f"name a file with {flag} FILE, or pipe samples in")
    return (Path("-"),)


def wants_json(args: Sequence[str]) -> bool:
    """Whether ``--json`` was asked for, told from the bare words of a command line."""
    words = list(args)
    return "--json" in (words[: words.index("--")] if "--" in words else words)


def _switch(flag: str, key: str, help: str) -> click.Option:
    def remember(context: click.Context, param: click.Parameter, value: bool) -> None:
        if value:
            context.meta[key] = True

    return click.Option([flag], is_flag=True, expose_value=False, callback=remember, help=help)


def _path(context: click.Context) -> str:
    """``training prepare``: the command's path without the program's name."""
    words = context.command_path.split()
    return " ".join(words[1:] if context.parent is not None else words)


def _fail(fault: BaseException, console: Console) -> int:
    expected = isinstance(fault, (AfsError, click.ClickException, click.Abort, KeyboardInterrupt))
    if os.environ.get("AFS_TRACEBACK") and not expected:
        raise fault
    return show_failure(
        fault, json=console.json, command=console.command, warnings=console.warnings, data=console.data
    )
