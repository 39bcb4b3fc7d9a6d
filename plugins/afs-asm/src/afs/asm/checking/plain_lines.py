"""Code that one look reads: a plain instruction, label or row of data, or nothing.

Most lines are such. What is to be said of a plain instruction follows from its shape: mnemonic, size, form,
and the width of its number or that it has a name. So each shape is judged once; others of it are copies.
"""

from __future__ import annotations

import re
from typing import Final

from afs.asm.language.directives import DATA
from afs.asm.language.expressions import decimal_width, expression
from afs.asm.language.instructions import mnemonics
from afs.asm.language.legality import REPEATABLE, judge

from .facts import EMPTY, Event, Facts, Step
from .instruction_facts import instruction_facts

_NUMBER: Final = r"\$[0-9A-Fa-f]{1,6}|%[01]{1,24}|[0-9]{1,7}"
_NAME: Final = r"(?:\.+\w|[A-Za-z_])[\w.]*"
_PLAIN = re.compile(
    rf"""[ \t]*(?:
        (?P<head>[A-Za-z]{{3}})(?:\.(?P<size>[A-Za-z]))?
        (?:[ \t]+
            (?P<left>[#(\[]?)
            (?:(?P<number>{_NUMBER})|(?P<name>{_NAME}|\++|-+))
            (?P<right>[\])]?(?:,[ \t]?[xysXYS]\)?(?:,[ \t]?[yY])?)?)
        )?
        |(?P<label>\.\w+|[A-Za-z_]\w*(?=:)|\++|-+):?
    )?[ \t]*\Z""",
    re.X | re.A,
)
_DATA = re.compile(
    rf"[ \t]*(?P<head>[dD][bwldBWLD])[ \t]+(?P<items>(?:{_NUMBER}|{_NAME})(?:,[ \t]*(?:{_NUMBER}|{_NAME}))*)"
    r"[ \t]*\Z",
    re.A,
)
#: As a whole operand, these are the accumulator.
_LETTERS: Final = ("a", "A")
_LABELS: Final = {".": "sub", "+": "plus", "-": "minus"}
#: Instructions whose facts follow from the value of their number, not from its digits alone.
_BY_VALUE: Final = REPEATABLE | {"rep", "sep"}

#: By mnemonic, size, what stands around the operand, and what it is.
_models: dict[tuple[str, str, str, str, int], Facts] = {}


def plain_facts(code: str, start: int = 0) -> Facts | None:
    """The facts of `code`, its first character being at `start`; None if it is not plain."""
    match = _PLAIN.match(code)
    if match is None:
        return _data_facts(code, start)
    head, size, left, number, name, right, label = match.groups("")
    if not head:
        kind = _LABELS.get(label[:1], "global")
        return Facts((), (Event("label", label, start + match.start("label"), kind),)) if label else EMPTY
    shape = (head, size, left, right, _written(number) if number else -1 if name else 0)
    model = _models.get(shape)
    if model is None or name in _LETTERS:
        model = _judged(match, start)
        if model and _is_model(model, match):
            _models[shape] = model
        return model
    if not model.events and not model.steps:
        return model
    return _copied(model, match, start)


def joined_facts(code: str) -> Facts | None:
    """The facts of plain statements between colons; None if one of them is not plain."""
    events: list[Event] = []
    steps: list[Step] = []
    at = length = 0
    for piece in code.split(" : "):
        facts = plain_facts(piece, at)
        if facts is None or facts.faults:
            return None
        for event in facts.events:
            events.append(Event(event.kind, event.name, event.at, event.detail, length) if length else event)
        steps += facts.steps
        length = -1 if length < 0 or facts.length < 0 else length + facts.length
        at += len(piece) + 3
    return Facts((), tuple(events), length, tuple(steps))


def _written(number: str) -> int:
    """How a number is written, as far as its width follows from it."""
    sign = number[0]
    if sign == "$":
        return len(number)
    return 10 + (len(number) + 6) // 8 if sign == "%" else 20 + decimal_width(number)


def _data_facts(code: str, start: int) -> Facts | None:
    """The facts of a row of names and of numbers that fit."""
    match = _DATA.match(code)
    if match is None:
        return None
    width = DATA[match["head"].lower()]
    at = start + match.start("items")
    events: list[Event] = []
    items = match["items"].split(",")
    for item in items:
        bare = item.strip()
        if bare[0] not in "$%0123456789":
            events.append(Event("use", bare, at + item.index(bare)))
        elif (len(bare) > 3 or width == 1) and (expression(bare).literal or 0) >> 8 * width:
            return None
        at += len(item) + 1
    return Facts((), tuple(events), width * len(items))


def _judged(match: re.Match[str], start: int) -> Facts | None:
    mnemonic = match["head"].lower()
    if mnemonic not in mnemonics() or (mnemonic == "rep" and match["left"] != "#"):
        return None
    operand = _operand(match)
    verdict = judge(mnemonic, (match["size"] or "").lower(), operand)
    at = start + match.start("head")
    return instruction_facts(
        match["head"], operand, verdict, at, start + match.start("left") if operand else at
    )


def _operand(match: re.Match[str]) -> str:
    """The operand without the blank that may follow a comma."""
    if match["left"] is None:
        return ""
    text = match.string[match.start("left") : match.end("right")]
    return text.replace(" ", "").replace("\t", "")


def _is_model(facts: Facts, match: re.Match[str]) -> bool:
    by_value = match["left"] == "#" and match["head"].lower() in _BY_VALUE
    return not facts.faults and not by_value and match["name"] not in _LETTERS


def _copied(model: Facts, match: re.Match[str], start: int) -> Facts:
    at = start + match.start("left")
    events, steps = model.events, model.steps
    if events:
        events = (Event(events[0].kind, match["name"], at, events[0].detail),)
    if steps:
        step = steps[0]
        if step.kind in ("m", "x"):
            name = f"{match['head'].lower()} {_operand(match)}"
        else:
            name = match["name"] if match["name"] and not match["left"] and not match["right"] else ""
        steps = (Step(step.kind, step.value, at, name),)
    return Facts((), events, model.length, steps)
