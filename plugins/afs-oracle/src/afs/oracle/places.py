"""Places in memory, however they are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from afs.asm import Placed

__all__ = ["Place", "code_key", "keeps_bank", "keeps_page", "place_key"]

_LOW_RAM = 0x2000
_REGISTERS = range(0x2000, 0x6000)
_PUSHES = frozenset({"pha", "phx", "phy", "pea", "pei", "per"})


class Place(NamedTuple):
    """A place in memory. ``key`` is the same for every way to write it: an address with its bank, or
    what the source calls it where its bank is not known."""

    key: int | str
    shown: str


def place_key(value: int, long: bool, sure: bool) -> int | str:
    """An address with its bank; as text where the bank is not known."""
    bank, low = value >> 16 & 0xFF, value & 0xFFFF
    if not long:
        if low < _LOW_RAM and sure:
            return 0x7E0000 | low
        return low if low in _REGISTERS and sure else f"${low:04X} in the data bank"
    if bank & 0x7F < 0x40:
        if low < _LOW_RAM:
            return 0x7E0000 | low
        return low if low in _REGISTERS else (bank & 0x7F) << 16 | low
    return bank << 16 | low


def code_key(name: str) -> int | str:
    """The key of code at ``$8000`` or ``$018000``."""
    return place_key(int(name[1:], 16), len(name) > 5, False)


def keeps_bank(body: Sequence[Placed]) -> bool:
    """Whether the data bank stays one that sees low work RAM: it is only ever the program's own."""
    before = ""
    for placed in body:
        name = placed.statement.name if placed.statement.kind == "instruction" else ""
        if name in ("pea", "pei", "mvn", "mvp") or (name == "plb" and before in _PUSHES):
            return False
        before = name or before
    return True


def keeps_page(body: Sequence[Placed]) -> bool:
    """Whether the direct page stays where it is."""
    return not any(p.statement.name in ("tcd", "pld") for p in body if p.statement.kind == "instruction")
