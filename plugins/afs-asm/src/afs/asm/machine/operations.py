"""What instructions do, as source text on the registers and flags of the manual.

``a x y s d p`` are the registers, A with its low byte alone where the instruction has 8 bits; ``value`` is
the data; ``c`` is the carry, 0 or 1. Flags are assigned too: ``c`` and ``v`` by their truth, ``z`` and ``nz``
by the result that gives Z, or N and Z; or as bits of ``p``: N 80, V 40, M 20, X 10, D 08, I 04, Z 02, C 01.
MASK, SIGN, BITS, push and pull go with the width. `composition` loads what a text uses
and stores what it assigns.
"""

from __future__ import annotations

from typing import Final

__all__ = ["BRANCHES", "EMULATED", "HELPERS", "MODIFIES", "READS", "REGISTERS", "WRITES"]

_SUM: Final = """\
if p & 0x08:
    total, v = decimal_{kind}(a, value, c, BITS)
    nz = total & MASK
else:
    total = a + value + c
    nz = total & MASK
    v = (a < SIGN) == (value < SIGN) != (nz < SIGN)
c = total >> BITS
a = nz
"""

#: By mnemonic: the flag that gives the width, and what is done with the ``value`` that was read.
READS: Final = {
    "adc": ("m", _SUM.format(kind="sum")),
    "and": ("m", "a = nz = a & value"),
    "bit": ("m", "z = a & value; p = p & 0x3F | value >> BITS - 8 & 0xC0"),
    "bit #": ("m", "z = a & value"),
    "cmp": ("m", "nz = a - value & MASK; c = a >= value"),
    "cpx": ("x", "nz = x - value & MASK; c = x >= value"),
    "cpy": ("x", "nz = y - value & MASK; c = y >= value"),
    "eor": ("m", "a = nz = a ^ value"),
    "lda": ("m", "a = nz = value"),
    "ldx": ("x", "x = nz = value"),
    "ldy": ("x", "y = nz = value"),
    "ora": ("m", "a = nz = a | value"),
    "sbc": ("m", "value = MASK - value\n" + _SUM.format(kind="difference")),
}

#: By mnemonic: what becomes of the ``value`` in memory or the accumulator; the width is that of M.
MODIFIES: Final = {
    "asl": "c = value >> BITS - 1; value = nz = value << 1 & MASK",
    "dec": "value = nz = value - 1 & MASK",
    "inc": "value = nz = value + 1 & MASK",
    "lsr": "c = value & 1; value = nz = value >> 1",
    "rol": "value = value << 1 | c; c = value >> BITS; value = nz = value & MASK",
    "ror": "value = value | c << BITS; c = value & 1; value = nz = value >> 1",
    "trb": "z = a & value; value = value & ~a",
    "tsb": "z = a & value; value = value | a",
}

#: By mnemonic: the flag that gives the width, and the ``value`` that is stored.
WRITES: Final = {
    "sta": ("m", "value = a"),
    "stx": ("x", "value = x"),
    "sty": ("x", "value = y"),
    "stz": ("m", "value = 0"),
}

