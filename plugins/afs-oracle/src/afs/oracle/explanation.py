"""What can be said of a routine: its comment, and what the symbol graph shows."""

from __future__ import annotations

from collections.abc import Sequence

from afs.oracle.graph import Graph, Uses
from afs.oracle.lesson import code, listed
from afs.oracle.widths import KEPT, Flow

__all__ = ["MOST", "caller_lines", "flow_lines", "place_name", "use_lines"]

#: A longer list is not given at all, rather than given in part.
MOST = 40
_VERBS = {
    "calls": "Calls",
    "jumps": "Jumps to",
    "reads": "Reads",
    "writes": "Writes",
    "calls_through": "Calls through",
    "jumps_through": "Jumps through",
    "pointers": "Reaches memory through the pointer at",
    "macros": "Uses the macro",
    "points_to": "Names as data",
}


def use_lines(uses: Uses, fields: Sequence[str] = Uses._fields) -> list[str]:
    """One line for each way in which a routine uses something: ``Calls `A` and `B`.``"""
    found = []
    for field in fields:
        items = getattr(uses, field)
        if 0 < len(items) <= MOST:
            plural = "s" if len(items) > 1 and field in ("macros", "pointers") else ""
            verb = (
                _VERBS[field].replace("pointer at", f"pointer{plural} at").replace("macro", f"macro{plural}")
            )
            found.append(f"{verb} {listed(items)}.")
    return found


def caller_lines(graph: Graph, name: str) -> list[str]:
    """Who calls, jumps to and names a routine."""
    users = graph.users.get(name, {})
    found = []
    for verb, words in (("call", "Called by"), ("jump", "Jumped to from"), ("data", "Named as data in")):
        callers = [user for user, how in users if how == verb]
        if 0 < len(callers) <= MOST:
            found.append(f"{words} {listed(callers)}.")
    return found


def flow_lines(flow: Flow) -> list[str]:
    """What is sure of the widths of A and of X and Y."""
    found = []
    needs = [_width(register, width) for register, width in _registers(flow.needs) if width]
    if needs:
        found.append(f"Its first immediate operands are written for {' and '.join(needs)} on entry.")
    m, x = flow.leaves.m, flow.leaves.x
    if m == x == KEPT:
        found.append("It returns with A, X and Y as wide as they came in.")
    else:
        left = [_left(register, width) for register, width in _registers(flow.leaves) if width]
        if left:
            found.append(f"It returns with {' and '.join(left)}.")
    return found


def _registers(state: tuple[object, ...]) -> list[tuple[str, str]]:
    return [("A", str(state[0])), ("X and Y", str(state[1]))]


def _width(register: str, width: str) -> str:
    article = {"A8": "an ", "A16": "a "}.get(register + width, "")
    return f"{article}{width}-bit {register}"


def _left(register: str, width: str) -> str:
    return f"{register} as wide as on entry" if width == KEPT else _width(register, width)


def place_name(graph: Graph, key: int | str) -> str:
    """A place with its address and the names that the sources give to it."""
    names = ", ".join(map(code, graph.names_at(key)))
    if isinstance(key, str):
        return names or code(graph.places[key].shown)
    address = graph.address_of(key)
    digits = f"${address:06X}" if address >= 0x10000 else f"${address:04X}"
    return f"{names} ({digits})" if names else code(digits)
