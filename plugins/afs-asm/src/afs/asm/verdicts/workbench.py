"""A small SNES with assembled code in it, to call routines from known states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from afs.asm.assembling.assembly import Assembly
from afs.asm.assembling.image import Image
from afs.asm.machine.calls import Limits, Outcome
from afs.asm.machine.cpu import Cpu
from afs.asm.machine.memory import HiRom, LoRom
from afs.asm.mapping import MAPPERS
from afs_core import UsageError

from .contract import FLAGS, REGISTERS, Contract, Location, location

__all__ = ["Run", "State", "Workbench"]

_WORK: Final = 0x7E0000
_SAVE: Final = 0x700000
#: Registers of multiplication and division: a routine may use them, nothing else sees them.
_ARITHMETIC: Final = frozenset((*range(0x4202, 0x4207), 0x211B, 0x211C, 0x2180, 0x2181, 0x2182, 0x2183))


class State(NamedTuple):
    """Registers, flags as P, RAM, battery RAM, and the writes to hardware registers in their order."""

    registers: dict[str, int]
    e: int
    work: bytes
    save: bytes
    hardware: tuple[tuple[int, int], ...]


class Run(NamedTuple):
    """One call: how it ended, and the states before and after it."""

    outcome: Outcome
    before: State
    after: State


class Workbench:
    """Holds the code of one assembly. Every call starts from ``background`` in RAM and battery RAM
    (repeated, zero if empty), with the registers that the contract states."""

    def __init__(self, assembly: Assembly, contract: Contract, rom: bytes = b"") -> None:
        self.assembly, self.contract = assembly, contract
        self.symbols = {**contract.symbols, **assembly.labels}
        self.memory = _machine(assembly, assembly.rom or rom)
        self.cpu = Cpu(self.memory)
        self.entry = self._entry()
        self._in_ram = [block for block in assembly.blocks if block.address >> 17 == 0x3F]
        self.code_in_ram = [range(at := block.address, at + len(block.data)) for block in self._in_ram]

    def _entry(self) -> int:
        name = self.contract.entry
        if name in self.symbols:
            return self.symbols[name]
        if not self.assembly.blocks:
            raise UsageError("there is no code to call", hint="assemble something first")
        return self.assembly.blocks[0].address

    def call(
        self,
        given: Mapping[str, int],
        *,
        registers: Mapping[str, int] | None = None,
        background: bytes = b"",
        limits: Limits | None = None,
    ) -> Run:
        """Call the entry with the places of ``given`` set; ``registers`` are for what is not given.

        Raises UsageError for places that there are not.
        """
        self._reset(background)
        self._prepare(registers or {})
        for name, value in given.items():
            self.put(location(name, self.symbols), value)
        self.cpu.settle()
        before = self._state()
        outcome = self.cpu.call(self.entry, limits or self.contract.limits)
        return Run(outcome, before, self._state())

    def strayed(self) -> bool:
        """Whether the last call ran RAM without code in it, to which a return to pushed data leads."""
        return any(not any(run in code for code in self.code_in_ram) for run in self._runs_in_ram())

    def _runs_in_ram(self) -> Iterator[int]:
        canonical = self.memory.canonical
        return (at for known in self.cpu.known for where in known if (at := canonical(where)) >> 17 == 0x3F)

    def _forget_runs_in_ram(self) -> None:
        canonical = self.memory.canonical
        for known in self.cpu.known:
            for where in [where for where in known if canonical(where) >> 17 == 0x3F]:
                del known[where]

    def _reset(self, background: bytes) -> None:
        self._forget_runs_in_ram()
        memory = self.memory
        for ram in (memory.wram, memory.sram):
            ram[:] = (
                (background * (len(ram) // len(background) + 1))[: len(ram)]
                if background
                else bytes(len(ram))
            )
        memory.clear_registers()
        for block in self._in_ram:
            start = block.address - _WORK
            memory.wram[start : start + len(block.data)] = block.data

    def _prepare(self, registers: Mapping[str, int]) -> None:
        cpu, contract = self.cpu, self.contract
        cpu.e, cpu.cycles, cpu.waiting, cpu.stopped = 0, 0, False, False
        cpu.a, cpu.x, cpu.y = (registers.get(name, 0) for name in "axy")
        cpu.d, cpu.dbr, cpu.s = contract.d, contract.dbr, contract.s
        cpu.p = 0x04 | registers.get("p", 0) & 0xC3
        cpu.p |= (0x20 if contract.m == 8 else 0) | (0x10 if contract.x == 8 else 0)
        cpu.settle()

    def put(self, place: Location, value: int) -> None:
        """Set a place; the bits that it has not are dropped."""
        cpu = self.cpu
        if place.kind == "register":
            setattr(cpu, place.name, value & (1 << REGISTERS[place.name]) - 1)
        elif place.kind == "flag":
            bit = FLAGS[place.name]
            cpu.p = cpu.p | bit if value else cpu.p & ~bit
        else:
            for index in range(place.size):
                self.memory[place.address + index & 0xFFFFFF] = value >> 8 * index & 0xFF

    def get(self, place: Location) -> int:
        """What a place holds now."""
        cpu = self.cpu
        if place.kind == "register":
            return int(getattr(cpu, place.name))
        if place.kind == "flag":
            return int(cpu.p & FLAGS[place.name] != 0)
        return int.from_bytes(self.memory.dump(place.address, place.size), "little")

    def value(self, name: str) -> int:
        """What the place called ``name`` holds now."""
        return self.get(location(name, self.symbols))

    def _state(self) -> State:
        cpu, memory = self.cpu, self.memory
        registers = {name: getattr(cpu, name) for name in REGISTERS}
        log = tuple(write for write in memory.log if write[0] not in _ARITHMETIC)
        return State(registers, cpu.e, bytes(memory.wram), bytes(memory.sram), log)

    def allowed(self, names: tuple[str, ...]) -> set[int]:
        """The addresses, mirrors told as one, of the memory among ``names``."""
        places = [location(name, self.symbols) for name in names]
        return {
            self.memory.canonical(place.address + index & 0xFFFFFF)
            for place in places
            if place.kind == "memory"
            for index in range(place.size)
        }


def changed(one: State, other: State) -> Iterator[int]:
    """The addresses at which the memories of two states differ, lowest first."""
    for base, left, right in ((_SAVE, one.save, other.save), (_WORK, one.work, other.work)):
        if left != right:
            yield from (base + at for at in _differences(left, right))


def _differences(left: bytes, right: bytes) -> Iterator[int]:
    step = 256
    for start in range(0, len(left), step):
        if left[start : start + step] != right[start : start + step]:
            yield from (at for at in range(start, min(start + step, len(left))) if left[at] != right[at])


def _machine(assembly: Assembly, rom: bytes) -> LoRom | HiRom:
    kind = HiRom if assembly.mapper == "hirom" else LoRom
    mapper = MAPPERS["hirom" if kind is HiRom else "lorom"]
    image = Image()
    for block in assembly.blocks:
        image.write(block.address, block.data, mapper.offset(block.address))
    return kind(image.rom(rom))
