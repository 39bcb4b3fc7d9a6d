"""Two pieces of code run from the same states, and what they leave compared.

States are directed: registers and memory are random, with the numbers that the code itself names and
their neighbours among them, so that its comparisons go both ways.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple, cast

from afs.asm import Assembly, Cpu, Limits, LoRom
from afs.augment.program import ORIGIN, Program, Widths
from afs.augment.refusal import Refused

__all__ = ["Ended", "Reference", "Start", "compared", "starts"]

_STEPS: Final = 2_000
_FIRST: Final = 12
_EDGES: Final = (0x00, 0x01, 0x7F, 0x80, 0xFF)
_STACK: Final = 0x01FF
_BLOCK: Final = 8191
#: Direct page and data bank on entry: those of most code, and quite other ones.
_USUAL: Final = ((0x0000, 0x00), (0x0000, 0x80))
_OTHERS: Final = (*_USUAL, (0x0340, 0x7E))
#: How often each line that a variant wrote must have run.
_VISITS: Final = 3
#: From how many states the code must return.
_LEAST: Final = 12


class Start(NamedTuple):
    """A state before a call."""

    a: int
    x: int
    y: int
    p: int
    d: int
    dbr: int
    block: bytes


class Ended(NamedTuple):
    """A state after a call, and the addresses that were reached."""

    reason: str
    by: str
    registers: tuple[int, ...]
    work: bytes
    save: bytes
    log: tuple[tuple[int, int], ...]
    reached: frozenset[int]


def starts(program: Program, rng: random.Random, count: int, *, usual: bool) -> list[Start]:
    """``count`` states for ``program``; ``usual`` keeps D zero and the bank one that shows low RAM."""
    numbers = _numbers(program)
    places = _USUAL if usual else _OTHERS
    return [
        _start(program.entries[number % len(program.entries)], places[number % len(places)], numbers, rng)
        for number in range(count)
    ]


def _numbers(program: Program) -> list[int]:
    """The bytes of the immediates in the code, thrice, and their neighbours."""
    found = list(_EDGES)
    for step in program.steps.values():
        if step.op.mode == "immediate" and step.op.mnemonic not in ("rep", "sep"):
            for byte in (step.operand & 0xFF, step.operand >> 8 & 0xFF):
                found += [byte, byte, byte, byte - 1 & 0xFF, byte + 1 & 0xFF]
    return found


def _start(widths: Widths, place: tuple[int, int], numbers: list[int], rng: random.Random) -> Start:
    m, x = widths
    flags = 0x04 | rng.randrange(256) & 0xC3 | m << 5 | x << 4
    a, index, y = (_register(numbers, rng) for _ in range(3))
    mask = 0xFF if x else 0xFFFF
    return Start(a, index & mask, y & mask, flags, *place, _block(numbers, rng))


def _register(numbers: list[int], rng: random.Random) -> int:
    if rng.random() < 0.5:
        return rng.choice(numbers) | rng.choice((0, 0, rng.randrange(256))) << 8
    return rng.randrange(0x10000)


def _block(numbers: list[int], rng: random.Random) -> bytes:
    """Bytes to fill memory with: random, or many of them such as the code compares with, one above all."""
    block = rng.randbytes(_BLOCK)
    if rng.random() < 0.3:
        return block
    chosen = rng.choice(numbers)
    shares = (rng.random() for _ in range(256))
    table = bytes(
        chosen if share < 0.4 else rng.choice(numbers) if share < 0.7 else byte
        for byte, share in enumerate(shares)
    )
    return block.translate(table)


@cache
def _machine() -> Cpu:
    return Cpu(LoRom(cast(bytes, bytearray(0x8000))))


def _run(assembly: Assembly, states: Sequence[Start], *, trace: bool) -> Iterator[Ended]:
    cpu = _machine()
    memory = cpu.memory
    assert isinstance(memory, LoRom)
    image = bytearray(0x8000)
    for block in assembly.blocks:
        image[block.address - ORIGIN : block.address - ORIGIN + len(block.data)] = block.data
    memory.rom[:] = bytes(image)
    limits = Limits(steps=2 * _STEPS, trace=2 * _STEPS) if trace else Limits(steps=_STEPS)
    for state in states:
        yield _called(cpu, memory, state, limits)


def _called(cpu: Cpu, memory: LoRom, state: Start, limits: Limits) -> Ended:
    for ram in (memory.wram, memory.sram):
        ram[:] = (state.block * (len(ram) // len(state.block) + 1))[: len(ram)]
    memory.clear_registers()
    memory.bus.value = 0
    cpu.e, cpu.cycles, cpu.waiting, cpu.stopped = 0, 0, False, False
    cpu.a, cpu.x, cpu.y, cpu.s, cpu.d, cpu.dbr, cpu.p = (
        state.a, state.x, state.y, _STACK, state.d, state.dbr, state.p)  # fmt: skip
    cpu.settle()
    outcome = cpu.call(ORIGIN, limits)
    registers = (cpu.a, cpu.x, cpu.y, cpu.s, cpu.d, cpu.dbr, cpu.p, cpu.e)
    low = bytes(_STACK + 1 - 0x100)
    work = bytes(memory.wram[:0x100]) + low + bytes(memory.wram[_STACK + 1 :])
    reached = frozenset(entry.pc for entry in outcome.trace)
    return Ended(outcome.reason, outcome.by, registers, work, bytes(memory.sram), tuple(memory.log), reached)


class Reference:
    """A piece of code and what it leaves from those states from which it returns.

    Raises Refused where it returns from too few.
    """

    def __init__(self, assembly: Assembly, states: Sequence[Start]) -> None:
        self.states: list[Start] = []
        self.ends: list[Ended] = []
        for number, (state, end) in enumerate(
            zip(states, _run(assembly, states, trace=False), strict=True), 1
        ):
            if end.reason == "returned":
                self.states.append(state)
                self.ends.append(end)
            if number == _FIRST and not self.states:
                break
        if len(self.states) < _LEAST:
            raise Refused("does not return when it is run by itself")


def compared(reference: Reference, assembly: Assembly, written: Sequence[range]) -> str:
    """Why ``assembly`` is not known to do the same; nothing where it does.

    ``written`` are the addresses of what is new: each must have run in enough states.
    """
    ends: list[Ended] = []
    for end, wanted in zip(_run(assembly, reference.states, trace=True), reference.ends, strict=True):
        if _seen(end) != _seen(wanted):
            return "does something else"
        ends.append(end)
    for places in written:
        if sum(not end.reached.isdisjoint(places) for end in ends) < _VISITS:
            return "was not reached often enough"
    return ""


def _seen(end: Ended) -> tuple[object, ...]:
    return end[:-1]
