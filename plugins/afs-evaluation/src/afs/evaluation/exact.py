"""Exact match, after folding what does not change an answer."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from afs_core import Score, TrainingSample

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["ExactMatch", "folded"]

_QUOTES = "\"'`“”‘’"


class ExactMatch:
    """1 where the output is the reference or one of ``check.accept``, else 0."""

    fingerprint = "exact-match 2"

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
    """Every right answer, folded; an empty one is none."""
    check = metadata.get("check")
    others = check.get("accept", []) if isinstance(check, dict) else []
    others = others if isinstance(others, (list, tuple)) else [others]
    answers = [metadata.get("reference"), *others]
    return {folded(str(answer)) for answer in answers if answer is not None and str(answer).strip()}


def folded(answer: str) -> str:
    """Case, white space, quotes around and a final full stop do not count, nor how an accent is encoded."""
    text = " ".join(unicodedata.normalize("NFC", answer).split()).casefold()
    bare = text.strip(_QUOTES).removesuffix(".").strip(_QUOTES).strip()
    return bare or text
