"""The tables that come with the plugin: well formed, complete, and right where the facts are certain."""

from __future__ import annotations

from collections import Counter

import pytest

from afs.knowledge import AddressDatabase, canonical
from afs.knowledge.bus import area
from afs.knowledge.entry import KINDS
from afs.knowledge.shipped import shipped
from afs.knowledge.words import fold

ALL = shipped("alttp")
REGISTERS = shipped("none")

#: Bytes that serve two ends, on purpose.
SHARED = {
    ("room_state", "room_items_taken"),
    ("overlord_x_high", "name_cursor"),
    ("secret_id", "save_file_index"),
    ("movable_blocks", "map16_change_tiles"),
}


def test_every_row_is_well_formed() -> None:
    for entry in ALL:
        assert entry.kind in KINDS and entry.access in ("r", "w", "rw", "x"), entry
        assert entry.size % entry.count == 0 and entry.description and entry.group, entry
        assert canonical(entry.address) == entry.address, entry
        assert entry.description == entry.description.strip() and not entry.description.endswith("."), entry
        assert (entry.size == 0) == (entry.kind == "routine"), entry


def test_every_name_means_one_place() -> None:
    names = Counter(name for entry in ALL for name in entry.names)
    assert [name for name, count in names.items() if count > 1] == []


def test_names_alike_but_for_case_are_an_item_and_its_code() -> None:
    kinds: dict[str, list[str]] = {}
    for entry in ALL:
        for name in {fold(name) for name in entry.names}:
            kinds.setdefault(name, []).append(entry.kind)
    assert {tuple(sorted(found)) for found in kinds.values() if len(found) > 1} <= {("routine", "sram")}


def test_kinds_lie_where_they_must() -> None:
    areas = {"wram": "wram", "sram": "", "register": "register", "routine": "rom", "rom-table": "rom"}
    for entry in ALL:
        expected = areas[entry.kind] or ("wram" if entry.address >> 16 == 0x7E else "sram")
        assert area(entry.address) == expected == area(entry.end - 1), entry


def test_entries_overlap_only_where_they_are_meant_to() -> None:
    found: set[tuple[str, str]] = set()
    for number, entry in enumerate(ALL):
        for other in ALL[number + 1 :]:
            if other.address >= entry.end:
                break
            found.add((entry.name, other.name))
    assert found == SHARED


def test_there_are_enough_of_each() -> None:
    kinds = Counter(entry.kind for entry in ALL)
    assert kinds["wram"] >= 300 and kinds["sram"] >= 60 and kinds["routine"] >= 200


def test_every_register_of_the_console_is_there() -> None:
    expected = {*range(0x2100, 0x2144), *range(0x2180, 0x2184), 0x4016, 0x4017}
    expected |= {*range(0x4200, 0x420E), *range(0x4210, 0x4220)}
    expected |= {0x4300 + channel * 16 + number for channel in range(8) for number in range(12)}
    assert {entry.address for entry in REGISTERS} == expected


@pytest.mark.parametrize(
    ("name", "address", "size"),
    [
        ("link_health", 0x7EF36D, 1),
        ("max_health", 0x7EF36C, 1),
        ("camera_x", 0x7E00E2, 2),
        ("camera_y", 0x7E00E8, 2),
        ("LinkState", 0x7E005D, 1),
        ("link_speed_setting", 0x7E005E, 1),
        ("game_mode", 0x7E0010, 1),
        ("link_y", 0x7E0020, 2),
        ("link_x", 0x7E0022, 2),
        ("overworld_screen", 0x7E008A, 2),
        ("RoomIndex", 0x7E00A0, 2),
        ("sprite_y_low", 0x7E0D00, 16),
        ("sprite_x_low", 0x7E0D10, 16),
        ("sprite_state", 0x7E0DD0, 16),
        ("sprite_type", 0x7E0E20, 16),
        ("sprite_health", 0x7E0E50, 16),
        ("ancilla_type", 0x7E0C4A, 10),
        ("room_flags", 0x7EF000, 592),
        ("rupees", 0x7EF360, 2),
        ("game_progress", 0x7EF3C5, 1),
        ("save_slot_2", 0x700500, 0x500),
        ("Link_ReceiveItem", 0x0799AD, 0),
        ("Sprite_SpawnDynamically", 0x1DF65D, 0),
        ("INIDISP", 0x2100, 1),
        ("VMDATA", 0x2118, 1),
        ("MDMAEN", 0x420B, 1),
        ("RDMPYH", 0x4217, 1),
        ("DMAP7", 0x4370, 1),
        ("NTRL3", 0x433A, 1),
    ],
)
def test_known_facts(name: str, address: int, size: int) -> None:
    entry = AddressDatabase().query_address(name)
    assert (entry.address, entry.size) == (address, size)


def test_the_faults_of_older_tables_are_not_there() -> None:
    database = AddressDatabase()
    starts = Counter(entry.address for entry in ALL if entry.kind in ("wram", "sram"))
    assert starts[0x7E005E] == 1
    assert database.query_address("camera_x") != database.query_address("bg1_scroll_y")
    assert [match.name for match in database.at(0x7E00E3)] == ["bg2_scroll_x+1"]
    assert database.at(0x7E036C)[0].name == "tile_action"
