"""What the user's own files add."""

from __future__ import annotations

from pathlib import Path

import pytest

from afs.knowledge import AddressDatabase
from afs.knowledge.values import address_of
from afs_core import DataError

RAM = """\
; heart count of the raft
RaftHealth = $7EF36D ; overrides nothing, adds a name
link_x = $7E0730     ; the same name as a table's
MenuLevel = $0731    ; LENGTH: 0x05
DirectOne = $90
Lives = 3
!FreeRam = $7E0740
!Brightness = $2100
!Count = $10
!Gravity = $0400
!Pointer = $08       ; address of the list
!SizeMask = $0F0F
!Color = $7FFF
struct Slot $7E0B00
  .kind: skip 1
  .timer: skip 2
endstruct
struct Offsets 0
  .a: skip 2
  .b: skip 2
endstruct
org $0DBB6E
SoundPan:
org $008000
base $7E0800
Queue: skip $10
.head: skip 2
Behind:
base off
Main:
  LDA $22
After:
  RTS
macro go(x)
  NOP
endmacro
"""


@pytest.fixture
def database(tmp_path: Path) -> AddressDatabase:
    (tmp_path / "ram.asm").write_text(RAM)
    return AddressDatabase([tmp_path / "ram.asm"])


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("RaftHealth", 0x7EF36D),
        ("link_x", 0x7E0730),
        ("MenuLevel", 0x7E0731),
        ("DirectOne", 0x7E0090),
        ("!FreeRam", 0x7E0740),
        ("FreeRam", 0x7E0740),
        ("!Brightness", 0x2100),
        ("!Gravity", 0x7E0400),
        ("!Pointer", 0x7E0008),
        ("Slot.timer", 0x7E0B01),
        ("SoundPan", 0x0DBB6E),
        ("Queue", 0x7E0800),
        ("Queue_head", 0x7E0810),
        ("Behind", 0x7E0812),
    ],
)
def test_names_with_addresses(database: AddressDatabase, name: str, address: int) -> None:
    assert database.query_address(name).address == address


def test_values_and_unplaced_names_are_known_but_no_addresses(database: AddressDatabase) -> None:
    assert {"Lives", "!Count", "!SizeMask", "!Color", "Offsets.a", "After", "%go"} <= database.labels
    assert database.find("Lives") is None


def test_both_names_of_one_address_are_shown_the_users_first(database: AddressDatabase) -> None:
    assert [match.name for match in database.at(0x7EF36D)] == ["RaftHealth", "player_health"]
    assert [entry.address for entry in database.named("link_x")] == [0x7E0730, 0x7E0022]


def test_sizes_comments_and_places_are_kept(database: AddressDatabase) -> None:
    entry = database.query_address("MenuLevel")
    assert (entry.size, entry.kind, entry.source) == (5, "wram", "ram.asm:4")
    assert database.query_address("RaftHealth").description == "overrides nothing, adds a name"


def test_a_folder_is_read_as_a_whole_and_shown_by_relative_names(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "ram.asm").write_text("Tide = $7E0A00\n")
    (tmp_path / "notes.txt").write_text("Tide = $7E0B00\n")
    database = AddressDatabase([tmp_path])
    assert database.query_address("Tide").source == "core/ram.asm:1"


def test_comments_of_an_older_encoding_are_read(tmp_path: Path) -> None:
    (tmp_path / "ram.65s").write_bytes("Gold = $7E0046 ; Münzen\r\n".encode("latin-1"))
    assert AddressDatabase([tmp_path]).query_address("Gold").description == "Münzen"


def test_lists_of_assemblers_and_debuggers(tmp_path: Path) -> None:
    (tmp_path / "hack.sym").write_text("[labels]\n00:8000 Start\n7e:0a00 Tide\n[source files]\n0000 x.asm\n")
    (tmp_path / "hack.mlb").write_text("SnesPrgRom:6B080:Table:what it is\nSnesWorkRam:0B00-0B0F:Slots\n")
    database = AddressDatabase([tmp_path])
    assert database.query_address("Start").address == 0x008000
    assert database.at(0x7E0A00)[0].name == "Tide"
    assert [match.name for match in database.at(0x0DB080)][:1] == ["Table"]
    assert database.lookup("$0B0F")[0].name in ("Slots+15", "overlord_x_low+7")
    assert database.query_address("Slots").size == 16
    assert database.query_address("Table").source == "hack.mlb:1"


def test_a_list_without_an_address_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.sym").write_text("nothing here\n")
    with pytest.raises(DataError, match=r"empty\.sym: no line names an address"):
        AddressDatabase([tmp_path / "empty.sym"])


def test_fields_of_a_struct_have_their_sizes(database: AddressDatabase) -> None:
    assert database.query_address("Slot.timer").size == 2


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.asm"):
        AddressDatabase([tmp_path / "gone.asm"])
    with pytest.raises(DataError, match="expected files of"):
        AddressDatabase([tmp_path])


def test_hostile_files_give_what_they_hold(tmp_path: Path) -> None:
    file = tmp_path / "x.asm"
    file.write_bytes(
        b"\x00\xff\xfe = $7E0001\nA = $FFFFFFFFFFFF\nB = $7E0002 ; LENGTH: 99999999\nC = $" + b"1" * 9999
    )
    database = AddressDatabase([file])
    assert database.query_address("B").size == 1
    assert database.find("A") is None


def test_the_digest_follows_the_symbols_and_not_their_folder(tmp_path: Path) -> None:
    digests = []
    for folder, text in (("a", "X = $7E0001"), ("b", "X = $7E0001"), ("c", "X = $7E0002")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "s.asm").write_text(text)
        digests.append(AddressDatabase([tmp_path / folder / "s.asm"]).digest)
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("name", "text", "comment", "define", "expected"),
    [
        ("X", "$7E0022", "", True, 0x7E0022),
        ("X", "$22", "", True, None),
        ("X", "$22", "direct page", True, 0x22),
        ("X", "$22", "", False, 0x22),
        ("MaxSpeed", "$22", "", False, None),
        ("X", "$8000", "", True, None),
        ("X", "$8000", "", False, 0x8000),
        ("X", "%1010", "", False, None),
        ("X", "34", "", False, None),
        ("X", "$7E0022+2", "", False, None),
        ("X", "", "", True, None),
    ],
)
def test_addresses_and_values(name: str, text: str, comment: str, define: bool, expected: int | None) -> None:
    assert address_of(name, text, comment, define=define) == expected
