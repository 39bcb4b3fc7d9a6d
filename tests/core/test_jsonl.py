from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs_core.errors import DataError, PluginError
from afs_core.jsonl import Fault, Journal, Writer, atomic_write, read_rows, read_samples, write_samples
from afs_core.sample import TrainingSample

GOOD = b'{"instruction":"a","output":"b"}'
ODD = b'{"output" : "b", "later":1e400,"instruction":"\\u00e9", "n": 1180591620717411303424}'


def copy(source: Path, target: Path) -> bytes:
    write_samples(target, read_samples(source))
    return target.read_bytes()


def test_an_unchanged_sample_is_written_as_its_line(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(GOOD + b"\n" + ODD + b"\n" + GOOD)
    assert copy(source, tmp_path / "out.jsonl") == GOOD + b"\n" + ODD + b"\n" + GOOD + b"\n"


@pytest.mark.parametrize(
    "line",
    [
        b'{"instruction":"a","output":"b","quality_score":NaN}',
        b'{"instruction":"a","output":"b","later":{"n":-Infinity}}',
    ],
)
def test_what_python_writes_and_json_does_not_know_becomes_null(tmp_path: Path, line: bytes) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(GOOD + b"\n" + line + b"\n")
    repaired: list[int] = []
    write_samples(tmp_path / "out.jsonl", read_samples(source, on_repair=repaired.append))
    assert repaired == [2]
    (_, row) = read_rows(tmp_path / "out.jsonl")
    assert row["quality_score"] is None
    assert row.get("later", {"n": None}) == {"n": None}


def test_a_changed_sample_is_encoded_again(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(ODD + b"\n")
    changed = (msgspec.structs.replace(sample, output="new") for sample in read_samples(source))
    write_samples(tmp_path / "out.jsonl", changed)
    (sample,) = read_samples(tmp_path / "out.jsonl")
    assert sample.output == "new"
    assert sample.extra["n"] == 2**70


def test_a_change_in_place_is_found_out(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(GOOD + b"\n")
    (sample,) = read_samples(source)
    sample._metadata["sneaky"] = True
    with pytest.raises(PluginError, match="in place"):
        write_samples(tmp_path / "out.jsonl", [sample])
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{torn", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"\x00\x00\x00", "not JSON"),
        (b"3", "expected an object"),
    ],
)
def test_a_fault_has_file_and_line(tmp_path: Path, line: bytes, reason: str) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(GOOD + b"\n\n" + line + b"\n" + GOOD + b"\n")
    with pytest.raises(DataError, match=rf"in\.jsonl:3: .*{reason}"):
        list(read_samples(source))
    faults: list[Fault] = []
    assert len(list(read_samples(source, on_fault=faults.append))) == 2
    assert [(fault.line, fault.raw) for fault in faults] == [(3, line + b"\n")]


def test_a_byte_order_mark_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b"\xef\xbb\xbf" + GOOD + b"\r\n \n\n" + GOOD + b"\n")
    assert len(list(read_samples(source))) == 2
    assert len(list(read_rows(source))) == 2
    assert not copy(source, tmp_path / "out.jsonl").startswith(b"\xef")


def test_repairs_are_counted(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(GOOD + b'\n{"instruction":"\\ud800","output":"b"}\n')
    repaired: list[int] = []
    samples = list(read_samples(source, on_repair=repaired.append))
    assert repaired == [2]
    assert samples[1].instruction == "�"
    assert "\\ud800" not in copy(source, tmp_path / "out.jsonl").decode()


def test_an_empty_file_has_no_samples(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.touch()
    assert list(read_samples(source)) == []


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a file, got a folder"):
        list(read_samples(tmp_path))
    with pytest.raises(DataError, match=r"none\.jsonl: cannot be read"):
        list(read_samples(tmp_path / "none.jsonl"))


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_write(target) as stream:
        stream.write(b"new")
        raise ZeroDivisionError
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error_with_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("old")
    # The temporary file becomes a link to the device that is always full.
    (tmp_path / f".out.jsonl.{os.getpid()}.tmp").symlink_to("/dev/full")
    with (
        pytest.raises(DataError, match=r"out\.jsonl: cannot be written: No space left"),
        atomic_write(target) as stream,
    ):
        stream.write(b"x" * 10)
    assert target.read_text() == "old"


def test_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    stale = tmp_path / ".out.jsonl.999999999.tmp"
    stale.write_text("torn")
    with atomic_write(tmp_path / "out.jsonl") as stream:
        stream.write(b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl"]


@given(st.lists(st.integers() | st.text(st.characters(exclude_categories=("Cs",)))), st.binary(max_size=20))
def test_a_journal_keeps_what_was_appended_and_drops_a_torn_tail(
    tmp_path_factory: pytest.TempPathFactory, entries: list[object], torn: bytes
) -> None:
    path = tmp_path_factory.mktemp("journal") / "j.jsonl"
    with Journal(path) as journal:
        for entry in entries:
            journal.append(entry)
    path.write_bytes(path.read_bytes() + torn.replace(b"\n", b""))
    with Journal(path) as journal:
        assert journal.entries == entries
        journal.append("last")
    with Journal(path) as journal:
        assert journal.entries == [*entries, "last"]


def test_the_writer_hashes_what_it_writes(tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "out.jsonl"
    with path.open("wb") as stream:
        writer = Writer(stream)
        for number in range(2000):
            writer.write(TrainingSample(instruction=str(number), output="x" * 1000))
        sha = writer.sha256()
    assert sha == hashlib.sha256(path.read_bytes()).hexdigest()
    assert writer.count == 2000
    assert writer.size == path.stat().st_size


def test_a_device_and_a_pipe_are_not_replaced_by_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe, place = tmp_path / "pipe", tmp_path / "null"
    os.mkfifo(pipe)
    place.write_text("a link such as /dev/stdout")
    monkeypatch.setattr("afs_core.jsonl._DEVICES", tmp_path)
    for path in (pipe, place):
        with pytest.raises(DataError, match="got a device or a pipe"), atomic_write(path):
            pass
    assert pipe.is_fifo() and sorted(path.name for path in tmp_path.iterdir()) == ["null", "pipe"]
