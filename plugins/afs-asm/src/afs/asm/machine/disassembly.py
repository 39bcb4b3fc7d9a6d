"""Bytes back into text.

>>> from afs.asm import FlatMemory, disassemble
>>> memory = FlatMemory()
>>> memory.load(0x008000, bytes.fromhex("bd34128005"))
>>> disassemble(memory, 0x008000), disassemble(memory, 0x008003)
('LDA.w $1234,X', 'BRA $00800A')
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from afs.asm.language.instructions import Instruction, instruction_set

from .memory import Memory

__all__ = ["disassemble"]

_LETTERS: Final = {1: ".b", 2: ".w", 3: ".l"}
_CODE: Final = frozenset(("jmp", "jml", "jsr", "jsl"))


def disassemble(
    memory: Memory, address: int, m: bool = True, x: bool = True, names: Mapping[int, str] | None = None
) -> str:
    """The instruction at ``address`` (24 bits) as text; ``m`` and ``x`` set mean 8 bits.

    ``names`` gives labels by address, for jumps and branches.
    """
    entry = instruction_set()[memory[address]]
    size = entry.length(m, x) - 1
    data = [memory[address & 0xFF0000 | address + 1 + index & 0xFFFF] for index in range(size)]
    head = entry.mnemonic.upper()
    if not size:
        return f"{head} A" if entry.mode == "accumulator" else head
    if entry.mode == "block move":
        return f"{head} ${data[1]:02X},${data[0]:02X}"
    value = int.from_bytes(bytes(data), "little")
    if entry.mode.startswith("relative"):
        return f"{head} {_named(_target(address, size, value), names or {})}"
    target = value if size == 3 else address & 0xFF0000 | value
    if entry.mnemonic in _CODE and entry.syntax == "e":
        return f"{head} {_named(target, names or {})}"
    return f"{head}{_suffix(entry, size)} {_operand(entry, value, size)}"


def _target(address: int, size: int, value: int) -> int:
    sign = 1 << 8 * size - 1
    return address & 0xFF0000 | address + 1 + size + (value ^ sign) - sign & 0xFFFF


def _named(target: int, names: Mapping[int, str]) -> str:
    return names.get(target) or f"${target:06X}"


def _suffix(entry: Instruction, size: int) -> str:
    return _LETTERS[size] if entry.syntax in ("e", "e,x", "e,y") else ""


def _operand(entry: Instruction, value: int, size: int) -> str:
    number = f"${value:0{2 * size}X}"
    form = entry.syntax.upper().replace("E", "{}")
    return form.format(number)
