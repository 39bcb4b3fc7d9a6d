"""Directives that set how what follows is read, and what they push and pull."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from afs.asm.language.directives import ARCHITECTURES, NOT_IN_SPCBLOCK, PULLS
from afs.asm.language.findings import WARNING, Finding
from afs.asm.mapping import MAPPERS

from .facts import Event

if TYPE_CHECKING:
    from .context import Context

#: What asar wants to be pulled before the text ends.
_MUST_END: Final = ("pushpc", "pushns", "pushwarnings")


def bar(context: Context, name: str, event: Event, line: int) -> None:
    """Refuse a directive that cannot stand in a `spcblock`, and the one that stands only there."""
    inside = context.blocks.inside("spcblock")
    if inside and name in NOT_IN_SPCBLOCK:
        context.find(line, event.at, "block", f"`{name}` cannot stand in a spcblock")
    elif name == "startpos" and not inside and context.arch != "spc700-inline":
        context.find(line, event.at, "block", "`startpos` stands in no spcblock")


def take_namespace(context: Context, event: Event, line: int) -> None:
    bar(context, "namespace", event, line)
    context.names.enter(event.name)


def take_arch(context: Context, event: Event, line: int) -> None:
    bar(context, "arch", event, line)
    if event.name in ARCHITECTURES:
        context.set_arch(event.name, in_block=context.blocks.inside("spcblock"))
        context.lose_widths(line)
    if event.name == "superfx":
        reason = "code for the SuperFX is passed over; nothing is said of its instructions"
        context.findings.append(Finding(line, event.at + 1, WARNING, "passed-over", reason))
    elif event.name == "spc700-raw":
        context.mapper = "norom"


def take_asar(context: Context, event: Event, line: int) -> None:
    if context.begun or event.offset:
        context.find(line, event.at, "directive", "this must stand before all other commands")
    version = event.name.split(".")
    if len(version) > 1 and (int(version[0]), int(version[1].ljust(2, "0")[:2])) >= (1, 90):
        context.blocks.evaluator.priorities = context.blocks.evaluator.exact = True


def take_setting(context: Context, event: Event, line: int) -> None:
    bar(context, event.name, event, line)
    context.begun = True
    if event.name in MAPPERS:
        context.mapper = event.name
    elif event.name == "cleartable":
        context.characters.clear()
    elif event.name == "check":
        context.checks_banks = event.detail != "bankcross off"
    on = event.detail.endswith(" on")
    if event.detail.startswith("pri "):
        context.blocks.evaluator.priorities = on
    elif event.detail.startswith("round "):
        context.blocks.evaluator.exact = not on
    elif event.name == "optimize":
        context.optimizes = True


def take_character(context: Context, event: Event, line: int) -> None:
    blocks = context.blocks
    context.characters.set(event.name, None if blocks.uncertain else blocks.value(event.detail))


def take_stop(context: Context, event: Event, line: int) -> None:
    if context.begun and event.name.startswith("include"):
        context.find(line, event.at, "directive", "this must stand before all other commands")
    if event.name == "autoclean" and context.space:
        context.find(line, event.at, "directive", "`autoclean` cannot stand in free space")
    context.stop(line, event.at, event.detail or f"`{event.name}` ends the assembly here")


def take_stack(context: Context, event: Event, line: int) -> None:
    bar(context, event.name, event, line)
    if event.name in ("pushpc", "pullpc"):
        _keep_place(context, event, line)
    if event.name not in PULLS:
        context.stacks.setdefault(event.name, []).append((line, event.at))
    elif not context.stacks.get(PULLS[event.name]):
        push = _shown(PULLS[event.name])
        context.find(line, event.at, "unbalanced", f"`{_shown(event.name)}` without a `{push}` before it")
    else:
        context.stacks[PULLS[event.name]].pop()
    if event.name == "pushtable":
        context.characters.push()
    elif event.name == "pulltable":
        context.characters.pull()
    elif event.name == "pushns":
        context.names.push()
    elif event.name == "pullns":
        context.names.pull()
    elif event.name in ("pushpc", "pullpc", "pullbase"):
        context.bank = 0 if event.name == "pushpc" else None
        context.interrupt(line)


def _keep_place(context: Context, event: Event, line: int) -> None:
    """A `pullpc` stands in code for the processor for which its `pushpc` did."""
    if event.name == "pushpc":
        context.pushed.append((context.arch, context.space))
        context.space = False
        return
    arch, context.space = context.pushed.pop() if context.pushed else (context.arch, False)
    if arch != context.arch:
        reason = f"`pullpc` in code for {context.arch}, the `pushpc` is in that for {arch}"
        context.find(line, event.at, "unbalanced", reason, f"arch {arch} : pullpc")


def finish_stacks(context: Context) -> None:
    """Tell of what was pushed and nobody pulled."""
    for push, places in context.stacks.items():
        for line, at in places if push in _MUST_END else ():
            pull = _shown("pull" + push.removeprefix("push"))
            context.find(line, at, "unbalanced", f"`{_shown(push)}` without a `{pull}` after it", pull)


def _shown(stack: str) -> str:
    """A push or pull as it is written."""
    return f"warnings {stack[:4]}" if stack.endswith("warnings") else stack


SETTING_EVENTS: Final[dict[str, Callable[[Context, Event, int], None]]] = {
    "arch": take_arch,
    "asar": take_asar,
    "character": take_character,
    "namespace": take_namespace,
    "setting": take_setting,
    "stack": take_stack,
    "stop": take_stop,
}
