"""Routines, and the comments that explain them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from afs.asm import Routine, Source, references
from afs.oracle.comment_text import cleaned, flowed, usable
from afs.oracle.comments import Comments

__all__ = ["Explained", "Routines", "Step"]

_WORD = re.compile(r"[^\W\d_]{2,}\w*")
_HEX = re.compile(r"(?=\w*\d)[0-9A-Fa-f]+")
_CONTRACT = re.compile(
    r"(?i)\s*(?:[axyc]\s*[=:-]|\$[0-9a-f]{1,2}(?:\[\w+\])?\s*[=:-]|\$[0-9a-f]{3,6}\s*[=-]|[@\\]\w"
    r"|(?:in|out|inputs?|outputs?|arg\w*|param\w*|returns?|entry|exit|clobbers?)\s*:|\[(?:in|out|inout)\])"
)
_VALUE = re.compile(r"\s*(?![AC] )[0-9A-Fa-f]{1,4}h?\s*[:=]\s")
#: Says where code was put, not what it does.
_SITE = re.compile(r"(?i)bank \$?[0-9a-f]{2}\b|[^\n]*\bfree[- ]?(?:space|room|run)\b")
#: The words of a name: ``DrawBoat2`` is ``Draw`` and ``Boat``.
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


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
    def is_contract(self) -> bool:
        """Whether the comment only says what goes in and what comes out."""
        lines = [line for line in self.comment.split("\n") if line]
        margin = min((len(line) - len(line.lstrip()) for line in lines), default=0)
        return all(_CONTRACT.match(line) for line in lines if not line[margin:].startswith(" "))

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
    # On a line with an instruction the comment speaks of that.
    beside = comments.behind(routine.line)[0] if first != routine.line else []
    last = comments.closed(routine.line, routine.end_line)
    code = comments.text(routine.line, last)
    parts = [cleaned(lines, names, paragraphs=True) for lines in (above, beside, below)]
    parts = [part if usable("\n".join(part)) and not _SITE.match("\n".join(part)) else [] for part in parts]
    if not _explains([line for part in parts for line in part], names[-1]):
        return Explained(routine, "", routine.line, last, code, _steps(routine, comments, routine.line))
    comment = "\n".join(dict.fromkeys("\n".join(part) for part in parts if part))
    start, end = start if parts[0] else routine.line, end if parts[2] else routine.line
    return Explained(routine, comment, start, last, code, _steps(routine, comments, end))


def _explains(lines: Sequence[str], name: str) -> bool:
    """Whether there is more than a word, a routine's name, numbers, registers, and a list of values."""
    words = {word.casefold() for word in _WORD.findall(" ".join(lines)) if not _HEX.fullmatch(word)}
    known = {word.casefold() for part in name.split("_") for word in (part, *_PARTS.findall(part))}
    says = len(words) > 1 or any(map(_CONTRACT.match, lines))
    return says and bool(words - known) and not all(_VALUE.match(line) for line in lines if line)


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
    return "; ".join(line.strip().rstrip(";,") for line in flowed(lines).split("\n"))
