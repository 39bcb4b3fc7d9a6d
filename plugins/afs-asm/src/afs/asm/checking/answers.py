"""What a condition in a text asks, and the answer where the text tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afs.asm.language.arguments import split_arguments, words_of
from afs.asm.language.conditions import read_condition
from afs.asm.language.expressions import STUB
from afs.asm.language.findings import Finding

from .argument_facts import all_checked
from .facts import Event

if TYPE_CHECKING:
    from .context import Context


def answer(context: Context, event: Event, line: int, use: str = "static") -> bool | None:
    """Whether the condition of an event holds, None if the text does not tell; its faults are noted."""
    start = event.at + len(event.name) + 1
    words = words_of(event.detail, start)
    if use == "use":  # a message may stand behind the condition of an assertion
        words[-1] = split_arguments(*words[-1])[0]
    reading = read_condition(words, context.blocks.value)
    faults, events = all_checked(reading.values, use)
    for fault in faults:
        reason, fix = fault.reason.replace(STUB, "…"), "" if STUB in fault.fix else fault.fix
        context.findings.append(Finding(line, fault.at + 1, fault.severity, fault.code, reason, fix))
    if reading.fault:
        context.find(line, reading.at or start, "condition", reading.fault.replace(STUB, "…"))
    for value in events:
        context.take_event(value, line)
    return reading.answer
