"""Lookups by name, alias, number and words; ranges; nothing found."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.knowledge import AddressDatabase, Entry
from afs.knowledge.intervals import Intervals
from afs_core import UnknownName, UsageError

DB = AddressDatabase()


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("link_x", "link_x"),
        ("LINK_X", "link_x"),
        ("!LinkX", "link_x"),
        ("POSX", "link_x"),
        ("$7E0022", "link_x"),
        ("7e0022", "link_x"),
        ("7E:0022", "link_x"),
        ("0x7E0022", "link_x"),
        ("8257570", "link_x"),
        ("$0022", "link_x"),
        ("$22", "link_x"),
        ("$800022", "link_x"),
        ("$7E0023", "link_x+1"),
        ("link_x+1", "link_x+1"),
        ("sprite_x_low+$0A", "sprite_x_low+10"),
        ("$0D1A", "sprite_x_low+10"),
        ("$2100", "INIDISP"),
        ("$BF2100", "INIDISP"),
        ("$F36D", "player_health"),
        ("$8799AD", "Link_ReceiveItem"),
        (" player_health ", "player_health"),
    ],
)
def test_any_way_to_say_it_leads_there(query: str, answer: str) -> None:
    assert DB.lookup(query)[0].name == answer


@pytest.mark.parametrize(
    "query", ["", "$", "22", "link_x+2", "link_x+99999999999", "+1", "nothing of this", "$7F5000"]
)
def test_what_is_not_known_is_not_found(query: str) -> None:
    assert DB.find(query) is None
    with pytest.raises(UnknownName, match="neither a known name nor a known address"):
        DB.query_address(query)


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as fault:
        DB.query_address("player_helth")
    assert "player_health" in fault.value.hint


def test_the_documented_use() -> None:
    entry = DB.query_address("player_health")
    assert f"${entry.address:06X}" == "$7EF36D" and "Health" in entry.description
    assert all(0x7E0000 <= entry.address < 0x7E1000 for entry in DB.query_range(0x7E0000, 0x7E1000))


def test_a_range_holds_what_shares_a_byte_with_it() -> None:
    assert [entry.name for entry in DB.query_range(0x7E0021, 0x7E0023)] == ["link_y", "link_x"]
    assert [entry.name for entry in DB.query_range(0x7E0E55, 0x7E0E56)] == ["sprite_health"]
    assert [entry.name for entry in DB.query_range(0x802100, 0x802102)] == ["INIDISP", "OBSEL"]
    assert DB.query_range(0, 0x2000) == DB.query_range(0x7E0000, 0x7E2000)
    assert len(DB.query_range(0, 0x1000000)) == len(DB.entries)


@pytest.mark.parametrize(("low", "high"), [(5, 5), (6, 5), (-1, 5), (0, 0x1000001)])
def test_an_empty_range_is_refused(low: int, high: int) -> None:
    with pytest.raises(UsageError, match="from low to a higher end"):
        DB.query_range(low, high)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("link x", "link_x"),
        ("player health", "player_health"),
        ("rupee", "rupees"),
        ("sprite health", "sprite_health"),
        ("forced blank brightness", "INIDISP"),
        ("game mode", "game_mode"),
        ("helth player", "player_health"),
    ],
)
def test_words_find_what_they_describe(words: str, first: str) -> None:
    found = [entry.name for entry in DB.search(words, 3)]
    assert first in found


def test_a_search_is_the_same_every_time() -> None:
    assert DB.search("sprite position") == AddressDatabase().search("sprite position")
    assert DB.search("zzzzqqqq") == [] and len(DB.search("sprite", 7)) == 7


def test_the_registers_alone() -> None:
    bare = AddressDatabase(game="none")
    assert bare.find("link_x") is None and bare.query_address("INIDISP").address == 0x2100
    assert bare.digest != DB.digest == AddressDatabase().digest
    with pytest.raises(UsageError, match="alttp, none"):
        AddressDatabase(game="zelda")


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=25), st.integers(0, 90))
def test_intervals_find_what_a_scan_finds(spans: list[tuple[int, int]], address: int) -> None:
    entries = [Entry(at, f"e{number}", size=size) for number, (at, size) in enumerate(spans)]
    intervals = Intervals(entries)
    scanned = {entry.name for entry in entries if entry.address <= address < entry.end}
    found = intervals.at(address)
    assert {entry.name for entry in found} == scanned
    assert [entry.end - entry.address for entry in found] == sorted(
        entry.end - entry.address for entry in found
    )
    between = {entry.name for entry in entries if entry.address < address + 5 and entry.end > address}
    assert {entry.name for entry in intervals.between(address, address + 5)} == between


def test_a_lookup_does_not_scan() -> None:
    entries = [Entry(number * 4, f"e{number}", size=4) for number in range(20_000)]
    entries.append(Entry(0, "all", size=80_000))
    intervals = Intervals(entries)
    assert max(map(len, intervals._covers)) == 2
    for number in random.Random(1).sample(range(20_000), 100):
        assert [entry.name for entry in intervals.at(number * 4 + 3)] == [f"e{number}", "all"]


def test_a_name_whose_address_only_an_assembler_could_tell_is_said_to_be_known(tmp_path: Path) -> None:
    (tmp_path / "main.asm").write_text("!HP_MAX = 99\nHeal:\n  LDA #!HP_MAX\n  RTS\n")
    database = AddressDatabase(symbols=[tmp_path])
    for name in ("!HP_MAX", "Heal"):
        with pytest.raises(UnknownName, match="your sources define it without an address"):
            database.query_address(name)
