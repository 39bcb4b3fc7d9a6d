"""Instructions that go elsewhere, change what opcodes mean, or move blocks.

Each is called with the program counter behind its operand. RTS, RTL and RTI end a call where the stack is
as it was at its begin; so do BRK, COP, WAI and STP, after which nothing of the call follows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from .addressing import fetch8

if TYPE_CHECKING:
    from .cpu import Cpu

__all__ = ["CONTROL", "LATE", "Ended", "Handler"]

#: Takes the processor and the operand.
Handler = Callable[["Cpu", int], None]


class Ended(Exception):
    """Raised by the instruction that ends a call."""

    def __init__(self, reason: str, by: str = "") -> None:
        super().__init__(reason)
        self.reason, self.by = reason, by


# -- jumps


def _jmp(cpu: Cpu, operand: int) -> None:
    cpu.pc = operand


def _jmp_indirect(cpu: Cpu, operand: int) -> None:
    cpu.pc = cpu.read16_bank0(operand)


def _jmp_x_indirect(cpu: Cpu, operand: int) -> None:
    cpu.pc = _table(cpu, operand + cpu.x)


def _table(cpu: Cpu, at: int) -> int:
    """A word of the program's own bank, within which it wraps."""
    bank = cpu.pbr << 16
    return cpu.read8(bank | at & 0xFFFF) | cpu.read8(bank | at + 1 & 0xFFFF) << 8


def _jml(cpu: Cpu, operand: int) -> None:
    cpu.pbr, cpu.pc = operand >> 16, operand & 0xFFFF


def _jml_indirect(cpu: Cpu, operand: int) -> None:
    cpu.pc = cpu.read16_bank0(operand)
    cpu.pbr = cpu.read8(operand + 2 & 0xFFFF)


def _jsr(cpu: Cpu, operand: int) -> None:
    cpu.push16(cpu.pc - 1 & 0xFFFF)
    cpu.pc = operand


def _jsr_x_indirect(cpu: Cpu, low: int) -> None:
    cpu.push16(cpu.pc)
    cpu.pc = _table(cpu, (fetch8(cpu) << 8 | low) + cpu.x)


def _jsl(cpu: Cpu, target: int) -> None:
    cpu.push8_new(cpu.pbr)
    bank = fetch8(cpu)
    cpu.push16_new(cpu.pc - 1 & 0xFFFF)
    cpu.come_back()
    cpu.pbr, cpu.pc = bank, target


def _rts(cpu: Cpu, operand: int) -> None:
    _return(cpu, "rts")
    cpu.pc = cpu.pull16() + 1 & 0xFFFF


def _rtl(cpu: Cpu, operand: int) -> None:
    _return(cpu, "rtl")
    cpu.pc = cpu.pull16_new() + 1 & 0xFFFF
    cpu.pbr = cpu.pull8_new()
    cpu.come_back()


def _rti(cpu: Cpu, operand: int) -> None:
    _return(cpu, "rti")
    cpu.set_p(cpu.pull8())
    cpu.pc = cpu.pull16()
    if not cpu.e:
        cpu.pbr = cpu.pull8()


def _return(cpu: Cpu, by: str) -> None:
    if cpu.s == cpu.frame:
        raise Ended("returned", by)


def _brl(cpu: Cpu, operand: int) -> None:
    cpu.pc = cpu.pc + operand & 0xFFFF


# -- interrupts, waiting


def _brk(cpu: Cpu, operand: int) -> None:
    _halt(cpu, "brk")
    fetch8(cpu)
    cpu.interrupt(0xFFFE if cpu.e else 0xFFE6, _pushed(cpu))


def _cop(cpu: Cpu, operand: int) -> None:
    _halt(cpu, "cop")
    fetch8(cpu)
    cpu.interrupt(0xFFF4 if cpu.e else 0xFFE4, _pushed(cpu))


def _pushed(cpu: Cpu) -> int:
    """P as instructions push it: in emulation mode with the break flag, which interrupts leave out."""
    return cpu.p | 0x10 if cpu.e else cpu.p


def _wai(cpu: Cpu, operand: int) -> None:
    _halt(cpu, "wai")
    cpu.waiting, cpu.halted = True, (cpu.pbr, cpu.pc)


def _stp(cpu: Cpu, operand: int) -> None:
    _halt(cpu, "stp")
    cpu.stopped, cpu.halted = True, (cpu.pbr, cpu.pc)


def _halt(cpu: Cpu, by: str) -> None:
    if cpu.frame >= 0:
        raise Ended("stopped", by)


# -- what opcodes mean


def _plp(cpu: Cpu, operand: int) -> None:
    cpu.set_p(cpu.pull8())


def _rep(cpu: Cpu, operand: int) -> None:
    cpu.set_p(cpu.p & ~operand)


def _sep(cpu: Cpu, operand: int) -> None:
    cpu.set_p(cpu.p | operand)


def _xce(cpu: Cpu, operand: int) -> None:
    carry = cpu.p & 1
    cpu.p = cpu.p & 0xFE | (0x31 if cpu.e else 0)
    cpu.set_e(carry)


# -- block moves


def _block_move(by: int) -> Handler:
    """One byte of the move; the instruction comes again until A is $FFFF."""

    def move(cpu: Cpu, operand: int) -> None:
        start = cpu.pc - 3 & 0xFFFF
        cpu.dbr = operand & 0xFF
        cpu.write8(cpu.dbr << 16 | cpu.y, cpu.read8((operand & 0xFF00) << 8 | cpu.x))
        mask = 0xFF if cpu.e or cpu.p & 0x10 else 0xFFFF
        cpu.x = cpu.x + by & mask
        cpu.y = cpu.y + by & mask
        cpu.a = cpu.a - 1 & 0xFFFF
        if cpu.a != 0xFFFF:
            cpu.pc = start

    return move


#: By mnemonic, and mode where a mnemonic has several.
CONTROL: Final[dict[str, Handler]] = {
    "brk": _brk,
    "brl": _brl,
    "cop": _cop,
    "jml [absolute]": _jml_indirect,
    "jml long": _jml,
    "jmp (absolute)": _jmp_indirect,
    "jmp (absolute,x)": _jmp_x_indirect,
    "jmp absolute": _jmp,
    "jsl": _jsl,
    "jsr (absolute,x)": _jsr_x_indirect,
    "jsr absolute": _jsr,
    "mvn": _block_move(1),
    "mvp": _block_move(-1),
    "plp": _plp,
    "rep": _rep,
    "rti": _rti,
    "rtl": _rtl,
    "rts": _rts,
    "sep": _sep,
    "stp": _stp,
    "wai": _wai,
    "xce": _xce,
}

#: The last byte of these operands is fetched by the instruction, which pushes or halts before.
LATE: Final = frozenset(("brk", "cop", "jsl", "jsr (absolute,x)"))
