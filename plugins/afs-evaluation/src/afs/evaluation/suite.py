"""A suite: samples whose ``_metadata.check`` says how an answer is graded, or rows that ask by ``prompt``."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from afs_core import DataError, TrainingSample
from afs_core.suite import suite_items

__all__ = ["EXACT", "Question", "read_suite"]

EXACT = "exact-match"


class Question(msgspec.Struct, frozen=True):
    """One question: what is asked, the reference answer, and who grades."""

    sample: TrainingSample
    scorer: str = EXACT

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The chat up to the answer."""
        return self.sample.to_messages()[:-1]

    @property
    def answered(self) -> list[dict[str, Any]]:
        """The chat with the reference answer."""
        return self.sample.to_messages()

    @property
    def group(self) -> str:
        return self.sample.group


def read_suite(path: Path, limit: int | None = None) -> list[Question]:
    """The questions of a file, the first ``limit`` of them.

    Raises DataError for a suite without questions, one that asks the same thing twice, a
    conversation that does not end with an answer, and a check that is none.
    """
    questions: list[Question] = []
    seen: dict[str, int] = {}
    for number, sample in enumerate(islice(suite_items(path), limit), 1):
        try:
            questions.append(_question(sample))
        except DataError as fault:
            raise DataError(f"question {number}: {fault.reason}", path=path) from None
        first = seen.setdefault(sample.sample_id, number)
        if first != number:
            raise DataError(f"question {number} is question {first} again", path=path)
    if not questions:
        raise DataError("expected questions, found none", path=path)
    return questions


def _question(sample: TrainingSample) -> Question:
    if sample.to_messages()[-1]["role"] != "assistant":
        raise DataError("expected a conversation that ends with the reference answer")
    check = sample.metadata.get("check", {})
    if not isinstance(check, dict) or not isinstance(check.get("scorer", EXACT), str):
        raise DataError(f'expected a check such as {{"scorer": "{EXACT}"}}, got {check!r}')
    return Question(sample, check.get("scorer", EXACT))