#: By mnemonic: the flag that gives the width, or the width, and what is done with registers, flags and
#: stack. In emulation mode instructions that the 6502 did not have leave page 1 while they work.
REGISTERS: Final = {
    "clc": ("8", "p = p & 0xFE"),
    "cld": ("8", "p = p & 0xF7"),
    "cli": ("8", "p = p & 0xFB"),
    "clv": ("8", "p = p & 0xBF"),
    "dex": ("x", "x = nz = x - 1 & MASK"),
    "dey": ("x", "y = nz = y - 1 & MASK"),
    "inx": ("x", "x = nz = x + 1 & MASK"),
    "iny": ("x", "y = nz = y + 1 & MASK"),
    "nop": ("8", ""),
    "pea": ("16", "cpu.push16_new(operand); cpu.come_back()"),
    "pei": ("16", "cpu.push16_new(cpu.read16_bank0(direct(cpu, operand))); cpu.come_back()"),
    "per": ("16", "cpu.push16_new(cpu.pc + operand & 0xFFFF); cpu.come_back()"),
    "pha": ("m", "push(a)"),
    "phb": ("8", "push(cpu.dbr)"),
    "phd": ("16", "cpu.push16_new(cpu.d); cpu.come_back()"),
    "phk": ("8", "push(cpu.pbr)"),
    "php": ("8", "push(p)"),
    "phx": ("x", "push(x)"),
    "phy": ("x", "push(y)"),
    "pla": ("m", "a = nz = pull()"),
    "plb": ("8", "cpu.dbr = nz = cpu.pull8_new(); cpu.come_back()"),
    "pld": ("16", "d = nz = cpu.pull16_new(); cpu.come_back()"),
    "plx": ("x", "x = nz = pull()"),
    "ply": ("x", "y = nz = pull()"),
    "sec": ("8", "p = p | 0x01"),
    "sed": ("8", "p = p | 0x08"),
    "sei": ("8", "p = p | 0x04"),
    "tax": ("x", "x = nz = a"),
    "tay": ("x", "y = nz = a"),
    "tcd": ("16", "d = nz = a"),
    "tcs": ("16", "cpu.s = a; cpu.come_back()"),
    "tdc": ("16", "a = nz = d"),
    "tsc": ("16", "a = nz = s"),
    "tsx": ("x", "x = nz = s & MASK"),
    "txa": ("m", "a = nz = x & MASK"),
    "txs": ("16", "cpu.s = x; cpu.come_back()"),
    "txy": ("x", "y = nz = x"),
    "tya": ("m", "a = nz = y & MASK"),
    "tyx": ("x", "x = nz = y"),
    "wdm": ("8", ""),
    "xba": ("16", "a = a >> 8 | (a & 0xFF) << 8; p = p & 0x7D | NZ[a & 0xFF]"),
}

#: Of these, those that differ in emulation mode: what is pushed has the break flag.
EMULATED: Final = {"php": ("8", "push(p | 0x10)")}

#: By mnemonic: when the branch is taken.
BRANCHES: Final = {
    "bcc": "not cpu.p & 0x01",
    "bcs": "cpu.p & 0x01",
    "beq": "cpu.p & 0x02",
    "bmi": "cpu.p & 0x80",
    "bne": "not cpu.p & 0x02",
    "bpl": "not cpu.p & 0x80",
    "bra": "True",
    "bvc": "not cpu.p & 0x40",
    "bvs": "cpu.p & 0x40",
}


def _decimal_sum(a: int, value: int, carry: int, bits: int) -> tuple[int, int]:
    """The decimal sum with its carry in the bit above, and V: what it is before the last digit is adjusted.

    A digit above 9 is adjusted by 6. Digits that are not decimal give what the chip gives.
    """
    total, digit = 0, 0
    for shift in range(0, bits, 4):
        raw = digit = (a >> shift & 15) + (value >> shift & 15) + carry
        if digit > 9:
            digit += 6
        carry = int(digit > 15)
        total |= (digit & 15) << shift
    return total | carry << bits, _overflow(a, value, raw, bits)


def _decimal_difference(a: int, value: int, carry: int, bits: int) -> tuple[int, int]:
    """The same for ``a`` less ``value``, which comes inverted; a digit without a carry is adjusted by -6."""
    total, digit = 0, 0
    for shift in range(0, bits, 4):
        raw = digit = (a >> shift & 15) + (value >> shift & 15) + carry
        if digit <= 15:
            digit -= 6
        carry = int(digit > 15)
        total |= (digit & 15) << shift
    return total | carry << bits, _overflow(a, value, raw, bits)


def _overflow(a: int, value: int, digit: int, bits: int) -> int:
    return ~(a ^ value) & (a ^ digit << bits - 4) & 1 << bits - 1


#: What the texts call: N and Z by an 8-bit result, and the decimal mode.
HELPERS: Final[dict[str, object]] = {
    "NZ": tuple((value & 0x80) | (0x02 if value == 0 else 0) for value in range(0x100)),
    "decimal_sum": _decimal_sum,
    "decimal_difference": _decimal_difference,
}
