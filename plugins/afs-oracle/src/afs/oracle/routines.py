"""Routines, and the comments that explain them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from afs.asm import Routine, Source, references
from afs.oracle.comments import Comments, cleaned, flowed, usable

__all__ = ["Explained", "Routines", "Step"]


class Step(NamedTuple):
    """A comment on lines of its own within code."""

    start: int
    end: int
    text: str


class Explained(msgspec.Struct, frozen=True):
    """A routine and the comment that explains it, empty where none does.

    ``start`` is the first line of the comment, or of the routine where that comes first, ``end`` the
    last line of ``code``, a closing brace included. ``steps`` are the comments within the code.
    """

    routine: Routine
    comment: str
    start: int
    end: int
    code: str
    steps: tuple[Step, ...] = ()

    @property
    def name(self) -> str:
        """With its namespace."""
        return self.routine.name

    @property
    def file(self) -> str:
        return self.routine.file

    @property
    def line(self) -> int:
        return self.routine.line

    def uses(self, names: set[str]) -> bool:
        """Whether its code names one of ``names``, as they are seen from its namespace."""
        space = f"{self.routine.namespace}_"
        return any(use.name in names or space + use.name in names for use in references(self.routine))


class Routines:
    """Collects routines file by file; :meth:`found` are those that are one thing everywhere."""

    def __init__(self) -> None:
        self._known: dict[str, Explained] = {}
        #: Names of routines that two places explain or write differently.
        self.torn: dict[str, tuple[Explained, Explained]] = {}
        #: How many have no comment.
        self.silent = 0

    def add(self, source: Source, comments: Comments) -> None:
        for routine in source.routines:
            explained = _explained(routine, comments)
            self.silent += not explained.comment
            known = self._known.setdefault(routine.name, explained)
            if known is not explained and _told(known) != _told(explained):
                self.torn.setdefault(routine.name, (known, explained))

    def found(self) -> tuple[Explained, ...]:
        """In the order of the sources."""
        return tuple(explained for name, explained in self._known.items() if name not in self.torn)


def _told(explained: Explained) -> tuple[str, str]:
    return explained.comment, " ".join(explained.code.split())


def _explained(routine: Routine, comments: Comments) -> Explained:
    names = (routine.name, routine.name.removeprefix(f"{routine.namespace}_"))
    first = next(p.line for p in routine.body if p.statement.kind in ("instruction", "macro-call", "data"))
    above, start = comments.above(routine.line)
    below, end = comments.below(routine.line, first)
    beside = [c.text for c in routine.comments if c.line == routine.line and not c.own_line]
    if first == routine.line:
        beside = []  # it speaks of the instruction on the label's line
    last = comments.closed(routine.line, routine.end_line)
    code = comments.text(routine.line, last)
    for lines in (above, beside, below):
        told = "\n".join(cleaned(lines, names))
        if usable(told) and usable(told.replace(names[-1], "")):  # more than its number and name
            start = start if lines is above else routine.line
            return Explained(routine, told, start, last, code, _steps(routine, comments, end))
    return Explained(routine, "", routine.line, last, code, _steps(routine, comments, routine.line))


def _steps(routine: Routine, comments: Comments, after: int) -> tuple[Step, ...]:
    """The comments on lines of their own within the code."""
    blocks: list[list[tuple[int, str]]] = []
    for line, text in comments.inside(after + 1, routine.end_line):
        if blocks and blocks[-1][-1][0] == line - 1:
            blocks[-1].append((line, text))
        else:
            blocks.append([(line, text)])
    told = (
        Step(block[0][0], block[-1][0], _on_one_line(cleaned([text for _, text in block])))
        for block in blocks
    )
    return tuple(step for step in told if usable(step.text))


def _on_one_line(lines: Sequence[str]) -> str:
    return "; ".join(line.rstrip(";,") for line in flowed(lines).split("\n"))
