"""Code that one look reads: a plain instruction, label or row of data, or nothing.

Most lines are such. What is to be said of a plain instruction follows from its shape: mnemonic, size, form,
and the width of its number or that it has a name. So each shape is judged once; others of it are copies.
"""

from __future__ import annotations

import re
from typing import Final

from afs.asm.language.directives import DATA
from afs.asm.language.expressions import decimal_width
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
_DIGITS: Final = "0123456789abcdefABCDEF"
#: As a whole operand, these are the accumulator.
_LETTERS: Final = ("a", "A")
_DATA_HEADS: Final = frozenset({*DATA, *(name.upper() for name in DATA)})
_LABELS: Final = {".": "sub", "+": "plus", "-": "minus"}
#: Instructions whose facts follow from the value of their number, not from its digits alone.
_BY_VALUE: Final = REPEATABLE | {"rep", "sep"}

#: By mnemonic, size, what stands around the operand, and what it is.
_models: dict[tuple[str, str, str, str, int], Facts] = {}
#: The same for lines that are told apart without looking at each character: by mnemonic with its size, what
#: stands before the operand, the digits of its hexadecimal number (-1: it is a name), and what stands behind.
_shapes: dict[tuple[str, str, int, str], Facts] = {}


def plain_facts(code: str, start: int = 0) -> Facts | None:
    """The facts of `code`, its first character being at `start`; None if it is not plain."""
    return _seen_before(code, start) or _matched(code, start)


def _seen_before(line: str, start: int) -> Facts | None:
    """The facts of a label, a row of data, or an instruction whose shape is known; else None."""
    code = line.strip(" \t")
    head, _, operand = code.partition(" ")
    if not operand:
        known = _shapes.get((code, "", 0, ""))
        return known or _label(code, start + len(line) - len(line.lstrip(" \t")))
    if head in _DATA_HEADS:
        return _data_facts(line, start)
    operand = operand.lstrip(" \t")
    at = operand.find("$", 0, 2)
    if at >= 0:
        name, digits = "", operand[at + 1 :]
        behind = digits.lstrip(_DIGITS)
        model = _shapes.get((head, operand[:at], len(digits) - len(behind), behind))
    else:
        name = operand.partition(",")[0]
        behind = operand[len(name) :]
        model = _shapes.get((head, "", -1, behind))
        if model and (name in _LETTERS or not _is_name(name.removeprefix("."))):
            return None
    if model is None or not (model.events or model.steps):
        return model
    place = start + len(line.rstrip(" \t")) - len(operand)
    return _copied(model, head[:3], operand, name, behind, place)


def _label(code: str, at: int) -> Facts | None:
    name = code[:-1] if code[-1:] == ":" else code
    if name[:1] == ".":
        kind, bare = "sub", name[1:]
    else:
        kind, bare = "global", name if name is not code else ""
    return Facts((), (Event("label", name, at, kind),)) if _is_name(bare) else None


def _is_name(text: str) -> bool:
    return text.isidentifier() and text.isascii()


def _matched(code: str, start: int) -> Facts | None:
    match = _PLAIN.match(code)
    if match is None:
        return _data_facts(code, start)
    head, size, left, number, name, right, label = match.groups("")
    if not head:
        kind = _LABELS.get(label[:1], "global")
        return Facts((), (Event("label", label, start + match.start("label"), kind),)) if label else EMPTY
    operand = number or name
    shape = (head, size, left, right, _written(number) if number else -1 if name else 0)
    model = _models.get(shape)
    if model is None or name in _LETTERS:
        model = _judged(match, start)
        if model is None or not _is_model(model, match):
            return model
        _models[shape] = model
    written = f"{head}.{size}" if size else head
    if not operand and not model.steps:
        _shapes[written, "", 0, ""] = model
    elif number[:1] == "$" or (name and not left):
        _shapes[written, left, len(number) - 1 if number else -1, right] = model
    if not model.events and not model.steps:
        return model
    return _copied(model, head, _operand(match), name, left + right, start + match.start("left"))


def joined_facts(code: str) -> Facts | None:
    """The facts of plain statements between colons; None if one of them is not plain."""
    events: list[Event] = []
    steps: list[Step] = []
    at = length = 0
    pieces = code.split(" : ")
    if not (pieces[0] and pieces[-1] and not pieces[0].isspace() and not pieces[-1].isspace()):
        return None  # a colon that nothing stands before, or behind, separates nothing
    for piece in pieces:
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
        elif _value(bare) >> 8 * width:
            return None
        at += len(item) + 1
    return Facts((), tuple(events), width * len(items))


def _value(number: str) -> int:
    if number[0] == "$":
        return int(number[1:], 16)
    return int(number[1:], 2) if number[0] == "%" else int(number)


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


def _copied(model: Facts, head: str, operand: str, name: str, around: str, at: int) -> Facts:
    """A model's facts for another operand at index `at`; `around` is what the operand is besides its name."""
    events, steps = model.events, model.steps
    if events:
        events = (Event(events[0].kind, name, at, events[0].detail),)
    if steps:
        step = steps[0]
        told = f"{head} {operand}" if step.kind in ("m", "x") else "" if around else name
        steps = (Step(step.kind, step.value, at, told),)
    return Facts((), events, model.length, steps)
