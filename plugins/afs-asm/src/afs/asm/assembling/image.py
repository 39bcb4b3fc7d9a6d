"""The bytes that an assembly writes, by SNES address and as a ROM."""

from __future__ import annotations

from collections.abc import Iterator

from afs.asm.mapping import Mapper

from .assembly import Block

__all__ = ["Image", "with_checksum"]

_BANK = 0x10000
_MAX_ROM = 0x1000000


class _Bytes:
    """Bytes at places far apart, and which of them are written."""

    def __init__(self) -> None:
        self._banks: dict[int, tuple[bytearray, bytearray]] = {}

    def write(self, at: int, data: bytes) -> None:
        """Put ``data`` at ``at``."""
        while data:
            bank, start = divmod(at, _BANK)
            piece, data = data[: _BANK - start], data[_BANK - start :]
            known = self._banks.get(bank)
            if known is None:
                known = self._banks[bank] = bytearray(_BANK), bytearray(_BANK)
            known[0][start : start + len(piece)] = piece
            known[1][start : start + len(piece)] = b"\x01" * len(piece)
            at += len(piece)

    def runs(self) -> Iterator[tuple[int, bytes]]:
        for bank in sorted(self._banks):
            data, written = self._banks[bank]
            start = written.find(1)
            while start >= 0:
                end = written.find(0, start)
                end = _BANK if end < 0 else end
                yield bank * _BANK + start, bytes(data[start:end])
                start = written.find(1, end)


class Image:
    """Bytes written so far, by address and by the place in the file that they had when they were written."""

    def __init__(self) -> None:
        self._by_address, self._in_file = _Bytes(), _Bytes()

    def write(self, address: int, data: bytes, offset: int | None) -> None:
        """Put ``data`` at ``address``, which is ``offset`` in the file where it is in it at all."""
        self._by_address.write(address, data)
        if offset is not None:
            self.put(offset, data)

    def put(self, offset: int, data: bytes) -> None:
        """Put ``data`` into the file."""
        self._in_file.write(offset, data)

    def blocks(self) -> tuple[Block, ...]:
        return tuple(Block(address, data) for address, data in self._by_address.runs())

    def rom(self, base: bytes, fill: int = 0) -> bytes:
        """The ROM ``base`` with what was written; what lies between its end and later writes is ``fill``."""
        rom = bytearray(base)
        for offset, data in self._in_file.runs():
            if offset < _MAX_ROM:
                _place(rom, offset, data, fill)
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
