"""The operands of directives: their parts, their words, and what is wrong with the expressions in them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .directives import ADDRESS_BITS
from .expressions import Expression, expression
from .facts import Event, Facts, function_events
from .findings import ERROR, WARNING, Fault
from .lines import QUOTED
from .operands import commas

_QUOTED = re.compile(QUOTED)


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
    if literal is None or not literal & ~ADDRESS_BITS[directive]:
        return []
    reason = (
        f"{directive} takes no address `{item[:24]}`: no bits beyond ${ADDRESS_BITS[directive]:X} may be set"
    )
    return [Fault(start, ERROR, "directive", reason)]


def quoted_blanks(text: str) -> bool:
    """Whether every blank stands in quotes."""
    return " " not in _QUOTED.sub("", text)


def split_arguments(text: str, start: int = 0) -> list[tuple[str, int]]:
    """The parts of `text` between top-level commas, with their indices counted from `start`."""
    found = []
    begin = 0
    for index in commas(text):
        found.append((text[begin:index], start + begin))
        begin = index + 1
    found.append((text[begin:], start + begin))
    return found


def split_plainly(text: str, start: int = 0) -> list[tuple[str, int]]:
    """The parts of `text` between its commas, whatever stands around them; none of an empty text."""
    found = []
    for item in text.split(",") if text else ():
        found.append((item, start))
        start += len(item) + 1
    return found


def words_of(text: str, start: int = 0) -> list[tuple[str, int]]:
    """The words of tidy `text`, with their indices counted from `start`; blanks in quotes part none."""
    masked = _QUOTED.sub(lambda match: "q" * len(match[0]), text)
    return [(text[m.start() : m.end()], start + m.start()) for m in re.finditer(r"[^ ]+", masked)]
