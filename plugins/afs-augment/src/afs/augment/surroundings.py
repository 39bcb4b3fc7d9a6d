"""What stands around a fragment, so that it can be assembled and run by itself.

Names that it does not define get addresses of RAM; routines that it calls are stood in for by one
that writes down what it was given and returns what nobody can foresee.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from afs.asm import check
from afs.augment.listing import Row
from afs.augment.names import names
from afs.augment.refusal import Refused

__all__ = ["CALLED", "Surroundings"]

#: Where the routines that are called begin.
CALLED: Final = 0x00C000
_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.A)
_DEFINE = re.compile(r"![A-Za-z_]\w*\Z", re.A)
_MOST: Final = 60
_CALLS: Final = {"jsr": "RTS", "jsl": "RTL", "jmp": "", "jml": ""}
_BRANCHES: Final = names("bra brl bcc bcs beq bne bmi bpl bvc bvs per")
_DIRECT: Final = range(0x20, 0xF0, 4)
_LOW: Final = range(0x0300, 0x1FC0, 0x40)
_FAR: Final = range(0x7E4000, 0x7EE000, 0x40)

#: Notes A, X, Y, its number and P in the log of hardware writes; returns other registers and flags.
_STAND_IN: Final = """
{name}:
  PHP : REP #$30
  STA.l $002118 : TXA : STA.l $002118 : TYA : STA.l $002118
  LDA.w #{number} : STA.l $002118
  LDA.l $7EEFFC : INC A : STA.l $7EEFFC : AND.w #$03FE : TAX
  LDA.l $7EE800,X : TAY : LDA.l $7EE400,X : PHA : LDA.l $7EE000,X : TAX
  SEP #$20
  LDA $03,S : STA.l $002118 : AND.b #$3C : STA $03,S
  TYA : AND.b #$C3 : ORA $03,S : STA $03,S
  REP #$20
  PLA : PLP
  {end}
"""


class Surroundings(NamedTuple):
    """``behind`` is assembly that goes behind the fragment; the rest is told to the assembler."""

    symbols: dict[str, int]
    defines: dict[str, str]
    behind: str = ""
    outside: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str, rows: Sequence[Row]) -> Surroundings:
        """What ``text`` needs. Raises Refused where that cannot be stood in for."""
        own = {label.name for row in rows if row.statement for label in row.statement.labels}
        stubs = [name for name in check(text).stubs if name not in own]  # a sub-label before the first label
        if len(stubs) > _MOST:
            raise Refused("too many unknown names")
        names = [name for name in stubs if _NAME.match(name)]
        defines = [name for name in stubs if _DEFINE.match(name)]
        if len(names) + len(defines) < len(stubs):
            raise Refused("unknown macros, functions, files or sub-labels")
        uses = _uses(rows)
        ends = {name: _end_of(uses.get(name, set()), uses.get("", set()), text) for name in names}
        called = {name: end for name, end in ends.items() if end}
        return cls(
            _addresses([name for name in names if name not in called], text, uses),
            {name[1:]: "$12" for name in defines},
            _stand_ins(called),
            frozenset(names),
        )


def _uses(rows: Sequence[Row]) -> dict[str, set[str]]:
    """Unknown names by the mnemonics whose whole operand they are; under the empty name, raw rows."""
    uses: dict[str, set[str]] = {}
    for row in rows:
        if row.statement is None:
            if not row.empty:
                uses.setdefault("", set()).add(row.text)
        elif row.instruction:
            uses.setdefault(row.statement.operand, set()).add(row.statement.name)
    return uses


def _end_of(uses: set[str], raw: set[str], text: str) -> str:
    """How the routine of a name returns; nothing where the name is no routine."""
    if uses & _BRANCHES:
        raise Refused("branches to labels elsewhere")
    ends = {_CALLS[use] for use in uses if use in _CALLS} - {""}
    jumps = uses & {"jmp", "jml"}
    if not ends and not jumps:
        return ""
    if len(ends) > 1 or uses - set(_CALLS):
        raise Refused("a name that is both a routine and something else")
    return ends.pop() if ends else "RTL" if "jml" in jumps else "RTS"


def _stand_ins(called: dict[str, str]) -> str:
    if not called:
        return ""
    texts = [
        _STAND_IN.format(name=name, number=f"${number:04X}", end=end)
        for number, (name, end) in enumerate(called.items(), 1)
    ]
    return f"\norg ${CALLED:06X}\n" + "".join(texts)


def _addresses(names: list[str], text: str, uses: dict[str, set[str]]) -> dict[str, int]:
    direct, low, far = iter(_DIRECT), iter(_LOW), iter(_FAR)
    found: dict[str, int] = {}
    for name in names:
        suffixes = _suffixes(name, text)
        places = direct if "b" in suffixes else low if suffixes != {"l"} else far
        found[name] = next(places, 0) or _full()
    return found


def _suffixes(name: str, text: str) -> set[str]:
    found = re.findall(rf"\.([bwlBWL])\s+[(\[]?{name}(?!\w)", text)
    plain = re.search(rf"(?<!\w)[A-Za-z]{{3}}\s+[(\[]?{name}(?!\w)", text)
    return {suffix.lower() for suffix in found} | ({"w"} if plain else set())


def _full() -> int:
    raise Refused("too many unknown names")
