"""What expressions come to: functions of a text and their calls, and values that there may not be."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from afs.asm.language.expressions import STUB, Expression
from afs.asm.language.functions import body_of_function

from .facts import READS_DATA, Event, function_events
from .name_uses import take_use

if TYPE_CHECKING:
    from .context import Context


def take_definition(context: Context, event: Event, line: int) -> None:
    names, _, body = event.detail.partition(") = ")
    context.blocks.evaluator.functions[event.name] = tuple(names.split(",")), body


def take_function(context: Context, event: Event, line: int) -> None:
    """A call: what the function is counts here, not where it is declared."""
    name = event.name
    if name in READS_DATA:
        what = "file" if "file" in name else "ROM"
        context.stop(line, event.at, f"`{name}` reads a {what}, which is not here")
        return
    declared = context.blocks.evaluator.functions.get(name)
    if declared is None:
        context.stub(name + "()")
        return
    parameters, body = declared
    if len(parameters) != int(event.detail):
        wanted = f"{len(parameters)} value{'s'[: len(parameters) != 1]}"
        reason = f"`{name}` takes {wanted}, not {event.detail}"
        context.find(line, event.at, "function-arguments", reason)
    elif context.calling.get(name):
        context.find(line, event.at, "function-endless", f"the calls of `{name}` go on without end")
    elif name not in context.calling:
        is_outermost = not context.calling
        context.calling[name] = True
        _take_body(context, event, line, body_of_function(parameters, body))
        context.calling[name] = False
        if is_outermost:
            context.calling.clear()


def _take_body(context: Context, event: Event, line: int, value: Expression) -> None:
    if value.fault:
        reason = f"what the function `{event.name}` comes to: {value.fault}"
        context.find(line, event.at, "expression", reason.replace(STUB, "…"))
        return
    for name in value.symbols:
        take_use(context, Event("use", name, event.at), line)
    for call in function_events(value.calls, event.at):
        take_function(context, call, line)


def take_value(context: Context, event: Event, line: int) -> None:
    """An expression whose operators, functions or names decide whether it has a value."""
    evaluator = context.blocks.evaluator
    fault = evaluator.fault(event.name)
    if fault:
        context.find(line, event.at, "expression", fault)
    elif evaluator.undecided:
        context.doubts.add("place")


FUNCTION_EVENTS: Final[dict[str, Callable[[Context, Event, int], None]]] = {
    "define-function": take_definition,
    "function": take_function,
    "value": take_value,
}
