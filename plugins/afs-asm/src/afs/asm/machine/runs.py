"""Runs of code: instructions that follow one another, decoded once and kept.

Fetching an instruction takes Python longer than executing it, so each place that a call comes to is decoded
up to the next jump, and again only if its memory has come to say something else. Bytes that nobody can
change are good as long as they are shown there. Memory that can be written is compared at each entry, and a
run of it ends behind every instruction that writes: code that changes itself finds the change at once. Code
in registers, on the open bus or across pages is fetched byte by byte each time.

A run that is entered often becomes one function (see `compiled_runs`), which executes what nobody can look
at; the steps that remain are for the caller. At each of them registers, the program counter among them, are
exact: a page of registers may look at the processor or interrupt it, and a run is left as soon as the program
counter is not where the step goes on.
"""

from __future__ import annotations

from functools import cache
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from .addressing import fetch, fetch8
from .compiled_runs import Compiled, compiled
from .control import Handler
from .handlers import Opcodes
from .memory import PAGE
from .run_text import State, Way

if TYPE_CHECKING:
    from .cpu import Cpu

__all__ = ["Run", "Step", "fetched", "next_steps"]

Bytes = memoryview | bytearray | bytes
#: Handler and operand, the program counter behind them, cycles, the last byte fetched, address and opcode
#: (for the trace), and the number of the step in its run, from 1.
Step = tuple[Handler, int, int, int, int, tuple[int, int], int]

_STEPS: Final = 24  # of a run; what lies behind a taken branch was decoded in vain
OFTEN: Final = 128  # a run is entered before it is compiled, which takes as long as executing it so often
_RUNS: Final = 0x10000  # kept of one state of M, X and E


class Run:
    """Steps decoded from ``code`` at ``at`` of ``page``; ``reads`` looks there again, if it can change."""

    __slots__ = ("at", "code", "compiled", "entered", "length", "page", "reads", "steps", "way")

    def __init__(self, page: Bytes, at: int, code: bytes, steps: tuple[Step, ...]) -> None:
        self.page, self.at, self.code, self.steps = page, at, (code,), steps
        self.length = len(steps)
        self.reads = None if _constant(page) else _reader(len(code))
        self.entered = 0
        #: The run as a function, and what for.
        self.compiled: Compiled | None = None
        self.way: Way | None = None

    def entered_often(self, cpu: Cpu, way: Way) -> None:
        """Count that the run is executed step by step, and compile it when that pays."""
        self.entered += 1
        m, x, e = cpu.opcodes.state
        if self.entered >= OFTEN and not e:
            state = State(m, x, cpu.d, cpu.dbr, self.reads is None)
            self.compiled, self.way, self.entered = compiled(self.steps, state, way), way, 0


def next_steps(cpu: Cpu, left: int, way: Way, watch: tuple[Any, ...] = ()) -> tuple[int, tuple[Step, ...]]:
    """What is to be executed from the program counter on, at most ``left`` steps, at least one.

    Code that comes often is executed here; ``watch`` goes to its function, see `compiled_runs`. Returns the
    steps that are left to the caller, and how many were done, less the number of the first in its run.
    """
    run = _next_run(cpu)
    if run is None:
        return 0, (fetched(cpu),)
    if run.compiled is None or run.way != way:
        run.entered_often(cpu, way)
    elif run.length <= left:
        number, done = run.compiled(cpu, left - run.length, *watch)
        if number == run.length:
            return done, ()
        if done:
            return done - number, run.steps[number : number + 1]
        run.compiled = None  # D, DBR or the page are not what they were
    return 0, run.steps[:left]


def _next_run(cpu: Cpu) -> Run | None:
    """The run at the program counter; None if an instruction there goes on in another page."""
    where = cpu.pbr << 16 | cpu.pc
    page = cpu.pages[where >> 13]
    run = cpu.runs.get(where)
    if run is None or run.page is not page or (run.reads and run.reads(page, run.at) != run.code):
        run = _decoded(cpu, where, page) if isinstance(page, Bytes) else None
        if run is not None:
            if len(cpu.runs) >= _RUNS:
                cpu.runs.clear()
            cpu.runs[where] = run
    return run


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
    opcodes: Opcodes | None = cpu.opcodes
    end = 0
    while opcodes is not None and end < len(code) and len(steps) < _STEPS:
        at, number = end, code[end]
        opcode = opcodes[number]
        if at + opcode.length >= len(code):
            break
        end = at + 1 + opcode.length
        operand = int.from_bytes(code[at + 1 : end], "little")
        after = where + end & 0xFFFF
        place = where + at, number
        steps.append((opcode.handler, operand, after, opcode.cycles, code[end - 1], place, len(steps) + 1))
        if opcode.writes and not constant:
            break
        if opcode.ends:
            opcodes = opcodes.behind(number, operand)
    return Run(page, start, code[:end], tuple(steps)) if steps else None


def _constant(page: Bytes) -> bool:
    """Whether nobody can change the bytes; a view that is only readable may be one of a bytearray."""
    return isinstance(page.obj if isinstance(page, memoryview) else page, bytes)


@cache
def _reader(length: int) -> Any:
    """Reads ``length`` bytes of a view, quicker than a slice is compared."""
    return Struct(f"{length}s").unpack_from
