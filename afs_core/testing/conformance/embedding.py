"""What an embedding provider promises."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from afs_core.protocols import EmbeddingProvider
from afs_core.testing.conformance.base import Conformance, broken

__all__ = ["EmbeddingConformance"]

Vectors = list[list[float]]


class EmbeddingConformance(Conformance):
    """Holds an embedding provider to its promises, on :meth:`texts`; needs no numpy.

    class TestWords(EmbeddingConformance):
        capability = "words"

    ``tolerance`` is how far a number may be off where a batch was composed differently.
    """

    kind = "embeddings"
    protocol = EmbeddingProvider
    tolerance: ClassVar[float] = 1e-5

    def texts(self) -> list[str]:
        """Different texts, which are to get different vectors."""
        return [
            "What does LDA do?",
            "The tide rises at noon, and the sluice is closed.",
            "ReadTide:\n    LDA $7EF3C0\n    RTS",
            "Wo liegt der Übergang? 橋の下。 🌉",
            "word",
        ]

    def vectors(self, texts: Sequence[str], role: Literal["document", "query"] = "document") -> Vectors:
        """What a new provider makes of ``texts``."""
        return _rows(self.make().embed(list(texts), role=role))

    def test_gives_a_float32_array_with_a_row_for_each_text(self) -> None:
        texts = self.texts()
        self._expect_shape(self.make().embed(texts), len(texts))
        self._expect_shape(self.make().embed(texts[:1]), 1)

    def test_knows_both_roles(self) -> None:
        texts = self.texts()
        for role in ("document", "query"):
            self._expect_shape(self.make().embed(texts, role=role), len(texts))

    def _expect_shape(self, array: Any, count: int) -> None:
        promise = f"embed() of {count} texts returns a float32 array of shape ({count}, d)"
        view = _view(array)
        assert view is not None, broken(
            promise, f"{type(array).__name__}, which has no buffer", "numpy.asarray(rows, dtype='float32')"
        )
        assert view.format == "f", broken(
            promise, f"numbers of format {view.format!r}", "array.astype('float32')"
        )
        shape = view.shape or ()
        assert len(shape) == 2 and shape[0] == count and shape[1] > 0, broken(
            promise, f"shape {shape}", "one row for each text, also for a single one"
        )
        assert all(math.isfinite(number) for row in _rows(view) for number in row), broken(
            promise, "numbers that are not finite", "do not divide by the length of an empty vector"
        )

    def test_takes_no_texts(self) -> None:
        view = _view(self.make().embed([]))
        assert view is not None and (view.shape or (0,))[0] == 0, broken(
            "embed([]) returns an array without rows",
            "no array" if view is None else f"shape {view.shape}",
            "numpy.empty((0, d), dtype='float32')",
        )

    def test_rows_keep_the_order(self) -> None:
        texts = self.texts()
        forward, backward = self.vectors(texts), self.vectors(texts[::-1])[::-1]
        self._compare(texts, forward, backward, "row i belongs to text i, whatever is beside it")
        alone = [row for text in texts for row in self.vectors([text])]
        self._compare(texts, forward, alone, "a text has the same vector alone and among others")

    def test_same_text_gives_the_same_vector(self) -> None:
        texts = self.texts()
        provider = self.make()
        twice = _rows(provider.embed([*texts, *texts]))
        promise = "the same text has the same vector, at any time"
        self._compare(texts, twice[: len(texts)], twice[len(texts) :], promise)
        self._compare(texts, twice[: len(texts)], _rows(provider.embed(list(texts))), promise)
        self._compare(texts, twice[: len(texts)], self.vectors(texts), promise)

    def test_tells_texts_apart(self) -> None:
        rows = {tuple(row) for row in self.vectors(self.texts())}
        assert len(rows) == len(self.texts()), broken(
            "different texts have different vectors",
            f"{len(rows)} vectors for {len(self.texts())} texts",
            "look at the text; or override texts() with some that differ for this provider",
        )

    def test_changes_no_argument(self) -> None:
        texts = self.texts()
        self.make().embed(texts)
        assert texts == self.texts(), broken(
            "the list of texts stays as it is", f"{texts!r:.300}", "add prefixes for a role to a new list"
        )

    def test_fingerprint_is_stable(self) -> None:
        mine = self.make().fingerprint
        assert isinstance(mine, str) and mine.strip(), broken(
            "fingerprint is a text that changes when vectors could", repr(mine), "name model and version"
        )
        for where, other in (
            ("a second provider", self.make().fingerprint),
            ("another process", self.elsewhere()),
        ):
            assert other == mine, broken(
                f"{where} has the same fingerprint",
                f"{mine!r} and {other!r}",
                "no id(), hash() or time in it: an index is thrown away when it changes",
            )

    def _compare(self, texts: Sequence[str], one: Vectors, two: Vectors, promise: str) -> None:
        assert len(one) == len(two) == len(texts), broken(
            promise, f"{len(one)} and {len(two)} rows", "one row for each text"
        )
        for text, first, second in zip(texts, one, two, strict=True):
            off = max((abs(a - b) for a, b in zip(first, second, strict=True)), default=0.0)
            assert off <= self.tolerance, broken(
                promise,
                f"{off:g} apart for {text!r:.100}",
                "sort nothing, or sort back; no dropout; tolerance = ... where batches round differently",
            )


def _view(array: Any) -> memoryview | None:
    try:
        return memoryview(array)
    except TypeError:
        return None


def _rows(array: Any) -> Vectors:
    view = _view(array)
    if view is None or view.ndim != 2:
        return []
    rows: Any = view.tolist()
    return [list(row) for row in rows]
