"""From marks to tables: shares with intervals, loss, latency, and paired differences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec

from afs.evaluation.asking import Answer
from afs.reports import Interval, mcnemar, paired_difference, proportion

__all__ = ["FEWEST", "Result", "paired", "row", "share"]

#: Fewer graded questions than this claim nothing.
FEWEST = 30


class Result(msgspec.Struct, frozen=True):
    """What one model answered, and a mark for each answer, NaN where none could be given."""

    reference: str
    label: str
    answers: list[Answer]
    marks: list[float]

    @property
    def graded(self) -> int:
        return sum(not math.isnan(mark) for mark in self.marks)


def share(marks: Sequence[float], groups: Sequence[str]) -> Interval:
    """Mean mark of what was graded, with an interval that knows which questions belong together."""
    kept = [(mark, group) for mark, group in zip(marks, groups, strict=True) if not math.isnan(mark)]
    values, of = [mark for mark, _ in kept], [group for _, group in kept]
    if all(value in (0.0, 1.0) for value in values):
        return proportion(values, of)
    interval = paired_difference([0.0] * len(values), values, of)
    return Interval(interval.value, max(0.0, interval.low), min(1.0, interval.high))


def row(result: Result, groups: Sequence[str], column: str) -> dict[str, Any]:
    """One line of the table of models; no share where too little was graded."""
    enough = result.graded >= FEWEST
    interval = share(result.marks, groups) if enough else Interval(math.nan, math.nan, math.nan)
    losses = [answer.loss for answer in result.answers if answer.loss is not None]
    seconds = math.fsum(answer.seconds for answer in result.answers)
    tokens = sum(answer.tokens for answer in result.answers)
    return {
        "model": result.label,
        column: _rounded(interval.value),
        "low": _rounded(interval.low),
        "high": _rounded(interval.high),
        "loss": round(math.fsum(losses) / len(losses), 4) if losses else None,
        "seconds an answer": round(seconds / len(result.answers), 4),
        "tokens a second": round(tokens / seconds, 1) if seconds else None,
        "cut off": sum(answer.stopped == "length" for answer in result.answers),
        "not graded": len(result.marks) - result.graded,
    }


def paired(base: Result, other: Result, groups: Sequence[str]) -> dict[str, Any] | None:
    """The difference of two models on what both were graded on; None where that is too little."""
    both = [
        (before, after, group)
        for before, after, group in zip(base.marks, other.marks, groups, strict=True)
        if not math.isnan(before + after)
    ]
    if len(both) < FEWEST:
        return None
    before, after = [mark for mark, _, _ in both], [mark for _, mark, _ in both]
    difference = paired_difference(before, after, [group for _, _, group in both])
    return {
        "model": other.label,
        "baseline": base.label,
        "difference": _rounded(difference.value),
        "from": _rounded(difference.low),
        "to": _rounded(difference.high),
        "p (McNemar)": mcnemar(before, after),
    }


def _rounded(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
