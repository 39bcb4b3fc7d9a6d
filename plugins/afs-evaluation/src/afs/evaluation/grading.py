"""Answers to marks, by the scorers that the questions name."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from afs.evaluation.asking import Answer
from afs.evaluation.suite import Question
from afs_core import TrainingSample

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["grade"]


def grade(questions: Sequence[Question], answers: Sequence[Answer], run: Run) -> list[float]:
    """One mark in 0..1 a question, in order; NaN where its scorer does not apply."""
    marks = [math.nan] * len(questions)
    by_scorer: defaultdict[str, list[int]] = defaultdict(list)
    for number, question in enumerate(questions):
        by_scorer[question.scorer].append(number)
    for name, numbers in by_scorer.items():
        graded = [_answered(questions[n].sample, answers[n]) for n in numbers]
        scores = run.use("scorers", name).score_batch(graded)
        for number, score in zip(numbers, scores, strict=True):
            marks[number] = math.nan if score.value is None else score.value
    return marks


def _answered(sample: TrainingSample, answer: Answer) -> TrainingSample:
    metadata = {**sample.metadata, "reference": sample.output}
    return msgspec.structs.replace(sample, output=answer.text, _metadata=metadata)
