"""The maps of the SNES: mirrors, cartridges, registers, and the bus where nothing answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.asm import Cpu, FlatMemory, HiRom, Limits, LoRom

BANK = 0x8000
ROM = b"".join(bytes([number]) * BANK for number in range(8))


def test_flat_memory_shows_its_bytes() -> None:
    memory, other = FlatMemory(), FlatMemory()
    memory[0xFFFFFF] = 0x1FE
    memory.bytes[0x123456:0x123458] = b"ab"
    assert (memory[0xFFFFFF], memory.bytes[0xFFFFFF], memory.dump(0x123456, 2)) == (0xFE, 0xFE, b"ab")
    assert other[0xFFFFFF] == other[0x123456] == 0


def test_flat_memory_mirrors_what_it_has() -> None:
    memory = FlatMemory(0x10000)
    memory[0x7F8000] = 7
    assert memory[0x008000] == memory[0xFF8000] == 7 and len(memory.bytes) == 0x10000


def test_lorom_shows_32_kb_a_bank() -> None:
    memory = LoRom(ROM)
    assert [memory[bank << 16 | 0x8000] for bank in (0, 1, 7)] == [0, 1, 7]
    assert memory[0x81FFFF] == 1
    assert memory[0x088000] == 0  # a chip of 256 KB repeats
    memory[0x018000] = 0xEE
    assert memory[0x018000] == 1


def test_hirom_shows_64_kb_a_bank() -> None:
    memory = HiRom(ROM)
    assert [memory[0xC00000], memory[0xC08000], memory[0xC10000]] == [0, 1, 2]
    assert memory[0x008000] == 1 and memory[0x408000] == 1


def test_a_chip_of_three_parts_repeats_its_last() -> None:
    memory = LoRom(ROM[: 6 * BANK])
    assert [memory[bank << 16 | 0x8000] for bank in range(8)] == [0, 1, 2, 3, 4, 5, 4, 5]


@given(st.sampled_from([*range(0x40), *range(0x80, 0xC0)]), st.integers(0, 0x1FFF), st.integers(0, 255))
def test_low_ram_is_the_same_in_every_system_bank(bank: int, offset: int, value: int) -> None:
    memory = LoRom(bytes(BANK))
    memory[bank << 16 | offset] = value
    assert memory[0x7E0000 | offset] == memory[offset] == value


def test_save_ram() -> None:
    memory = LoRom(bytes(BANK), sram=0x2000)
    memory[0x700010] = 5
    assert memory[0xF00010] == memory[0x702010] == 5
    memory = HiRom(bytes(BANK), sram=0x2000)
    memory[0x206010] = 6
    assert memory[0xA06010] == 6


@pytest.mark.parametrize(("a", "b"), [(13, 7), (255, 255), (0, 9)])
def test_multiplication(a: int, b: int) -> None:
    memory = LoRom(bytes(BANK))
    memory[0x004202], memory[0x004203] = a, b
    assert memory[0x004216] | memory[0x004217] << 8 == a * b


@pytest.mark.parametrize(
    ("dividend", "divisor", "quotient", "remainder"),
    [(1000, 7, 142, 6), (65535, 1, 65535, 0), (77, 0, 0xFFFF, 77)],
)
def test_division(dividend: int, divisor: int, quotient: int, remainder: int) -> None:
    memory = LoRom(bytes(BANK))
    memory[0x004204], memory[0x004205], memory[0x804206] = dividend & 0xFF, dividend >> 8, divisor
    assert memory[0x004214] | memory[0x004215] << 8 == quotient
    assert memory[0x004216] | memory[0x004217] << 8 == remainder


def test_the_signed_product_of_mode_7() -> None:
    memory = LoRom(bytes(BANK))
    for value in (0x00, 0xFF):  # -256, low byte first
        memory[0x00211B] = value
    memory[0x00211C] = 0x03
    product = memory[0x002134] | memory[0x002135] << 8 | memory[0x002136] << 16
    assert product == -768 & 0xFFFFFF


def test_the_port_to_work_ram_moves_on() -> None:
    memory = LoRom(bytes(BANK))
    for address, value in ((0x2181, 0xFF), (0x2182, 0xFF), (0x2183, 0x01), (0x2180, 7), (0x2180, 8)):
        memory[address] = value
    assert (memory[0x7FFFFF], memory[0x7E0000]) == (7, 8)


def test_where_nothing_answers_the_bus_keeps_its_value() -> None:
    rom = bytearray(BANK)
    rom[:4] = bytes.fromhex("ad345060")  # LDA $5034 : RTS
    cpu = Cpu(LoRom(bytes(rom)))
    cpu.call(0x008000)
    assert cpu.a == 0x50


def test_a_fence_names_mirrors_by_the_byte_they_show() -> None:
    rom = bytearray(BANK)
    rom[:6] = bytes.fromhex("851085119b60")  # STA $10 : STA $11
    cpu = Cpu(LoRom(bytes(rom)))
    outcome = cpu.call(0x008000, Limits(writes=((0x7E0010, 0x7E0010),)))
    assert (outcome.reason, outcome.address) == ("write", 0x000011)
