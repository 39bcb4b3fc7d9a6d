"""The facts of one instruction: the names that it uses, and what it does with the registers' widths."""

from __future__ import annotations

import re

from msgspec.structs import replace

from afs.asm.language.expressions import expression
from afs.asm.language.legality import Verdict

from .facts import Event, Facts, Step, function_events

_INDEX = re.compile(r",[xys]\b")
_CAPITAL_INDEX = re.compile(r",[XYS]\b")
#: Mnemonics by what they mean to the widths.
_STEPS = dict.fromkeys(("php", "plp", "xce", "clc", "sec"), "") | {
    **dict.fromkeys(("jsr", "jsl"), "call"),
    **dict.fromkeys(("rts", "rtl", "rti", "jmp", "jml", "bra", "brl", "stp"), "end"),
    **dict.fromkeys(("bcc", "bcs", "beq", "bmi", "bne", "bpl", "bvc", "bvs"), "go"),
}
#: Mnemonics whose immediates go with the flag M or X, and those that set these flags.
_SIZED = {
    **dict.fromkeys(("adc", "and", "bit", "cmp", "eor", "lda", "ora", "sbc"), "m"),
    **dict.fromkeys(("cpx", "cpy", "ldx", "ldy"), "x"),
    **dict.fromkeys(("rep", "sep"), ""),
}


def instruction_facts(head: str, operand: str, verdict: Verdict, at: int, operand_at: int) -> Facts:
    """The facts of the instruction `head operand`, judged as `verdict`; `head` is the mnemonic as written,
    at index `at` of the line."""
    faults = tuple(
        [
            replace(
                fault,
                at=at if fault.at < 0 else operand_at + fault.at,
                fix=_as_written(fault.fix, head, operand),
            )
            for fault in verdict.faults
        ]
    )
    steps = _steps(head, operand, verdict, operand_at)
    return Facts(faults, _events(verdict, operand_at), verdict.length or -1, steps)


def _events(verdict: Verdict, at: int) -> tuple[Event, ...]:
    if not verdict.symbols and not verdict.calls and not verdict.doubts:
        return ()
    how = "near" if verdict.near else "use"
    events = [
        Event("branch", name, at, str(verdict.length)) if name == verdict.target else Event(how, name, at)
        for name in verdict.symbols
    ]
    events += function_events(verdict.calls, at)
    if verdict.computed:
        events.append(Event("far", "", at))
    if verdict.letter:
        events.append(Event("letter", "", at, verdict.letter))
    events += [Event("value", doubt, at) for doubt in verdict.doubts]
    return tuple(events)


def _steps(head: str, operand: str, verdict: Verdict, at: int) -> tuple[Step, ...]:
    mnemonic = head.lower()
    kind = _STEPS.get(mnemonic)
    if kind is not None:
        name = operand if verdict.symbols == (operand,) else ""
        return (Step(kind or mnemonic, 0, at, name),)
    if verdict.form != "#e" or mnemonic not in _SIZED:
        return ()
    if mnemonic in ("rep", "sep"):
        value = expression(operand[1:]).literal
        return (Step(mnemonic, -1 if value is None else value, at),)
    if verdict.length < 2:
        return ()
    return (Step(_SIZED[mnemonic], verdict.length - 1, at, f"{head} {operand}"),)


def _as_written(fix: str, head: str, operand: str) -> str:
    """The right form with its mnemonic and index registers in capitals where the line has them so."""
    if head.isupper():
        mnemonic, blank, rest = fix.partition(" ")
        name, dot, suffix = mnemonic.partition(".")
        fix = name.upper() + dot + suffix + blank + rest
    if _CAPITAL_INDEX.search(operand):
        fix = _INDEX.sub(lambda index: index[0].upper(), fix)
    return fix
