"""The text of ``afs --help`` and of a group's help, out of plain data; imports nothing."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

__all__ = ["COMMON", "group_help", "root_help"]

#: Path and summary of a command.
Line = tuple[str, str]

COMMON = "Common options of commands: --json, --quiet, --help, and --seed where anything is random."

_ROOT = """\
Usage: afs [OPTIONS] COMMAND [ARGS]...

From your own code and notes to small local language models, with proof at each step.

Options:
  --version     Show the version and end.
  --no-plugins  Load no plugin, only the core.
  --traceback   Show where an unexpected error happened.
  --help        Show this text and end.
"""


def lines_of(plugins: Iterable[dict[str, Any]]) -> list[Line]:
    """Path and summary of every command in a catalogue's plugins."""
    summaries: dict[str, str] = {}
    for plugin in plugins:
        for command in plugin["commands"]:
            summaries.setdefault(command["path"], command["summary"])
    return sorted(summaries.items())


def root_help(lines: Sequence[Line], faults: int = 0, problems: int = 0) -> str:
    """Single commands first, then group by group."""
    groups: dict[str, list[Line]] = {"": []}
    for line in lines:
        group = line[0].partition(" ")[0] if " " in line[0] else ""
        groups.setdefault(group, []).append(line)
    width = max((len(path) for path, _ in lines), default=0)
    parts = [_ROOT]
    for group, members in groups.items():
        if members:
            parts.append(f"{group or 'Commands'}:\n{_listed(members, width)}")
    return "\n".join([*parts, COMMON, *_footer(faults, problems)]) + "\n"


def group_help(prefix: str, lines: Sequence[Line], faults: int = 0, problems: int = 0) -> str:
    """The commands below ``prefix``; empty where there are none."""
    members = [(path[len(prefix) + 1 :], summary) for path, summary in lines if path.startswith(f"{prefix} ")]
    if not members:
        return ""
    width = max(len(name) for name, _ in members)
    head = f"Usage: afs {prefix} COMMAND [ARGS]...\n\nCommands:\n{_listed(members, width)}"
    return "\n".join([head, COMMON, *_footer(faults, problems)]) + "\n"


def _listed(lines: Sequence[Line], width: int) -> str:
    return "".join(
        f"  {path.ljust(width)}  {' '.join(summary.split()).rstrip('.')}".rstrip() + "\n"
        for path, summary in lines
    )


def _footer(faults: int, problems: int) -> list[str]:
    notes = []
    if faults:
        notes.append(f"{faults} plugin{'s' * (faults > 1)} failed: afs plugins list")
    if problems:
        notes.append(f"{problems} problem{'s' * (problems > 1)} in the configuration: afs config validate")
    return ["", *notes] if notes else []
