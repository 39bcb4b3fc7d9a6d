"""Cycles of all opcodes in every state, against what the bus does.

The processor makes one access of a byte a cycle: opcode, operand, pointer, data. To these come the
cycles in which it works without the bus, listed here by addressing mode and instruction from the
cycle tables of the data sheet. The instruction table of the package is not used for the sums.
"""

from __future__ import annotations

from itertools import product

import pytest

from afs.asm import Cpu, FlatMemory, Instruction, instruction_set

MEMORY = FlatMemory()
CODE, CARRY, ZERO, OVERFLOW, NEGATIVE = 0x8000, 0x01, 0x02, 0x40, 0x80
STATES = [(1, 1, 1), *((m, x, 0) for m in (0, 1) for x in (0, 1))]

POINTER = {"(direct)": 2, "(direct),y": 2, "(direct,x)": 2, "(stack,s),y": 2, "[direct]": 3, "[direct],y": 3}
INSIDE = {"direct,x": 1, "direct,y": 1, "(direct,x)": 1, "stack,s": 1, "(stack,s),y": 2}
INDEXED = {"absolute,x", "absolute,y", "(direct),y"}
STORES = {"sta", "stx", "sty", "stz"}
CHANGES = {"asl", "lsr", "rol", "ror", "inc", "dec", "tsb", "trb"}
BY_INDEX = {"ldx", "ldy", "stx", "sty", "cpx", "cpy", "phx", "phy", "plx", "ply"}
BRANCHES = {
    "bcc": (CARRY, 0), "bcs": (CARRY, 1), "bne": (ZERO, 0), "beq": (ZERO, 1), "bvc": (OVERFLOW, 0),
    "bvs": (OVERFLOW, 1), "bpl": (NEGATIVE, 0), "bmi": (NEGATIVE, 1), "bra": (0, 0),
}  # fmt: skip
#: Bytes on the bus and cycles inside, of what has no data at an address.
OTHERS = {
    "jmp absolute": 3, "jmp (absolute)": 3 + 2, "jmp (absolute,x)": 3 + 2 + 1, "jml long": 4,
    "jml [absolute]": 3 + 3, "jsr absolute": 3 + 2 + 1, "jsr (absolute,x)": 3 + 2 + 2 + 1,
    "jsl long": 4 + 3 + 1, "rts": 1 + 2 + 3, "rtl": 1 + 3 + 2, "brl": 3 + 1, "per": 3 + 2 + 1, "pea": 3 + 2,
    "php": 1 + 1 + 1, "phk": 1 + 1 + 1, "phb": 1 + 1 + 1, "phd": 1 + 2 + 1, "plp": 1 + 1 + 2,
    "plb": 1 + 1 + 2, "pld": 1 + 2 + 2, "rep": 2 + 1, "sep": 2 + 1, "xba": 1 + 2, "wai": 1 + 2,
    "stp": 1 + 2, "wdm": 2, "mvn": 3 + 2 + 2, "mvp": 3 + 2 + 2,
}  # fmt: skip


def on_the_bus(entry: Instruction, m: int, x: int, e: int, *, d: int, crossed: bool, taken: bool) -> int:
    name, mode = entry.mnemonic, entry.mode
    width = 1 if (x if name in BY_INDEX else m) else 2
    unaligned = int("direct" in mode and d & 0xFF != 0)
    if name in BRANCHES:
        return 2 + taken * (1 + (crossed and e))
    if name in {"brk", "cop"}:
        return 2 + 3 + 2 + (not e)
    if name == "rti":
        return 1 + 3 + 2 + (not e)
    if name == "pei":
        return 2 + 2 + 2 + unaligned
    if name in {"pha", "phx", "phy"}:
        return 1 + width + 1
    if name in {"pla", "plx", "ply"}:
        return 1 + width + 2
    other = OTHERS.get(f"{name} {mode}", OTHERS.get(name))
    if other is not None:
        return other
    if mode in {"implied", "accumulator"}:
        return 2
    if mode == "immediate":
        return 1 + width
    fetched = entry.length(bool(m), bool(x)) + POINTER.get(mode, 0) + width
    inside = INSIDE.get(mode, 0) + unaligned
    if mode in INDEXED:
        inside += name in STORES | CHANGES or crossed or not x
    return fetched + inside + (1 + width if name in CHANGES else 0)


def spent(entry: Instruction, m: int, x: int, e: int, *, d: int, crossed: bool, taken: bool) -> int:
    """The cycles of one step; base addresses and branches are such that a page is crossed, or not."""
    MEMORY.bytes[:0x10000] = bytes(0x10000)
    operand = bytes([0x80 if crossed else 0x05]) if entry.mode == "relative" else b"\x10\x00\x00"
    if entry.mode in INDEXED and crossed:
        operand = b"\x10\x00" if "direct" in entry.mode else b"\xff\x10"
        MEMORY.load(d + 0x10, b"\xff\x10")
    MEMORY.load(CODE, bytes([entry.opcode]) + operand)
    cpu = Cpu(MEMORY)
    flag, wanted = BRANCHES.get(entry.mnemonic, (0, 0))
    cpu.p = m << 5 | x << 4 | (flag if taken == bool(wanted) else 0)
    cpu.e, cpu.d, cpu.pc, cpu.s, cpu.x, cpu.y = e, d, CODE, 0x01F0, 1, 1
    cpu.step()
    return cpu.cycles


@pytest.mark.parametrize(("m", "x", "e"), STATES)
def test_every_opcode_takes_a_cycle_an_access_and_those_inside(m: int, x: int, e: int) -> None:
    for entry, d, crossed, taken in product(
        instruction_set(), (0x0200, 0x0201), (False, True), (False, True)
    ):
        if entry.mnemonic == "bra" and not taken:
            continue
        case = {"d": d, "crossed": crossed, "taken": taken}
        expected = on_the_bus(entry, m, x, e, **case)
        assert spent(entry, m, x, e, **case) == expected, (entry.mnemonic, entry.mode, case)
