"""Labels where they are defined, and numbers assigned to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from .facts import Event
from .places import Place
from .structs import field_place

if TYPE_CHECKING:
    from .context import Context


def take_label(context: Context, event: Event, line: int) -> None:
    name = event.name
    first = name[0]
    if first == "?":
        if not context.names.in_macro:
            context.stub(name)
        first = name.lstrip("?")[0]
    if first in "+-":
        full = context.names.nearby(name)
        context.labels[full] = context.place(event)
        if context.tracks:
            context.flow.append((line, None, (full,), True))
        return
    if context.blocks.regions and (struct := context.blocks.struct):
        _take_field(context, struct, event, line)
        return
    full, orphan = context.names.define(name, aside=event.detail == "aside")
    if orphan:
        context.stub(name)  # a sub-label without its parent
    _define(context, full, event, line, context.place(event))


def _take_field(context: Context, struct: str, event: Event, line: int) -> None:
    if event.name[:1] != ".":
        reason = "within a struct every label begins with a dot"
        context.find(line, event.at, "label-name", reason, f".{event.name}")
    elif event.name[1:2] == ".":
        context.find(line, event.at, "label-name", "within a struct a label has one dot", event.name[1:])
    place = field_place(context.struct) if context.struct else Place(static=True)
    _define(context, f"{context.names.namespace}{struct}{event.name}", event, line, place)


def take_label_outside(context: Context, event: Event, line: int) -> None:
    """A label of the directive `global`: it stands outside of every namespace."""
    if context.blocks.struct:
        context.find(line, event.at, "directive", "`global` cannot stand in a struct")
    full, orphan = context.names.define(event.name, aside=event.detail == "aside", outside=True)
    if orphan:
        context.stub(event.name)
    _define(context, full, event, line, context.place(event))


def _define(context: Context, full: str, event: Event, line: int, place: Place) -> None:
    if event.name[0] not in ".?":
        context.fixed_parent = context.fixed
    if context.blocks.opened or full in context.labels:
        _look_for_another(context, full, event, line)
    context.labels[full] = place
    if context.tracks:
        context.flow.append((line, None, (full,), event.name.lstrip("?")[0] == "."))


def _look_for_another(context: Context, full: str, event: Event, line: int) -> None:
    blocks = context.blocks
    repeated = blocks.opened and context.fixed and context.fixed_parent and blocks.repeats
    if (repeated or (full in context.labels and not blocks.uncertain)) and "\x01" not in full:
        reason = f"the label `{event.name[:40]}` is defined twice"
        context.find(line, event.at, "label-redefined", reason)


def take_assign(context: Context, event: Event, line: int) -> None:
    blocks = context.blocks
    value = blocks.value(event.detail)
    place = Place(static=True, value=None if value is None else int(value))
    full = context.names.global_name(event.name)
    if event.name[0] == "?" and not context.names.in_macro:
        context.stub(event.name)
    if full in context.labels and context.labels[full].static and blocks.uncertain:
        place = Place(static=True)
    again = full in context.labels and not blocks.uncertain
    if (again or (context.fixed and blocks.repeats)) and "\x01" not in full:
        reason = f"the label `{event.name[:40]}` is defined twice"
        context.find(line, event.at, "label-redefined", reason)
    context.labels[full] = place


LABEL_EVENTS: Final[dict[str, Callable[[Context, Event, int], None]]] = {
    "assign": take_assign,
    "label": take_label,
    "label-outside": take_label_outside,
}
