"""All opcodes as functions of the processor, made from the instruction table."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from .addressing import address_of, fetch16
from .control import CONTROL
from .instructions import Instruction, instruction_set
from .operations import MODIFIES, READS, WRITES, Modify, Read

if TYPE_CHECKING:
    from .cpu import Cpu

__all__ = ["Handler", "costs", "handlers"]

Handler = Callable[["Cpu"], None]
Address = Callable[["Cpu"], int]

#: Modes whose second byte stays in bank 0.
_BANK_0 = ("direct", "direct,x", "direct,y", "stack,s")


@cache
def handlers(m: bool, x: bool, e: bool) -> tuple[Handler, ...]:
    """256 functions for one state of the flags; each does its work and counts the cycles that hang on it."""
    return tuple(_handler(instruction, m, x) for instruction in instruction_set())


@cache
def costs(m: bool, x: bool, e: bool) -> tuple[int, ...]:
    """The cycles of each opcode that are known beforehand."""
    return tuple(_cycles(instruction, m, x, e) for instruction in instruction_set())


def _handler(instruction: Instruction, m: bool, x: bool) -> Handler:
    mnemonic, mode = instruction.mnemonic, instruction.mode
    control = CONTROL.get(mnemonic) or CONTROL.get(f"{mnemonic} {mode}")
    if control is not None:
        return control
    if mnemonic in WRITES:
        register, flag = WRITES[mnemonic]
        return _write(instruction, register, m if flag == "m" else x)
    if mnemonic in MODIFIES:
        return _modify(instruction, MODIFIES[mnemonic], m)
    narrow, wide, flag = READS["bit #" if mnemonic == "bit" and mode == "immediate" else mnemonic]
    is_narrow = m if flag == "m" else x
    return _read(instruction, narrow if is_narrow else wide, is_narrow)


def _cycles(instruction: Instruction, m: bool, x: bool, e: bool) -> int:
    """What is known beforehand; the rest is added where the address or the branch is found."""
    more = {"m": not m, "mm": 2 * (not m), "x": not x, "n": not e}
    return instruction.cycles + sum(more.get(condition, 0) for condition in instruction.conditions)


def _address(instruction: Instruction) -> Address:
    return address_of(instruction.mode, paged="p" in instruction.conditions)


def _mask(instruction: Instruction) -> int:
    return 0xFFFF if instruction.mode in _BANK_0 else 0xFFFFFF


def _read(instruction: Instruction, operation: Read, narrow: bool) -> Handler:
    if instruction.mode == "immediate":
        return _immediate8(operation) if narrow else _immediate16(operation)
    address, mask = _address(instruction), _mask(instruction)

    def read8(cpu: Cpu) -> None:
        where = address(cpu)
        operation(cpu, cpu.pages[where >> 13][where & 0x1FFF])

    def read16(cpu: Cpu) -> None:
        where = address(cpu)
        next_one = where + 1 & mask
        pages = cpu.pages
        low = pages[where >> 13][where & 0x1FFF]
        operation(cpu, low | pages[next_one >> 13][next_one & 0x1FFF] << 8)

    return read8 if narrow else read16


def _immediate8(operation: Read) -> Handler:
    def immediate(cpu: Cpu) -> None:
        pc = cpu.pc
        where = cpu.pbr << 16 | pc
        cpu.pc = pc + 1 & 0xFFFF
        cpu.bus.value = value = cpu.pages[where >> 13][where & 0x1FFF]
        operation(cpu, value)

    return immediate


def _immediate16(operation: Read) -> Handler:
    def immediate(cpu: Cpu) -> None:
        operation(cpu, fetch16(cpu))

    return immediate


def _write(instruction: Instruction, register: str, narrow: bool) -> Handler:
    address, mask = _address(instruction), _mask(instruction)

    def write8(cpu: Cpu) -> None:
        where = address(cpu)
        cpu.writes[where >> 13][where & 0x1FFF] = getattr(cpu, register) & 0xFF if register else 0

    def write16(cpu: Cpu) -> None:
        where = address(cpu)
        value = getattr(cpu, register) if register else 0
        next_one = where + 1 & mask
        writes = cpu.writes
        writes[where >> 13][where & 0x1FFF] = value & 0xFF
        writes[next_one >> 13][next_one & 0x1FFF] = value >> 8

    return write8 if narrow else write16


def _modify(instruction: Instruction, operations: tuple[Modify, Modify], narrow: bool) -> Handler:
    address, mask = _address(instruction), _mask(instruction)
    operation8, operation16 = operations

    def modify8(cpu: Cpu) -> None:
        where = address(cpu)
        number, at = where >> 13, where & 0x1FFF
        cpu.writes[number][at] = operation8(cpu, cpu.pages[number][at])

    def modify16(cpu: Cpu) -> None:
        where = address(cpu)
        next_one = where + 1 & mask
        pages, writes = cpu.pages, cpu.writes
        number, at = where >> 13, where & 0x1FFF
        next_number, next_at = next_one >> 13, next_one & 0x1FFF
        value = operation16(cpu, pages[number][at] | pages[next_number][next_at] << 8)
        writes[next_number][next_at] = value >> 8
        writes[number][at] = value & 0xFF

    return modify8 if narrow else modify16
