"""Blocks as they open and close, assertions, and what is left to others: files, parameters, macros."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from .answers import answer
from .facts import Event
from .place_events import here
from .places import Place
from .structs import close_struct, open_struct

if TYPE_CHECKING:
    from .context import Context


def take_open(context: Context, event: Event, line: int) -> None:
    context.blocks.open(event, line, context)
    if event.name == "spcblock" and context.blocks.live:
        context.set_arch(context.arch, in_block=True)
        context.names.enter_block(":SPCBLOCK:_")
    if event.name == "struct":
        name = context.blocks.struct
        if name in context.labels and not context.blocks.uncertain and "\x01" not in name:
            context.find(line, event.at, "label-redefined", f"the struct `{name[:40]}` is defined twice")
        context.struct = open_struct(context, event.detail)
        context.labels.setdefault(name, Place(static=True, value=context.struct.base))


def take_close(context: Context, event: Event, line: int) -> None:
    context.blocks.close(event, line, context)
    if event.name == "endstruct" and context.blocks.live:
        close_struct(context, event.detail)
    if event.name == "endspcblock" and context.blocks.live:
        context.set_arch(context.arch)
        context.names.enter_block("")


def take_else(context: Context, event: Event, line: int) -> None:
    context.blocks.other(event, line, context)


def take_surplus(context: Context, event: Event, line: int) -> None:
    context.find(line, event.at, "operand-extra", event.detail)


def take_assert(context: Context, event: Event, line: int) -> None:
    evaluator = context.blocks.evaluator
    evaluator.here = here(context, event) if context.section else None
    holds = answer(context, event, line, "use")
    evaluator.here = None
    if holds is None and (context.placed or "pc(" not in event.detail.lower()):
        context.doubts.add("place")
    if holds is False:
        context.stop(line, event.at, f"the assertion `{event.detail[:40]}` does not hold")


def take_param(context: Context, event: Event, line: int) -> None:
    context.stub(event.name)


def take_file(context: Context, event: Event, line: int) -> None:
    context.stub(event.name)
    context.lose_widths(line)
    if event.detail == "table":
        context.characters.clear(known=False)


def ask(context: Context, event: Event, line: int) -> None:
    """Leave an event to the checker."""
    context.asked.append(event)


BLOCK_EVENTS: Final[dict[str, Callable[[Context, Event, int], None]]] = {
    "assert": take_assert,
    "call": ask,
    "close": take_close,
    "else": take_else,
    "file": take_file,
    "open": take_open,
    "param": take_param,
    "surplus": take_surplus,
    "undef": ask,
}
