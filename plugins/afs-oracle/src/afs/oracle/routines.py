"""Routines that a comment explains."""

from __future__ import annotations

import re

import msgspec

from afs.asm import Routine, Source, references
from afs.oracle.addresses import LOST, comment_start

__all__ = ["Explained", "Routines"]

_RULER = re.compile(r"[\W_]*")


class Explained(msgspec.Struct, frozen=True):
    """A routine and the comment above it; ``start`` is the comment's first line."""

    routine: Routine
    comment: str
    start: int

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
    """Collects routines file by file; :meth:`found` are those that have one explanation."""

    def __init__(self) -> None:
        self._known: dict[str, Explained] = {}
        #: Names of routines that two places explain differently.
        self.torn: dict[str, tuple[Explained, Explained]] = {}
        #: How many have no comment.
        self.silent = 0

    def add(self, source: Source) -> None:
        own = {comment.line for comment in source.comments if comment.own_line}
        for routine in source.routines:
            comment = _comment(routine)
            if not comment:
                self.silent += 1
                continue
            explained = Explained(routine, comment, comment_start(own, routine.line))
            known = self._known.setdefault(routine.name, explained)
            if known.comment != comment:
                self.torn.setdefault(routine.name, (known, explained))

    def found(self) -> tuple[Explained, ...]:
        """In the order of the sources."""
        return tuple(explained for name, explained in self._known.items() if name not in self.torn)


def _comment(routine: Routine) -> str:
    """The comment above the routine without rulers and without its own name as a headline."""
    lines = [line.strip() for line in routine.above.splitlines()]
    lines = [line for line in lines if not _RULER.fullmatch(line)]
    own = {routine.name, routine.name.removeprefix(f"{routine.namespace}_")}
    if lines and lines[0].rstrip(":").strip() in own:
        del lines[0]
    comment = "\n".join(lines)
    return "" if LOST in comment else comment
