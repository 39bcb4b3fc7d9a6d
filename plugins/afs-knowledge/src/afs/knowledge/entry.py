"""One thing that lies at an address, and an address within it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

__all__ = ["KINDS", "Entry", "Match"]

#: ``sram`` is save data, also its copy in work RAM; ``symbol`` is a name of the user's in ROM.
KINDS = ("wram", "sram", "register", "routine", "rom-table", "symbol")


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A named address.

    ``address`` is the first byte, 24 bits, mirrors resolved. ``size`` is in bytes; 0 is an entry point
    whose length is not known. A table has ``count`` elements of ``size // count`` bytes. ``access`` is
    ``r``, ``w``, ``rw``, or ``x`` for code. ``source`` is ``file:line`` for a symbol of the user's, else
    empty.
    """

    address: int
    name: str
    description: str = ""
    size: int = 1
    count: int = 1
    aliases: tuple[str, ...] = ()
    kind: str = "symbol"
    group: str = ""
    access: str = ""
    source: str = ""

    @property
    def end(self) -> int:
        """The address behind the last byte."""
        return self.address + max(self.size, 1)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


class Match(NamedTuple):
    """An address within an entry: ``offset`` bytes behind its first."""

    entry: Entry
    offset: int = 0

    @property
    def address(self) -> int:
        return self.entry.address + self.offset

    @property
    def name(self) -> str:
        """``name`` or ``name+offset``."""
        return f"{self.entry.name}+{self.offset}" if self.offset else self.entry.name
