"""The SNES address space: which addresses show the same byte, and where a byte of ROM lies in the file.

>>> hex(canonical(0x000022)), hex(canonical(0x80420B)), hex(canonical(0x80CF80))
('0x7e0022', '0x420b', '0xcf80')
>>> hex(file_offset(0x0DB080)), hex(file_offset(0x0DB080, header=True))
('0x6b080', '0x6b280')
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from afs.asm.mapping import MAPPERS, Mapper, plain_address
from afs_core import UsageError

__all__ = ["LAYOUTS", "area", "canonical", "file_offset", "mirrors", "pieces", "rom_address"]

LAYOUTS: Final = ("lorom", "hirom")
TOP: Final = 0x1000000
_HEADER = 512
_RAM_END, _REGISTERS_END = 0x2000, 0x6000
#: Offsets in a bank at which what lies there, or how it is mirrored, can change.
_EDGES: Final = (0, 0x2000, 0x2140, 0x2180, 0x6000, 0x8000, 0x10000)


def mapper(layout: str) -> Mapper:
    """Raises UsageError for a layout other than lorom and hirom."""
    if layout not in LAYOUTS:
        raise UsageError(f"expected a layout of {', '.join(LAYOUTS)}, got {layout!r}")
    return MAPPERS[layout]


def area(address: int, layout: str = "lorom") -> str:
    """``wram``, ``register``, ``sram``, ``rom``, or empty where nothing answers."""
    bank, offset = address >> 16, address & 0xFFFF
    if bank in (0x7E, 0x7F) or (_is_system(bank) and offset < _RAM_END):
        return "wram"
    if _is_system(bank) and offset < _REGISTERS_END:
        return "register"
    if _save_address(address, layout) is not None:
        return "sram"
    return "rom" if mapper(layout).offset(address) is not None else ""


def canonical(address: int, layout: str = "lorom") -> int:
    """The one address that stands for all that show the same byte.

    Work RAM is in banks 7E and 7F, a register in bank 00, save RAM in banks 70-7D (LoROM) or 20-3F
    (HiROM), ROM where the layout places it. Raises UsageError beyond 24 bits.
    """
    if not 0 <= address < TOP:
        raise UsageError(f"expected an address from $000000 to $FFFFFF, got {address:#x}")
    bank, offset = address >> 16, address & 0xFFFF
    if _is_system(bank) and offset < _REGISTERS_END:
        if offset < _RAM_END:
            return 0x7E0000 | offset
        return 0x2140 | offset & 3 if 0x2140 <= offset < 0x2180 else offset
    if bank in (0x7E, 0x7F):
        return address
    save = _save_address(address, layout)
    if save is not None:
        return save
    found = mapper(layout)
    at = found.offset(address)
    placed = None if at is None else plain_address(found, at)
    return address if placed is None else placed


def mirrors(address: int, layout: str = "lorom") -> tuple[int, ...]:
    """All addresses that show the byte at ``address``, itself included, in order."""
    target = canonical(address, layout)
    if 0x2140 <= target < 0x2144:
        offsets: tuple[int, ...] = tuple(range(target, 0x2180, 4))
    else:
        offsets = tuple({target & 0xFFFF, target & 0x7FFF, target & 0x7FFF | 0x8000})
    places = (bank << 16 | offset for bank in range(256) for offset in sorted(offsets))
    return tuple(place for place in places if canonical(place, layout) == target)


def file_offset(address: int, layout: str = "lorom", *, header: bool = False) -> int | None:
    """Where in a ROM file the byte at ``address`` lies; None where it is no ROM.

    With ``header`` the file starts with 512 bytes of a copier.
    """
    if area(address, layout) != "rom":
        return None
    at = mapper(layout).offset(address)
    return at if at is None or not header else at + _HEADER


def rom_address(offset: int, layout: str = "lorom", *, header: bool = False) -> int | None:
    """The address that shows the byte at ``offset`` of a ROM file; None where none does."""
    at = offset - _HEADER if header else offset
    return plain_address(mapper(layout), at) if at >= 0 else None


def pieces(low: int, high: int, layout: str = "lorom") -> Iterator[tuple[int, int]]:
    """``low`` to ``high`` (not included) as ranges of canonical addresses, each mapped as a whole."""
    low, high = max(low, 0), min(high, TOP)
    while low < high:
        bank, offset = low & 0xFF0000, low & 0xFFFF
        end = min(high, bank + next(edge for edge in _EDGES if edge > offset))
        if _is_system(bank >> 16) and 0x2140 <= offset < 0x2180:
            yield from ((at, at + 1) for at in sorted({canonical(a, layout) for a in range(low, end)}))
        else:
            start = canonical(low, layout)
            yield start, start + end - low
        low = end


def _is_system(bank: int) -> bool:
    return bank & 0x40 == 0


def _save_address(address: int, layout: str) -> int | None:
    bank, offset = address >> 16, address & 0xFFFF
    if layout == "hirom":
        inside = bank & 0x60 == 0x20 and 0x6000 <= offset < 0x8000
        return address & 0x7FFFFF if inside else None
    inside = bank & 0x70 == 0x70 and bank not in (0x7E, 0x7F) and offset < 0x8000
    return address & 0x7FFFFF if inside and bank < 0xFE else None
