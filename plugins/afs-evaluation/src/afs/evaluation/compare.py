"""Several models on one suite: shares with intervals, loss, latency, and paired tests."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from afs.evaluation.asking import Answer, ask
from afs.evaluation.grading import grade
from afs.evaluation.suite import Question, read_suite
from afs.reports import Interval, mcnemar, paired_difference, proportion, write_report
from afs_core import Artifact, EvalJob, Finding, Report, UsageError
from afs_core.jsonl import atomic_write
from afs_core.manifest import STATE_SUFFIX

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["Compare"]

FEWEST = 30
JOURNAL = f".asked{STATE_SUFFIX}"


class Compare:
    """Asks every model, the baseline first, and reports what the answers show."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        max_tokens: Annotated[int, msgspec.Meta(description="Longest answer, in tokens", ge=1)] = 128
        temperature: Annotated[float, msgspec.Meta(description="0 is greedy and repeatable", ge=0)] = 0.0
        least_share: Annotated[
            float | None, msgspec.Meta(description="Share of right answers that every model must reach")
        ] = None
        least_low: Annotated[
            float | None, msgspec.Meta(description="Least lower bound of that share's interval")
        ] = None

    def __init__(self, config: Config, run: Run) -> None:
        self._config, self._run = config, run

    def evaluate(self, job: EvalJob) -> Report:
        """Raises UsageError without a suite or a model, and what a provider raises."""
        if job.suite is None or not job.models:
            raise UsageError(
                "expected a suite and at least one model", hint="name them with --suite and --models"
            )
        questions = read_suite(job.suite, job.limit)
        if not job.resume:
            for left in job.output.glob(f"*{JOURNAL}"):
                left.unlink()
        references = _distinct([*([job.baseline] if job.baseline else []), *job.models])
        results = [self._result(reference, questions, job.output) for reference in references]
        report = self._report(results, questions, job.baseline)
        answers = _write_answers(results, questions, job.output / "answers.jsonl")
        return msgspec.structs.replace(report, artifacts=(*write_report(report, job.output), answers))

    def _result(self, reference: str, questions: Sequence[Question], folder: Path) -> _Result:
        resolver = self._run.use("resolvers", "model")
        with resolver.open(reference) as model:
            answers = ask(
                model,
                questions,
                self._run,
                journal=folder / f"{_slug(reference)}{JOURNAL}",
                max_tokens=self._config.max_tokens,
                temperature=self._config.temperature,
            )
        return _Result(reference, _label(reference), answers, grade(questions, answers, self._run))

    def _report(
        self, results: Sequence[_Result], questions: Sequence[Question], baseline: str | None
    ) -> Report:
        groups = [question.group for question in questions]
        enough = len(questions) >= FEWEST
        findings = [finding for result in results for finding in self._findings(result, groups, baseline)]
        notes = (
            []
            if enough
            else [f"{len(questions)} questions are too few to claim a score; {FEWEST} are the least."]
        )
        return Report(
            title="Comparison",
            passed=all(finding.passed for finding in findings),
            summary={"questions": len(questions), "groups": len(set(groups))},
            findings=tuple(findings),
            tables={
                "Models": [_row(result, groups, enough) for result in results],
                **({"Against the baseline": _paired(results, groups)} if baseline and enough else {}),
            },
            notes=tuple(notes),
        )

    def _findings(self, result: _Result, groups: Sequence[str], baseline: str | None) -> list[Finding]:
        if result.reference == baseline or len(groups) < FEWEST:
            return []
        interval = _share(result.marks, groups)
        wanted = [
            ("share", interval.value, self._config.least_share),
            ("lower bound", interval.low, self._config.least_low),
        ]
        return [
            Finding(
                name=f"{name} of {result.label}",
                passed=value >= least,
                value=round(value, 4),
                limit=f">= {least:g}",
            )
            for name, value, least in wanted
            if least is not None
        ]


class _Result(msgspec.Struct, frozen=True):
    reference: str
    label: str
    answers: list[Answer]
    marks: list[float]


def _distinct(references: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(references))


def _slug(reference: str) -> str:
    return re.sub(r"[^\w.-]+", "-", reference).strip("-")[-80:]


def _label(reference: str) -> str:
    """The last part of the reference: what a reader of a table recognises."""
    return reference.rpartition("/")[2].rpartition("#")[2] or reference


def _share(marks: Sequence[float], groups: Sequence[str]) -> Interval:
    kept = [(mark, group) for mark, group in zip(marks, groups, strict=True) if not math.isnan(mark)]
    values, of = [mark for mark, _ in kept], [group for _, group in kept]
    if all(value in (0.0, 1.0) for value in values):
        return proportion(values, of)
    return paired_difference([0.0] * len(values), values, of)


def _row(result: _Result, groups: Sequence[str], enough: bool) -> dict[str, Any]:
    interval = _share(result.marks, groups)
    losses = [answer.loss for answer in result.answers if answer.loss is not None]
    seconds = math.fsum(answer.seconds for answer in result.answers)
    tokens = sum(answer.tokens for answer in result.answers)
    return {
        "model": result.label,
        "exact match": round(interval.value, 4) if enough else None,
        "low": round(interval.low, 4) if enough else None,
        "high": round(interval.high, 4) if enough else None,
        "loss": round(math.fsum(losses) / len(losses), 4) if losses else None,
        "seconds an answer": round(seconds / len(result.answers), 4),
        "tokens a second": round(tokens / seconds, 1) if seconds else None,
        "cut off": sum(answer.stopped == "length" for answer in result.answers),
        "not graded": sum(math.isnan(mark) for mark in result.marks),
    }


def _paired(results: Sequence[_Result], groups: Sequence[str]) -> list[dict[str, Any]]:
    base, *others = results
    rows = []
    for other in others:
        both = [
            (before, after, group)
            for before, after, group in zip(base.marks, other.marks, groups, strict=True)
            if not math.isnan(before + after)
        ]
        before, after, of = ([item[n] for item in both] for n in range(3))
        difference = paired_difference(before, after, of)  # type: ignore[arg-type]
        rows.append(
            {
                "model": other.label,
                "baseline": base.label,
                "difference": round(difference.value, 4),
                "from": round(difference.low, 4),
                "to": round(difference.high, 4),
                "p (McNemar)": mcnemar(before, after),  # type: ignore[arg-type]
            }
        )
    return rows


def _write_answers(results: Sequence[_Result], questions: Sequence[Question], path: Path) -> Artifact:
    import msgspec.json

    with atomic_write(path) as stream:
        for number, question in enumerate(questions):
            row = {
                "question": question.sample.instruction,
                "reference": question.sample.output,
                "group": question.group,
                "answers": {
                    result.label: {"text": result.answers[number].text, "mark": result.marks[number]}
                    for result in results
                },
            }
            stream.write(msgspec.json.encode(row) + b"\n")
    return Artifact(path=path, kind="report")
