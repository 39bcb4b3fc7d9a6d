"""What one line of code says by itself: its faults, and the events that need the lines around it.

Facts depend on the line's text alone, so they are computed once for each different text.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from .expressions import BUILTIN_FUNCTIONS
from .findings import Fault


class Event(NamedTuple):
    """Something to be settled in context: `kind` is label, assign, use, branch, call, function, param,
    open, close, else, file, define-function, namespace, arch or place. `offset` is the bytes that the
    line assembles to before it, -1 if nobody knows."""

    kind: str
    name: str
    at: int
    detail: str = ""
    offset: int = 0


class Facts(NamedTuple):
    """`length` is the bytes that the line assembles to, -1 if that depends on more than its text."""

    faults: tuple[Fault, ...] = ()
    events: tuple[Event, ...] = ()
    length: int = 0


EMPTY: Final = Facts()
#: Lines that cannot be judged alone: those continued in the next, and those that use defines.
CONTINUED: Final = Facts(length=-2)
WITH_DEFINES: Final = Facts(length=-3)


def function_events(names: tuple[str, ...], at: int) -> list[Event]:
    return [
        Event("function", name, at) for name in names if name.lstrip("_").lower() not in BUILTIN_FUNCTIONS
    ]
