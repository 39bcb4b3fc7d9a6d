"""The bytes that an assembly writes, by SNES address and as a ROM."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .assembly import Block
from .mapping import Mapper

__all__ = ["Image", "with_checksum"]

_BANK = 0x10000
_RUN = re.compile(rb"\x01+")
_MAX_ROM = 0x1000000


class Image:
    """Bytes written so far."""

    def __init__(self) -> None:
        self._banks: dict[int, tuple[bytearray, bytearray]] = {}
        self._offsets: dict[int, bytes] = {}

    def write(self, address: int, data: bytes) -> None:
        """Put ``data`` at ``address``; it must not leave the bank."""
        bank, start = divmod(address, _BANK)
        known = self._banks.get(bank)
        if known is None:
            known = self._banks[bank] = bytearray(_BANK), bytearray(_BANK)
        end = start + len(data)
        known[0][start:end] = data
        known[1][start:end] = b"\x01" * len(data)

    def blocks(self) -> tuple[Block, ...]:
        return tuple(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        for bank in sorted(self._banks):
            data, written = self._banks[bank]
            for run in _RUN.finditer(written):
                yield Block(bank * _BANK + run.start(), bytes(data[run.start() : run.end()]))

    def put(self, offset: int, data: bytes) -> None:
        """Note ``data`` for a place in the ROM file, beneath what is written by address."""
        self._offsets[offset] = data

    def rom(self, base: bytes, mapper: Mapper, fill: int = 0) -> bytes:
        """The ROM ``base`` with what was written; what lies between its end and later writes is ``fill``."""
        rom = bytearray(base)
        for at, data in self._offsets.items():
            _place(rom, at, data, fill)
        for block in self._blocks():
            offset = mapper.offset(block.address)
            if offset is not None and offset < _MAX_ROM:
                _place(rom, offset, block.data, fill)
        return bytes(rom)


def _place(rom: bytearray, offset: int, data: bytes, fill: int) -> None:
    if offset > len(rom):
        rom += bytes([fill]) * (offset - len(rom))
    rom[offset : offset + len(data)] = data


def with_checksum(rom: bytes, mapper: Mapper) -> bytes:
    """``rom`` with its checksum set, as the header has it; a ROM without a header is left as it is.

    The part beyond the largest power of two counts as often as it takes to fill up the next one.
    """
    at = mapper.offset(0x00FFDC)
    if mapper.name == "norom" or at is None or at + 4 > len(rom):
        return rom
    blank = rom[:at] + b"\xff\xff\0\0" + rom[at + 4 :]
    whole = 1 << len(blank).bit_length() - 1
    rest = len(blank) - whole
    total = sum(blank[:whole]) + (sum(blank[whole:]) * (whole // rest) if rest else 0) & 0xFFFF
    return blank[:at] + (total ^ 0xFFFF).to_bytes(2, "little") + total.to_bytes(2, "little") + blank[at + 4 :]
