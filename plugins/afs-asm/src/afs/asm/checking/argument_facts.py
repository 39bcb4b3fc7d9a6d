"""What is wrong with the expressions in a directive's operands, and what the lines around must tell."""

from __future__ import annotations

from collections.abc import Iterable

from afs.asm.language.arguments import quoted_blanks
from afs.asm.language.arithmetic import word32
from afs.asm.language.directives import ADDRESS_BITS
from afs.asm.language.expressions import Expression, expression
from afs.asm.language.findings import ERROR, WARNING, Fault

from .facts import Event, Facts, function_events


def refused(at: int, code: str, reason: str, fix: str = "") -> Facts:
    """The facts of a statement with one error."""
    return Facts((Fault(at, ERROR, code, reason, fix),), (), -1)


def checked(
    item: str, value: Expression, start: int, width: int, use: str = "use"
) -> tuple[list[Fault], list[Event]]:
    """Faults and events of one expression that is to fit `width` bytes (0: any)."""
    if " " in item and not quoted_blanks(item):
        reason = "asar takes a blank in an expression for its end"
        return [Fault(start + item.index(" "), ERROR, "operand-blank", reason, item.replace(" ", ""))], []
    if value.fault:
        return [Fault(start + value.at, ERROR, "expression", value.fault, value.fix)], []
    events = [Event(use, name, start) for name in value.symbols]
    events += function_events(value.calls, start)
    if value.doubt:
        events.append(Event("value", value.doubt, start))
    literal = value.literal
    if width and literal is not None and not -(1 << (8 * width - 1)) <= literal < 1 << 8 * width:
        reason = f"{item[:24]} does not fit {8 * width} bits and is cut"
        return [Fault(start, WARNING, "cut-value", reason)], events
    return [], events


def all_checked(items: Iterable[tuple[str, int]], use: str) -> tuple[list[Fault], list[Event]]:
    """Faults and events of expressions of any width, each with its index."""
    faults: list[Fault] = []
    events: list[Event] = []
    for item, start in items:
        fault, more = checked(item, expression(item), start, 0, use)
        faults += fault
        events += more
    return faults, events


def address_fault(directive: str, item: str, start: int) -> list[Fault]:
    """What is wrong with the number `item` as the address that a directive takes."""
    literal = expression(item).literal
    if literal is None or not word32(literal) & ~ADDRESS_BITS[directive]:
        return []
    reason = (
        f"{directive} takes no address `{item[:24]}`: no bits beyond ${ADDRESS_BITS[directive]:X} may be set"
    )
    return [Fault(start, ERROR, "directive", reason)]
