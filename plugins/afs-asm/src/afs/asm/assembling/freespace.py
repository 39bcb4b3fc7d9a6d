"""Room in a ROM that nothing uses, found and marked as asar does it (RATS tags: STAR, size, inverse)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from afs.asm.language.faults import Fatal
from afs.asm.mapping import Mapper

__all__ = ["TAG", "FreeSpaces", "Space", "rats_start", "rats_tag"]

TAG: Final = 8
_SIZE_BYTE: Final = 0x7FD7  # of a LoROM header
_LOROM_FIRST: Final = 0x80000
_SIZES: Final = {0x080000: (0x100000, 0x0A), 0x100000: (0x200000, 0x0B), 0x200000: (0x400000, 0x0C),
                 0x300000: (0x400000, 0x0C)}  # fmt: skip
#: By layout: where its rooms begin, the size of a bank less one, and what asar puts there.
_ROOMS: Final = {
    "hirom": ((0, 0xFFFF, "data"),),
    "exlorom": ((0, 0x7FFF, "data"),),
    "exhirom": ((0, 0xFFFF, "data"),),
    "sfxrom": ((_LOROM_FIRST, 0x7FFF, "code"),),
    "sa1rom": ((_LOROM_FIRST, 0x7FFF, "code data"),),
    "fullsa1rom": ((0x400000, 0xFFFF, "data"), (_LOROM_FIRST, 0x7FFF, "code data")),
}
#: Where a space without a byte is said to lie.
_NOWHERE: Final = 0x1234


class Space:
    """One free space of the text, kept from pass to pass. ``start`` is its SNES address."""

    def __init__(self) -> None:
        self.length = 0
        self.start = 0
        self.leaks = True


class FreeSpaces:
    """Finds room in ``rom``; what is taken is marked in it."""

    def __init__(self, rom: bytes) -> None:
        self.rom = bytearray(rom)
        self.spaces: list[Space] = []
        self._taken: list[tuple[int, int]] = []
        self._tagged: list[tuple[int, int]] | None = None
        self.expanded: int | None = None

    def space(self, number: int) -> Space:
        while len(self.spaces) < number:
            self.spaces.append(Space())
        return self.spaces[number - 1]

    def take(self, offset: int, length: int) -> None:
        """Note bytes that are written elsewhere, so that no space is found there."""
        if self._taken and self._taken[-1][1] == offset:
            self._taken[-1] = (self._taken[-1][0], offset + length)
        else:
            self._taken.append((offset, offset + length))

    def clear(self, mapper: Mapper, address: int, fill: int) -> None:
        """Give back the tagged block that ``address`` lies in, if any, and those that it protects."""
        offset = mapper.offset(address & 0xFFFFFF)
        start = None if offset is None else rats_start(self.rom, offset)
        if start is None:
            return
        length = int.from_bytes(self.rom[start + 4 : start + 6], "little") + 1 + TAG
        others = _protected(self.rom[start + TAG : start + length])
        self.rom[start : start + length] = bytes([fill]) * length
        self._tagged = None
        for other in others:
            self.clear(mapper, other, fill)

    def find(self, mapper: Mapper, size: int, *, code: bool, align: bool, fill: int) -> int:
        """The SNES address of ``size`` bytes behind a tag. Raises Fatal where there is no room."""
        if size == 0:
            return mapper.address(_NOWHERE) or 0
        search = self._lorom if mapper.name == "lorom" else partial(self._elsewhere, mapper.name)
        offset = search(size + TAG, code, align, fill)
        if offset is None:
            raise Fatal("no-freespace", f"the ROM has no room for {size} bytes{' of code' if code else ''}")
        self.take(offset, size + TAG)
        return mapper.address(offset + TAG) or 0

    def _lorom(self, size: int, code: bool, align: bool, fill: int) -> int | None:
        if size > 0x8000 + TAG:
            return None
        step = 0x7FFF if align else 0
        while True:
            total = len(self.rom)
            found = None
            if total > 0x200000 and not code:
                found = self._search(0x200000 - TAG, min(total, 0x400000), size, 0x7FFF, step, fill)
            if found is None:
                found = self._search(_LOROM_FIRST, min(total, 0x200000), size, 0x7FFF, step, fill)
            if found is not None or total not in _SIZES or (code and total >= 0x200000) or self.expanded:
                return found
            self._expand(total, fill)

    def _expand(self, total: int, fill: int) -> None:
        new, kind = _SIZES[total]
        self.rom += bytes([fill]) * (new - total)
        self.rom[_SIZE_BYTE] = self.expanded = kind

    def _elsewhere(self, layout: str, size: int, code: bool, align: bool, fill: int) -> int | None:
        """A place in other layouts, of which asar expands none and has room for code in few."""
        wanted = "code" if code else "data"
        for first, bank, holds in _ROOMS.get(layout, ()):
            if wanted not in holds:
                continue
            found = self._search(first, len(self.rom), size, bank, bank if align else 0, fill)
            if found is not None:
                return found
        return None

    def _search(self, start: int, end: int, size: int, bank: int, align: int, fill: int) -> int | None:
        rom, free = self.rom, bytes([fill])
        while start + size <= end:
            if (start + TAG) & ~bank != (start + size - 1) & ~bank:
                tail = bank & ~7
                start = start & ~bank | tail if start & bank & ~7 != tail else start + 7 & ~7
                continue
            if align and start & align != align & ~7:
                start = _aligned(start, align)
                continue
            used = len(rom[start : start + size].rstrip(free))
            end_of_block = start + used if used else self._blocked(start, size)
            if end_of_block is None:
                return start
            start = end_of_block
        return None

    def _blocked(self, start: int, size: int) -> int | None:
        """The end of what is written or tagged in ``start`` to ``start + size``, None where nothing is."""
        if self._tagged is None:
            self._tagged = list(_tagged(self.rom))
        blocks = (*self._taken, *self._tagged)
        ends = [end for first, end in blocks if first < start + size and end > start]
        return max(ends) if ends else None


def _aligned(start: int, align: int) -> int:
    """The next place whose contents, behind the tag, begin a bank."""
    aligned = start & ~align | align & ~7
    return aligned if aligned >= start else aligned + align + 1


def _protected(block: bytes | bytearray) -> list[int]:
    """The addresses that the `PROT` entries at the start of a tagged block name, up to its `STOP`."""
    at = 0
    found: list[int] = []
    while (kind := bytes(block[at : at + 4])).isalpha() and kind.isupper() and at + 4 < len(block):
        if kind == b"STOP":
            return found
        count = block[at + 4]
        entries = block[at + 5 : at + 5 + count] if kind == b"PROT" and count % 3 == 0 else b""
        found += [int.from_bytes(entries[n : n + 3], "little") for n in range(0, len(entries), 3)]
        at += 5 + count
    return []


def rats_tag(size: int) -> bytes:
    count = (size - 1 & 0xFFFF).to_bytes(2, "little")
    return b"STAR" + count + bytes(byte ^ 0xFF for byte in count)


def _tagged(rom: bytearray) -> Iterator[tuple[int, int]]:
    """The blocks that tags mark, as start and end."""
    at = rom.find(b"STAR")
    while at >= 0:
        length = int.from_bytes(rom[at + 4 : at + 6], "little") + 1 + TAG if is_tag(rom, at) else 0
        if length:
            yield at, at + length
        at = rom.find(b"STAR", at + max(length, 1))


def is_tag(rom: bytes | bytearray, at: int) -> bool:
    if rom[at : at + 4] != b"STAR" or at + TAG > len(rom):
        return False
    return all(rom[at + 4 + index] ^ rom[at + 6 + index] == 0xFF for index in (0, 1))


def rats_start(rom: bytes | bytearray, offset: int) -> int | None:
    """Where the tag of the block that holds ``offset`` stands, or None."""
    at = offset
    while at >= max(0, offset - 0x10000):
        at = rom.rfind(b"STAR", max(0, offset - 0x10000), at + 4)
        if at < 0:
            return None
        if is_tag(rom, at):
            length = int.from_bytes(rom[at + 4 : at + 6], "little") + 1 + TAG
            return at if offset < at + length else None
        at -= 1
    return None
