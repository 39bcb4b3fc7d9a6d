"""Lines that one look reads: a plain instruction or label, or nothing, with or without a comment.

Most lines are such. What is to be said of a plain instruction follows from its shape: mnemonic, size, form,
and the digits of its number or that it has a name. So each shape is judged once; others of it are copies.
"""

from __future__ import annotations

import re
from typing import Final

from .facts import EMPTY, Event, Facts, Step
from .instruction_facts import instruction_facts
from .instructions import mnemonics
from .legality import REPEATABLE, judge

_PLAIN = re.compile(
    r"""[ \t]*(?:
        (?P<head>[A-Za-z]{3})(?:\.(?P<size>[A-Za-z]))?
        (?:[ \t]+
            (?P<left>[#(\[]?)
            (?:\$(?P<digits>[0-9A-Fa-f]{1,6})|(?P<name>(?:\.+\w|[A-Za-z_])[\w.]*|\++|-+))
            (?P<right>[\])]?(?:,[ \t]?[xysXYS]\)?(?:,[ \t]?[yY])?)?)
        )?
        |(?P<label>\.\w+|[A-Za-z_]\w*(?=:)|\++|-+):?
    )?[ \t]*(?:;(?!@).*)?\Z""",
    re.X | re.A,
)
#: As a whole operand, these are the accumulator.
_LETTERS: Final = ("a", "A")
_LABELS: Final = {".": "sub", "+": "plus", "-": "minus"}
#: Instructions whose facts follow from the value of their number, not from its digits alone.
_BY_VALUE: Final = REPEATABLE | {"rep", "sep"}

#: By mnemonic, size, what stands around the operand, and how many digits it has: -1 for a name.
_models: dict[tuple[str, str, str, str, int], Facts] = {}


def plain_facts(line: str, start: int = 0) -> Facts | None:
    """The facts of `line`, its first character being at `start`; None if it is not plain."""
    match = _PLAIN.match(line)
    if match is None:
        return None
    head, size, left, digits, name, right, label = match.groups("")
    if not head:
        kind = _LABELS.get(label[:1], "global")
        return Facts((), (Event("label", label, start + match.start("label"), kind),)) if label else EMPTY
    shape = (head, size, left, right, -1 if name else len(digits))
    model = _models.get(shape)
    if model is None or name in _LETTERS:
        model = _judged(match, start)
        if model and _is_model(model, match):
            _models[shape] = model
        return model
    if not model.events and not model.steps:
        return model
    return _copied(model, match, start)


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
