"""ONNX Runtime in 8-bit integers: near the exact model, made once, made again where it is damaged."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from afs.discriminator.electra import ElectraBackend  # noqa: E402
from afs.discriminator.electra_model import from_scratch  # noqa: E402
from afs.discriminator.electra_settings import ElectraSettings  # noqa: E402
from afs_core import Missing  # noqa: E402

SMALL = ElectraSettings(vocabulary=400, layers=2, width=64, heads=2, max_length=64)
WORDS = ("LDA", "STA", "$7E0010", "#$10", "; loads", "the\n", "accumulator", "é", "橋", "JSL", "Sprite_Main")

SHORT = ["LDA", "the accumulator", ""]


def texts(count: int) -> list[str]:
    rng = random.Random(1)
    return [" ".join(rng.choices(WORDS, k=rng.randrange(120))) for _ in range(count)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small checkpoint whose margins differ by text; the cache is the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return made(tmp_path / "electra", seed=1)


def made(folder: Path, seed: int) -> Path:
    torch.manual_seed(seed)
    electra = from_scratch(texts(200), SMALL)
    with torch.no_grad():
        for weight in electra.model.parameters():
            if weight.ndim > 1:
                weight.mul_(4)
    electra.write(folder)
    return folder


def files(folder: Path) -> list[Path]:
    return sorted((folder.parent / "cache/afs/discriminator").iterdir())


def int8(folder: Path) -> Any:
    return ElectraBackend().load(folder, device="cpu", precision="int8")


def test_without_the_runtime_its_install_line_is_given(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import util

    found = util.find_spec
    hidden = lambda name, package=None: None if name.startswith("onnx") else found(name, package)  # noqa: E731
    monkeypatch.setattr("afs_core.making.find_spec", hidden)
    with pytest.raises(Missing, match="needs the module onnx") as raised:
        int8(folder)
    assert raised.value.hint == "pip install 'afs-discriminator[electra,onnx]'"


def test_margins_are_near_the_exact_ones_and_know_no_neighbours(folder: Path) -> None:
    pytest.importorskip("onnxruntime")
    given = [*texts(60), "", "x" * 3000, "half \ud83d of a pair\0"]
    exact = np.array(ElectraBackend().load(folder, device="cpu").margins(given))
    scorer = int8(folder)
    rounded = np.array(scorer.margins(given))
    assert np.corrcoef(exact, rounded)[0, 1] > 0.99
    assert rounded.tolist() != exact.tolist()
    assert scorer.margins(given[::-1]) == rounded.tolist()[::-1]
    assert [scorer.margins([text])[0] for text in given] == rounded.tolist()


def test_the_model_is_exported_once_for_its_weights(folder: Path) -> None:
    pytest.importorskip("onnxruntime")
    first = int8(folder).margins(texts(9))
    (file,) = files(folder)
    before = file.stat().st_mtime_ns
    assert int8(folder).margins(texts(9)) == first
    assert (files(folder), file.stat().st_mtime_ns) == ([file], before)
    made(folder, seed=2)
    assert int8(folder).margins(texts(9)) != first
    assert len(files(folder)) == 2


@pytest.mark.parametrize("size", [0, 1000])
def test_a_damaged_export_is_made_again(folder: Path, size: int) -> None:
    pytest.importorskip("onnxruntime")
    first = int8(folder).margins(texts(9))
    (file,) = files(folder)
    with file.open("r+b") as stream:
        stream.truncate(size)
    assert int8(folder).margins(texts(9)) == first


def test_labels_by_their_names_here_too(folder: Path) -> None:
    pytest.importorskip("onnxruntime")
    first = int8(folder).margins(SHORT)
    config = folder / "config.json"
    config.write_text(
        config.read_text().replace('"fake"', '"x"').replace('"real"', '"fake"').replace('"x"', '"real"')
    )
    assert int8(folder).margins(SHORT) == pytest.approx([-margin for margin in first])
