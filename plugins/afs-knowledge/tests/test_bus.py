"""Mirrors and the mapping of ROM: round trips over the whole address space."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.knowledge import canonical, file_offset, mirrors, parse_number, rom_address
from afs.knowledge.bus import LAYOUTS, area, pieces
from afs_core import UsageError

addresses = st.integers(0, 0xFFFFFF)
layouts = st.sampled_from(LAYOUTS)


@given(addresses, layouts)
def test_what_stands_for_all_stands_for_itself(address: int, layout: str) -> None:
    place = canonical(address, layout)
    assert canonical(place, layout) == place
    assert area(place, layout) == area(address, layout)


@given(addresses, layouts)
def test_mirrors_share_a_place_and_know_each_other(address: int, layout: str) -> None:
    found = mirrors(address, layout)
    assert address in found and found == tuple(sorted(set(found)))
    assert {canonical(mirror, layout) for mirror in found} == {canonical(address, layout)}
    assert len({file_offset(mirror, layout) for mirror in found}) == 1


@given(addresses, layouts, st.booleans())
def test_a_byte_of_rom_is_found_again_from_its_place_in_the_file(
    address: int, layout: str, header: bool
) -> None:
    offset = file_offset(address, layout, header=header)
    assert (offset is not None) == (area(address, layout) == "rom")
    if offset is not None:
        assert rom_address(offset, layout, header=header) == canonical(address, layout)


@given(st.integers(0, 0x3FFFFF), layouts)
def test_every_byte_of_the_file_has_an_address(offset: int, layout: str) -> None:
    address = rom_address(offset, layout)
    assert address is not None and file_offset(address, layout) in (offset, None)


@given(addresses, st.integers(1, 0x20000), layouts)
def test_pieces_cover_a_range_and_no_more(low: int, length: int, layout: str) -> None:
    high = min(low + length, 0x1000000)
    found = list(pieces(low, high, layout))
    step = max(1, (high - low) // 50)
    for address in [*range(low, high, step), high - 1]:
        place = canonical(address, layout)
        assert any(start <= place < end for start, end in found), hex(address)
    assert all(start < end for start, end in found)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (0x000022, 0x7E0022),
        (0xBF1FFF, 0x7E1FFF),
        (0x3F2100, 0x002100),
        (0x80420B, 0x00420B),
        (0x00217F, 0x002143),
        (0x402000, 0x40A000),
        (0x7E2100, 0x7E2100),
        (0x8799AD, 0x0799AD),
        (0xF00010, 0x700010),
    ],
)
def test_known_mirrors(address: int, place: int) -> None:
    assert canonical(address) == place


def test_known_offsets() -> None:
    assert file_offset(0x00FFC0) == 0x7FC0 and file_offset(0x00FFC0, "hirom") == 0xFFC0
    assert file_offset(0x0DB080) == 0x6B080 and file_offset(0x8DB080, header=True) == 0x6B280
    assert rom_address(0x6B080) == 0x0DB080 and rom_address(100, header=True) is None
    assert file_offset(0x7E0022) is None and file_offset(0x002100) is None and file_offset(0x700000) is None


@given(addresses)
def test_every_notation_gives_the_number_back(address: int) -> None:
    bank, offset = f"{address >> 16:02X}", f"{address & 0xFFFF:04x}"
    written = (
        f"${address:06X}",
        f"0x{address:06x}",
        f"{bank}:{offset}",
        f"${bank}:{offset}",
        f"{bank}{offset}",
    )
    assert {parse_number(text) for text in written} == {(address, 6)}


@pytest.mark.parametrize(
    "text", ["", "$", "22", "123", "12345", "$1234567", "99999999", "xyz", "7E:22", "-5", "$-1"]
)
def test_what_is_ambiguous_or_no_address_is_none(text: str) -> None:
    assert parse_number(text) is None


def test_numbers_by_their_form() -> None:
    assert parse_number("8257570") == (0x7E0022, 6)
    assert parse_number("2100") == (0x2100, 4)
    assert parse_number("$22") == (0x22, 2)
    assert parse_number("7Eh") == (0x7E, 2)


def test_addresses_beyond_the_bus_are_refused() -> None:
    for address in (-1, 0x1000000):
        with pytest.raises(UsageError, match=r"\$000000 to \$FFFFFF"):
            canonical(address)
    with pytest.raises(UsageError, match="lorom, hirom"):
        canonical(0x8000, "exrom")
