"""Rows of files from elsewhere, in every form that such files have."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs_core import DataError
from afs_core import documents as documents_module
from afs_core.documents import document_files, read_entries

ROWS = [{"a": 1}, {"b": "x\n]"}, {"c": {"d": [1, "}"]}}]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
rows_of_any_kind = st.lists(st.dictionaries(st.text(max_size=5), json_values, max_size=4), max_size=6)


def written(folder: Path, content: str | bytes, name: str = "rows.json") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [entry.row for entry in read_entries(path)]


FORMS = {
    "lines": lambda rows: "".join(json.dumps(row) + "\n" for row in rows),
    "array": lambda rows: json.dumps(rows),
    "indented array": lambda rows: json.dumps(rows, indent=4, ensure_ascii=False),
    "indented objects": lambda rows: "\n".join(json.dumps(row, indent=2) for row in rows if row),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("block", [1, 7, 1 << 20])
@settings(max_examples=25)
@given(rows=rows_of_any_kind)
def test_every_form_gives_the_same_rows(
    form: str, block: int, rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = written(tmp_path_factory.mktemp("forms"), FORMS[form](rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents_module, "_BLOCK", block)
        assert rows_of(path) == ([row for row in rows if row] if form == "indented objects" else rows)


@pytest.mark.parametrize("form", FORMS)
def test_gzip_and_a_byte_order_mark_change_nothing(form: str, tmp_path: Path) -> None:
    content = FORMS[form](ROWS).encode()
    assert rows_of(written(tmp_path, gzip.compress(content), "rows.gz")) == ROWS
    assert rows_of(written(tmp_path, b"\xef\xbb\xbf" + content)) == ROWS


def test_entries_know_their_lines(tmp_path: Path) -> None:
    array = written(tmp_path, '[\n  {"a": 1},\n\n  {\n    "b": 2\n  }\n]\n')
    assert [(entry.start, entry.end) for entry in read_entries(array)] == [(2, 2), (4, 6)]
    lines = written(tmp_path, '{"a": 1}\n\n{"b": 2}\n')
    assert [(entry.start, entry.end) for entry in read_entries(lines)] == [(1, 1), (3, 3)]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ('[{"a": 1},\n {"a": }]', 2, "Expecting value"),
        ('[{"a": 1},\n {"a": 2}', 2, "array's end"),
        ('[{"a": 1}]\n{"b": 2}', 2, "nothing after"),
        ('{"a": 1}\n{"b":', 2, "not JSON"),
        ('{\n "a": 1,\n "b" 2}', 3, "delimiter"),
        ('[{"a": NaN}]', 1, "NaN"),
        ('{"a": "\xff"}', 1, "utf-8"),
        ("[" * 100_000, 1, "recursion"),
        ('{"a": 1}\n[1]\n', 2, "got list"),
    ],
)
def test_a_broken_file_is_an_error_with_its_line(
    content: str, line: int, reason: str, tmp_path: Path
) -> None:
    path = written(tmp_path, content.encode("latin-1"))
    with pytest.raises(DataError, match=reason) as caught:
        rows_of(path)
    assert caught.value.line == line


def test_what_is_no_object_is_handed_over(tmp_path: Path) -> None:
    faults: list[Any] = []
    array = written(tmp_path, '[1,\n{"a": 1}, "x"]')
    assert [entry.row for entry in read_entries(array, on_fault=faults.append)] == [{"a": 1}]
    assert [(fault.line, fault.raw) for fault in faults] == [(1, b"1"), (2, b'"x"')]


def test_half_a_surrogate_pair_is_replaced(tmp_path: Path) -> None:
    for content in ('{"a": "\\ud83d\\ude00 \\ud83d"}\n', '[{"a": "\\ud83d\\ude00 \\ud83d"}]'):
        assert rows_of(written(tmp_path, content)) == [{"a": "😀 �"}]


@pytest.mark.parametrize("content", ["", " \n\t", "\ufeff", "[]", "[ ]\n"])
def test_an_empty_file_has_no_rows(content: str, tmp_path: Path) -> None:
    assert rows_of(written(tmp_path, content)) == []


def test_a_torn_archive_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(FORMS["lines"](ROWS * 500).encode())[:60], "rows.jsonl.gz")
    with pytest.raises(DataError, match=r"rows\.jsonl\.gz: damaged gzip"):
        rows_of(path)


def test_a_folder_stands_for_its_json_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.jsonl.gz", "deep/a.json", "c.txt", "b.manifest.json", "b.rejected.jsonl"):
        written(tmp_path, "", name)
    assert [path.name for path in document_files(tmp_path)] == ["b.jsonl.gz", "a.json"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="expected a file, or a folder with"):
        document_files(tmp_path / "empty")


def test_memory_does_not_grow_with_an_array(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents_module, "_BLOCK", 1 << 14)
    path = tmp_path / "large.json"
    with path.open("w") as stream:
        stream.write("[")
        for number in range(20_000):
            stream.write(f'{"," if number else ""}{{"n": {number}, "text": "{"x" * 500}"}}\n')
        stream.write("]")
    tracemalloc.start()
    count = sum(1 for _ in read_entries(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < path.stat().st_size / 2
