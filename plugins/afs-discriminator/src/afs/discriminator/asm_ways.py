"""Where the ways through a routine lead, statement by statement."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from afs.discriminator.asm_line import BRANCHES, Op
from afs.discriminator.words import words

__all__ = ["JUMPS", "RETURNS", "Ways"]

RETURNS: Final = frozenset(words("rts rtl rti"))
JUMPS: Final = frozenset(words("jmp jml bra brl"))
_GOING: Final = BRANCHES | JUMPS
_LEAVING: Final = RETURNS | {"stp"}


class Ways:
    """The labels of a text, and what follows each of its statements."""

    def __init__(self, ops: Sequence[Op]) -> None:
        self.ops = ops

    @cached_property
    def targets(self) -> dict[int, int | None]:
        """Where branches and jumps lead, by their places: to the nearest label that is named, below first;
        None where it is not in the text."""
        labels: dict[str, list[int]] = {}
        going: list[tuple[int, str]] = []
        for place, op in enumerate(self.ops):
            for label in op.labels:
                labels.setdefault(label, []).append(place)
            if op.name in _GOING:
                going.append((place, op.symbols[0] if op.symbols else op.operand))
        return {place: _nearest(labels.get(name, ()), name, place) for place, name in going}

    @cached_property
    def behind(self) -> list[tuple[int, ...]]:
        """For each statement the places that may come next; one of ``len(ops)`` is outside the text."""
        outside = len(self.ops)
        found: list[tuple[int, ...]] = [(place,) for place in range(1, outside + 1)]
        for place, op in enumerate(self.ops):
            if op.kind == "data" or (op.kind == "instruction" and op.name in _LEAVING):
                found[place] = (outside,)
        for place, target in self.targets.items():
            op = self.ops[place]
            if op.kind == "instruction":
                there = outside if target is None else target
                found[place] = (place + 1, there) if op.name in BRANCHES else (there,)
        return found

    @cached_property
    def loops(self) -> bool:
        """Whether any way leads back."""
        return any([there is not None and there <= place for place, there in self.targets.items()])


def _nearest(places: Sequence[int], name: str, place: int) -> int | None:
    if not places:
        return None
    if name[:1] != "-":
        for other in places:
            if other > place:
                return other
    return ([other for other in places if other <= place] or places)[-1]
