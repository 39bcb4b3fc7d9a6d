"""Several models on one suite: shares with intervals, loss, latency, and paired tests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from afs.evaluation.asking import ask
from afs.evaluation.figures import FEWEST, Result, paired, row, share
from afs.evaluation.grading import grade, graders
from afs.evaluation.suite import EXACT, Question, read_suite
from afs.reports import write_report
from afs_core import Artifact, EvalJob, Finding, Report, UsageError
from afs_core.jsonl import atomic_write
from afs_core.manifest import STATE_SUFFIX, digest
from afs_core.model_paths import local_paths

if TYPE_CHECKING:
    from afs_core import Run
    from afs_core.protocols import Scorer

__all__ = ["Compare"]

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
        scorers = graders(questions, self._run)
        references = list(dict.fromkeys([*([job.baseline] if job.baseline else []), *job.models]))
        labels = _labels(references)
        results = [self._result(reference, labels, questions, scorers, job) for reference in references]
        report = self._report(results, questions, job.baseline)
        answers = _write_answers(results, questions, job.output / "answers.jsonl")
        return msgspec.structs.replace(report, artifacts=(*write_report(report, job.output), answers))

    def _result(
        self,
        reference: str,
        labels: Mapping[str, str],
        questions: Sequence[Question],
        scorers: Mapping[str, Scorer],
        job: EvalJob,
    ) -> Result:
        journal = job.output / f"{_slug(reference)}{JOURNAL}"
        fingerprint = self._fingerprint(reference)
        if not fingerprint and not job.resume:
            journal.unlink(missing_ok=True)
        with self._run.use("resolvers", "model").open(reference) as model:
            answers = ask(
                model,
                questions,
                self._run,
                journal=journal,
                max_tokens=self._config.max_tokens,
                temperature=self._config.temperature,
                fingerprint=fingerprint,
            )
        return Result(reference, labels[reference], answers, grade(questions, answers, scorers))

    def _fingerprint(self, reference: str) -> str:
        """Content of a local model; empty for one behind a server, which can change without a trace."""
        cache = self._run.cache("digests")
        return " ".join(digest(path, cache) for path in local_paths(reference, self._run))

    def _report(
        self, results: Sequence[Result], questions: Sequence[Question], baseline: str | None
    ) -> Report:
        groups = [question.group for question in questions]
        column = "exact match" if {question.scorer for question in questions} == {EXACT} else "score"
        tables = {"Models": [row(result, groups, column) for result in results]}
        if baseline:
            base, *others = results
            rows = [found for other in others if (found := paired(base, other, groups)) is not None]
            tables |= {"Against the baseline": rows} if rows else {}
        judged = [result for result in results if result.reference != baseline]
        findings = [finding for result in judged for finding in self._findings(result, groups)]
        return Report(
            title="Comparison",
            passed=all(finding.passed for finding in findings),
            summary={"questions": len(questions), "groups": len(set(groups))},
            findings=tuple(findings),
            tables=tables,
            notes=_notes(results),
        )

    def _findings(self, result: Result, groups: Sequence[str]) -> list[Finding]:
        """A threshold is only passed where there is enough to claim it."""
        interval = share(result.marks, groups)
        wanted = [
            ("share", interval.value, self._config.least_share),
            ("lower bound", interval.low, self._config.least_low),
        ]
        enough = result.graded >= FEWEST
        few = f"{result.graded} graded questions are too few, {FEWEST} are the least"
        return [
            Finding(
                name=f"{name} of {result.label}",
                passed=enough and value >= least,
                value=round(value, 4) if enough else None,
                limit=f">= {least:g}",
                message="" if enough else few,
            )
            for name, value, least in wanted
            if least is not None
        ]


def _notes(results: Sequence[Result]) -> tuple[str, ...]:
    few = [result for result in results if result.graded < FEWEST]
    return tuple(
        f"{result.label}: {result.graded} graded questions are too few to claim a score; "
        f"{FEWEST} are the least."
        for result in few
    )


def _slug(reference: str) -> str:
    return re.sub(r"[^\w.-]+", "-", reference).strip("-")[-80:]


def _labels(references: Sequence[str]) -> dict[str, str]:
    """What a reader of a table recognises: the last part, or all of it where two would be alike."""
    short = {text: re.split(r"[/#]", text.rstrip("/"))[-1] or text for text in references}
    count = Counter(short.values())
    return {text: label if count[label] == 1 else text for text, label in short.items()}


def _write_answers(results: Sequence[Result], questions: Sequence[Question], path: Path) -> Artifact:
    with atomic_write(path) as stream:
        for number, question in enumerate(questions):
            stream.write(msgspec.json.encode(_answer_row(number, question, results)) + b"\n")
    return Artifact(path=path, kind="report")


def _answer_row(number: int, question: Question, results: Sequence[Result]) -> dict[str, Any]:
    """A mark that could not be given is null."""
    return {
        "question": question.sample.instruction,
        "reference": question.sample.output,
        "group": question.group,
        "answers": {
            result.label: {"text": result.answers[number].text, "mark": result.marks[number]}
            for result in results
        },
    }
