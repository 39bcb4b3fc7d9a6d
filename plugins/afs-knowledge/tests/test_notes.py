"""What comments of the user's own files say of their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from afs.knowledge import AddressDatabase
from afs.knowledge.lessons import lessons
from afs.knowledge.notes import described, sure


def database(folder: Path, text: str) -> AddressDatabase:
    (folder / "ram.asm").write_text(text)
    return AddressDatabase([folder / "ram.asm"], game="none")


@pytest.mark.parametrize(
    ("comment", "text"),
    [
        ("rises with\n  the moon", "rises with the moon"),
        ("Way of the tide\n  0x00 - ebb\n  0x01 - flood", "Way of the tide; 0x00 - ebb; 0x01 - flood"),
        ("Tide.\n.... ..ws\nw - wet\ns - salty", "Tide. .... ..ws; w - wet; s - salty"),
        ("$21C4", ""),
        ("[0x04]", ""),
        ("7E0C10 7E0D20", ""),
        ("", ""),
    ],
)
def test_a_comment_is_shown_on_one_line(comment: str, text: str) -> None:
    assert described(comment) == text


def test_a_headline_is_said_of_all_names_below_it(tmp_path: Path) -> None:
    known = database(tmp_path, "; where the sea stands\nTide = $7E0A00\nTideH = $7E0A01\n\nWind = $7E0A02\n")
    told = {name: known.query_address(name).description for name in ("Tide", "TideH", "Wind")}
    assert told == {"Tide": "where the sea stands", "TideH": "where the sea stands", "Wind": ""}


def test_a_list_of_values_is_said_of_the_first(tmp_path: Path) -> None:
    known = database(tmp_path, "; way of the sea\n;   0 - ebb\nTide = $7E0A00\nWind = $7E0A02\n")
    assert known.query_address("Tide").description == "way of the sea; 0 - ebb"
    assert known.query_address("Wind").description == ""


def test_a_size_in_brackets_is_one(tmp_path: Path) -> None:
    known = database(tmp_path, "Tides = $7E0A00 ; [0x08] one an hour\nWind = $7E0B00 ; at [0x08]\n")
    assert (known.query_address("Tides").size, known.query_address("Wind").size) == (8, 1)


@pytest.mark.parametrize("doubt", ["TODO what for", "probably the tide", "seems to be the tide", "the tide?"])
def test_what_nobody_is_sure_of_is_shown_but_not_taught(tmp_path: Path, doubt: str) -> None:
    known = database(tmp_path, f"Tide = $7E0A00 ; {doubt}\n")
    assert not sure(doubt)
    assert known.query_address("Tide").description == doubt
    assert not [sample for sample in lessons(known.named("Tide")) if doubt[:6] in sample.output]


def test_a_comment_goes_on_below_on_its_column(tmp_path: Path) -> None:
    slip = "Slip = $7E085B ; $00 = none\n               ; $01 = falling\n; where the wind is kept\n"
    known = database(tmp_path, f"{slip}Wind = $7E0A02\n")
    assert known.query_address("Slip").description == "$00 = none; $01 = falling"
    assert known.query_address("Wind").description == "where the wind is kept"


def test_what_a_ruler_ends_right_below_a_name_is_not_said_of_the_next(tmp_path: Path) -> None:
    kites = "!SWAP = $7EF38C\n; the kites\n;------\n"
    known = database(tmp_path, f"{kites}!SWAP_2 = $7EF38E\n; the bows\n;------\n; the tide\nTide = $7E0A00\n")
    told = {name: known.query_address(name).description for name in ("!SWAP_2", "Tide")}
    assert told == {"!SWAP_2": "", "Tide": "the tide"}
