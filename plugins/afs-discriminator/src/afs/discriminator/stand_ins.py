"""What must stand around a piece of assembly so that it can be assembled and run by itself.

Names that the code base gives a value have it, other data gets addresses in RAM; routines that are called
are stood in for by one that writes down what it was given, and gives back what nobody can foresee.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from afs.asm import Contract, Limits, Source, check
from afs.asm.language.instructions import mnemonics
from afs.asm.sources.code_base import defined_names, sources_below
from afs.asm.sources.source import Placed, place

__all__ = ["CodeBase", "Surroundings"]

_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.A)
_CALLS: Final = {"jsr": "RTS", "jmp": "RTS", "jsl": "RTL", "jml": "RTL"}
_BEHIND: Final = 0x00D000
_MOST: Final = 60
_LIMITS: Final = Limits(steps=4_000, stack=128)
#: Writes A, X, Y and its number to the log of hardware writes; returns other registers and flags.
_STAND_IN: Final = """
{name}:
  PHP : REP #$30
  STA.l $002118 : TXA : STA.l $002118 : TYA : STA.l $002118 : LDA.w #{number} : STA.l $002118
  LDA.l $7EEFFC : INC A : STA.l $7EEFFC : AND.w #$01FE : TAX
  LDA.l $7EE000,X : TAY : LDA.l $7EE200,X : PHA
  SEP #$20
  LDA $03,S : AND.b #$3C : STA $03,S : LDA.l $7EE400,X : AND.b #$C3 : ORA $03,S : STA $03,S
  REP #$20
  LDA.l $7EE600,X : TAX : PLA : PLP
  {end}
"""


class CodeBase(NamedTuple):
    """What the files of a code base define: names, values of some of them, macros by name."""

    names: frozenset[str]
    symbols: Mapping[str, int]
    defines: Mapping[str, str]
    macros: Mapping[str, str]

    @classmethod
    def read(cls, folders: Iterable[Path]) -> CodeBase:
        """All assembly below ``folders``; a file that cannot be read defines nothing."""
        names: set[str] = set()
        symbols: dict[str, int] = {}
        defines: dict[str, str] = {}
        macros: dict[str, str] = {}
        for path in (path for folder in folders for path in sources_below(folder)):
            try:
                source = Source.read(path)
            except OSError:
                continue
            names.update(defined_names(source))
            symbols.update({item.name: item.value for item in source.symbols if item.value is not None})
            defines.update({item.name: item.value for item in source.defines if item.operator == "="})
            macros.update({item.name: item.text for item in source.macros})
        return cls(frozenset(names), symbols, defines, macros)


class Surroundings(NamedTuple):
    """``before`` and ``behind`` are assembly around the code; ``contract`` is how it is called."""

    before: str
    behind: str
    contract: Contract

    @classmethod
    def of(cls, codes: Sequence[str], base: CodeBase) -> Surroundings | None:
        """What all of ``codes`` need; None where that cannot be stood in for."""
        before = "\n".join(_macros("\n".join(codes), base))
        stubs = {name: None for code in codes for name in check(f"{before}\n{code}").stubs}
        labels = [name for name in stubs if _NAME.match(name)]
        defines = [name[1:] for name in stubs if name[0] == "!"]
        if len(labels) + len(defines) < len(stubs) or len(stubs) > _MOST:
            return None
        statements = [item for code in codes for item in place(code, "")[0]]
        ends = {name: _end(name, statements) for name in labels if name not in base.symbols}
        symbols = {name: base.symbols.get(name, _address(name)) for name in labels if not ends.get(name)}
        first = place(codes[0], "")[0]
        contract = Contract(
            m=_first_width(first, "m"),
            x=_first_width(first, "x"),
            symbols=symbols,
            defines={name: base.defines.get(name, "$12") for name in defines},
            limits=_LIMITS,
        )
        return cls(before, _stand_ins(end for end in ends.items() if end[1]), contract)

    def around(self, code: str) -> str:
        return f"{self.before}\norg $008000\n{code}\n{self.behind}"


def _macros(code: str, base: CodeBase) -> Iterator[str]:
    """The macros that ``code`` calls, and those that they call."""
    texts, done = [code], set()
    while texts:
        for name in re.findall(r"%(\w+)", texts.pop()):
            if name in base.macros and name not in done:
                done.add(name)
                texts.append(base.macros[name])
                yield base.macros[name]


def _end(name: str, statements: Iterable[Placed]) -> str:
    """How a routine of this name returns; nothing where it is none."""
    uses = {item.statement.name for item in statements if item.statement.operand == name}
    ends = {_CALLS[use] for use in uses if use in _CALLS}
    return min(ends) if ends else ""


def _address(name: str) -> int:
    """An address in RAM, the same for the same name."""
    return 0x7E0000 + 0x400 + crc32(name.encode()) % 0x180 * 16


def _stand_ins(ends: Iterable[tuple[str, str]]) -> str:
    texts = [
        _STAND_IN.format(name=name, number=f"${crc32(name.encode()) & 0xFFFF:04X}", end=end)
        for name, end in ends
    ]
    return f"org ${_BEHIND:06X}\n" + "".join(texts) if texts else ""


def _first_width(statements: Iterable[Placed], flag: str) -> int:
    """The width on entry that the first immediate asks for, 8 where none comes before it is set."""
    for item in statements:
        statement = item.statement
        if statement.kind != "instruction":
            continue
        if statement.name in ("rep", "sep", "plp", "xce"):
            return 8
        form = mnemonics()[statement.name].get("#e", {})
        sized = any(entry.operand == flag for entry in form.values())
        if sized and statement.operand.startswith("#$"):
            wide = statement.suffix == "w" or (not statement.suffix and len(statement.operand) > 4)
            return 16 if wide else 8
    return 8
