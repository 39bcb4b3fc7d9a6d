"""What one line of code says by itself: its faults, and the events that need the lines around it.

Facts depend on the line's text alone, so they are computed once for each different text.
"""

from __future__ import annotations

from typing import Final

import msgspec

from afs.asm.language.findings import Fault
from afs.asm.language.functions import SIGNATURES


class Step(msgspec.Struct, frozen=True, gc=False):
    """An instruction that sets the widths of the registers, or has an immediate that depends on them.

    `kind`: rep and sep with the bits as `value`, -1 unknown; m and x for an immediate that goes with that
    flag, `value` being its bytes; php, plp, xce, clc, sec; call; end, after which nothing is reached; or
    go, a branch. `name` is the target of the last three, where it is one label.
    """

    kind: str
    value: int
    at: int
    name: str = ""


class Event(msgspec.Struct, frozen=True, gc=False):
    """Something to be settled in context: `kind` names one of the methods `_take_…` of Context. `offset` is
    the bytes that the line assembles to before it, -1 if nobody knows."""

    kind: str
    name: str
    at: int
    detail: str = ""
    offset: int = 0


class Facts(msgspec.Struct, frozen=True, gc=False):
    """`length` is the bytes that the line assembles to, -1 if that depends on more than its text; `steps`
    what it does to the widths of the registers, and with them."""

    faults: tuple[Fault, ...] = ()
    events: tuple[Event, ...] = ()
    length: int = 0
    steps: tuple[Step, ...] = ()


EMPTY: Final = Facts()
#: Lines that cannot be judged alone: those continued in the next, and those whose statements must be taken
#: one by one, since they use defines or begin with a condition.
CONTINUED: Final = Facts(length=-2)
BY_PARTS: Final = Facts(length=-3)


#: Functions that read a ROM or a file, and the number of their values with which they must find it.
READS_DATA: Final = {
    mark + name: count
    for mark in ("", "_")
    for name, count in [("filesize", 1)]
    + [(f"{kind}{size}", count) for kind, count in (("read", 1), ("readfile", 2)) for size in (1, 2, 3, 4)]
}


def function_events(calls: tuple[tuple[str, int], ...], at: int) -> list[Event]:
    """The calls of functions that are not built in, and of those that must find a ROM or a file; `detail` is
    how many values each is given."""
    return [
        Event("function", name, at, str(count))
        for name, count in calls
        if name not in SIGNATURES or READS_DATA.get(name) == count
    ]
