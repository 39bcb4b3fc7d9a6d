"""The command line. Help and version come from the catalogue before anything is imported.

Plugins import ``Console``, ``afs_command`` and ``data_path`` from here.
"""

from __future__ import annotations

import os
import sys

import afs_core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from afs_core.cli.command import AfsCommand as AfsCommand
    from afs_core.cli.command import afs_command as afs_command
    from afs_core.cli.command import required_input as required_input
    from afs_core.cli.console import Console as Console
    from afs_core.cli.options import data_path as data_path
    from afs_core.cli.options import options_of as options_of
    from afs_core.cli.options import settings_from as settings_from
    from afs_core.cli.sample_options import faulty as faulty
    from afs_core.cli.sample_options import on_error_option as on_error_option
    from afs_core.cli.sample_options import output_option as output_option
    from afs_core.cli.sample_options import rejected_option as rejected_option
    from afs_core.cli.sample_options import sample_inputs as sample_inputs

_HOMES = {
    "AfsCommand": "command",
    "Console": "console",
    "afs_command": "command",
    "data_path": "options",
    "faulty": "sample_options",
    "on_error_option": "sample_options",
    "options_of": "options",
    "output_option": "sample_options",
    "rejected_option": "sample_options",
    "required_input": "command",
    "sample_inputs": "sample_options",
    "settings_from": "options",
}

__all__ = ["main", *_HOMES]

_HELP = ("--help", "-h")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    args = list(sys.argv[1:] if argv is None else argv)
    _never_refuse_a_character()
    try:
        text = _known_text(args)
        if text:
            sys.stdout.write(text)
            code = 0
        else:
            from afs_core.cli.root import run

            code = run(args)
        sys.stdout.flush()
    except BrokenPipeError:
        code = 141  # afs ... | head
        _leave_standard_output()
    except KeyboardInterrupt:
        code = 130
    except OSError as fault:
        sys.stderr.write(f"error: standard output cannot be written: {fault.strerror}\n")
        _leave_standard_output()
        code = 1
    return code


def _known_text(args: list[str]) -> str:
    """What can be said without loading anything; empty where that is nothing."""
    if "_AFS_COMPLETE" in os.environ:
        return ""
    if args == ["--version"]:
        return f"afs {afs_core.__version__}\n"
    words = args[:-1] if args and args[-1] in _HELP else args
    if len(args) > 3 or len(words) == len(args) > 0 or any(word.startswith("-") for word in words):
        return ""
    from afs_core import catalogue
    from afs_core.cli import help

    content = catalogue.read()
    if content is None:
        return ""
    lines = help.lines_of(content["plugins"])
    if not words:
        return help.root_help(lines, content["faults"], content["problems"])
    prefix = " ".join(words)
    if any(path == prefix for path, _ in lines):
        return ""
    return help.group_help(prefix, lines, content["faults"], content["problems"])


def _never_refuse_a_character() -> None:
    """A terminal without UTF-8 shows an escape for what it cannot, instead of a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if (stream.encoding or "").lower() != "utf-8" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _leave_standard_output() -> None:
    """Nothing more can be said there, also not when Python flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
