"""The call of a routine: what ends it, what it may touch, and what is kept of its way."""

from __future__ import annotations

from collections import deque
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from .handlers import Handler, handlers

if TYPE_CHECKING:
    from .cpu import Cpu

__all__ = ["Limits", "Outcome", "TraceEntry", "call"]

#: Opcodes that end a call, and what they are called in its outcome.
_ENDS: Final = {0x60: "rts", 0x6B: "rtl", 0x40: "rti"}
_HALTS: Final = {0x00: "brk", 0x02: "cop", 0xCB: "wai", 0xDB: "stp"}
_FRAME: Final = 3


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a routine is allowed. ``writes`` are ranges of addresses (first, last) that it may write
    besides its own stack, everything where it is None; ``stack`` is how many bytes it may push;
    ``trace`` how many of its last instructions are kept."""

    steps: int = 200_000
    stack: int | None = None
    writes: tuple[tuple[int, int], ...] | None = None
    trace: int = 0


class TraceEntry(NamedTuple):
    """One instruction and the registers before it; ``pc`` has 24 bits."""

    pc: int
    opcode: int
    a: int
    x: int
    y: int
    s: int
    d: int
    dbr: int
    p: int
    e: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a call ended.

    ``reason`` is ``returned``; ``steps``, ``stack`` or ``write`` where a limit ended it; ``stopped``
    at an instruction after which nothing follows. ``by`` names the instruction that returned or
    stopped. ``address`` is where a write was refused, else the program counter.
    """

    reason: str
    by: str = ""
    steps: int
    cycles: int
    address: int
    trace: tuple[TraceEntry, ...] = ()

    @property
    def returned(self) -> bool:
        return self.reason == "returned"


class _Ended(Exception):
    """Raised by the instruction that ends a call."""

    def __init__(self, reason: str, by: str = "") -> None:
        super().__init__(reason)
        self.reason, self.by = reason, by


class _Refused(Exception):
    """A write outside the limits."""

    def __init__(self, address: int) -> None:
        super().__init__(f"${address:06X}")
        self.address = address


def call(cpu: Cpu, address: int, limits: Limits) -> Outcome:
    """See :meth:`Cpu.call`."""
    entry, cycles = cpu.s, cpu.cycles
    for _ in range(_FRAME):  # room for a return address that is never read
        cpu.push8(0)
    outer = cpu.table, cpu.frame, cpu.writes
    cpu.table, cpu.frame = _calling, cpu.s
    cpu.pbr, cpu.pc = address >> 16 & 0xFF, address & 0xFFFF
    trace: deque[tuple[int, ...]] = deque(maxlen=limits.trace)
    counter = [0]
    by, place = "", None
    try:
        if limits.writes is not None:
            cpu.writes = _fenced(cpu, limits, entry)
        cpu.settle()
        if limits.trace or limits.stack is not None:
            _run_watched(cpu, limits, trace, counter)
        else:
            _run(cpu, limits.steps, counter)
        reason = "steps"
    except _Ended as end:
        reason, by = end.reason, end.by
    except _Refused as refusal:
        reason, place = "write", refusal.address
    finally:
        cpu.table, cpu.frame, cpu.writes = outer
        cpu.settle()
    if reason == "returned":
        cpu.s = entry
    return Outcome(
        reason=reason,
        by=by,
        steps=counter[0],
        cycles=cpu.cycles - cycles,
        address=cpu.pbr << 16 | cpu.pc if place is None else place,
        trace=tuple(map(TraceEntry._make, trace)),
    )


def _run(cpu: Cpu, steps: int, counter: list[int]) -> None:
    pages = cpu.pages
    bus = cpu.bus
    step = 0
    try:
        for step in range(1, steps + 1):  # noqa: B007
            pc = cpu.pc
            where = cpu.pbr << 16 | pc
            cpu.pc = pc + 1 & 0xFFFF
            bus.value = opcode = pages[where >> 13][where & 0x1FFF]
            cpu.cycles += cpu.costs[opcode]
            cpu.ops[opcode](cpu)
    finally:
        counter[0] = step


def _run_watched(cpu: Cpu, limits: Limits, trace: deque[tuple[int, ...]], counter: list[int]) -> None:
    pages = cpu.pages
    bus = cpu.bus
    keep = trace.append
    floor = -1 if limits.stack is None else cpu.frame - limits.stack
    ceiling = cpu.frame
    step = 0
    try:
        for step in range(1, limits.steps + 1):  # noqa: B007
            pc = cpu.pc
            where = cpu.pbr << 16 | pc
            bus.value = opcode = pages[where >> 13][where & 0x1FFF]
            keep((where, opcode, cpu.a, cpu.x, cpu.y, cpu.s, cpu.d, cpu.dbr, cpu.p, cpu.e))
            cpu.pc = pc + 1 & 0xFFFF
            cpu.cycles += cpu.costs[opcode]
            cpu.ops[opcode](cpu)
            if not floor <= cpu.s <= ceiling:
                raise _Ended("stack")
    finally:
        counter[0] = step


@cache
def _calling(m: bool, x: bool, e: bool) -> tuple[Handler, ...]:
    """The opcodes with those that end a call in place of their own."""
    table = list(handlers(m, x, e))
    for opcode, name in _ENDS.items():
        table[opcode] = _ending(table[opcode], name)
    for opcode, name in _HALTS.items():
        table[opcode] = _halting(name)
    return tuple(table)


def _ending(handler: Handler, name: str) -> Handler:
    def end(cpu: Cpu) -> None:
        if cpu.s != cpu.frame:
            handler(cpu)
            return
        raise _Ended("returned", name)

    return end


def _halting(name: str) -> Handler:
    def halt(cpu: Cpu) -> None:
        raise _Ended("stopped", name)

    return halt


class _Fence:
    """A page that refuses writes outside the ranges of its offsets."""

    def __init__(self, page: object, base: int, allowed: tuple[tuple[int, int], ...]) -> None:
        self._page: object = page
        self._base, self._allowed = base, allowed

    def __setitem__(self, offset: int, value: int) -> None:
        if not any(first <= offset <= last for first, last in self._allowed):
            raise _Refused(self._base + offset)
        self._page[offset] = value  # type: ignore[index]


def _fenced(cpu: Cpu, limits: Limits, entry: int) -> list[object]:
    """The pages for writing, each behind a fence unless all of it may be written."""
    depth = 0x100 if limits.stack is None else limits.stack + _FRAME
    own = (max(entry - depth + 1, 0), entry)
    ranges = tuple(sorted({*(limits.writes or ()), own}))
    return cpu.memory.fenced(ranges, _Fence)
