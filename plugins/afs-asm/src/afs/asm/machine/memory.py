"""Memory as the 65816 sees it: 16 MiB in pages of 8 KiB, some of them registers or nothing at all.

>>> from afs.asm import FlatMemory, LoRom
>>> memory = LoRom(bytes(0x8000))
>>> memory[0x7E0010] = 5
>>> memory[0x000010], memory[0x800010]          # the first 8 KiB of work RAM, mirrored
(5, 5)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableSequence
from functools import lru_cache
from mmap import ACCESS_COPY, mmap
from typing import Any, Final

from .hardware import CpuRegisters, OpenBus, PpuRegisters

__all__ = ["PAGE", "FlatMemory", "HiRom", "LoRom", "Memory"]

PAGE: Final = 0x2000
_PAGES: Final = 0x1000000 // PAGE
_MAX_FENCES: Final = 8  # sets of ranges whose pages are kept
_SYSTEM: Final = (*range(0x00, 0x40), *range(0x80, 0xC0))  # banks that show registers and low RAM

#: A page is anything that can be indexed from 0 to 0x1FFF.
Page = MutableSequence[int] | Any
#: All of them by number.
Pages = list[Page] | dict[int, Page]


class Memory:
    """Bytes by 24-bit address. ``pages`` are for reading, ``writes`` for writing."""

    def __init__(self) -> None:
        self.bus = OpenBus()
        self.pages: Pages = [self.bus] * _PAGES
        self.writes: Pages = [self.bus] * _PAGES
        self._fenced: dict[tuple[tuple[int, int], ...], list[Page]] = {}

    def __getitem__(self, address: int) -> int:
        value: int = self.pages[address >> 13 & 0x7FF][address & 0x1FFF]
        return value

    def __setitem__(self, address: int, value: int) -> None:
        self.writes[address >> 13 & 0x7FF][address & 0x1FFF] = value & 0xFF

    def load(self, address: int, data: bytes) -> None:
        """Write ``data`` from ``address`` on; what may not be written, such as ROM, stays."""
        for place, value in enumerate(data, address):
            self[place & 0xFFFFFF] = value

    def dump(self, address: int, length: int) -> bytes:
        """``length`` bytes from ``address`` on."""
        return bytes(self[place & 0xFFFFFF] for place in range(address, address + length))

    def canonical(self, address: int) -> int:
        """The address by which a byte is known; mirrors have the same one."""
        return address

    def fenced(
        self,
        ranges: tuple[tuple[int, int], ...],
        fence: Callable[[Page, int, tuple[tuple[int, int], ...]], Page],
    ) -> list[Page]:
        """``writes`` with a ``fence(page, base, offsets)`` before each page that is not wholly in ``ranges``.

        ``ranges`` are pairs of first and last address; mirrors of what they name are in them too.
        """
        pages = self._fenced.get(ranges)
        if pages is None:
            known = [(self.canonical(first), self.canonical(last)) for first, last in ranges]
            pages = [self._guarded(number, known, fence) for number in range(_PAGES)]
            if len(self._fenced) >= _MAX_FENCES:
                self._fenced.clear()
            self._fenced[ranges] = pages
        return pages

    def _guarded(self, number: int, ranges: list[tuple[int, int]], fence: Callable[..., Page]) -> Page:
        base = number * PAGE
        known = self.canonical(base)
        inside = tuple(
            (max(first - known, 0), min(last - known, PAGE - 1))
            for first, last in ranges
            if first < known + PAGE and last >= known
        )
        return self.writes[number] if (0, PAGE - 1) in inside else fence(self.writes[number], base, inside)

    def map(self, banks: Iterable[int], start: int, end: int, page: Page, write: Page | None = None) -> None:
        """Show the same page object at ``start`` to ``end`` (exclusive) of each bank."""
        for bank in banks:
            for address in range(start, end, PAGE):
                number = (bank << 16 | address) >> 13
                self.pages[number] = page
                self.writes[number] = page if write is None else write

    def map_bytes(self, bank: int, start: int, data: memoryview, offset: int, *, writable: bool) -> None:
        """Show the page of ``data`` that holds ``offset``, mirrored past its end, at ``start`` of a bank."""
        number = (bank << 16 | start) >> 13
        at = _mirrored(offset, len(data)) & -PAGE
        page = data[at : at + PAGE]
        self.pages[number] = page
        self.writes[number] = page if writable else self.bus


class FlatMemory(Memory):
    """16 MiB of plain bytes, all of them writable; ``size`` bytes, in whole pages, are mirrored.

    What is never touched costs neither time nor room, so that each test may have a memory of its own.
    """

    def __init__(self, size: int = 0x1000000) -> None:
        super().__init__()
        self.bytes = memoryview(mmap(-1, size, access=ACCESS_COPY))  # zeros that nobody has to write
        self.pages, self.writes = _Views(self.bytes), _Views(self.bytes)


class _Views(dict[int, Page]):
    """The pages of ``data`` by number, each made when it is first asked for."""

    def __init__(self, data: memoryview) -> None:
        super().__init__()
        self._data = data

    def __missing__(self, number: int) -> Page:
        at = _mirrored(number * PAGE, len(self._data))
        page = self[number] = self._data[at : at + PAGE]
        return page


class _Console(Memory):
    """What every SNES cartridge has in common: work RAM, its mirrors, and the registers.

    ``rom`` may be changed through `memory.rom` if it comes as ``bytearray``; code in ``bytes`` runs faster.
    """

    def __init__(self, rom: bytes | bytearray, sram: int) -> None:
        super().__init__()
        self.rom = memoryview(_padded(rom))
        self.wram = bytearray(0x20000)
        self.sram = bytearray(max(sram, PAGE) if sram else 0)
        self.ppu = PpuRegisters(self.bus, self.wram)
        self.cpu_registers = CpuRegisters(self.bus)
        self.cpu_registers.log = self.ppu.log
        self._map_cartridge()
        work = memoryview(self.wram)
        for bank in (0x7E, 0x7F):
            for start in range(0, 0x10000, PAGE):
                self.map_bytes(bank, start, work, (bank & 1) << 16 | start, writable=True)
        for bank in _SYSTEM:
            self.map_bytes(bank, 0x0000, work, 0, writable=True)
        self.map(_SYSTEM, 0x2000, 0x4000, self.ppu)
        self.map(_SYSTEM, 0x4000, 0x6000, self.cpu_registers)

    @property
    def log(self) -> list[tuple[int, int]]:
        """The writes to hardware registers since they were cleared, as address and value."""
        return self.ppu.log

    def clear_registers(self) -> None:
        """Hardware registers as they are when the machine is switched on; ``log`` is empty again."""
        self.ppu.clear()
        self.cpu_registers.clear()

    def canonical(self, address: int) -> int:
        bank, offset = address >> 16, address & 0xFFFF
        if bank & 0x7F < 0x40 and offset < 0x6000:
            return 0x7E0000 | offset if offset < 0x2000 else offset
        return address

    def _map_cartridge(self) -> None:
        raise NotImplementedError

    def _map_rom(self, banks: Iterable[int], start: int, bank_size: int, mask: int) -> None:
        size = len(self.rom)
        pages = [self.rom[at : at + PAGE] for at in range(0, size, PAGE)]
        for bank in banks:
            for address in range(start, 0x10000, PAGE):
                offset = (bank & mask) * bank_size + (address & bank_size - 1)
                number = (bank << 16 | address) >> 13
                self.pages[number], self.writes[number] = pages[_mirrored(offset, size) // PAGE], self.bus


class LoRom(_Console):
    """A LoROM cartridge: ROM in the upper half of each bank, SRAM of ``sram`` bytes at $70:0000."""

    def __init__(self, rom: bytes | bytearray, sram: int = 0x2000) -> None:
        super().__init__(rom, sram)

    def _map_cartridge(self) -> None:
        self._map_rom((*range(0x7E), *range(0x80, 0x100)), 0x8000, 0x8000, 0x7F)
        self._map_rom((*range(0x40, 0x70), *range(0xC0, 0xF0)), 0x0000, 0x8000, 0x7F)
        if self.sram:
            save = memoryview(self.sram)
            for bank in (*range(0x70, 0x7E), *range(0xF0, 0x100)):
                for address in range(0, 0x8000, PAGE):
                    self.map_bytes(bank, address, save, (bank & 0xF) << 15 | address, writable=True)


class HiRom(_Console):
    """A HiROM cartridge: ROM in whole banks from $C0, SRAM of ``sram`` bytes at $20:6000."""

    def __init__(self, rom: bytes | bytearray, sram: int = 0x2000) -> None:
        super().__init__(rom, sram)

    def _map_cartridge(self) -> None:
        self._map_rom((*range(0x40, 0x7E), *range(0xC0, 0x100)), 0x0000, 0x10000, 0x3F)
        self._map_rom(_SYSTEM, 0x8000, 0x10000, 0x3F)
        if self.sram:
            save = memoryview(self.sram)
            for bank in (*range(0x20, 0x40), *range(0xA0, 0xC0)):
                self.map_bytes(bank, 0x6000, save, (bank & 0x1F) * PAGE, writable=True)


def _padded(rom: bytes | bytearray) -> bytes | bytearray:
    """``rom`` in whole pages, one at least."""
    return rom + bytes(-len(rom) % PAGE or (0 if rom else PAGE))


@lru_cache(0x2000)  # machines are made often, of images of the same size
def _mirrored(offset: int, size: int) -> int:
    """Where ``offset`` lies in a chip of ``size`` bytes, whose last part repeats up to a power of two.

    A chip of 3 MiB shows its third MiB twice, as the address lines of boards do.
    """
    base = 0
    mask = 1 << 23
    while offset >= size:
        while not offset & mask:
            mask >>= 1
        offset -= mask
        if size > mask:
            size -= mask
            base += mask
        mask >>= 1
    return base + offset
