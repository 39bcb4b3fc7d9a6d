"""The facts of lines for the sound chip: those of its instructions, all else being as it is elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from afs.asm.language.arguments import split_arguments
from afs.asm.language.expressions import STUB, Expression, expression
from afs.asm.language.findings import ERROR, WARNING, Fault
from afs.asm.language.spc700 import REGISTERS, SIZES, SoundForm, SoundOpcode, is_sound, sound_form
from afs.asm.language.statements import Statement
from afs.asm.language.suggestions import plain_sound, sound_fault

from .argument_facts import refused
from .facts import Event, Facts, function_events

__all__ = ["sound_facts"]

#: The bits of what each part of an instruction holds, and what an address with a bit must lie below.
_BITS: Final = {"d": 8, "b": 8, "r": 8, "w": 16, "m": 16}
_LIMITS: Final = {"d": 0x100, "m": 0x2000}
_WITH_BIT: Final = re.compile(r"(?:set|clr|bbs|bbc)[0-7]?\Z")


def sound_facts(statement: Statement) -> Facts:
    """The facts of an instruction, its labels left out."""
    name, suffix, operand = statement.name.lower(), statement.suffix, statement.operand
    word = f"{name}.{suffix}" if suffix else name
    head = statement.at - len(word) - 1 if operand else len(statement.text) - len(word)
    name, dot, suffix = word.partition(".")
    if STUB in word:
        return Facts(length=-1)
    if not is_sound(name):
        return refused(head, *sound_fault(word, operand))
    if STUB in operand and any(not text.strip(STUB) for text, _ in split_arguments(operand)):
        return Facts(length=-1)  # which may be a register
    if dot and operand and suffix[:1] not in SIZES:
        return refused(head, "suffix", f"`.{suffix[:8]}` is no size: use .b or .w")
    if " " in operand.replace("' '", ""):
        reason, fix = "asar takes a blank in an operand for its end", f"{word} {operand.replace(' ', '')}"
        return refused(statement.at + operand.index(" "), "operand-blank", reason, fix)
    form = None if dot and not operand else sound_form(name, operand)
    if form is None:
        if STUB in operand:
            return Facts(length=-1)
        return refused(head, *sound_fault(word, operand))
    return _facts(name, SIZES.get(suffix[:1], 0), operand, form, statement.at)


def _facts(name: str, size: int, operand: str, form: SoundForm, at: int) -> Facts:
    values = [expression(body) for body, _ in form.bodies]
    for value, (_, start) in zip(values, form.bodies, strict=True):
        if value.fault:
            plain = plain_sound(operand)
            fix = f"{name} {plain}" if plain != operand and STUB not in plain else ""
            return refused(at + start + value.at, "expression", value.fault, fix)
    if len(form.opcodes) > 1 and not size:
        size = _size(values[0])
    entry = form.opcode(size)
    faults: list[Fault] = []
    events: list[Event] = []
    for kind, value, (body, start) in zip(_parts(name, entry), values, form.bodies, strict=True):
        faults += _misfits(name, kind, value, body, at + start)
        events += _events(name, kind, entry.length, value, body, at + start)
    length = entry.length if size or len(form.opcodes) == 1 else -1
    return Facts(tuple(faults), tuple(events), length)


def _parts(name: str, entry: SoundOpcode) -> tuple[str, ...]:
    return ("n",) if name == "tcall" else entry.parts


def _size(value: Expression) -> int:
    """Bytes of an address that may have one or two, 0 if nobody knows."""
    if value.symbols or value.functions or value.width > 1:
        return 2
    return 0 if value.open_width else 1


def _misfits(name: str, kind: str, value: Expression, body: str, at: int) -> Iterator[Fault]:
    literal = value.literal
    if literal is None:
        return
    if kind == "n":
        if not 0 <= literal < 16:
            yield Fault(at, ERROR, "width", f"TCALL takes a number from 0 to 15, not {literal}")
    elif _on_bit(name, kind):
        if not 0 <= literal < _LIMITS[kind]:
            yield Fault(at, ERROR, "width", f"a bit lies below ${_LIMITS[kind]:X}, not at `{body[:24]}`")
    elif kind == "r" and value.width == 1 and name[:3] not in ("bbs", "bbc"):
        reason = f"{name.upper()} takes a bare number for the distance, not the address; use a label"
        yield Fault(at, WARNING, "numeric-branch", reason)
    elif kind != "r" and not -(1 << _BITS[kind] - 1) <= literal < 1 << _BITS[kind]:
        yield Fault(at, WARNING, "cut-value", f"{body[:24]} is cut to {_BITS[kind]} bits")


def _on_bit(name: str, kind: str) -> bool:
    return kind == "m" or (kind == "d" and bool(_WITH_BIT.match(name)))


def _events(name: str, kind: str, length: int, value: Expression, body: str, at: int) -> list[Event]:
    events = [Event("use", symbol, at + body.find(symbol)) for symbol in value.symbols]
    if kind == "r" and value.symbols == (body,):
        events = [Event("branch", body, at, f"{length} short")]
    elif (value.symbols and (kind in "rn" or _on_bit(name, kind))) or (kind == "r" and name[:2] == "bb"):
        events.append(Event("far", "", at))  # which only its place settles
    for symbol in value.symbols:
        if symbol.lower() in REGISTERS:
            reason = f"{name.upper()} takes no `{symbol}` here"
            events.append(Event("letter", "", at + body.find(symbol), reason))
    return events + function_events(value.calls, at)
