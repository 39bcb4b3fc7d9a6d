"""Samples from notes and records."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.generators import Memory, Notes, Questions
from afs_core import DataError, Run, TrainingSample, UsageError

MIB = 1 << 20


def normal(text: str) -> str:
    return " ".join(text.casefold().split())


def notes(root: Path, seed: int = 7, **settings: Any) -> tuple[list[TrainingSample], Notes, Run]:
    run = Run.open(seed=seed, workdir=root.parent / "work")
    generator = Notes(Notes.Config(root=root, **settings), run)
    return list(generator.generate()), generator, run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    return tmp_path / "notes"


def put(root: Path, name: str, text: str | bytes) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def test_a_folder_of_plain_notes_gives_samples(root: Path) -> None:
    for number in range(12):
        text = "# Log\n\n## Setup\n\nThe same heading everywhere.\n\n## Result\n\nIt works.\n\n## X\n\nno\n"
        put(root, f"day{number}/log.md", text)
    put(root, "shopping.txt", "Bread and butter, and a lantern.\n\nMilk.\n")
    samples, generator, run = notes(root)
    assert len(samples) == 25
    assert len({normal(sample.instruction) for sample in samples}) == 25
    assert generator.noted == {".md files": 12, ".txt files": 1, "sections of one word": 12}
    assert not run.warnings
    text = samples[-1]
    assert "shopping" in text.instruction and text.output == "Bread and butter, and a lantern.\n\nMilk."


def test_a_sample_says_where_it_stands(root: Path) -> None:
    put(root, "a/rooms.md", "intro text\n\n# Doors\n\n## Keys\n\nA key opens one door.\n\nSecond.\n")
    samples, _, _ = notes(root)
    keys = samples[1]
    assert keys.source == "a/rooms.md" and keys.domain == "notes"
    assert keys.prov is not None
    assert (keys.prov.source, keys.prov.start, keys.prov.end) == ("a/rooms.md", 5, 9)
    assert (keys.prov.kind, keys.prov.generator) == ("section", "notes")
    assert keys.group == "a/rooms.md"
    assert keys.metadata == {"section": ["Doors", "Keys"]}
    assert keys.output == "A key opens one door.\n\nSecond."


def test_same_seed_same_samples_and_a_new_file_changes_no_other(root: Path) -> None:
    put(root, "b.md", "".join(f"# Title {n}\n\nText number {n}, long enough.\n\n" for n in range(30)))
    first, again, other = (notes(root, seed)[0] for seed in (1, 1, 2))
    assert first == again
    assert [s.output for s in first] == [s.output for s in other]
    assert [s.instruction for s in first] != [s.instruction for s in other]
    put(root, "a.md", "# Another\n\nText of another file.\n")
    assert notes(root, 1)[0][1:] == first


FIELDS = [
    ({"instruction": "Q?", "output": "A"}, ("Q?", "A")),
    ({"prompt": "Q?", "response": "A"}, ("Q?", "A")),
    ({"user": "Q?", "assistant": "A"}, ("Q?", "A")),
    ({"instruction": "", "prompt": "Q?", "output": {"k": [1]}}, ("Q?", '{"k": [1]}')),
    ({"messages": [{"role": "user", "content": "Q?"}, {"role": "assistant", "content": "A"}]}, ("Q?", "A")),
]


@pytest.mark.parametrize(("row", "expected"), FIELDS)
def test_fields_have_several_spellings(root: Path, row: dict[str, Any], expected: tuple[str, str]) -> None:
    put(root, "a.jsonl", json.dumps(row))
    sample = notes(root)[0][0]
    assert (sample.instruction, sample.output) == expected


def test_what_an_entry_carries(root: Path) -> None:
    row = {"user": "Q?", "assistant": "A", "input": "I", "thinking": "T", "domain": "d", "source": "s"}
    row |= {"tags": ["B", "a"], "confidence": 0.5, "_metadata": {"x": 1}}  # type: ignore[dict-item]
    put(root, "in/a.jsonl", "\n" + json.dumps(row) + "\n")
    sample = notes(root)[0][0]
    assert (sample.input, sample.thinking, sample.domain, sample.source) == ("I", "T", "d", "s")
    assert sample.metadata == {"x": 1, "tags": ["a", "b"], "confidence": 0.5}
    assert sample.prov is not None
    assert (sample.prov.source, sample.prov.start, sample.prov.end) == ("in/a.jsonl", 2, 2)
    assert sample.prov.kind == "record" and sample.group == "in/a.jsonl#2"


def test_text_alone_gets_a_question(root: Path) -> None:
    rows = [{"text": "The moon is far."}, {"content": "Tea is hot.", "title": "Tea"}, "Bare."]
    put(root, "facts.jsonl", "\n".join(map(json.dumps, rows)))
    samples, _, _ = notes(root)
    assert [sample.output for sample in samples] == ["The moon is far.", "Tea is hot.", "Bare."]
    assert "facts" in samples[0].instruction and "Tea" in samples[1].instruction


def test_json_lists_and_objects(root: Path) -> None:
    listed = '[\n {"user": "Q1", "assistant": "A1"},\n {\n "user": "Q2",\n "assistant": "A2"}]\n'
    put(root, "list.json", listed)
    whole = {"version": 1, "tea": {"text": "Tea is hot."}, "all": [{"text": "Rain is wet."}]}
    put(root, "map.json", json.dumps(whole))
    put(root, "one.json", '{"user": "Q3", "assistant": "A3"}')
    samples, _, _ = notes(root)
    spans = [(s.output, s.prov.start, s.prov.end) for s in samples if s.prov is not None]
    assert spans == [
        ("A1", 2, 2),
        ("A2", 3, 5),
        ("Tea is hot.", 1, 1),
        ("Rain is wet.", 1, 1),
        ("A3", 1, 1),
    ]
    assert "tea" in samples[2].instruction


CORRUPT = [
    ("a.jsonl", b'{"user": "Q", "assistant": "A"}\n{"user": \n', "a.jsonl:2: not JSON"),
    ("a.jsonl", b'{"user": "Q", "assistant": "A"}\n{"user": "caf\xe9"}', "a.jsonl:2: not UTF-8"),
    ("a.jsonl", b'{"user": "Q", "assistant": "A"}\n\0\0\n', "a.jsonl:2: not JSON"),
    ("a.jsonl", b'{"user": "Q", "assistant": "A"}\n{"messages": [1]}\n', "a.jsonl:2: messages"),
    ("a.json", b'[{"user": "Q", "assistant": "A"},\n{"user": }]', "a.json:2: not JSON"),
    ("a.json", b'[{"user": "Q", "assistant": "A"}', "a.json:1: not JSON"),
]


@pytest.mark.parametrize(("name", "data", "message"), CORRUPT)
def test_a_corrupt_line_stops_or_is_counted(root: Path, name: str, data: bytes, message: str) -> None:
    put(root, name, data)
    with pytest.raises(DataError, match=message):
        notes(root)
    samples, generator, run = notes(root, on_error="skip")
    assert [sample.output for sample in samples] == ["A"]
    assert generator.noted["faulty lines"] == 1
    assert run.dropped == {"not a record": 1}
    assert message.split(": ")[0] in run.warnings[0]


def test_a_lone_surrogate_is_repaired(root: Path) -> None:
    put(root, "a.jsonl", r'{"user": "Q", "assistant": "A \ud800 B"}')
    assert notes(root)[0][0].output in ("A ? B", "A \N{REPLACEMENT CHARACTER} B")


def test_what_is_passed_over_is_named(root: Path) -> None:
    put(root, "empty.md", "")
    put(root, "latin.txt", b"caf\xe9 und so weiter")
    put(root, "image.md", b"\x89PNG\0\0")
    put(root, "short.md", "# A\n\n# B\n")
    put(root, "package.json", '{"name": "x", "version": 1}')
    put(root, "big.md", b"x" * (16 * MIB))
    (root / "loop").symlink_to(root)
    samples, generator, run = notes(root)
    assert samples == []
    assert generator.noted["passed over"] == 6
    said = "\n".join(run.warnings)
    for name, reason in {
        "empty.md": "empty",
        "latin.txt": "not UTF-8 at byte 3",
        "image.md": "binary",
        "short.md": "no text to speak of",
        "package.json": "no entries",
        "big.md": "larger than 16 MB",
    }.items():
        assert any(name in line and reason in line for line in run.warnings), (name, said)


def test_since_leaves_out_what_is_older(root: Path) -> None:
    put(root, "old.md", "# Old\n\nText of an old note.\n")
    put(root, "new.md", "# New\n\nText of a new note.\n")
    rows = [
        {"user": "Q1", "assistant": "A1", "timestamp": "2025-01-01"},
        {"user": "Q2", "assistant": "A2", "timestamp": "2026-06-01T10:00:00Z"},
        {"user": "Q3", "assistant": "A3"},
    ]
    put(root, "log.jsonl", "\n".join(map(json.dumps, rows)))
    os.utime(root / "old.md", (1_700_000_000, 1_700_000_000))
    samples, generator, _ = notes(root, since="2026-01-31")
    assert [sample.output for sample in samples] == ["A2", "A3", "Text of a new note."]
    assert generator.noted["older files"] == 1
    with pytest.raises(UsageError, match="expected a day"):
        notes(root, since="yesterday")


def test_a_question_asked_twice_counts_once(root: Path) -> None:
    put(root, "a.jsonl", '{"user": "Q  one", "assistant": "A"}\n{"user": "q One", "assistant": "B"}\n')
    samples, _, run = notes(root)
    assert [sample.output for sample in samples] == ["A"]
    assert run.dropped == {"asked before": 1}


def test_memory_lies_in_the_context_and_follows_links(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere/a.md", "# Linked\n\nText from elsewhere.\n")
    put(tmp_path, "memory/b.md", "# Own\n\nText of the memory.\n")
    (tmp_path / "memory" / "mount").symlink_to(tmp_path / "elsewhere")
    run = Run.open(workdir=tmp_path / "work")
    samples = list(Memory(Memory.Config(root=tmp_path / "memory"), run).generate())
    assert [sample.source for sample in samples] == ["b.md", "mount/a.md"]
    assert {sample.domain for sample in samples} == {"memory"}
    assert {sample.prov.generator for sample in samples if sample.prov} == {"memory"}


_TITLE = st.sampled_from(["Setup", "setup ", "How to x", "What is it?", "", "..."]) | st.text(max_size=12)
_SOURCE = st.sampled_from(["a.md", "b/a.md", "x/y/readme.md"])


@given(st.lists(st.tuples(st.lists(_TITLE, max_size=3), _SOURCE), max_size=40))
def test_no_two_questions_are_alike(asked: list[tuple[list[str], str]]) -> None:
    questions = Questions()
    rng = random.Random(1)
    told = [questions.ask(path, source, rng) for path, source in asked]
    assert len({normal(question) for question in told}) == len(told)
    assert all(question.strip() for question in told)
