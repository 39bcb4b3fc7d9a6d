"""Instructions that move the program counter, the stack or the registers themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from .addressing import fetch8, fetch16
from .operations import MODIFIES, set_nz8, set_nz16

if TYPE_CHECKING:
    from .cpu import Cpu

__all__ = ["CONTROL"]

Handler = Callable[["Cpu"], None]


# -- jumps


def _jmp(cpu: Cpu) -> None:
    cpu.pc = fetch16(cpu)


def _jmp_indirect(cpu: Cpu) -> None:
    cpu.pc = cpu.read16_bank0(fetch16(cpu))


def _jmp_x_indirect(cpu: Cpu) -> None:
    cpu.pc = _table(cpu, fetch16(cpu) + cpu.x)


def _table(cpu: Cpu, at: int) -> int:
    """A word of the program's own bank, within which it wraps."""
    bank = cpu.pbr << 16
    return cpu.read8(bank | at & 0xFFFF) | cpu.read8(bank | at + 1 & 0xFFFF) << 8


def _jml(cpu: Cpu) -> None:
    target = fetch16(cpu)
    cpu.pbr = fetch8(cpu)
    cpu.pc = target


def _jml_indirect(cpu: Cpu) -> None:
    at = fetch16(cpu)
    cpu.pc = cpu.read16_bank0(at)
    cpu.pbr = cpu.read8(at + 2 & 0xFFFF)


def _jsr(cpu: Cpu) -> None:
    target = fetch16(cpu)
    cpu.push16(cpu.pc - 1 & 0xFFFF)
    cpu.pc = target


def _jsr_x_indirect(cpu: Cpu) -> None:
    low = fetch8(cpu)
    cpu.push16_new(cpu.pc)
    cpu.come_back()
    cpu.pc = _table(cpu, (fetch8(cpu) << 8 | low) + cpu.x)


def _jsl(cpu: Cpu) -> None:
    target = fetch16(cpu)
    cpu.push8_new(cpu.pbr)
    bank = fetch8(cpu)
    cpu.push16_new(cpu.pc - 1 & 0xFFFF)
    cpu.come_back()
    cpu.pbr, cpu.pc = bank, target


def _rts(cpu: Cpu) -> None:
    cpu.pc = cpu.pull16() + 1 & 0xFFFF


def _rtl(cpu: Cpu) -> None:
    cpu.pc = cpu.pull16_new() + 1 & 0xFFFF
    cpu.pbr = cpu.pull8_new()
    cpu.come_back()


def _rti(cpu: Cpu) -> None:
    cpu.set_p(cpu.pull8())
    cpu.pc = cpu.pull16()
    if not cpu.e:
        cpu.pbr = cpu.pull8()


def _brl(cpu: Cpu) -> None:
    offset = fetch16(cpu)
    cpu.pc = cpu.pc + offset & 0xFFFF


def _branch(flag: int, wanted: int, taken: int = 1) -> Handler:
    """A branch where ``cpu.p & flag`` is ``wanted``, with the cycles that a taken one adds."""

    def branch(cpu: Cpu) -> None:
        pc = cpu.pc
        where = cpu.pbr << 16 | pc
        cpu.bus.value = offset = cpu.pages[where >> 13][where & 0x1FFF]
        cpu.pc = pc = pc + 1 & 0xFFFF
        if cpu.p & flag == wanted:
            target = pc + (offset ^ 0x80) - 0x80 & 0xFFFF
            cpu.cycles += taken + (cpu.e and target >> 8 != pc >> 8)
            cpu.pc = target

    return branch


def _software_interrupt(native: int, emulated: int) -> Handler:
    def interrupt(cpu: Cpu) -> None:
        fetch8(cpu)
        cpu.interrupt(emulated if cpu.e else native, cpu.p)

    return interrupt


# -- the stack


def _pea(cpu: Cpu) -> None:
    cpu.push16_new(fetch16(cpu))
    cpu.come_back()


def _pei(cpu: Cpu) -> None:
    if cpu.d & 0xFF:
        cpu.cycles += 1
    cpu.push16_new(cpu.read16_bank0(cpu.d + fetch8(cpu) & 0xFFFF))
    cpu.come_back()


def _per(cpu: Cpu) -> None:
    offset = fetch16(cpu)
    cpu.push16_new(cpu.pc + offset & 0xFFFF)
    cpu.come_back()


def _pha(cpu: Cpu) -> None:
    if cpu.p & 0x20:
        cpu.push8(cpu.a & 0xFF)
    else:
        cpu.push16(cpu.a)


