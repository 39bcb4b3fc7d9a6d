"""Exact match, after folding what does not change an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from afs_core import Score, TrainingSample

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["ExactMatch", "folded"]

_QUOTES = "\"'`“”‘’"


class ExactMatch:
    """1 where the output is the reference or one of ``check.accept``, else 0."""

    fingerprint = "exact-match 1"

    def __init__(self, config: None, run: Run) -> None:
        pass

    def score_batch(self, samples: Sequence[TrainingSample]) -> list[Score]:
        return [_score(sample) for sample in samples]


def _score(sample: TrainingSample) -> Score:
    accepted = _accepted(sample.metadata)
    if not accepted:
        return Score(None, "no reference to compare with")
    return Score(float(folded(sample.output) in accepted))


def _accepted(metadata: dict[str, Any]) -> set[str]:
    check = metadata.get("check")
    others = check.get("accept", []) if isinstance(check, dict) else []
    references = [metadata["reference"]] if "reference" in metadata else []
    return {folded(str(answer)) for answer in (*references, *others)}


def folded(answer: str) -> str:
    """Case, white space, quotes around, and a final full stop do not count."""
    text = " ".join(answer.split()).casefold()
    return text.removesuffix(".").strip(_QUOTES).strip()
