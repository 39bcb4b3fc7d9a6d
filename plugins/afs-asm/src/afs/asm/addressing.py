"""Where an instruction's operand lies: one function for each addressing mode and its wrap rules.

Each takes the processor behind its opcode, fetches the operand, adds the cycles that depend on
registers, and gives the 24-bit address of the data's low byte. In emulation mode with the low
byte of D zero, what the 6502 knew wraps within the direct page; what is new does not.

Source of the rules: the data sheet of the W65C816S, and "65C816 opcodes" by Bruce Clark.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .cpu import Cpu

__all__ = ["address_of", "fetch8", "fetch16", "fetch24"]

Address = Callable[["Cpu"], int]


def fetch8(cpu: Cpu) -> int:
    """The byte at the program counter, which wraps within its bank."""
    pc = cpu.pc
    where = cpu.pbr << 16 | pc
    cpu.pc = pc + 1 & 0xFFFF
    value: int = cpu.pages[where >> 13][where & 0x1FFF]
    cpu.bus.value = value
    return value


def fetch16(cpu: Cpu) -> int:
    pc = cpu.pc
    where = cpu.pbr << 16 | pc
    at = where & 0x1FFF
    if at == 0x1FFF:
        return fetch8(cpu) | fetch8(cpu) << 8
    page = cpu.pages[where >> 13]
    cpu.pc = pc + 2 & 0xFFFF
    high = page[at + 1]
    cpu.bus.value = high
    value: int = page[at] | high << 8
    return value


def fetch24(cpu: Cpu) -> int:
    return fetch16(cpu) | fetch8(cpu) << 16


def _read(cpu: Cpu, address: int) -> int:
    value: int = cpu.pages[address >> 13][address & 0x1FFF]
    cpu.bus.value = value
    return value


# -- the direct page


def _direct(cpu: Cpu) -> int:
    d, pc = cpu.d, cpu.pc
    if d & 0xFF:
        cpu.cycles += 1
    where = cpu.pbr << 16 | pc
    cpu.pc = pc + 1 & 0xFFFF
    cpu.bus.value = offset = cpu.pages[where >> 13][where & 0x1FFF]
    return d + offset & 0xFFFF


def _indexed(cpu: Cpu, index: int) -> int:
    d = cpu.d
    if d & 0xFF:
        cpu.cycles += 1
    elif cpu.e:
        return d | fetch8(cpu) + index & 0xFF
    return d + fetch8(cpu) + index & 0xFFFF


def _direct_x(cpu: Cpu) -> int:
    return _indexed(cpu, cpu.x)


def _direct_y(cpu: Cpu) -> int:
    return _indexed(cpu, cpu.y)


def _pointer(cpu: Cpu, at: int, wraps: bool) -> int:
    """The word at ``at`` of bank 0; ``wraps``: its high byte lies in the same page."""
    low = _read(cpu, at)
    return low | _read(cpu, at & 0xFF00 | at + 1 & 0xFF if wraps else at + 1 & 0xFFFF) << 8


def _direct_pointer(cpu: Cpu) -> int:
    at = _direct(cpu)
    return _pointer(cpu, at, cpu.e == 1 and not cpu.d & 0xFF)


def _direct_indirect(cpu: Cpu) -> int:
    return cpu.dbr << 16 | _direct_pointer(cpu)


def _direct_x_indirect(cpu: Cpu) -> int:
    # In emulation mode the high byte stays in the page whatever D is; the chip does so.
    return cpu.dbr << 16 | _pointer(cpu, _direct_x(cpu), cpu.e == 1)


def _direct_indirect_y(cpu: Cpu) -> int:
    return (cpu.dbr << 16) + _direct_pointer(cpu) + cpu.y & 0xFFFFFF


def _direct_indirect_y_paged(cpu: Cpu) -> int:
    base = _direct_pointer(cpu)
    return _paged(cpu, base, cpu.y)


def _long_pointer(cpu: Cpu) -> int:
    at = _direct(cpu)
    return _pointer(cpu, at, False) | _read(cpu, at + 2 & 0xFFFF) << 16


def _direct_indirect_long_y(cpu: Cpu) -> int:
    return _long_pointer(cpu) + cpu.y & 0xFFFFFF


# -- whole addresses


def _absolute(cpu: Cpu) -> int:
    return cpu.dbr << 16 | fetch16(cpu)


def _paged(cpu: Cpu, base: int, index: int) -> int:
    """Indexed within all memory; a read takes a cycle more where it leaves the page or X is wide."""
    where = base + index
    if where >> 8 != base >> 8 or not cpu.p & 0x10:
        cpu.cycles += 1
    return (cpu.dbr << 16) + where & 0xFFFFFF


def _absolute_x(cpu: Cpu) -> int:
    return (cpu.dbr << 16) + fetch16(cpu) + cpu.x & 0xFFFFFF


def _absolute_x_paged(cpu: Cpu) -> int:
    return _paged(cpu, fetch16(cpu), cpu.x)


def _absolute_y(cpu: Cpu) -> int:
    return (cpu.dbr << 16) + fetch16(cpu) + cpu.y & 0xFFFFFF


def _absolute_y_paged(cpu: Cpu) -> int:
    return _paged(cpu, fetch16(cpu), cpu.y)


def _long_x(cpu: Cpu) -> int:
    return fetch24(cpu) + cpu.x & 0xFFFFFF


# -- the stack


def _stack(cpu: Cpu) -> int:
    return fetch8(cpu) + cpu.s & 0xFFFF


def _stack_indirect_y(cpu: Cpu) -> int:
    return (cpu.dbr << 16) + _pointer(cpu, _stack(cpu), False) + cpu.y & 0xFFFFFF


_MODES: Final[dict[str, Address]] = {
    "direct": _direct,
    "direct,x": _direct_x,
    "direct,y": _direct_y,
    "(direct)": _direct_indirect,
    "(direct,x)": _direct_x_indirect,
    "(direct),y": _direct_indirect_y,
    "[direct]": _long_pointer,
    "[direct],y": _direct_indirect_long_y,
    "absolute": _absolute,
    "absolute,x": _absolute_x,
    "absolute,y": _absolute_y,
    "long": fetch24,
    "long,x": _long_x,
    "stack,s": _stack,
    "(stack,s),y": _stack_indirect_y,
}
_PAGED: Final[dict[str, Address]] = {
    "absolute,x": _absolute_x_paged,
    "absolute,y": _absolute_y_paged,
    "(direct),y": _direct_indirect_y_paged,
}


def address_of(mode: str, paged: bool) -> Address:
    """The function of a mode that has data in memory; ``paged``: leaving a page costs a cycle."""
    return _PAGED[mode] if paged else _MODES[mode]
