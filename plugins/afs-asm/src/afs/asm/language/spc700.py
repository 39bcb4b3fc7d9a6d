"""The instructions of the SPC700, the processor of the sound chip, their operands as asar 1.91 reads them.

An operand that has no form of its own is an expression to asar: `mov x,y` means a label `y`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from .arguments import split_arguments

__all__ = ["REGISTERS", "SIZES", "SoundForm", "SoundOpcode", "is_sound", "sound_form", "sound_set"]

#: What may stand in an operand and is no label; asar knows them in capitals, too.
REGISTERS: Final = frozenset(("a", "x", "y", "p", "c", "sp", "ya"))
#: The sizes that can be stated, by the first letter behind the dot: asar looks at no other.
SIZES: Final = {"b": 1, "w": 2}
_WHOLE: Final = REGISTERS | {"(x)", "(x+)", "(y)"}
#: Forms by what stands around their expression, in the order in which asar tries them.
_AROUND: Final = (("(e+x)", "(", "+x)"), ("(e)+y", "(", ")+y"), ("e+x", "", "+x"), ("e+y", "", "+y"))
#: Those whose names end with a 1 where the operand says which bit is meant.
_OF_BITS: Final = frozenset(("set", "clr", "and", "or", "eor", "mov", "not"))
_KIND: Final = re.compile(r"(?<![a-z])[dwbrm](?![a-z])")

#: An expression in an operand, and its index in it.
Body = tuple[str, int]


class SoundOpcode(NamedTuple):
    """One opcode; `operand` as in `spc700.tsv`."""

    opcode: int
    mnemonic: str
    operand: str

    @property
    def parts(self) -> tuple[str, ...]:
        """What each expression of the operand becomes: `d`, `b` and `r` a byte, `w` and `m` a word."""
        found = [_KIND.search(argument) for argument in self.operand.split(",")]
        return tuple([match[0] for match in found if match])

    @property
    def length(self) -> int:
        """Bytes of the whole instruction."""
        return 1 + sum(2 if part in "wm" else 1 for part in self.parts)

    @property
    def form(self) -> str:
        """The operand with `e` for each expression; `e.m` is one whose bit stands in its word."""
        return ",".join(
            argument.replace("m.b", "e.m") if "m." in argument else _KIND.sub("e", argument, count=1)
            for argument in self.operand.split(",")
        )


class SoundForm(NamedTuple):
    """An operand as it is read: the opcodes it may mean by the bytes of its address, and its expressions.
    `bit` is that of a word, 0 for all others."""

    opcodes: dict[int, SoundOpcode]
    bodies: tuple[Body, ...] = ()
    bit: int = 0

    def opcode(self, size: int) -> SoundOpcode:
        """The opcode for an address of `size` bytes."""
        return self.opcodes.get(1 if size == 1 else 2) or next(iter(self.opcodes.values()))


@cache
def sound_set() -> tuple[SoundOpcode, ...]:
    """All 256 opcodes, the index being the opcode."""
    text = files(__package__).joinpath("spc700.tsv").read_text("utf-8")
    lines = (line.split("\t") for line in text.splitlines() if line and line[0] != "#")
    next(lines)  # the column names
    return tuple(
        SoundOpcode(int(opcode, 16), name, operand.replace("-", "")) for opcode, name, operand in lines
    )


@cache
def sound_mnemonics() -> dict[str, dict[str, dict[int, SoundOpcode]]]:
    """`mnemonic -> form -> bytes of the address -> opcode`."""
    table: dict[str, dict[str, dict[int, SoundOpcode]]] = {}
    for entry in sound_set():
        size = 2 if "w" in entry.operand else 1
        table.setdefault(entry.mnemonic, {}).setdefault(entry.form, {})[size] = entry
    table["xcn"][""] = table["xcn"]["a"]
    for name in ("and1", "eor1", "mov1", "or1"):  # asar takes them without the `c,`, and not1 with it
        table[name]["e.m"] = table[name]["c,e.m"]
    for name in ("and1", "or1"):
        table[name]["!e.m"] = table[name]["c,!e.m"]
    table["not1"]["c,e.m"] = table["not1"]["e.m"]
    return table


def is_sound(name: str) -> bool:
    """Whether `name`, in lower case and without a size, is a mnemonic; some have a bit at their end."""
    known = sound_mnemonics()
    bare = name[:-1] if name[-1:] in tuple("01234567") else name
    return name in known or f"{bare}1" in known or bare in ("bbs", "bbc")


def sound_form(name: str, operand: str) -> SoundForm | None:
    """What `name`, in lower case and without a size, means with `operand`; None if there is no such form."""
    if not operand:
        return _known(name, "")
    arguments = split_arguments(operand)
    if len(arguments) == 1:
        return _of_one(name, arguments[0])
    return _of_two(name, *arguments) if len(arguments) == 2 else None


def _known(name: str, form: str, bodies: tuple[Body, ...] = (), bit: int = 0) -> SoundForm | None:
    opcodes = sound_mnemonics().get(name, {}).get(form)
    return SoundForm(opcodes, bodies, bit) if opcodes else None


def _of_one(name: str, argument: Body) -> SoundForm | None:
    shapes = list(_shapes(argument))
    for form, bodies in shapes[:-1]:
        found = _known(name, form, bodies)
        if found:
            return found
    with_bit = _with_bit(name, argument)
    if with_bit:
        return _of_bit(*with_bit, "e.{}")
    if name == "tcall":
        return SoundForm({1: sound_set()[1]}, (argument,))
    return _known(name, *shapes[-1])


def _of_two(name: str, first: Body, second: Body) -> SoundForm | None:
    with_bit = _with_bit(name, second) if first[0].lower() == "c" else None
    found = _of_bit(*with_bit, "c,e.{}") if with_bit else None
    if found:
        return found
    with_bit = _with_bit(name, first)
    if with_bit:
        if with_bit[0] in ("bbs", "bbc"):
            return _of_bit(*with_bit, "e.{},e", second)
        return _of_bit(*with_bit, "e.{},c") if second[0].lower() == "c" else None
    for left, before in _shapes(first):
        for right, behind in _shapes(second):
            found = _known(name, f"{left},{right}", (*before, *behind))
            if found:
                return found
    return None


def _shapes(argument: Body) -> Iterator[tuple[str, tuple[Body, ...]]]:
    """The forms that an argument may have, and the expression in it; any may be one as a whole."""
    text, at = argument
    low = text.lower()
    if low in _WHOLE:
        yield low, ()
    if text[:1] == "#":
        yield "#e", ((text[1:], at + 1),)
    for form, left, right in _AROUND:
        if low.startswith(left) and low.endswith(right) and len(low) >= len(left) + len(right):
            yield form, ((text[len(left) : len(text) - len(right)], at + len(left)),)
    yield "e", (argument,)


def _with_bit(name: str, argument: Body) -> tuple[str, Body, int] | None:
    """Mnemonic, address and bit where one is stated: behind a dot, or in the name, as in `set3`."""
    text, at = argument
    bare, dot, digit = text.rpartition(".")
    if dot and digit.isdecimal() and digit.isascii() and len(digit) == 1:
        name = name.removesuffix("1")
        return (f"{name}1" if name in _OF_BITS else name, (bare, at), int(digit)) if digit < "8" else None
    if name[-1:] in tuple("01234567"):
        bit, name = int(name[-1]), name[:-1]
        return f"{name}1" if name in _OF_BITS else name, argument, bit
    return None


def _of_bit(name: str, body: Body, bit: int, form: str, *more: Body) -> SoundForm | None:
    """The form of an instruction on a bit, which its opcode or its word has."""
    in_opcode = _known(name, form.format(bit), (body, *more))
    if in_opcode or name in ("set1", "clr1", "bbs", "bbc"):
        return in_opcode
    text, at = body
    if text[:1] == "!":
        return _known(name, form.replace("e.", "!e.").format("m"), ((text[1:], at + 1),), bit)
    return _known(name, form.format("m"), (body,), bit)
