"""Opcodes as functions, composed from the tables of addressing modes and operations.

A call takes Python longer than the work of most instructions, so an opcode is one function: source text in
which address, access to memory, operation and flags follow one another, made for one state of M, X and E
and compiled when the opcode is first met in it. That of ``LDA direct,x`` with 8 bits in native mode:

    def opcode(cpu, operand):
        where = (direct(cpu, operand + cpu.x) if cpu.d else operand + cpu.x & 0xFFFF)
        value = cpu.pages[where >> 13][where & 0x1FFF]
        a = nz = value
        cpu.a = cpu.a & 0xFF00 | a
        cpu.p = cpu.p & 0x7D | NZ[nz]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import indent
from typing import Final, cast

from afs.asm.language.instructions import Instruction

from . import addressing, operations
from .addressing import ADDRESSES, EMULATED, INDEXED
from .control import Handler
from .operations import BRANCHES, MODIFIES, READS, REGISTERS, WRITES

__all__ = ["ASSIGNED", "FLAGS", "USED", "composed", "sized", "source"]

#: What the texts call by name.
_NAMES: Final[dict[str, object]] = {**addressing.HELPERS, **operations.HELPERS}
#: Modes whose second byte stays in bank 0.
_BANK_0: Final = ("direct", "direct,x", "direct,y", "stack,s")
#: The names that a text assigns, and those that it uses.
ASSIGNED: Final = re.compile(r"(?<![.\w])([a-z]+)(?= = )")
USED: Final = re.compile(r"(?<![.\w])([a-z]+)\b(?! = )")
_SIZED: Final = re.compile(r"(?<![.\w])(MASK|SIGN|BITS|push|pull)\b")
#: The flags that operations assign: their bits in P, and what they become with 8 and with 16 bits.
FLAGS: Final = {
    "nz": (0x82, {8: "NZ[nz]", 16: "(0x80 if nz > 0x7FFF else 0 if nz else 0x02)"}),
    "z": (0x02, dict.fromkeys((8, 16), "(0 if z else 0x02)")),
    "v": (0x40, dict.fromkeys((8, 16), "(0x40 if v else 0)")),
    "c": (0x01, dict.fromkeys((8, 16), "c")),
}


def composed(instruction: Instruction, m: bool, x: bool, e: bool) -> Handler:
    """The function of an opcode that is in the tables of `operations`."""
    found: dict[str, object] = {}
    name = f"<65816 {instruction.mnemonic} {instruction.mode}>"
    exec(compile(source(instruction, m, x, e), name, "exec"), _NAMES, found)
    return cast(Handler, found["opcode"])


def source(instruction: Instruction, m: bool, x: bool, e: bool) -> str:
    """Its source."""
    lines = "\n".join(_lines(instruction, {"m": 8 if m else 16, "x": 8 if x else 16, "8": 8, "16": 16}, e))
    return f"def opcode(cpu, operand):\n{indent(lines or 'pass', '    ')}\n"


def _lines(instruction: Instruction, bits: dict[str, int], e: bool) -> Iterator[str]:
    name, mode = instruction.mnemonic, instruction.mode
    if name in BRANCHES:
        yield from _branch(instruction, e)
    elif name in REGISTERS:
        width, work = (REGISTERS | operations.EMULATED if e else REGISTERS)[name]
        yield from _operation(work, bits[width])
    elif mode == "accumulator":
        yield from _operation(f"value = a; {MODIFIES[name]}; a = value", bits["m"])
    elif name in MODIFIES:
        yield from _address(instruction, bits["x"], e)
        yield from _load(instruction, bits["m"])
        yield from _operation(MODIFIES[name], bits["m"])
        yield from _store(instruction, bits["m"], high_first=True)
    elif name in WRITES:
        width, work = WRITES[name]
        yield from _address(instruction, bits["x"], e)
        yield from _operation(work, bits[width])
        yield from _store(instruction, bits[width], high_first=False)
    elif mode == "immediate":
        width, work = READS["bit #" if name == "bit" else name]
        yield from _operation(f"value = operand\n{work}", bits[width])
    else:
        width, work = READS[name]
        yield from _address(instruction, bits["x"], e)
        yield from _load(instruction, bits[width])
        yield from _operation(work, bits[width])


def _branch(instruction: Instruction, e: bool) -> Iterator[str]:
    yield f"if {BRANCHES[instruction.mnemonic]}:"
    yield "    pc = cpu.pc"
    yield "    cpu.pc = target = pc + (operand ^ 0x80) - 0x80 & 0xFFFF"
    if "t" in instruction.conditions:
        yield "    cpu.cycles += 1"
    if e:
        yield "    if target >> 8 != pc >> 8: cpu.cycles += 1"


def _address(instruction: Instruction, index_bits: int, e: bool) -> Iterator[str]:
    """``where``: the address of the data. The cycle of a wide index is known beforehand."""
    mode = instruction.mode
    modes = ADDRESSES | EMULATED if e else ADDRESSES
    if mode not in INDEXED:
        yield f"where = {modes[mode]}"
        return
    base, index = INDEXED[mode]
    yield f"base = {modes.get(mode, base)}"
    yield f"where = (cpu.dbr << 16) + base + {index} & 0xFFFFFF"
    if "p" in instruction.conditions and index_bits == 8:
        yield f"if (base & 0xFF) + {index} > 0xFF: cpu.cycles += 1"


def _load(instruction: Instruction, bits: int) -> Iterator[str]:
    """``value``: the data at ``where``, its low byte read first."""
    if bits == 8:
        yield "value = cpu.pages[where >> 13][where & 0x1FFF]"
        return
    beyond = f"cpu.read8({_next(instruction)})"
    yield "page, at = cpu.pages[where >> 13], where & 0x1FFF"
    yield f"value = page[at] + 0x100 * (page[at + 1] if at < 0x1FFF else {beyond})"


def _store(instruction: Instruction, bits: int, *, high_first: bool) -> Iterator[str]:
    """``value`` into ``where``."""
    if bits == 8:
        yield "cpu.writes[where >> 13][where & 0x1FFF] = value"
        return
    low = "page[at] = value & 0xFF"
    high = f"if at < 0x1FFF: page[at + 1] = value >> 8\nelse: cpu.write8({_next(instruction)}, value >> 8)"
    yield "page, at = cpu.writes[where >> 13], where & 0x1FFF"
    yield from (high, low) if high_first else (low, high)


def _next(instruction: Instruction) -> str:
    return "where + 1 & 0xFFFF" if instruction.mode in _BANK_0 else "where + 1 & 0xFFFFFF"


def _operation(work: str, bits: int) -> Iterator[str]:
    """``work`` with the loads of what it uses before it, and the stores of what it assigns behind it."""
    used, assigned = set(USED.findall(work)), set(ASSIGNED.findall(work))
    for name in sorted(used & set("axysdp")):
        yield f"{name} = cpu.{name}" + (" & 0xFF" if name == "a" and bits == 8 else "")
    if "c" in used:
        yield "c = cpu.p & 0x01"
    yield sized(work.strip(), bits)
    for name in sorted(assigned & set("axyd")):
        yield f"cpu.{name} = " + ("cpu.a & 0xFF00 | a" if name == "a" and bits == 8 else name)
    yield from _flags(assigned, "p" if "p" in used | assigned else "cpu.p", bits)


def _flags(assigned: set[str], p: str, bits: int) -> Iterator[str]:
    """P from the flags that were assigned, and from ``p`` for the others."""
    flags = [FLAGS[name] for name in FLAGS if name in assigned]
    if flags:
        kept = 0xFF - sum(mask for mask, _ in flags)
        yield f"cpu.p = {p} & 0x{kept:02X} | " + " | ".join(becomes[bits] for _, becomes in flags)
    elif "p" in assigned:
        yield "cpu.p = p"


def sized(work: str, bits: int) -> str:
    """``work`` with what goes with the width."""
    sizes = {
        "MASK": f"0x{(1 << bits) - 1:X}",
        "SIGN": f"0x{1 << bits - 1:X}",
        "BITS": str(bits),
        "push": f"cpu.push{bits}",
        "pull": f"cpu.pull{bits}",
    }
    return _SIZED.sub(lambda found: sizes[found[0]], work)
