"""What instructions do with a value: arithmetic and flags, for 8 and for 16 bits.

Flags are bits of ``cpu.p``: N 80, V 40, M 20, X 10, D 08, I 04, Z 02, C 01.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .cpu import Cpu

__all__ = ["MODIFIES", "READS", "WRITES", "set_nz8", "set_nz16"]

#: What N and Z become, by an 8-bit result, and by the high byte of a 16-bit one that is not zero.
_NZ: Final = tuple((value & 0x80) | (0x02 if value == 0 else 0) for value in range(0x100))


def set_nz8(cpu: Cpu, value: int) -> None:
    cpu.p = cpu.p & 0x7D | _NZ[value]


def set_nz16(cpu: Cpu, value: int) -> None:
    cpu.p = cpu.p & 0x7D | (value >> 8 & 0x80 if value else 0x02)


# -- loads


def _lda8(cpu: Cpu, value: int) -> None:
    cpu.a = cpu.a & 0xFF00 | value
    cpu.p = cpu.p & 0x7D | _NZ[value]


def _lda16(cpu: Cpu, value: int) -> None:
    cpu.a = value
    set_nz16(cpu, value)


def _ldx8(cpu: Cpu, value: int) -> None:
    cpu.x = value
    cpu.p = cpu.p & 0x7D | _NZ[value]


def _ldx16(cpu: Cpu, value: int) -> None:
    cpu.x = value
    set_nz16(cpu, value)


def _ldy8(cpu: Cpu, value: int) -> None:
    cpu.y = value
    cpu.p = cpu.p & 0x7D | _NZ[value]


def _ldy16(cpu: Cpu, value: int) -> None:
    cpu.y = value
    set_nz16(cpu, value)


# -- logic


def _and8(cpu: Cpu, value: int) -> None:
    _lda8(cpu, cpu.a & value)


def _and16(cpu: Cpu, value: int) -> None:
    _lda16(cpu, cpu.a & value)


def _ora8(cpu: Cpu, value: int) -> None:
    _lda8(cpu, cpu.a & 0xFF | value)


def _ora16(cpu: Cpu, value: int) -> None:
    _lda16(cpu, cpu.a | value)


def _eor8(cpu: Cpu, value: int) -> None:
    _lda8(cpu, cpu.a & 0xFF ^ value)


def _eor16(cpu: Cpu, value: int) -> None:
    _lda16(cpu, cpu.a ^ value)


def _bit8(cpu: Cpu, value: int) -> None:
    cpu.p = cpu.p & 0x3D | value & 0xC0 | (0 if cpu.a & value else 0x02)


def _bit16(cpu: Cpu, value: int) -> None:
    cpu.p = cpu.p & 0x3D | value >> 8 & 0xC0 | (0 if cpu.a & value else 0x02)


def _bit_immediate(cpu: Cpu, value: int) -> None:
    cpu.p = cpu.p & 0xFD | (0 if cpu.a & value else 0x02)


# -- arithmetic


def _adc8(cpu: Cpu, value: int) -> None:
    a = cpu.a & 0xFF
    result = _sum(cpu, a, value, 8, subtract=False) if cpu.p & 0x08 else a + value + (cpu.p & 1)
    _added8(cpu, a, value, result)


def _adc16(cpu: Cpu, value: int) -> None:
    a = cpu.a
    result = _sum(cpu, a, value, 16, subtract=False) if cpu.p & 0x08 else a + value + (cpu.p & 1)
    _added16(cpu, a, value, result)


def _sbc8(cpu: Cpu, value: int) -> None:
    a, value = cpu.a & 0xFF, value ^ 0xFF
    result = _sum(cpu, a, value, 8, subtract=True) if cpu.p & 0x08 else a + value + (cpu.p & 1)
    _added8(cpu, a, value, result)


def _sbc16(cpu: Cpu, value: int) -> None:
    a, value = cpu.a, value ^ 0xFFFF
    result = _sum(cpu, a, value, 16, subtract=True) if cpu.p & 0x08 else a + value + (cpu.p & 1)
    _added16(cpu, a, value, result)


def _added8(cpu: Cpu, a: int, value: int, result: int) -> None:
    p = cpu.p
    if not p & 0x08:
        p = p & 0xBF | (~(a ^ value) & (a ^ result) & 0x80) >> 1
    cpu.a = cpu.a & 0xFF00 | result & 0xFF
    cpu.p = p & 0x7C | _NZ[result & 0xFF] | result >> 8


def _added16(cpu: Cpu, a: int, value: int, result: int) -> None:
    p = cpu.p
    if not p & 0x08:
        p = p & 0xBF | (~(a ^ value) & (a ^ result) & 0x8000) >> 9
    cpu.a = low = result & 0xFFFF
    cpu.p = p & 0x7C | (low >> 8 & 0x80 if low else 0x02) | result >> 16


def _sum(cpu: Cpu, a: int, value: int, bits: int, *, subtract: bool) -> int:
    """The decimal sum with its carry in the bit above; V is what it is before the last digit is adjusted.

    A digit above 9 is adjusted by 6 when adding; in a difference, whose ``value`` comes
    inverted, one that gave no carry. Digits that are not decimal give what the chip gives.
    """
    total, carry, digit = 0, cpu.p & 1, 0
    for shift in range(0, bits, 4):
        digit = (a >> shift & 15) + (value >> shift & 15) + carry
        raw = digit
        if subtract and digit <= 15:
            digit -= 6
        elif not subtract and digit > 9:
            digit += 6
        carry = int(digit > 15)
        total |= (digit & 15) << shift
    sign = 1 << bits - 1
    overflow = ~(a ^ value) & (a ^ raw << bits - 4) & sign
    cpu.p = cpu.p & 0xBF | (0x40 if overflow else 0)
    return total | carry << bits


def _compare(register: int, value: int, sign: int) -> int:
    """The flags N, Z and C of ``register - value``."""
    if register == value:
        return 0x03
    return (0x80 if register - value & sign else 0) | (register > value)


def _cmp8(cpu: Cpu, value: int) -> None:
    cpu.p = cpu.p & 0x7C | _compare(cpu.a & 0xFF, value, 0x80)


def _cmp16(cpu: Cpu, value: int) -> None:
    cpu.p = cpu.p & 0x7C | _compare(cpu.a, value, 0x8000)


def _cpx8(cpu: Cpu, value: int) -> None:
    cpu.p = cpu.p & 0x7C | _compare(cpu.x, value, 0x80)


def _cpx16(cpu: Cpu, value: int) -> None:
    cpu.p = cpu.p & 0x7C | _compare(cpu.x, value, 0x8000)


def _cpy8(cpu: Cpu, value: int) -> None:
    cpu.p = cpu.p & 0x7C | _compare(cpu.y, value, 0x80)


def _cpy16(cpu: Cpu, value: int) -> None:
    cpu.p = cpu.p & 0x7C | _compare(cpu.y, value, 0x8000)


# -- what changes memory or the accumulator: the new value is returned


def _inc8(cpu: Cpu, value: int) -> int:
    value = value + 1 & 0xFF
    cpu.p = cpu.p & 0x7D | _NZ[value]
    return value


def _inc16(cpu: Cpu, value: int) -> int:
    value = value + 1 & 0xFFFF
    set_nz16(cpu, value)
    return value


def _dec8(cpu: Cpu, value: int) -> int:
    value = value - 1 & 0xFF
    cpu.p = cpu.p & 0x7D | _NZ[value]
    return value


def _dec16(cpu: Cpu, value: int) -> int:
    value = value - 1 & 0xFFFF
    set_nz16(cpu, value)
    return value


def _asl8(cpu: Cpu, value: int) -> int:
    return _shifted8(cpu, value << 1, value >> 7)


def _asl16(cpu: Cpu, value: int) -> int:
    return _shifted16(cpu, value << 1, value >> 15)


def _rol8(cpu: Cpu, value: int) -> int:
    return _shifted8(cpu, value << 1 | cpu.p & 1, value >> 7)


def _rol16(cpu: Cpu, value: int) -> int:
    return _shifted16(cpu, value << 1 | cpu.p & 1, value >> 15)


def _lsr8(cpu: Cpu, value: int) -> int:
    return _shifted8(cpu, value >> 1, value & 1)


def _lsr16(cpu: Cpu, value: int) -> int:
    return _shifted16(cpu, value >> 1, value & 1)


def _ror8(cpu: Cpu, value: int) -> int:
    return _shifted8(cpu, value >> 1 | (cpu.p & 1) << 7, value & 1)


def _ror16(cpu: Cpu, value: int) -> int:
    return _shifted16(cpu, value >> 1 | (cpu.p & 1) << 15, value & 1)


def _shifted8(cpu: Cpu, value: int, carry: int) -> int:
    value &= 0xFF
    cpu.p = cpu.p & 0x7C | _NZ[value] | carry
    return value


def _shifted16(cpu: Cpu, value: int, carry: int) -> int:
    value &= 0xFFFF
    cpu.p = cpu.p & 0x7C | (value >> 8 & 0x80 if value else 0x02) | carry
    return value


def _tsb8(cpu: Cpu, value: int) -> int:
    _bit_immediate(cpu, value)
    return value | cpu.a & 0xFF


def _tsb16(cpu: Cpu, value: int) -> int:
    _bit_immediate(cpu, value)
    return value | cpu.a


def _trb8(cpu: Cpu, value: int) -> int:
    _bit_immediate(cpu, value)
    return value & ~cpu.a


def _trb16(cpu: Cpu, value: int) -> int:
    _bit_immediate(cpu, value)
    return value & ~cpu.a


Read = Callable[["Cpu", int], None]
Modify = Callable[["Cpu", int], int]

#: By mnemonic: the operation on 8 bits, the one on 16, and the flag that chooses between them.
READS: Final[dict[str, tuple[Read, Read, str]]] = {
    "adc": (_adc8, _adc16, "m"),
    "and": (_and8, _and16, "m"),
    "bit": (_bit8, _bit16, "m"),
    "bit #": (_bit_immediate, _bit_immediate, "m"),
    "cmp": (_cmp8, _cmp16, "m"),
    "cpx": (_cpx8, _cpx16, "x"),
    "cpy": (_cpy8, _cpy16, "x"),
    "eor": (_eor8, _eor16, "m"),
    "lda": (_lda8, _lda16, "m"),
    "ldx": (_ldx8, _ldx16, "x"),
    "ldy": (_ldy8, _ldy16, "x"),
    "ora": (_ora8, _ora16, "m"),
    "sbc": (_sbc8, _sbc16, "m"),
}

MODIFIES: Final[dict[str, tuple[Modify, Modify]]] = {
    "asl": (_asl8, _asl16),
    "dec": (_dec8, _dec16),
    "inc": (_inc8, _inc16),
    "lsr": (_lsr8, _lsr16),
    "rol": (_rol8, _rol16),
    "ror": (_ror8, _ror16),
    "trb": (_trb8, _trb16),
    "tsb": (_tsb8, _tsb16),
}

#: By mnemonic: the register that is stored (empty for zero), and the flag that gives its width.
WRITES: Final[dict[str, tuple[str, str]]] = {
    "sta": ("a", "m"),
    "stx": ("x", "x"),
    "sty": ("y", "x"),
    "stz": ("", "m"),
}
