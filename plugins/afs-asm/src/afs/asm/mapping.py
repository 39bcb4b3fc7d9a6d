"""Where a byte of the SNES address space lies in the ROM file, by the cartridge's layout.

>>> LOROM.offset(0x208000), hex(LOROM.address(0x100000))
(1048576, '0xa08000')
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

__all__ = ["LOROM", "MAPPERS", "Mapper", "plain_address"]


class Mapper(NamedTuple):
    """A layout. Both functions give None where nothing is mapped."""

    name: str
    offset: Callable[[int], int | None]
    address: Callable[[int], int | None]


def plain_address(mapper: Mapper, offset: int) -> int | None:
    """As ``mapper.address``, but in banks $00 to $6F of LoROM where the byte is shown there, as people and
    symbol files write it."""
    address = mapper.address(offset)
    if address is None or mapper.name != "lorom":
        return address
    plain = address & 0x7FFFFF
    return plain if mapper.offset(plain) == offset else address


def _half_banks(address: int) -> int:
    """Upper halves of banks in a row, 32 KiB each."""
    return (address & 0x7F0000) >> 1 | address & 0x7FFF


def _in_half_banks(offset: int) -> int:
    return offset << 1 & 0x7F0000 | offset & 0x7FFF | 0x8000


def _is_system(address: int) -> bool:
    """The lower half of a bank that shows RAM and registers there."""
    return address & 0x408000 == 0


def _is_wram(address: int) -> bool:
    return address & 0xFE0000 == 0x7E0000


def _lorom(address: int) -> int | None:
    if _is_wram(address) or _is_system(address) or address & 0x708000 == 0x700000:
        return None
    return _half_banks(address)


def _lorom_address(offset: int) -> int | None:
    if offset >= 0x400000:
        return None
    return _in_half_banks(offset) | 0x800000


def _exlorom(address: int) -> int | None:
    if address & 0xF00000 == 0x700000 or _is_system(address):
        return None
    return _half_banks(address) + (0 if address & 0x800000 else 0x400000)


def _exlorom_address(offset: int) -> int | None:
    if offset >= 0x800000:
        return None
    return _in_half_banks(offset & 0x3FFFFF) | (0 if offset & 0x400000 else 0x800000)


def _hirom(address: int) -> int | None:
    return None if _is_wram(address) or _is_system(address) else address & 0x3FFFFF


def _hirom_address(offset: int) -> int | None:
    return None if offset >= 0x400000 else offset | 0xC00000


def _exhirom(address: int) -> int | None:
    low = _hirom(address)
    return low if low is None or address & 0x800000 else low | 0x400000


def _exhirom_address(offset: int) -> int | None:
    if offset >= 0x800000:
        return None
    return offset if offset & 0x400000 else offset | 0xC00000


def _sfxrom(address: int) -> int | None:
    if address & 0x600000 == 0x600000 or _is_system(address) or address & 0x800000:
        return None
    return address & 0x3FFFFF if address & 0x400000 else _half_banks(address)


def _sfxrom_address(offset: int) -> int | None:
    return None if offset >= 0x200000 else _in_half_banks(offset)


_SA1_BANKS: Final = {0: 0x000000, 1: 0x100000, 4: 0x200000, 5: 0x300000}


def _sa1rom(address: int) -> int | None:
    if address & 0x408000 == 0x008000:
        base = _SA1_BANKS.get(address >> 21)
        return None if base is None else base | (address & 0x1F0000) >> 1 | address & 0x7FFF
    return address & 0x3FFFFF if address & 0xC00000 == 0xC00000 else None


def _sa1rom_address(offset: int) -> int | None:
    if offset >= 0x400000:
        return None
    base = next(bank for bank, start in _SA1_BANKS.items() if start == offset & 0x300000)
    return base << 21 | (offset & 0x0F8000) << 1 | offset & 0x7FFF | 0x8000


def _fullsa1rom(address: int) -> int | None:
    if address & 0xC00000 == 0xC00000:
        return address & 0x3FFFFF | 0x400000
    if address & 0x400000 or not address & 0x8000:
        return None
    return (address & 0x800000) >> 2 | (address & 0x3F0000) >> 1 | address & 0x7FFF


def _fullsa1rom_address(offset: int) -> int | None:
    if offset >= 0x800000:
        return None
    if offset & 0x400000:
        return offset | 0xC00000
    return (offset & 0x200000) << 2 | (offset & 0x1F8000) << 1 | offset & 0x7FFF | 0x8000


def _norom(address: int) -> int | None:
    return address


LOROM: Final = Mapper("lorom", _lorom, _lorom_address)

#: By the directive that chooses it.
MAPPERS: Final[dict[str, Mapper]] = {
    mapper.name: mapper
    for mapper in (
        LOROM,
        Mapper("hirom", _hirom, _hirom_address),
        Mapper("exlorom", _exlorom, _exlorom_address),
        Mapper("exhirom", _exhirom, _exhirom_address),
        Mapper("sfxrom", _sfxrom, _sfxrom_address),
        Mapper("sa1rom", _sa1rom, _sa1rom_address),
        Mapper("fullsa1rom", _fullsa1rom, _fullsa1rom_address),
        Mapper("norom", _norom, _norom),
    )
}
