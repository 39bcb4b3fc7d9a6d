"""Names where they are used, settled when the text is at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING, Final

from .facts import Event
from .places import Place

if TYPE_CHECKING:
    from .context import Context

#: A use: its event, line, the full names that may be meant, and from where, if that counts.
Use = tuple[Event, int, tuple[str, ...], Place | None]


def take_use(context: Context, event: Event, line: int) -> None:
    context.uses.append((event, line, context.names.candidates(event.name), None))


def take_use_from(context: Context, event: Event, line: int) -> None:
    """A use by an instruction that depends on the distance or on the bank."""
    context.uses.append((event, line, context.names.candidates(event.name), context.place(event)))


def take_early_use(context: Context, event: Event, line: int) -> None:
    """A use that asks for the value at once."""
    candidates = context.names.candidates(event.name)
    kind = event.kind if context.found(candidates) else "too-early"
    context.uses.append((Event(kind, event.name, event.at), line, candidates, None))


def take_far(context: Context, event: Event, line: int) -> None:
    """A branch to a place that is computed."""
    context.doubts.add("place")


def take_letter(context: Context, event: Event, line: int) -> None:
    """The operand used here is the letter A where no accumulator is: fine if a label has that name."""
    context.letters[line, event.at + 1] = event.detail


def times_used(context: Context) -> Counter[str]:
    """How often each full name may be meant."""
    return Counter(chain.from_iterable([use[2] for use in context.uses]))


def settle(context: Context) -> None:
    """Find what every used name stands for; note those that nothing defines, and what cannot be."""
    labels = context.labels
    for event, line, candidates, place in context.uses:
        for name in candidates:
            if name in labels:
                _settle_known(context, event, line, place, labels[name])
                break
        else:
            letter = context.letters.get((line, event.at + 1)) if context.letters else None
            if letter is None:
                context.stubs[event.name] = None
            else:
                context.find(line, event.at, "no-such-form", letter)


def _settle_known(context: Context, event: Event, line: int, here: Place | None, target: Place) -> None:
    how = event.kind
    if how == "branch":
        _settle_branch(context, event, line, here, target)
    elif how == "near":
        _settle_near(context, event, line, here, target)
    elif how == "too-early" or (how == "static" and not target.static):
        reason = f"the value of `{event.name[:40]}` is not settled yet where it is needed here"
        context.find(line, event.at, "label-moves", reason)


def _settle_branch(context: Context, event: Event, line: int, here: Place | None, target: Place) -> None:
    length, short = int(event.detail[0]), len(event.detail) > 1
    distance = _distance(context, here, length, target)
    if distance is None:
        context.doubts.add("length")
        return
    limit = 128 if length == 2 or short else 32768
    if not -limit <= distance < limit:
        far = "brl" if length == 2 and not short else "jmp"
        reason = f"`{event.name}` is {distance} bytes away, out of a branch's reach"
        context.find(line, event.at, "branch-range", reason, f"{far} {event.name}")


def _distance(context: Context, here: Place | None, length: int, target: Place) -> int | None:
    """Bytes from behind a branch of `length` bytes to its target, if the text tells."""
    if here is None or here.section < 0:
        return None
    behind = here.offset + length
    if target.value is not None and here.section in context.starts:
        return target.value - context.starts[here.section] - behind
    same = target.section == here.section and not target.static
    return target.offset - behind if same else None


def _settle_near(context: Context, event: Event, line: int, here: Place | None, target: Place) -> None:
    """A name in another bank takes 24 bits, and this instruction has no such form."""
    bank = target.bank if target.value is None else target.value >> 16
    ours = here.bank if here else None
    if context.optimizes or bank is None or ours is None:
        context.doubts.add("place")
        return
    if bank == ours:
        return
    reason = (
        f"`{event.name[:40]}` is in bank ${bank:02X}, this code in ${ours:02X}: asar takes it for 24 bits"
    )
    context.find(line, event.at, "label-width", f"{reason}; state the size, as in .w")


USE_EVENTS: Final[dict[str, Callable[[Context, Event, int], None]]] = {
    "branch": take_use_from,
    "earlier": take_early_use,
    "far": take_far,
    "letter": take_letter,
    "near": take_use_from,
    "static": take_early_use,
    "use": take_use,
}
