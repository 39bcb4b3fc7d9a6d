"""What a code base defines, for the judgement of how a text uses its names.

A name that is nowhere defined, a call of a table, ``JSR`` of a routine that ends with ``RTL``, a direct page
operand for what lies elsewhere: none of it shows in the text alone. A text of which the code base knows less
than half the names is of another code base, and nothing is said of it.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from afs.asm import Source
from afs.asm.sources.code_base import sources_below
from afs.asm.sources.source import Routine
from afs.discriminator.asm_line import Op, ops_of
from afs.discriminator.asm_liveness import LONG, SHORT, UNKNOWN_CALL, Called, asked, called
from afs.discriminator.tokens import number_of
from afs.discriminator.words import words
from afs_core import DataError

__all__ = ["ASKED", "USED", "Definitions", "Use", "own_names", "uses_of"]

#: The figures, in the order of :meth:`Definitions.figures`.
USED: Final = words("undefined_names wrong_calls called_data data_of_code too_short too_long indexed_single")
#: The figures of :meth:`Definitions.asked_of`.
ASKED: Final = words("wrong_return unasked_value")

_SHORT, _LONG, _CODE, _DATA, _ADDRESS, _OTHER = range(6)
_ENDS: Final = {"rts": _SHORT, "rtl": _LONG}
_CALLS: Final = {"jsr": "short", "jsl": "long", "jmp": "jump", "jml": "jump", "bra": "jump", "brl": "jump"}
_BRANCHED: Final = frozenset(words("bcc bcs beq bne bmi bpl bvc bvs per pea"))
_LOW: Final = 0x2000
_PLACE: Final = 0xFFFFFF
_SIZES: Final = 24  # bits of an address, above which the size of what lies there is kept
_SINGLE: Final = 2
_BITS: Final = 5
_MASK: Final = (1 << _BITS) - 1
_ROUNDS: Final = 3

#: A name by its number, and how it is used: ``short`` or ``long`` for calls, ``jump``, ``b``, ``w``, ``l``
#: or ``data`` for a value in memory, ``other``.
Use = tuple[int, str]


class Definitions(NamedTuple):
    """Kind and value of names by their numbers: of addresses where they are, of routines what they use and
    set (:data:`afs.discriminator.asm_liveness.Called`), else 0."""

    known: Mapping[int, tuple[int, int]] = {}
    asked: Mapping[int, int] = {}

    @classmethod
    def read(cls, folders: Iterable[Path]) -> Definitions:
        """All assembly below ``folders``. Raises DataError for a file that cannot be read."""
        known: dict[int, tuple[int, int]] = {}
        routines: list[Routine] = []
        for path in (path for folder in folders for path in sources_below(folder)):
            try:
                source = Source.read(path)
            except OSError as fault:
                raise DataError(f"cannot be read: {fault.strerror}", path=path) from None
            known.update((_number(label.name), (_DATA, 0)) for label in source.labels)
            routines += source.routines
            for symbol in source.symbols:
                value = symbol.value
                known[_number(symbol.name)] = (_OTHER, 0) if value is None else (_ADDRESS, value & _PLACE)
        found = cls(_sized(known) | _routines(routines))
        return found._replace(asked=_asked(routines, found.called))

    def called(self, name: str) -> Called:
        """What the routine of a name uses and sets, as far as it is known."""
        kind, value = self.known.get(_number(name), (_OTHER, 0))
        return (value & _MASK, value >> _BITS) if kind in (_SHORT, _LONG, _CODE) else UNKNOWN_CALL

    def figures(self, uses: Sequence[Use]) -> list[float]:
        """The figures of :data:`USED`; NaN where the code base is another, or nothing is known of it."""
        names = {number for number, _ in uses}
        missing = sum(number not in self.known for number in names)
        if not self.known or missing * 2 > len(names):
            return [math.nan] * len(USED)
        count = Counter(fault for use in uses if use[0] in self.known for fault in self._faults(*use))
        return [float(missing), *(float(count[name]) for name in USED[1:])]

    def _faults(self, number: int, use: str) -> Iterator[str]:
        kind, value = self.known[number]
        way, indexed = use.removesuffix(","), use.endswith(",")
        if kind in (_SHORT, _LONG) and way in ("short", "long") and (kind == _LONG) != (way == "long"):
            yield "wrong_calls"
        elif kind in (_DATA, _ADDRESS) and way in ("short", "long", "jump"):
            yield "called_data"
        elif kind in (_SHORT, _LONG, _CODE) and way in ("b", "w", "l", "data"):
            yield "data_of_code"
        elif kind == _DATA and way == "b":
            yield "too_short"
        elif kind == _ADDRESS and way in ("b", "w", "l", "data"):
            yield _misfit(value & _PLACE, way)
            if indexed and value >> _SIZES <= _SINGLE:
                yield "indexed_single"

    def asked_of(self, own: Sequence[int], figure: Callable[[str], float]) -> list[float]:
        """The figures of :data:`ASKED`: how a routine goes with its callers in other files; NaN where none
        is known."""
        asked = 0
        for number in own:
            asked |= self.asked.get(number, 0)
        if not asked:
            return [math.nan] * len(ASKED)
        short, long = asked & SHORT, asked & LONG
        wrong = (figure("rts") if not short else 0) + (figure("rtl") if not long else 0)
        values = sum(figure("idle_" + name) > 0 for bit, name in enumerate("axy") if not asked >> bit & 1)
        return [wrong, float(values)]

    def arrays(self) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.uint32]]]:
        """As they are kept in a file."""
        rows = sorted((number, *entry, self.asked.get(number, 0)) for number, entry in self.known.items())
        return {"definitions": np.array(rows, np.uint32).reshape(-1, 4)}

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> Definitions:
        asked = {number: how for number, _, _, how in rows if how}
        return cls({number: (kind, value) for number, kind, value, _ in rows}, asked)


def _number(name: str) -> int:
    return number_of("a" + name.lower())


def _sized(known: Mapping[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """With the size of what lies at each address: how far it is to the next one, 255 bytes at most."""
    places = sorted({value for kind, value in known.values() if kind == _ADDRESS})
    sizes = {one: min(other - one, 255) for one, other in itertools.pairwise(places)}
    return {
        number: (kind, value | sizes.get(value, 255) << _SIZES if kind == _ADDRESS else value)
        for number, (kind, value) in known.items()
    }


def _routines(routines: Sequence[Routine]) -> dict[int, tuple[int, int]]:
    """What routines are to their callers; those that they call count as far as that is known by then."""
    texts = {
        _number(r.name): (_kind(r), [op for line in r.text.split("\n") for op in ops_of(line)])
        for r in routines
    }
    found: dict[int, tuple[int, int]] = {}
    for _ in range(_ROUNDS):
        for number, (kind, ops) in texts.items():
            uses, sets = called(ops, Definitions(found).called) if ops else UNKNOWN_CALL
            found[number] = kind, uses | sets << _BITS
    return found


def _asked(routines: Sequence[Routine], find: Callable[[str], Called]) -> dict[int, int]:
    """How each routine is called from other files than its own, and what is used of what it leaves."""
    homes = {routine.name.lower(): routine.file for routine in routines}
    found: dict[int, int] = {}
    for routine in routines:
        ops = [op for line in routine.text.split("\n") for op in ops_of(line)]
        for name, how in asked(ops, find):
            if homes.get(name.lower(), routine.file) != routine.file:
                found[_number(name)] = found.get(_number(name), 0) | how
    return found


def _kind(routine: Routine) -> int:
    ends = {item.statement.name for item in routine.body if item.statement.kind == "instruction"}
    found = [kind for name, kind in _ENDS.items() if name in ends]
    return found[0] if len(found) == 1 else _CODE


def _misfit(value: int, use: str) -> str:
    """Whether an operand of one size reaches an address, as far as the low RAM of all banks goes."""
    bank, place = value >> 16, value & 0xFFFF
    low = bank in (0x7E, 0x00) and place < _LOW
    if use == "b" and (not low or place > 0xFF):
        return "too_short"
    if use == "w" and bank == 0x7E and not low:
        return "too_short"
    return "too_long" if use == "l" and low else ""


def own_names(ops: Iterable[Op]) -> list[int]:
    """The labels that a text defines for others, by their numbers."""
    return [_number(label) for op in ops for label in op.labels if label[0] not in ".+-?"]


def uses_of(ops: Iterable[Op]) -> list[Use]:
    """The names of other places that a text uses, and how; each pair once."""
    ops = list(ops)
    own = {label for op in ops for label in op.labels}
    found = {
        (name, _way(op)): None
        for op in ops
        for name in op.symbols
        if name[0] not in ".+-?" and name not in own
    }
    return [(_number(name), way) for name, way in found]


def _way(op: Op) -> str:
    call = _CALLS.get(op.name)
    if call is not None:
        return call if op.form == "e" else "other"
    if op.name in _BRANCHED or op.form[:1] in ("#", "") or op.kind != "instruction":
        return "other"
    return (op.suffix or "data") + ("," if op.form in ("e,x", "e,y") else "")
