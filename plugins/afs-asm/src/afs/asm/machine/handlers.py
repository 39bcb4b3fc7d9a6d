"""What each opcode means in one state of the flags M, X and E: a function, and how it is to be called."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from afs.asm.language.instructions import Instruction, instruction_set

from .composition import composed
from .control import CONTROL, LATE, Handler
from .operations import MODIFIES, REGISTERS, WRITES

__all__ = ["Opcode", "Opcodes", "opcodes"]

#: After these the next instruction is elsewhere, or opcodes mean something else.
_ENDS: Final = {key.split()[0] for key in CONTROL} - {"mvn", "mvp"} | {"bra"}
_REP: Final = 0xC2
_SEP: Final = 0xE2
_WRITES: Final = {*WRITES, *MODIFIES, "mvn", "mvp"} | {name for name in REGISTERS if name[:2] in ("ph", "pe")}


class Opcode(NamedTuple):
    """``handler`` takes the processor, whose program counter is behind the operand, and the operand of
    ``length`` bytes. ``cycles`` are those known beforehand, the handler adds the others. ``ends``: what
    follows need not be the next instruction, or not in this state; ``writes``: it may write memory."""

    handler: Handler
    length: int
    cycles: int
    ends: bool
    writes: bool


class Opcodes(dict[int, Opcode]):
    """The opcodes of one state, each made when it is first asked for."""

    def __init__(self, m: bool, x: bool, e: bool) -> None:
        super().__init__()
        self.state = m, x, e

    def behind(self, number: int, operand: int) -> Opcodes | None:
        """Those of the state behind REP or SEP; None behind other instructions."""
        m, x, e = self.state
        if number not in (_REP, _SEP) or e:
            return None
        new = number == _SEP
        return opcodes(new if operand & 0x20 else m, new if operand & 0x10 else x, e)

    def __missing__(self, number: int) -> Opcode:
        opcode = self[number] = _opcode(instruction_set()[number], *self.state)
        return opcode


@cache
def opcodes(m: bool, x: bool, e: bool) -> Opcodes:
    """The opcodes of a state, the same for every processor."""
    return Opcodes(m, x, e)


def _opcode(instruction: Instruction, m: bool, x: bool, e: bool) -> Opcode:
    name, key = instruction.mnemonic, f"{instruction.mnemonic} {instruction.mode}"
    late = name in LATE or key in LATE
    return Opcode(
        CONTROL.get(name) or CONTROL.get(key) or composed(instruction, m, x, e),
        instruction.length(m, x) - 1 - late,
        _cycles(instruction, m, x, e),
        name in _ENDS,
        name in _WRITES and instruction.mode != "accumulator",
    )


def _cycles(instruction: Instruction, m: bool, x: bool, e: bool) -> int:
    more = {"m": not m, "mm": 2 * (not m), "x": not x, "p": not x, "n": not e}
    return instruction.cycles + sum(more.get(condition, 0) for condition in instruction.conditions)
