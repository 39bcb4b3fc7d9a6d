"""Where the next byte goes: the address in the ROM, and the one that labels see after `base`."""

from __future__ import annotations

from typing import Final, NamedTuple

from afs.asm.language.faults import Broken, Fatal
from afs.asm.mapping import Mapper

__all__ = ["NOWHERE", "Place", "Position"]

NOWHERE: Final = -1
_BANK: Final = 0xFF0000
_HALF: Final = 0xFF8000


class Position(NamedTuple):
    """A place to come back to. The number of a free space stands in bits 24 and up."""

    real: int
    seen: int
    real_start: int
    seen_start: int


class Place:
    """The position within one pass."""

    def __init__(self) -> None:
        self.real = self.seen = self.real_start = self.seen_start = NOWHERE
        self.checks_banks = True
        self.checks_halves = False
        self._pushed: list[tuple[Position, int]] = []
        self._bases: list[int] = []

    @property
    def space(self) -> int:
        """The number of the free space that is being filled, 0 for none."""
        return 0 if self.real == NOWHERE else self.real >> 24

    @property
    def is_pushed(self) -> bool:
        return bool(self._pushed)

    def go(self, address: int) -> None:
        self.real = self.seen = self.real_start = self.seen_start = address

    def rebase(self, address: int) -> None:
        self.seen = self.seen_start = address

    def unbase(self) -> None:
        self.seen, self.seen_start = self.real, self.real_start

    def step(self, count: int, mapper: Mapper) -> None:
        if self.checks_banks:
            self.real += count
            self.seen += count
            return
        self.real, self.seen = (_next(at, count, mapper) for at in (self.real, self.seen))
        self.real_start, self.seen_start = self.real, self.seen

    def position(self) -> Position:
        return Position(self.real, self.seen, self.real_start, self.seen_start)

    def return_to(self, position: Position) -> None:
        self.real, self.seen, self.real_start, self.seen_start = position

    def push(self, extra: int) -> None:
        self._pushed.append((self.position(), extra))
        self.go(NOWHERE)

    def pull(self) -> tuple[Position, int]:
        if not self._pushed:
            raise Broken("unbalanced", "`pullpc` without `pushpc`")
        return self._pushed.pop()

    def push_base(self) -> None:
        self._bases.append(self.seen)

    def pull_base(self) -> None:
        if not self._bases:
            raise Broken("unbalanced", "`pullbase` without `pushbase`")
        self.rebase(self._bases.pop())

    def check_banks(self) -> None:
        """Raises Fatal where a bank's end was crossed since the last `org`."""
        if self.real == NOWHERE or not self.checks_banks:
            return
        mask = _HALF if self.checks_halves else _BANK
        if _crossed(self.seen, self.seen_start, mask) or _crossed(self.real, self.real_start, mask):
            bank = self.real_start >> 16 & 0xFF
            raise Fatal(
                "bank-border", f"the end of bank ${bank:02X} is crossed at ${self.real & 0xFFFFFF:06X}"
            )


def _crossed(at: int, start: int, mask: int) -> bool:
    return bool((at ^ start) & mask and (at - 1 ^ start) & mask)


def _next(at: int, count: int, mapper: Mapper) -> int:
    """The address ``count`` bytes on in the ROM, where banks may be left."""
    offset = mapper.offset(at & 0xFFFFFF)
    if offset is None or (at & 0xFFFF) + count <= 0xFFFF:
        return at + count
    address = mapper.address(offset + count)
    if address is None:
        return at + count
    mirrored = at & 0x800000 | address & 0x7FFFFF
    return at & ~0xFFFFFF | (mirrored if mapper.offset(mirrored) == offset + count else address)
