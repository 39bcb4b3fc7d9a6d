"""``afs doctor``: what is wrong on this machine, and the command that mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import msgspec

from afs_core.capability import Problem
from afs_core.cli.checks import CORE_CHECKS
from afs_core.cli.command import Console, Session, afs_command
from afs_core.cli.console import paint
from afs_core.errors import AfsError

__all__ = ["Finding", "doctor", "findings"]

LEVELS = {"ok": "green", "note": "cyan", "warning": "yellow", "error": "red"}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A problem, and the check that found it."""

    check: str
    level: str
    subject: str
    message: str
    remedy: str = ""


@afs_command()
def doctor(console: Console) -> object:
    """Look for what is wrong, and say what mends it; exit 1 if anything is."""
    found: list[Finding] = []
    for finding in findings(console.session):
        found.append(finding)
        console.print(f"{_level(finding.level)}  {finding.subject}: {finding.message}")
        if finding.remedy:
            console.print(f"         try: {finding.remedy}")
    console.data = found
    errors = sum(finding.level == "error" for finding in found)
    if errors:
        raise AfsError(
            f"{errors} error{'s' if errors > 1 else ''} found", hint="the lines that say error, above"
        )
    return found


def findings(session: Session) -> Iterator[Finding]:
    """Everything that the core's checks and the plugins' find; a check that breaks is a finding."""
    for check in CORE_CHECKS:
        yield from _asked(check.__name__, partial(check, session))
    for plugin, declared in session.registry.checks():
        name = f"{plugin.name}/{declared.name}"
        yield from _asked(name, partial(_contributed, declared.target, name, session))


def _contributed(target: str, name: str, session: Session) -> Iterable[Problem]:
    from afs_core.making import target as imported

    found: Iterable[Problem] = imported(target, f"check {name}")(session.config)
    return found


def _asked(name: str, ask: Callable[[], Iterable[Problem]]) -> Iterator[Finding]:
    try:
        for problem in ask():
            yield _finding(name, problem)
    except (Exception, SystemExit) as fault:
        message = f"the check itself failed: {type(fault).__name__}: {fault}"
        plugin, slash, _ = name.partition("/")
        remedy = f"afs plugins info {plugin}" if slash else ""
        yield Finding(check=name, level="error", subject=name, message=message, remedy=remedy)


def _finding(name: str, problem: Problem) -> Finding:
    if problem.level not in LEVELS:
        raise ValueError(f"expected a level of {', '.join(LEVELS)}, got {problem.level!r}")
    return Finding(check=name, **msgspec.structs.asdict(problem))


def _level(level: str) -> str:
    import sys

    return paint(level.ljust(7), LEVELS[level], sys.stdout)
