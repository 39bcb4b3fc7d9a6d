"""Print the reference of all commands, out of the commands themselves:

.venv/bin/python scripts/docs/commands.py > docs/reference/commands.md
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from afs_core.cli.console import Session
from afs_core.cli.root import CatalogueGroup

HEAD = """\
# Commands

Written by `scripts/docs/commands.py` out of the commands themselves, with all first-party plugins
installed.

Every command takes `--json` (one object on stdout: `command`, `ok`, `data`, `warnings`, `error`),
`--quiet` (nothing but results, warnings and errors) and `--help`; they are not repeated below. Results
go to stdout, talk to stderr. `~` is expanded in every path, and `-` stands for stdin or stdout where one
stream makes sense. [Exit codes](exit-codes.md) are the same everywhere.
"""

COMMON = {"--json", "--quiet", "--help"}


def reference() -> str:
    """The whole page."""
    session = Session()
    root = CatalogueGroup(session.registry)
    context = click.Context(root, info_name="afs", obj=session)
    with context:
        return "\n".join([HEAD, *(section(command) for command in commands(root, context))])


def commands(group: click.Group, context: click.Context) -> Iterator[click.Context]:
    """The context of every command below ``group``, in the order of their paths."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from commands(command, inner)
        else:
            yield inner


def section(context: click.Context) -> str:
    """One command: what it does, how it is written, its options."""
    command = context.command
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = [f"## {context.command_path}", "", " ".join((command.help or "").split()), "", f"    {usage}", ""]
    options = [param for param in command.params if isinstance(param, click.Option)]
    records = (option.get_help_record(context) for option in options if not COMMON & set(option.opts))
    rows = [record for record in records if record is not None]
    if rows:
        lines += ["| option | |", "|---|---|"]
        lines += [f"| `{cell(option)}` | {cell(text)} |" for option, text in rows]
        lines.append("")
    return "\n".join(lines)


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    print(reference(), end="")
