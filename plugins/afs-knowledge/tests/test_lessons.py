"""Questions and answers: true, varied, no two alike."""

from __future__ import annotations

import re
from pathlib import Path

from afs.knowledge import AddressDatabase
from afs.knowledge.lessons import lessons
from afs_core.testing import GeneratorConformance

DB = AddressDatabase()
SAMPLES = DB.export_training_samples()


class TestAddresses(GeneratorConformance):
    capability = "addresses"

    def settings_in(self, folder: Path) -> dict[str, object]:
        (folder / "ram.asm").write_text("Tide = $7E0A00 ; height of the sea\n")
        return {"symbols": [str(folder / "ram.asm")], "game": "none"}


def test_every_entry_is_asked_for_both_ways() -> None:
    kinds: dict[str, set[str]] = {}
    for sample in SAMPLES:
        kinds.setdefault(str(sample.metadata["address"]), set()).add(str(sample.metadata["kind"]))
    assert all({"address", "name", "purpose"} <= found for found in kinds.values())
    assert len(kinds) == len({entry.address for entry in DB.entries})


def test_no_two_ask_the_same() -> None:
    asked = [" ".join(sample.instruction.casefold().split()) for sample in SAMPLES]
    assert len(asked) == len(set(asked)) >= 4000


def test_answers_hold_the_address_they_are_about() -> None:
    for sample in SAMPLES:
        if sample.metadata["kind"] in ("name", "address", "purpose", "meaning"):
            assert str(sample.metadata["address"]) in sample.output, sample


def test_elements_of_tables_lie_where_the_database_finds_them() -> None:
    found = 0
    for sample in SAMPLES:
        if sample.metadata["kind"] == "element":
            found += 1
            place = sample.output.split(",")[0]
            index = int(re.search(r"element (\d+)", sample.instruction)[1])  # type: ignore[index]
            places = [(m.offset, m.entry.size // m.entry.count * index) for m in DB.lookup(place)]
            assert any(offset == expected for offset, expected in places), sample
    assert found > 100


def test_wordings_vary_and_follow_the_seed() -> None:
    first, second = (list(lessons(DB.entries, seed=seed)) for seed in (1, 2))
    assert [s.instruction for s in first] != [s.instruction for s in second]
    shapes = {
        re.sub(r"`\w+`|\$[0-9A-F]+|\d+", "X", s.instruction) for s in first if s.metadata["kind"] == "name"
    }
    assert len(shapes) >= 8
    assert [s.to_json() for s in first] == [s.to_json() for s in lessons(DB.entries, seed=1)]


def test_one_address_with_two_names_is_answered_with_both(tmp_path: Path) -> None:
    file = tmp_path / "ram.asm"
    file.write_text("RaftHealth = $7EF36D ; hearts of the raft\n")
    samples = AddressDatabase([file]).export_training_samples()
    answers = [s.output for s in samples if s.metadata["kind"] == "address" and "RaftHealth" in s.output]
    assert answers and all("player_health" in answer for answer in answers)
    own = next(s for s in samples if s.source == "ram.asm")
    assert own.prov is not None and own.prov.start == 1
