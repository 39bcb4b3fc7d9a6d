"""The conformance class of embedding providers passes good ones, and rejects each of these by name.

This module is also the plugin that it plants.
"""

from __future__ import annotations

import hashlib
import math
import random
from array import array
from collections.abc import Sequence
from typing import Any, Literal

from afs_core import Capability, Run, hookimpl

SIZE = 4


class Good:
    """Four numbers out of a digest of the text; queries are told apart by a prefix."""

    fingerprint = "digest 1"
    code: Literal["f", "d"] = "f"

    def __init__(self, config: None, run: Run) -> None:
        self.run = run

    def embed(self, texts: Sequence[str], /, *, role: str = "document") -> Any:
        return self.matrix([self.vector(f"{role}: {text}") for text in texts])

    def vector(self, text: str) -> list[float]:
        digest = hashlib.sha256(text.encode()).digest()
        return [digest[place] / 255 for place in range(SIZE)]

    def matrix(self, rows: list[list[float]]) -> Any:
        flat = array(self.code, [number for row in rows for number in row])
        view = memoryview(flat)
        return view.cast("B").cast(self.code, (len(rows), SIZE)) if rows else view


class GoodWithNumpy(Good):
    def matrix(self, rows: list[list[float]]) -> Any:
        import numpy as np

        return np.asarray(rows, dtype="float32").reshape(-1, SIZE)


class Doubles(Good):
    code = "d"


class Lists(Good):
    def matrix(self, rows: list[list[float]]) -> Any:
        return rows


class OneRowIsFlat(Good):
    def matrix(self, rows: list[list[float]]) -> Any:
        return memoryview(array("f", rows[0])) if len(rows) == 1 else super().matrix(rows)


class NotFinite(Good):
    def vector(self, text: str) -> list[float]:
        return [math.nan if "word" in text else 0.5, *super().vector(text)[1:]]


class SortsTexts(Good):
    def embed(self, texts: Sequence[str], /, *, role: str = "document") -> Any:
        return super().embed(sorted(texts), role=role)


class DependsOnTheBatch(Good):
    def embed(self, texts: Sequence[str], /, *, role: str = "document") -> Any:
        return super().embed([f"{len(texts)} {text}" for text in texts], role=role)


class OnceEach(Good):
    def embed(self, texts: Sequence[str], /, *, role: str = "document") -> Any:
        return super().embed(list(dict.fromkeys(texts)), role=role)


class Noisy(Good):
    def vector(self, text: str) -> list[float]:
        return [number + random.random() for number in super().vector(text)]


class AllTheSame(Good):
    def vector(self, text: str) -> list[float]:
        return [0.5] * SIZE


class WritesIntoTheList(Good):
    def embed(self, texts: Sequence[str], /, *, role: str = "document") -> Any:
        made = super().embed(texts, role=role)
        if isinstance(texts, list):
            texts[:] = [f"{role}: {text}" for text in texts]
        return made


class DocumentsOnly(Good):
    def embed(self, texts: Sequence[str], /, *, role: str = "document") -> Any:
        return super().embed(texts if role == "document" else [], role=role)


class NeverEmpty(Good):
    def embed(self, texts: Sequence[str], /, *, role: str = "document") -> Any:
        return super().embed(texts or [""], role=role)


class HashedFingerprint(Good):
    fingerprint = f"digest {hash('digest')}"


class NoFingerprint(Good):
    fingerprint = ""


class NoProvider:
    def __init__(self, config: None, run: Run) -> None:
        self.run = run


_SHAPE = {"test_gives_a_float32_array_with_a_row_for_each_text", "test_knows_both_roles"}
_ORDER = {"test_rows_keep_the_order"}

REJECTED: dict[type, set[str]] = {
    Good: set(),
    GoodWithNumpy: set(),
    Doubles: _SHAPE,
    NotFinite: _SHAPE | _ORDER | {"test_same_text_gives_the_same_vector"},
    SortsTexts: _ORDER | {"test_same_text_gives_the_same_vector"},
    DependsOnTheBatch: _ORDER | {"test_same_text_gives_the_same_vector"},
    OnceEach: {"test_same_text_gives_the_same_vector"},
    Noisy: _ORDER | {"test_same_text_gives_the_same_vector"},
    AllTheSame: {"test_tells_texts_apart"},
    WritesIntoTheList: {"test_changes_no_argument"},
    DocumentsOnly: {"test_knows_both_roles"},
    NeverEmpty: {"test_takes_no_texts"},
    HashedFingerprint: {"test_fingerprint_is_stable"},
    NoFingerprint: {"test_fingerprint_is_stable"},
}


@hookimpl
def afs_embeddings() -> list[Capability]:
    names = [kind.__name__ for kind in (*REJECTED, Lists, OneRowIsFlat, NoProvider)]
    return [Capability(name=name, target=f"planted:{name}", summary="Planted.") for name in names]


def test_rejects_planted_faults_by_name(planted: Any) -> None:
    failures = planted(__file__, "embeddings", "EmbeddingConformance", REJECTED)
    shape = "test_gives_a_float32_array_with_a_row_for_each_text"
    assert "has no buffer" in failures["Lists"][shape]
    assert "shape (4,)" in failures["OneRowIsFlat"][shape]
    assert "test_is_of_its_kind" in failures["NoProvider"]
