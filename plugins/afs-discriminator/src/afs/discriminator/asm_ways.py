"""Where the ways through a routine lead, statement by statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from afs.discriminator.asm_line import BRANCHES, Op
from afs.discriminator.words import words

__all__ = ["JUMPS", "RETURNS", "Ways"]

RETURNS: Final = frozenset(words("rts rtl rti"))
JUMPS: Final = frozenset(words("jmp jml bra brl"))


class Ways:
    """The labels of a text, and what follows each of its statements."""

    def __init__(self, ops: Sequence[Op]) -> None:
        self._ops = ops
        self._labels: dict[str, list[int]] = {}
        for place, op in enumerate(ops):
            for label in op.labels:
                self._labels.setdefault(label, []).append(place)

    def target(self, op: Op, place: int) -> int | None:
        """The place of the nearest label that is named, below first; None where it is not in the text."""
        name = op.symbols[0] if op.symbols else op.operand
        places = self._labels.get(name, [])
        if not places:
            return None
        behind = [other for other in places if other > place]
        forward = behind and name[:1] != "-"
        return behind[0] if forward else ([p for p in places if p <= place] or places)[-1]

    def behind(self, place: int) -> list[int]:
        """The places that may come next; one of ``len(ops)`` is outside the text."""
        op, outside = self._ops[place], len(self._ops)
        if op.kind == "data":
            return [outside]
        if op.kind != "instruction":
            return [place + 1]
        if op.name in RETURNS or op.name == "stp":
            return [outside]
        if op.name not in BRANCHES and op.name not in JUMPS:
            return [place + 1]
        target = self.target(op, place)
        there = outside if target is None else target
        return [place + 1, there] if op.name in BRANCHES else [there]
