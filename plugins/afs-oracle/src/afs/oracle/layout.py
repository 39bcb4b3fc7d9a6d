"""Labels that are laid out in memory: ``org $0330`` or ``base $7E0800``, and labels with ``skip`` behind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from afs.asm import LabelDefinition, Placed, Source

__all__ = ["laid_out"]

_NUMBER = re.compile(r"\$([0-9A-Fa-f]{1,6})\Z|([0-9]{1,5})\Z")
_ELSEWHERE = frozenset(
    {"pullpc", "freecode", "freedata", "freespace", "incsrc", "incbin", "fill", "pad", "align"}
)
_SILENT = frozenset({"define", "assign", "brace", "label"})
_LONG = 6


def laid_out(source: Source) -> Iterator[tuple[LabelDefinition, str]]:
    """Each label that only ``skip`` gives room to, with its address: four digits where no bank is written."""
    names = {label.line: label for label in source.labels if label.kind == "global"}
    place, waiting = _Place(), list[tuple[LabelDefinition, str]]()
    for placed in source.statements:
        if place.enters(placed):
            waiting = []
        if place.known and (label := names.get(placed.line)) and placed.statement.labels:
            waiting.append((label, place.shown()))
        if placed.statement.name == "skip" and placed.statement.kind == "directive" and place.known:
            yield from waiting
            waiting = []
        if not place.moves(placed):
            waiting = []


class _Place:
    """Where the next byte goes, as far as that is written."""

    def __init__(self) -> None:
        self._at: int | None = None
        self._digits = 0
        self._inside = ""
        self._based = False

    @property
    def known(self) -> bool:
        return self._at is not None and not self._inside

    def shown(self) -> str:
        return f"${self._at:06X}" if self._digits >= _LONG else f"${self._at:04X}"

    def enters(self, placed: Placed) -> bool:
        """Whether the statement leads elsewhere; where to, if it says so."""
        statement = placed.statement
        if statement.kind != "directive":
            return False
        if statement.name in ("macro", "struct"):
            self._inside = statement.name
        elif statement.name == f"end{self._inside}":
            self._inside = ""
        if statement.name == "org" and self._based:
            return False  # labels lie where the base says
        if statement.name in ("org", "base"):
            self._based = statement.name == "base" and statement.operand.lower() != "off"
            match = _NUMBER.match(statement.operand)
            self._at = (int(match[1], 16) if match[1] else int(match[2])) if match else None
            self._digits = len(match[1] or "") if match else 0
            return True
        if statement.name in _ELSEWHERE:
            self._at = None
        return statement.name in _ELSEWHERE

    def moves(self, placed: Placed) -> bool:
        """Whether it is known how far the statement moves on; what emits code is not laid out so."""
        statement = placed.statement
        if self._inside or statement.kind in _SILENT:
            return True
        if statement.kind == "directive":
            if statement.name == "skip" and self._at is not None:
                match = _NUMBER.match(statement.operand)
                size = (int(match[1], 16) if match[1] else int(match[2])) if match else None
                self._at = None if size is None else self._at + size
            return True
        self._at = None
        return False