def _phx(cpu: Cpu) -> None:
    if cpu.p & 0x10:
        cpu.push8(cpu.x)
    else:
        cpu.push16(cpu.x)


def _phy(cpu: Cpu) -> None:
    if cpu.p & 0x10:
        cpu.push8(cpu.y)
    else:
        cpu.push16(cpu.y)


def _pla(cpu: Cpu) -> None:
    if cpu.p & 0x20:
        value = cpu.pull8()
        cpu.a = cpu.a & 0xFF00 | value
        set_nz8(cpu, value)
    else:
        cpu.a = value = cpu.pull16()
        set_nz16(cpu, value)


def _plx(cpu: Cpu) -> None:
    if cpu.p & 0x10:
        cpu.x = value = cpu.pull8()
        set_nz8(cpu, value)
    else:
        cpu.x = value = cpu.pull16()
        set_nz16(cpu, value)


def _ply(cpu: Cpu) -> None:
    if cpu.p & 0x10:
        cpu.y = value = cpu.pull8()
        set_nz8(cpu, value)
    else:
        cpu.y = value = cpu.pull16()
        set_nz16(cpu, value)


def _phb(cpu: Cpu) -> None:
    cpu.push8(cpu.dbr)


def _phk(cpu: Cpu) -> None:
    cpu.push8(cpu.pbr)


def _php(cpu: Cpu) -> None:
    cpu.push8(cpu.p)


def _phd(cpu: Cpu) -> None:
    cpu.push16_new(cpu.d)
    cpu.come_back()


def _plb(cpu: Cpu) -> None:
    cpu.dbr = value = cpu.pull8_new()
    cpu.come_back()
    set_nz8(cpu, value)


def _pld(cpu: Cpu) -> None:
    cpu.d = value = cpu.pull16_new()
    cpu.come_back()
    set_nz16(cpu, value)


def _plp(cpu: Cpu) -> None:
    cpu.set_p(cpu.pull8())


# -- registers and flags


def _transfer(source: str, target: str, flag: int) -> Handler:
    """``target`` becomes ``source``, in 8 bits where ``flag`` is set in P, else in 16."""
    keeps = target == "a"

    def transfer(cpu: Cpu) -> None:
        value = getattr(cpu, source)
        if cpu.p & flag:
            value &= 0xFF
            set_nz8(cpu, value)
            setattr(cpu, target, cpu.a & 0xFF00 | value if keeps else value)
        else:
            set_nz16(cpu, value)
            setattr(cpu, target, value)

    return transfer


def _txs(cpu: Cpu) -> None:
    cpu.s = 0x0100 | cpu.x & 0xFF if cpu.e else cpu.x


def _tcs(cpu: Cpu) -> None:
    cpu.s = 0x0100 | cpu.a & 0xFF if cpu.e else cpu.a


def _tsc(cpu: Cpu) -> None:
    cpu.a = cpu.s
    set_nz16(cpu, cpu.a)


def _tcd(cpu: Cpu) -> None:
    cpu.d = cpu.a
    set_nz16(cpu, cpu.d)


def _tdc(cpu: Cpu) -> None:
    cpu.a = cpu.d
    set_nz16(cpu, cpu.a)


def _xba(cpu: Cpu) -> None:
    cpu.a = cpu.a >> 8 | (cpu.a & 0xFF) << 8
    set_nz8(cpu, cpu.a & 0xFF)


def _stepped(register: str, by: int) -> Handler:
    """Add ``by`` to X or Y, in the width that the X flag gives."""

    def step(cpu: Cpu) -> None:
        value = getattr(cpu, register) + by
        if cpu.p & 0x10:
            value &= 0xFF
            set_nz8(cpu, value)
        else:
            value &= 0xFFFF
            set_nz16(cpu, value)
        setattr(cpu, register, value)

    return step


def _accumulator(mnemonic: str) -> Handler:
    narrow, wide = MODIFIES[mnemonic]

    def modify(cpu: Cpu) -> None:
        if cpu.p & 0x20:
            cpu.a = cpu.a & 0xFF00 | narrow(cpu, cpu.a & 0xFF)
        else:
            cpu.a = wide(cpu, cpu.a)

    return modify


def _flag(bit: int, value: int) -> Handler:
    def change(cpu: Cpu) -> None:
        cpu.p = cpu.p & ~bit | value

    return change


def _rep(cpu: Cpu) -> None:
    cpu.set_p(cpu.p & ~fetch8(cpu))


