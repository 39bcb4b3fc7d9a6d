"""Limits of what a routine may write."""

from __future__ import annotations

from functools import lru_cache

from .memory import PAGE

__all__ = ["Fence", "Refused"]


class Refused(Exception):
    """A write outside the limits."""

    def __init__(self, address: int) -> None:
        super().__init__(f"${address:06X}")
        self.address = address


class Fence:
    """A page that refuses writes outside some ranges of offsets; ``allowed`` has a byte for each offset."""

    __slots__ = ("_base", "allowed", "page")

    def __init__(self, page: object, base: int, allowed: tuple[tuple[int, int], ...]) -> None:
        self.page: object = page
        self._base, self.allowed = base, _offsets(allowed)

    def __setitem__(self, offset: int, value: int) -> None:
        if not self.allowed[offset]:
            raise Refused(self._base + offset)
        self.page[offset] = value  # type: ignore[index]


@lru_cache(64)  # mirrors have the same
def _offsets(ranges: tuple[tuple[int, int], ...]) -> bytes:
    """One byte for each offset of a page: whether it lies in one of ``ranges``."""
    inside = bytearray(PAGE)
    for first, last in ranges:
        inside[first : last + 1] = b"\x01" * (last + 1 - first)
    return bytes(inside)
