"""Directives that say where code goes, and what asks where it has come to."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from afs.asm.language.arithmetic import word32
from afs.asm.language.directives import ADDRESS_BITS
from afs.asm.language.expressions import expression
from afs.asm.mapping import MAPPERS

from .facts import Event
from .setting_events import bar

if TYPE_CHECKING:
    from .context import Context

#: Code that nobody has placed lies here.
FIRST_BANK: Final = 0
FIRST_ADDRESS: Final = 0x8000
#: Code that begins here may leave its bank before long.
_LAST_PAGE: Final = 0xFF00
_END: Final = Event("place", "", 0)


def take_place(context: Context, event: Event, line: int) -> None:
    """The line moves to another address; only that of an `org` with a number is known."""
    bar(context, event.name, event, line)
    if event.name == "base" and context.arch == "spc700-inline":
        context.find(line, event.at, "directive", "there is no `base` in code of spc700-inline")
    _leave(context, event, line)
    if event.name in ADDRESS_BITS:
        take_address(context, event, line)
    if event.name == "pad" or (event.name == "skip" and not context.blocks.struct):
        ahead = context.blocks.value(event.detail) if event.detail else 1
        if event.name == "pad" or ahead is None or ahead > 0:
            _needs_place(context, event, line)
    if context.struct:
        context.struct.skip(_skipped(context, event) if event.name == "skip" else None)
    if event.name == "rep" and not context.names.in_macro:
        _take_repeat(context, event, line)
    _take_space(context, event, line)
    if event.name == "org":
        _take_org(context, event, line)
    elif event.name not in ("skip", "fill", "pad", "rep", "startpos"):
        context.bank = None


def take_address(context: Context, event: Event, line: int) -> None:
    """An address that is computed; one that is a number is looked at where it is read."""
    value = None if expression(event.detail).literal is not None else context.blocks.value(event.detail)
    if value is not None and word32(int(value)) & ~ADDRESS_BITS[event.name]:
        reason = f"{event.name} takes no address `{event.detail[:24]}`, which is ${word32(int(value)):X}"
        context.find(line, event.at, "directive", reason)


def _skipped(context: Context, event: Event) -> float | None:
    """The bytes that a `skip` in a struct passes over."""
    opened, value = context.struct, context.blocks.value
    if not event.detail.startswith("align ") or opened is None or opened.at is None:
        return value(event.detail)
    _, step, *offset = event.detail.split(" ")
    known = value(step), value(offset[-1]) if offset else 0
    if known[0] is None or known[1] is None or known[0] < 1:
        return None
    return -(opened.at - int(known[1])) % int(known[0])


def _take_repeat(context: Context, event: Event, line: int) -> None:
    """What is repeated is as much of a loop as what stands in one; it may not be read at all."""
    if context.blocks.value(event.detail) not in (None, 1):
        context.blocks.loops.append((line, line + 1))


def _take_space(context: Context, event: Event, line: int) -> None:
    """Free space as it begins and is left, and what may stand at its start or not at all in it."""
    name = event.name
    if name.startswith("free"):
        if context.mapper == "norom":
            context.find(line, event.at, "directive", "there is no free space in norom")
        context.free.append((event, line, context.section))
        context.space, context.tag = not context.blocks.uncertain, context.section + 1
    elif name == "prot":
        written = context.section == context.tag and context.offset + max(event.offset, 0) > 0
        if written or not context.free:
            context.find(line, event.at, "directive", "`prot` stands at the start of a free space only")
        context.tag = context.section + 1
    elif name in ("org", "base"):
        context.space = False
    elif name == "pad" and context.space:
        context.find(line, event.at, "directive", "`pad` cannot stand in free space")


def _take_org(context: Context, event: Event, line: int) -> None:
    value = context.blocks.value(event.detail)
    if context.arch == "spc700-inline":  # which says where the sound chip puts the code
        if value is not None and not 0 <= value <= 0xFFFF:
            context.find(
                line, event.at, "directive", f"`{event.detail[:24]}` is no address of the sound chip"
            )
        return
    context.placed = True
    context.bank = None if value is None else int(value) >> 16
    if value is not None:
        if int(value) & 0xFFFF >= _LAST_PAGE:
            context.doubts.add("place")
        context.starts[context.section + 1] = int(value)  # the section that this line begins
    context.interrupt(line)


def _leave(context: Context, event: Event, line: int) -> None:
    """Look at the bytes in a row that end here: asar writes them within one bank, of the ROM."""
    start, length = context.starts.get(context.section), context.offset + max(event.offset, 0)
    if start is None or not length:
        return
    if context.checks_banks and (start & 0xFFFF) + length > 0x10000:
        context.stop(line, event.at, f"the code from ${start:06X} to here leaves its bank")
    elif not _in_rom(context.mapper, start):
        reason = f"${start:06X}, where this code lies, is not in a ROM of {context.mapper}"
        context.stop(line, event.at, reason)


@lru_cache(maxsize=1024)
def _in_rom(mapper: str, address: int) -> bool:
    return MAPPERS[mapper].offset(address) is not None


def here(context: Context, event: Event) -> int | None:
    """The address of `event`, if the text tells."""
    start = context.starts.get(context.section)
    return None if start is None or event.offset < 0 else start + context.offset + event.offset


def _needs_place(context: Context, event: Event, line: int) -> None:
    """What asks where the code stands before anything, not even a label, has given it a place."""
    touched = context.placed or context.section or context.offset or event.offset
    if not touched and all(place.static for place in context.labels.values()):
        reason = f"nothing says where `{event.name}` stands; put an `org` before it"
        context.stop(line, event.at, reason)


def take_limit(context: Context, event: Event, line: int) -> None:
    _needs_place(context, event, line)
    if context.space:
        context.find(line, event.at, "directive", "`warnpc` cannot stand in free space")
    limit, reached = context.blocks.value(event.detail), here(context, event)
    if context.placed and (limit is None or reached is None):
        context.doubts.add("place")
    if limit is not None and reached is not None and reached > limit:
        context.stop(line, event.at, f"the code ends at ${reached:06X}, beyond ${int(limit):06X}")


def finish_places(context: Context) -> None:
    """The last bytes in a row, and free space: an empty one needs no ROM."""
    _leave(context, _END, context.last_line)
    last = (context.section, context.offset)
    for event, line, section in context.free[:1]:
        if last != (section + 1, 0):
            context.stop(line, event.at, "free space is that of a ROM, which is not here")


PLACE_EVENTS: Final[dict[str, Callable[[Context, Event, int], None]]] = {
    "address": take_address,
    "limit": take_limit,
    "place": take_place,
}
