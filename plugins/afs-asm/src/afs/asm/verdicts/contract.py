"""What a routine promises: where it is entered, what it takes and gives, and what it leaves alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from afs.asm.machine.calls import Limits
from afs_core import UsageError

__all__ = ["FLAGS", "REGISTERS", "Contract", "Location", "Vector", "location"]

#: Registers of a state, and their bits.
REGISTERS: Final[dict[str, int]] = {"a": 16, "x": 16, "y": 16, "d": 16, "dbr": 8, "s": 16, "p": 8}
#: Flags of a state, by their bit in P.
FLAGS: Final[dict[str, int]] = {"n": 0x80, "v": 0x40, "dec": 0x08, "i": 0x04, "z": 0x02, "c": 0x01}

_MEMORY = re.compile(r"(?:\$([0-9A-Fa-f]{1,6})|([A-Za-z_][\w.]*))([+-]\d+)?(?::(\d+))?\Z", re.A)
_MOST: Final = 0x20000


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of one routine.

    Places are written as registers (``a x y d dbr s``), flags (``c z n v``, ``dec`` for decimal mode),
    or memory: ``$7E0010``, ``$7E0010:2`` for two bytes, ``Work0+1``, a name that ``symbols`` or the
    code itself defines. Numbers are read low byte first.

    entry: the label to call; empty for the code's first byte.
    address: where the code is assembled to.
    m, x: widths on entry, in bits (8 or 16); m_out, x_out: on return, 0 for the same.
    inputs: places that the routine reads, each with its lowest and highest value.
    outputs: places that it sets.
    clobbers: places that it may leave in any state. Arithmetic flags may always be.
    returns: ``rts`` or ``rtl``; empty if either will do.
    d, dbr, s: the direct page, the data bank and the stack pointer on entry.
    symbols: labels that the code may name; defines: values of `!names`.
    """

    entry: str = ""
    address: int = 0x008000
    m: int = 8
    x: int = 8
    m_out: int = 0
    x_out: int = 0
    inputs: dict[str, tuple[int, int]] = {}
    outputs: tuple[str, ...] = ()
    clobbers: tuple[str, ...] = ()
    returns: str = ""
    d: int = 0
    dbr: int = 0
    s: int = 0x01FF
    symbols: dict[str, int] = {}
    defines: dict[str, str] = {}
    limits: Limits = Limits(stack=128)

    def __post_init__(self) -> None:
        for name in ("m", "x", "m_out", "x_out"):
            width = getattr(self, name)
            if width not in (8, 16) and not (width == 0 and name.endswith("_out")):
                raise UsageError(f"the width `{name}` of a contract is 8 or 16 bits, not {width}")
        if self.returns not in ("", "rts", "rtl"):
            raise UsageError(f"a contract `returns` by rts or rtl, not by `{self.returns}`")


class Vector(msgspec.Struct, frozen=True, kw_only=True):
    """One case: places before the call, and what is expected of places after it."""

    given: dict[str, int] = {}
    expected: dict[str, int] = {}
    name: str = ""


class Location(NamedTuple):
    """A place: a register, a flag, or ``size`` bytes at ``address``. ``kind`` is register, flag or memory."""

    kind: str
    name: str
    address: int = 0
    size: int = 0


def location(text: str, symbols: Mapping[str, int]) -> Location:
    """The place that ``text`` names. Raises UsageError."""
    lower = text.lower()
    if lower in REGISTERS:
        return Location("register", lower)
    if lower in FLAGS:
        return Location("flag", lower)
    match = _MEMORY.match(text)
    if not match:
        hint = "a register (a x y d dbr s), a flag (c z n v), or memory such as $7E0010:2 or Name:2"
        raise UsageError(f"`{text[:60]}` is no place", hint=hint)
    digits, name, shift, size = match.groups()
    if name is not None and name not in symbols:
        raise UsageError(
            f"the name `{name[:60]}` of a place is not known", hint="give its address as a symbol"
        )
    address = int(digits, 16) if digits else symbols[name]
    count = int(size or 1)
    if not 1 <= count <= _MOST:
        raise UsageError(f"`{text[:60]}`: a place has 1 to {_MOST} bytes")
    return Location("memory", text, address + int(shift or 0) & 0xFFFFFF, count)
