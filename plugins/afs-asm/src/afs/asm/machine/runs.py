"""Runs of code: instructions that follow one another, decoded once and kept.

Fetching an instruction takes Python longer than executing it, so each place that a call comes to is decoded
up to the next jump, and again only if its memory has come to say something else. Bytes that nobody can
change are good as long as they are shown there. Memory that can be written is compared at each entry, and a
run of it ends behind every instruction that writes: code that changes itself finds the change at once. Code
in registers, on the open bus or across pages is fetched byte by byte each time.

Registers, the program counter among them, are exact at every step: a page of registers may look at the
processor or interrupt it, and a run is left as soon as the program counter is not where the step goes on.
"""

from __future__ import annotations

from functools import cache
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from .addressing import fetch, fetch8
from .control import Handler
from .memory import PAGE

if TYPE_CHECKING:
    from .cpu import Cpu

__all__ = ["Run", "Step", "fetched", "next_run"]

Bytes = memoryview | bytearray | bytes
#: Handler and operand, the program counter behind them, cycles, the last byte fetched, address and opcode
#: (for the trace), and the number of the step in its run, from 1.
Step = tuple[Handler, int, int, int, int, tuple[int, int], int]

_STEPS: Final = 24  # of a run; what lies behind a taken branch was decoded in vain
_RUNS: Final = 0x10000  # kept of one state of M, X and E


class Run:
    """Steps decoded from ``code`` at ``at`` of ``page``; ``reads`` looks there again, if it can change."""

    __slots__ = ("at", "code", "page", "reads", "steps")

    def __init__(self, page: Bytes, at: int, code: bytes, steps: tuple[Step, ...]) -> None:
        self.page, self.at, self.code, self.steps = page, at, (code,), steps
        self.reads = None if _constant(page) else _reader(len(code))


def next_run(cpu: Cpu) -> tuple[Step, ...]:
    """The steps from the program counter on, one at least."""
    where = cpu.pbr << 16 | cpu.pc
    page = cpu.pages[where >> 13]
    run = cpu.runs.get(where)
    if run is None or run.page is not page or (run.reads and run.reads(page, run.at) != run.code):
        run = _decoded(cpu, where, page) if isinstance(page, Bytes) else None
        if run is None:
            return (fetched(cpu),)
        if len(cpu.runs) >= _RUNS:
            cpu.runs.clear()
        cpu.runs[where] = run
    return run.steps


def fetched(cpu: Cpu) -> Step:
    """The instruction at the program counter, fetched as the processor does; the counter moves behind it."""
    where = cpu.pbr << 16 | cpu.pc
    number = fetch8(cpu)
    opcode = cpu.opcodes[number]
    operand = fetch(cpu, opcode.length)
    return opcode.handler, operand, cpu.pc, opcode.cycles, cpu.bus.value, (where, number), 1


def _decoded(cpu: Cpu, where: int, page: Bytes) -> Run | None:
    """The run at ``where``; None if its first instruction goes on in another page."""
    start = where & PAGE - 1
    code = bytes(page[start : start + 4 * _STEPS])
    constant = _constant(page)
    steps: list[Step] = []
    end = 0
    while end < len(code) and len(steps) < _STEPS:
        at, number = end, code[end]
        opcode = cpu.opcodes[number]
        if at + opcode.length >= len(code):
            break
        end = at + 1 + opcode.length
        operand = int.from_bytes(code[at + 1 : end], "little")
        after = where + end & 0xFFFF
        place = where + at, number
        steps.append((opcode.handler, operand, after, opcode.cycles, code[end - 1], place, len(steps) + 1))
        if opcode.ends or (opcode.writes and not constant):
            break
    return Run(page, start, code[:end], tuple(steps)) if steps else None


def _constant(page: Bytes) -> bool:
    """Whether nobody can change the bytes; a view that is only readable may be one of a bytearray."""
    return isinstance(page.obj if isinstance(page, memoryview) else page, bytes)


@cache
def _reader(length: int) -> Any:
    """Reads ``length`` bytes of a view, quicker than a slice is compared."""
    return Struct(f"{length}s").unpack_from
