"""The call of a routine: what ends it, what it may touch, and what is kept of its way."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from .control import Ended
from .fences import Fence, Refused
from .run_text import Way
from .runs import next_steps

if TYPE_CHECKING:
    from .cpu import Cpu

__all__ = ["Limits", "Outcome", "TraceEntry", "call"]

_FRAME: Final = 3
#: Address and opcode, and the registers: a `TraceEntry` to be.
_Kept = tuple[tuple[int, int], int, int, int, int, int, int, int, int]


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


def call(cpu: Cpu, address: int, limits: Limits) -> Outcome:
    """See :meth:`Cpu.call`."""
    entry, cycles = cpu.s, cpu.cycles
    for _ in range(_FRAME):  # room for a return address that is never read
        cpu.push8(0)
    outer = cpu.frame, cpu.writes
    cpu.frame = cpu.s
    cpu.pbr, cpu.pc = address >> 16 & 0xFF, address & 0xFFFF
    trace: deque[_Kept] = deque(maxlen=limits.trace)
    counter = [0]
    by, place = "", None
    try:
        if limits.writes is not None:
            cpu.writes = _fenced(cpu, limits, entry)
        cpu.settle()
        if limits.trace or limits.stack is not None:
            _run_watched(cpu, limits, trace, counter)
        else:
            _run(cpu, limits, counter)
        reason = "steps"
    except Ended as end:
        reason, by = end.reason, end.by
    except Refused as refusal:
        reason, place = "write", refusal.address
    finally:
        cpu.frame, cpu.writes = outer
        cpu.settle()
    if reason == "returned":
        cpu.s = entry
    return Outcome(
        reason=reason,
        by=by,
        steps=counter[0],
        cycles=cpu.cycles - cycles,
        address=cpu.pbr << 16 | cpu.pc if place is None else place,
        trace=tuple(tuple.__new__(TraceEntry, kept[0] + kept[1:]) for kept in trace),
    )


def _run(cpu: Cpu, limits: Limits, counter: list[int]) -> None:
    bus, way = cpu.bus, Way(watched=False, fenced=limits.writes is not None)
    done = number = 0
    try:
        while done < limits.steps:
            before, todo = next_steps(cpu, limits.steps - done, way)
            done += before
            for handler, operand, after, cycles, last, _, number in todo:  # noqa: B007
                cpu.pc = after
                cpu.cycles += cycles
                bus.value = last
                handler(cpu, operand)
                if cpu.pc != after:
                    break
            done += number
            number = 0
    finally:
        counter[0] = done + number


def _run_watched(cpu: Cpu, limits: Limits, trace: deque[_Kept], counter: list[int]) -> None:
    bus, way = cpu.bus, Way(watched=True, fenced=limits.writes is not None)
    keep = trace.append
    floor, ceiling = (0, 0xFFFF) if limits.stack is None else (cpu.frame - limits.stack, cpu.frame)
    watch = keep, floor, ceiling
    done = number = 0
    try:
        while done < limits.steps:
            before, todo = next_steps(cpu, limits.steps - done, way, watch)
            done += before
            for handler, operand, after, cycles, last, place, number in todo:  # noqa: B007
                keep((place, cpu.a, cpu.x, cpu.y, cpu.s, cpu.d, cpu.dbr, cpu.p, cpu.e))
                cpu.pc = after
                cpu.cycles += cycles
                bus.value = last
                handler(cpu, operand)
                if not floor <= cpu.s <= ceiling:
                    raise Ended("stack")
                if cpu.pc != after:
                    break
            done += number
            number = 0
    finally:
        counter[0] = done + number


def _fenced(cpu: Cpu, limits: Limits, entry: int) -> list[object]:
    """The pages for writing, each behind a fence unless all of it may be written."""
    depth = 0x100 if limits.stack is None else limits.stack + _FRAME
    own = (max(entry - depth + 1, 0), entry)
    ranges = tuple(sorted({*(limits.writes or ()), own}))
    return cpu.memory.fenced(ranges, Fence)
