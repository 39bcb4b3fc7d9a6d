"""A suite is nothing new: samples whose ``_metadata.check`` says how an answer is graded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from afs_core import DataError, TrainingSample, read_samples

__all__ = ["Question", "read_suite"]

EXACT = "exact-match"


class Question(msgspec.Struct, frozen=True):
    """One question: what is asked, the reference answer, and who grades."""

    sample: TrainingSample

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The chat up to the answer."""
        return self.sample.to_messages()[:-1]

    @property
    def answered(self) -> list[dict[str, Any]]:
        """The chat with the reference answer."""
        return self.sample.to_messages()

    @property
    def scorer(self) -> str:
        check = self.sample.metadata.get("check") or {}
        return str(check.get("scorer", EXACT)) if isinstance(check, dict) else EXACT

    @property
    def group(self) -> str:
        return self.sample.group


def read_suite(path: Path, limit: int | None = None) -> list[Question]:
    """The questions of a file, the first ``limit`` of them.

    Raises DataError for a suite without questions, or one that asks the same thing twice.
    """
    questions = [Question(sample) for sample in read_samples(path)][:limit]
    if not questions:
        raise DataError("expected questions, found none", path=path)
    _check_distinct(questions, path)
    return questions


def _check_distinct(questions: Sequence[Question], path: Path) -> None:
    seen: dict[str, int] = {}
    for number, question in enumerate(questions, 1):
        key = question.sample.sample_id
        if key in seen:
            raise DataError(f"question {number} is question {seen[key]} again", path=path)
        seen[key] = number
