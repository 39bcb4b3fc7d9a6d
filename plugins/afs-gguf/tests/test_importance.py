"""Importance matrices in the GGUF form of llama.cpp."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from afs.gguf.conversion import convert
from afs.gguf.element import Element
from afs.gguf.importance import Importance
from afs.gguf.merged import MergedModel
from afs.gguf.metadata import string
from afs.gguf.mixture import SCHEMES
from afs.gguf.writer import Entry, GgufWriter
from afs_core.errors import DataError

NAME = "blk.0.attn_q.weight"


def write(path: Path, *, columns: int = 256, count: float = 4.0, kind: str = "imatrix") -> Path:
    sums = np.arange(1, columns + 1, dtype=np.float32)
    tensors = {f"{NAME}.in_sum2": sums[None, :], f"{NAME}.counts": np.array([[count]], np.float32)}
    writer = GgufWriter(path)
    entries = [Entry(name, values.shape, Element.F32) for name, values in tensors.items()]
    writer.begin({"general.type": string(kind)}, entries)
    for values in tensors.values():
        writer.write(values.tobytes())
        writer.finish()
    writer.close()
    writer.commit()
    return path


def test_sums_become_means_by_tensor(base: Path, tmp_path: Path) -> None:
    importance = Importance(write(tmp_path / "i.gguf"))
    with MergedModel(base) as model:
        slots = {slot.name: slot for slot in model.shape.slots()}
    columns = importance.columns(slots[NAME])
    assert columns is not None
    assert columns[:3].tolist() == [0.25, 0.5, 0.75]
    assert importance.columns(slots["blk.1.attn_q.weight"]) is None


def test_only_the_tensor_that_it_knows_changes(base: Path, tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    from afs.gguf.reader import read_gguf

    plain, guided = tmp_path / "plain.gguf", tmp_path / "guided.gguf"
    with MergedModel(base) as model:
        convert(model, {plain: SCHEMES["Q4_K_M"]}, name="x")
        convert(
            model, {guided: SCHEMES["Q4_K_M"]}, name="x", importance=Importance(write(tmp_path / "i.gguf"))
        )
    one, two = plain.read_bytes(), guided.read_bytes()
    changed = [
        t.name
        for t in read_gguf(plain).tensors.values()
        if one[t.start :][: t.size] != two[t.start :][: t.size]
    ]
    assert changed == [NAME]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [({"kind": "model"}, "general.type 'imatrix'"), ({"count": 0.0}, "no usable counts")],
)
def test_a_file_that_is_none_is_refused(settings: dict[str, object], reason: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=reason):
        Importance(write(tmp_path / "i.gguf", **settings))  # type: ignore[arg-type]


def test_a_matrix_of_another_model_is_refused(base: Path, tmp_path: Path) -> None:
    importance = Importance(write(tmp_path / "i.gguf", columns=512))
    with (
        MergedModel(base) as model,
        pytest.raises(DataError, match="512 columns here and 256 in the model"),
    ):
        convert(model, {tmp_path / "x.gguf": SCHEMES["Q4_K_M"]}, name="x", importance=importance)
