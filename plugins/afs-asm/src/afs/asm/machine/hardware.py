"""The registers of the SNES that a routine's arithmetic goes through, and the bus where nothing answers."""

from __future__ import annotations

__all__ = ["CpuRegisters", "OpenBus", "PpuRegisters"]


class OpenBus:
    """A page where nothing answers: reading gives what the bus last held, writing does nothing."""

    def __init__(self) -> None:
        #: The last byte that the processor fetched or read on its way to an address.
        self.value = 0

    def __getitem__(self, offset: int) -> int:
        return self.value

    def __setitem__(self, offset: int, value: int) -> None:
        pass


class _Registers:
    """8 KiB of registers. ``inputs`` are what a read finds, by address; ``outputs`` what was last written."""

    base = 0

    def __init__(self, bus: OpenBus) -> None:
        self._bus = bus
        self.inputs: dict[int, int] = {}
        self.outputs: dict[int, int] = {}
        #: Every write in its order, as address and value; shared by all registers of a machine.
        self.log: list[tuple[int, int]] = []

    def clear(self) -> None:
        """As after switching on."""
        self.inputs.clear()
        self.outputs.clear()
        self.log.clear()

    def __getitem__(self, offset: int) -> int:
        return self.inputs.get(self.base + offset, self._bus.value)

    def __setitem__(self, offset: int, value: int) -> None:
        self.outputs[self.base + offset] = value
        self.log.append((self.base + offset, value))
        self.written(self.base + offset, value)

    def written(self, address: int, value: int) -> None:
        """What a write sets off."""

    def set_word(self, address: int, value: int) -> None:
        self.inputs[address] = value & 0xFF
        self.inputs[address + 1] = value >> 8 & 0xFF


class CpuRegisters(_Registers):
    """$4000-$5FFF: multiplication of 8 by 8 bits, division of 16 by 8; all else as it is set.

    The results are there at once; a console needs 8 and 16 cycles.
    """

    base = 0x4000

    def __init__(self, bus: OpenBus) -> None:
        super().__init__(bus)
        self.clear()

    def clear(self) -> None:
        super().clear()
        self.outputs.update({0x4202: 0xFF, 0x4204: 0xFF, 0x4205: 0xFF})
        self.set_word(0x4214, 0)
        self.set_word(0x4216, 0)

    def written(self, address: int, value: int) -> None:
        if address == 0x4203:
            self.set_word(0x4214, value)
            self.set_word(0x4216, self.outputs[0x4202] * value)
        elif address == 0x4206:
            dividend = self.outputs[0x4205] << 8 | self.outputs[0x4204]
            quotient, remainder = divmod(dividend, value) if value else (0xFFFF, dividend)
            self.set_word(0x4214, quotient)
            self.set_word(0x4216, remainder)


class PpuRegisters(_Registers):
    """$2000-$3FFF: the signed multiplication of mode 7, and the port to work RAM at $2180."""

    base = 0x2000

    def __init__(self, bus: OpenBus, wram: bytearray) -> None:
        super().__init__(bus)
        self._wram = wram
        self.clear()

    def clear(self) -> None:
        super().clear()
        self._port = self._latch = self._factor = 0

    def __getitem__(self, offset: int) -> int:
        if offset == 0x180:
            value = self._wram[self._port]
            self._port = self._port + 1 & 0x1FFFF
            return value
        return super().__getitem__(offset)

    def written(self, address: int, value: int) -> None:
        if address == 0x2180:
            self._wram[self._port] = value
            self._port = self._port + 1 & 0x1FFFF
        elif 0x2181 <= address <= 0x2183:
            shift = (address - 0x2181) * 8
            self._port = (self._port & ~(0xFF << shift) | value << shift) & 0x1FFFF
        elif address == 0x211B:
            self._factor = value << 8 | self._latch
            self._latch = value
        elif address == 0x211C:
            self._latch = value
            product = _signed(self._factor, 16) * _signed(value, 8)
            self.set_word(0x2134, product)
            self.inputs[0x2136] = product >> 16 & 0xFF


def _signed(value: int, bits: int) -> int:
    return value - (value >> bits - 1 << bits)
