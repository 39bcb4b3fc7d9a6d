"""The 65816 instruction table, read once from `instructions.tsv`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

#: Operand syntax of each addressing mode, `e` standing for an expression, and the width it needs.
SYNTAX: Final[dict[str, str]] = {
    "implied": "",
    "accumulator": "a",
    "immediate": "#e",
    "direct": "e",
    "direct,x": "e,x",
    "direct,y": "e,y",
    "(direct)": "(e)",
    "(direct,x)": "(e,x)",
    "(direct),y": "(e),y",
    "[direct]": "[e]",
    "[direct],y": "[e],y",
    "absolute": "e",
    "absolute,x": "e,x",
    "absolute,y": "e,y",
    "(absolute)": "(e)",
    "(absolute,x)": "(e,x)",
    "[absolute]": "[e]",
    "long": "e",
    "long,x": "e,x",
    "stack,s": "e,s",
    "(stack,s),y": "(e,s),y",
    "relative": "e",
    "relative long": "e",
    "block move": "e,e",
}


class Instruction(NamedTuple):
    """One opcode. `operand` is "0".."3", "m" or "x"; see the head of `instructions.tsv`."""

    opcode: int
    mnemonic: str
    mode: str
    operand: str
    cycles: int
    conditions: tuple[str, ...]
    flags: str

    @property
    def syntax(self) -> str:
        """The operand's form, such as `(e),y`."""
        return SYNTAX[self.mode]

    def length(self, m: bool = True, x: bool = True) -> int:
        """Bytes of the whole instruction; `m` and `x` are the flags (set means 8 bits)."""
        if self.operand == "m":
            return 2 if m else 3
        if self.operand == "x":
            return 2 if x else 3
        return 1 + int(self.operand)


@cache
def instruction_set() -> tuple[Instruction, ...]:
    """All 256 instructions, the index being the opcode."""
    text = files(__package__).joinpath("instructions.tsv").read_text("utf-8")
    lines = (line for line in text.splitlines() if line and line[0] != "#")
    next(lines)  # the column names
    return tuple(_instruction(line.split("\t")) for line in lines)


def _instruction(cells: list[str]) -> Instruction:
    opcode, mnemonic, mode, operand, cycles, conditions, flags = cells
    return Instruction(
        int(opcode, 16),
        mnemonic,
        mode,
        operand,
        int(cycles),
        () if conditions == "-" else tuple(conditions.split()),
        "" if flags == "-" else flags,
    )


#: Of one mnemonic: form -> operand bytes -> instruction.
Forms = dict[str, dict[int, Instruction]]


@cache
def mnemonics() -> dict[str, Forms]:
    """`mnemonic -> form -> operand bytes -> instruction`, as the assembler may write them.

    Immediates that follow M or X are listed under both 1 and 2 bytes. `jmp [e]` is the same
    opcode as `jml [e]`.
    """
    table: dict[str, Forms] = {}
    for entry in instruction_set():
        forms = table.setdefault(entry.mnemonic, {})
        widths = (1, 2) if entry.operand in "mx" else (int(entry.operand),)
        for width in widths:
            forms.setdefault(entry.syntax, {})[width] = entry
    table["jmp"]["[e]"] = table["jml"]["[e]"]
    return table
