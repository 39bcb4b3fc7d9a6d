"""Row blocks of safetensors files, and files that lie."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.gguf.safetensors import Checkpoint, read_header, round_bf16, row_blocks
from afs_core.errors import DataError

FINITE = st.floats(-65504, 65504, width=32)


def test_reads_blocks_of_every_element_type(tmp_path: Path, make: SimpleNamespace) -> None:
    values = np.arange(24, dtype=np.float32).reshape(6, 4) / 8
    arrays = {"a": values, "b": values.astype(np.float16), "c": round_bf16(values)}
    with Checkpoint([make.safetensors(tmp_path / "x.safetensors", arrays)]) as checkpoint:
        for tensor in checkpoint.tensors.values():
            assert np.array_equal(checkpoint.whole(tensor), values)
            assert np.array_equal(checkpoint.rows(tensor, 2, 5), values[2:5])


@settings(deadline=None)
@given(st.lists(FINITE, min_size=1, max_size=64))
def test_bf16_rounds_as_torch_does(numbers: list[float]) -> None:
    torch = pytest.importorskip("torch")
    values = np.array(numbers, np.float32)
    expected = torch.from_numpy(values.copy()).bfloat16().view(torch.int16).numpy().view(np.uint16)
    assert np.array_equal(round_bf16(values), expected)


@given(st.integers(1, 500), st.integers(1, 64), st.integers(1, 2000))
def test_blocks_cover_all_rows_once(rows: int, columns: int, weights: int) -> None:
    blocks = list(row_blocks(rows, columns, weights))
    assert [row for start, stop in blocks for row in range(start, stop)] == list(range(rows))
    assert all((stop - start) * columns <= max(weights, columns) for start, stop in blocks)


def test_a_file_cut_anywhere_is_refused(tmp_path: Path, make: SimpleNamespace) -> None:
    whole = make.safetensors(tmp_path / "x.safetensors", {"a": np.ones((3, 4), np.float32)}).read_bytes()
    cut = tmp_path / "cut.safetensors"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        with pytest.raises(DataError, match=r"cut\.safetensors"):
            read_header(cut)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_header_is_refused_or_harmless(data: st.DataObject, tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("damage")
    header = json.dumps({"a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}).encode()
    raw = bytearray(len(header).to_bytes(8, "little") + header + bytes(16))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = folder / "x.safetensors"
    path.write_bytes(raw)
    try:
        with Checkpoint([path]) as checkpoint:
            assert sum(checkpoint.whole(t).size for t in checkpoint.tensors.values()) <= 8
    except DataError:
        pass


def entry(**changes: Any) -> dict[str, Any]:
    return {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]} | changes


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"a": entry(dtype="F8_E4M3")}, "F8_E4M3"),
        ({"a": entry(dtype="I64", data_offsets=[0, 32])}, "I64"),
        ({"a": entry(shape=[2, 3])}, "takes 24 bytes"),
        ({"a": entry(shape=[])}, "shape"),
        ({"a": entry(shape=[-2, -2])}, "shape"),
        ({"a": entry(shape=["2", 2])}, "shape"),
        ({"a": entry(data_offsets=[-16, 0])}, "tensor a"),
        ({"a": entry(), "b": entry()}, "overlaps"),
        ({"a": entry(), "b": entry(data_offsets=[20, 36])}, "hole"),
        ({"a": {"dtype": "F32"}}, "expected dtype"),
        ([1, 2], "not a JSON object"),
    ],
)
def test_a_header_that_lies_is_refused_by_name(header: Any, reason: str, tmp_path: Path) -> None:
    text = json.dumps(header).encode()
    path = tmp_path / "x.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(36))
    with pytest.raises(DataError, match=reason):
        read_header(path)


def shards(folder: Path, make: SimpleNamespace) -> Path:
    make.safetensors(folder / "one.safetensors", {"a": np.ones((2, 2), np.float32)})
    make.safetensors(folder / "two.safetensors", {"b": np.zeros((1, 2), np.float16)})
    places = {"a": "one.safetensors", "b": "two.safetensors"}
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": places}))
    return index


def test_shards_are_one_checkpoint(tmp_path: Path, make: SimpleNamespace) -> None:
    shards(tmp_path, make)
    with Checkpoint.of_folder(tmp_path) as checkpoint:
        assert {name: t.path.name for name, t in checkpoint.tensors.items()} == {
            "a": "one.safetensors",
            "b": "two.safetensors",
        }


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        ({"a": "one.safetensors", "b": "three.safetensors"}, "three.safetensors"),
        ({"a": "one.safetensors", "b": "one.safetensors"}, "b in one.safetensors"),
        ({"a": "one.safetensors", "b": "two.safetensors", "c": "two.safetensors"}, "c in two"),
        ({"b": "two.safetensors", "c": "one.safetensors"}, "c in one"),
        ({"a": "../one.safetensors"}, "outside"),
        ({}, "weight_map"),
    ],
)
def test_an_index_that_lies_is_refused(
    places: dict[str, str], reason: str, tmp_path: Path, make: SimpleNamespace
) -> None:
    shards(tmp_path, make).write_text(json.dumps({"weight_map": places}))
    with pytest.raises(DataError, match=reason):
        Checkpoint.of_folder(tmp_path)


def test_a_shard_may_not_hold_what_the_index_omits(tmp_path: Path, make: SimpleNamespace) -> None:
    index = shards(tmp_path, make)
    two = {"b": np.zeros((1, 2), np.float16), "stray": np.zeros((1, 2), np.float16)}
    make.safetensors(tmp_path / "two.safetensors", two)
    assert index.is_file()
    with pytest.raises(DataError, match="stray"):
        Checkpoint.of_folder(tmp_path)


def test_a_folder_without_weights_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected model\.safetensors"):
        Checkpoint.of_folder(tmp_path)