def _sep(cpu: Cpu) -> None:
    cpu.set_p(cpu.p | fetch8(cpu))


def _xce(cpu: Cpu) -> None:
    carry, cpu.p = cpu.p & 1, cpu.p & 0xFE | cpu.e
    cpu.set_e(carry)


# -- block moves, waiting


def _block_move(by: int) -> Handler:
    """One byte of the move; the instruction comes again until A is $FFFF."""

    def move(cpu: Cpu) -> None:
        start = cpu.pc - 1 & 0xFFFF
        cpu.dbr = fetch8(cpu)
        source = fetch8(cpu)
        cpu.write8(cpu.dbr << 16 | cpu.y, cpu.read8(source << 16 | cpu.x))
        mask = 0xFF if cpu.p & 0x10 else 0xFFFF
        cpu.x = cpu.x + by & mask
        cpu.y = cpu.y + by & mask
        cpu.a = cpu.a - 1 & 0xFFFF
        if cpu.a != 0xFFFF:
            cpu.pc = start

    return move


def _wai(cpu: Cpu) -> None:
    cpu.waiting = True


def _stp(cpu: Cpu) -> None:
    cpu.stopped = True


def _nop(cpu: Cpu) -> None:
    pass


def _wdm(cpu: Cpu) -> None:
    fetch8(cpu)


#: By mnemonic, and mode where a mnemonic has several.
CONTROL: Final[dict[str, Handler]] = {
    "asl accumulator": _accumulator("asl"),
    "bcc": _branch(0x01, 0),
    "bcs": _branch(0x01, 0x01),
    "beq": _branch(0x02, 0x02),
    "bmi": _branch(0x80, 0x80),
    "bne": _branch(0x02, 0),
    "bpl": _branch(0x80, 0),
    "bra": _branch(0, 0, taken=0),
    "brk": _software_interrupt(0xFFE6, 0xFFFE),
    "brl": _brl,
    "bvc": _branch(0x40, 0),
    "bvs": _branch(0x40, 0x40),
    "clc": _flag(0x01, 0),
    "cld": _flag(0x08, 0),
    "cli": _flag(0x04, 0),
    "clv": _flag(0x40, 0),
    "cop": _software_interrupt(0xFFE4, 0xFFF4),
    "dec accumulator": _accumulator("dec"),
    "dex": _stepped("x", -1),
    "dey": _stepped("y", -1),
    "inc accumulator": _accumulator("inc"),
    "inx": _stepped("x", 1),
    "iny": _stepped("y", 1),
    "jml [absolute]": _jml_indirect,
    "jml long": _jml,
    "jmp (absolute)": _jmp_indirect,
    "jmp (absolute,x)": _jmp_x_indirect,
    "jmp absolute": _jmp,
    "jsl": _jsl,
    "jsr (absolute,x)": _jsr_x_indirect,
    "jsr absolute": _jsr,
    "lsr accumulator": _accumulator("lsr"),
    "mvn": _block_move(1),
    "mvp": _block_move(-1),
    "nop": _nop,
    "pea": _pea,
    "pei": _pei,
    "per": _per,
    "pha": _pha,
    "phb": _phb,
    "phd": _phd,
    "phk": _phk,
    "php": _php,
    "phx": _phx,
    "phy": _phy,
    "pla": _pla,
    "plb": _plb,
    "pld": _pld,
    "plp": _plp,
    "plx": _plx,
    "ply": _ply,
    "rep": _rep,
    "rol accumulator": _accumulator("rol"),
    "ror accumulator": _accumulator("ror"),
    "rti": _rti,
    "rtl": _rtl,
    "rts": _rts,
    "sec": _flag(0x01, 0x01),
    "sed": _flag(0x08, 0x08),
    "sei": _flag(0x04, 0x04),
    "sep": _sep,
    "stp": _stp,
    "tax": _transfer("a", "x", 0x10),
    "tay": _transfer("a", "y", 0x10),
    "tcd": _tcd,
    "tcs": _tcs,
    "tdc": _tdc,
    "tsc": _tsc,
    "tsx": _transfer("s", "x", 0x10),
    "txa": _transfer("x", "a", 0x20),
    "txs": _txs,
    "txy": _transfer("x", "y", 0x10),
    "tya": _transfer("y", "a", 0x20),
    "tyx": _transfer("y", "x", 0x10),
    "wai": _wai,
    "wdm": _wdm,
    "xba": _xba,
    "xce": _xce,
}
