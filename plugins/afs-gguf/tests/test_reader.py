"""GGUF files from elsewhere: whatever they claim, the answer is a file or a clear error."""

from __future__ import annotations

import contextlib
import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afs.gguf.element import Element
from afs.gguf.inspection import inspect_gguf
from afs.gguf.metadata import encode_string, f32, i32s, string, strings, u32
from afs.gguf.reader import read_gguf
from afs.gguf.writer import Entry, GgufWriter
from afs_core.errors import DataError

FIELDS = {
    "general.architecture": string("qwen2"),
    "a.number": u32(7),
    "a.float": f32(0.5),
    "tokens": strings([f"t{i}" for i in range(40)]),
    "types": i32s(list(range(40))),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("reader") / "x.gguf"
    writer = GgufWriter(path)
    entries = [Entry("w", (3, 32), Element.Q8_0), Entry("b", (3,), Element.F32)]
    writer.begin(FIELDS, entries)
    for entry in entries:
        writer.write(bytes(entry.size))
        writer.finish()
    writer.close()
    writer.commit()
    return path.read_bytes()


def test_reads_what_was_written(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(whole)
    file = read_gguf(path)
    assert {key: field.value for key, field in file.metadata.items()} == {
        key: field.value for key, field in FIELDS.items()
    }
    assert [(t.name, t.shape, t.element.name) for t in file.tensors.values()] == [
        ("w", (3, 32), "Q8_0"),
        ("b", (3,), "F32"),
    ]


def test_gguf_py_reads_it_too(whole: bytes, tmp_path: Path) -> None:
    gguf = pytest.importorskip("gguf")
    path = tmp_path / "x.gguf"
    path.write_bytes(whole)
    reader = gguf.GGUFReader(path)
    assert reader.fields["tokens"].contents() == FIELDS["tokens"].value
    assert [tensor.name for tensor in reader.tensors] == ["w", "b"]


def test_a_file_cut_anywhere_is_refused(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cut.gguf"
    # Beyond the last tensor's bytes there is only padding.
    for length in range(len(whole) - 20):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError, match=r"cut\.gguf"):
            read_gguf(path)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_an_error_or_a_file_but_never_a_crash(
    data: st.DataObject, whole: bytes, tmp_path: Path
) -> None:
    raw = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.gguf"
    path.write_bytes(raw)
    with contextlib.suppress(DataError):
        json.dumps(inspect_gguf(path, tensors=True))


def head(tensors: int = 0, fields: int = 0) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, fields)


def tensor(name: str, sizes: list[int], element: int = 0, offset: int = 0) -> bytes:
    form = f"<I{len(sizes)}QIQ"
    return encode_string(name) + struct.pack(form, len(sizes), *sizes, element, offset)


BIG = 1 << 60


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not a GGUF file"),
        (b"PK\x03\x04", "not a GGUF file"),
        (b"GGUF" + struct.pack("<I", 99), "version 99"),
        (head(tensors=BIG), "tensor count is"),
        (head(fields=BIG), "metadata count is"),
        (head(fields=1) + struct.pack("<Q", BIG) + bytes(64), "length of metadata key"),
        (head(fields=1) + encode_string("k") + struct.pack("<I", 77), "value kind 77"),
        (head(fields=1) + encode_string("k") + struct.pack("<IQ", 8, BIG), "length of k"),
        (head(fields=1) + encode_string("k") + struct.pack("<IIQ", 9, 4, BIG), "length of k"),
        (head(fields=1) + encode_string("k") + struct.pack("<IIQ", 9, 8, 1 << 24), "length of k"),
        (head(fields=1) + encode_string("k") + struct.pack("<IIQ", 9, 9, 1), "array of arrays"),
        (head(fields=2) + 2 * (encode_string("k") + struct.pack("<IB", 0, 1)) + bytes(32), "comes twice"),
        (head(tensors=1) + encode_string("t") + struct.pack("<I", 9) + bytes(64), "9 dimensions"),
        (head(tensors=1) + tensor("t", [32], 200) + bytes(64), "element type 200"),
        (head(tensors=1) + tensor("t", [31], 8) + bytes(64), "does not fit Q8_0"),
        (head(tensors=1) + tensor("t", [0]) + bytes(64), "does not fit F32"),
        (head(tensors=1) + tensor("t", [BIG, BIG]) + bytes(64), "outside the file"),
        (head(tensors=1) + tensor("t", [4], 0, BIG) + bytes(64), "outside the file"),
        (head(tensors=1) + tensor("t", [4], 0, 3) + bytes(64), "outside the file"),
        (head(tensors=2) + tensor("t", [4]) + tensor("t", [4], 0, 32) + bytes(128), "comes twice"),
        (head(tensors=2) + tensor("t", [16]) + tensor("u", [16], 0, 32) + bytes(128), "overlap"),
        (
            head(fields=1) + encode_string("general.alignment") + struct.pack("<II", 4, 0) + bytes(32),
            "general.alignment is 0",
        ),
    ],
)
def test_absurd_claims_are_refused_by_name(raw: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(raw)
    with pytest.raises(DataError, match=reason):
        read_gguf(path)


def test_memory_follows_the_file_and_not_its_claims(tmp_path: Path) -> None:
    """A sparse file that claims eight million strings, read under a limit on memory."""
    path = tmp_path / "sparse.gguf"
    with path.open("wb") as target:
        target.write(head(fields=1) + encode_string("k") + struct.pack("<IIQ", 9, 4, (1 << 23) - 1))
        target.truncate(1 << 26)
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (600 << 20,) * 2)\n"
        "from pathlib import Path; from afs.gguf.inspection import inspect_gguf\n"
        "print(inspect_gguf(Path(sys.argv[1]))['metadata']['k'][-1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == f"... {(1 << 23) - 1 - 6} more", done.stderr


def test_long_values_are_cut_in_what_is_shown(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(whole)
    shown: dict[str, Any] = inspect_gguf(path)
    assert shown["metadata"]["tokens"] == ["t0", "t1", "t2", "t3", "t4", "t5", "... 34 more"]
    assert shown["elements"] == {"Q8_0": 1, "F32": 1}
    assert shown["weights"] == 99


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="missing"):
        read_gguf(tmp_path / "none.gguf")
    with pytest.raises(DataError, match="folder"):
        read_gguf(tmp_path)
