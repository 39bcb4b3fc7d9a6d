"""The ``contamination`` evaluator: does the training data hold the test?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from afs.dedupe.training_rows import TrainingRows
from afs_core import Artifact, EvalJob, Finding, Report, Run, TrainingSample, UsageError
from afs_core.jsonl import Writer, atomic_write
from afs_core.suite import suite_items

if TYPE_CHECKING:
    from afs.dedupe.suite import SuiteIndex

__all__ = ["Contamination", "Verdict"]

_SHOWN = 10


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the training data holds of one item of a suite.

    ``item`` is the item's ``id``, else its ``sample_id``. ``overlap`` is the largest share of the item's
    n-grams that one training sample holds, ``similarity`` the largest of a question to the item's,
    0 below the limit. ``how`` says what counts against the item, ``where`` is the ``file:line`` of the
    training sample that the first of it comes from, ``partner`` its ``sample_id``.
    """

    suite: str
    item: str
    instruction: str
    recall: bool
    same_question: bool
    overlap: float
    similarity: float
    how: str
    where: str
    partner: str
    contaminated: bool


class Contamination:
    """Compares ``job.data`` (training samples) with every item of ``job.suite`` and of ``suites``.

    An item is contaminated if a training sample asks its normalised question or a near-duplicate of
    it, or if one shares a run of ``ngram`` words with its question and reference answer. Recall items ask
    facts that were trained on purpose, so for them only the question itself counts. The report has
    passed if of no suite more than a share of ``threshold`` is contaminated; ``contamination.jsonl``
    in ``job.output`` holds one :class:`Verdict` a line. Memory grows with the suites alone.
    """

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        ngram: Annotated[int, Meta(description="Words in a row that count as a copy", ge=2)] = 8
        overlap: Annotated[
            float,
            Meta(description="An item's n-grams in one sample: more than this share is a copy", ge=0, le=1),
        ] = 0.0
        similarity: Annotated[
            float,
            Meta(
                description="Jaccard similarity from which two questions count as the same",
                gt=0,
                le=1,
            ),
        ] = 0.7
        threshold: Annotated[
            float, Meta(description="Largest share of contaminated items that passes", ge=0, le=1)
        ] = 0.0
        suites: Annotated[list[Path], Meta(description="More suites; each is judged by itself")] = []

    def __init__(self, config: Config, run: Run) -> None:
        self._config = config
        self._run = run

    def evaluate(self, job: EvalJob, /) -> Report:
        """Raises UsageError where data or suite is missing."""
        from afs.dedupe.suite import SuiteIndex

        paths = [*([job.suite] if job.suite is not None else []), *self._config.suites]
        if not paths or not job.data:
            raise UsageError(
                "contamination compares training data with a suite; one of them was not given",
                hint="name the training samples as data and the test as suite",
            )
        items = [
            (name, item) for name, path in _named(paths) for item in islice(suite_items(path), job.limit)
        ]
        index = SuiteIndex([item for _, item in items], self._config.ngram, self._config.similarity)
        rows = TrainingRows(job.data)
        with self._run.progress("contamination") as progress:
            for batch in rows.batches():
                self._run.check_cancelled()
                index.compare(batch)
                progress.advance(len(batch))
        verdicts = _Judge(self._config, index, rows).verdicts(items)
        return self._report([name for name, _ in _named(paths)], verdicts, len(rows), job.output)

    def _report(self, suites: Sequence[str], verdicts: list[Verdict], compared: int, output: Path) -> Report:
        bad = [verdict for verdict in verdicts if verdict.contaminated]
        findings = [self._finding(suite, suites, verdicts, compared) for suite in suites]
        passed = all(finding.passed for finding in findings)
        for line in () if passed else _held(bad):
            self._run.warn(line)
        summary = {
            "items": len(verdicts),
            "recall_items": sum(verdict.recall for verdict in verdicts),
            "training_samples": compared,
            "contaminated": len(bad),
            "share": max((finding.value for finding in findings), default=0.0),
            "threshold": self._config.threshold,
        }
        return Report(
            title="Contamination",
            passed=passed,
            summary=summary,
            findings=tuple(findings),
            tables={"contaminated": [msgspec.to_builtins(verdict) for verdict in bad]},
            notes=() if verdicts else ("The suite is empty, so nothing was compared.",),
            artifacts=(_write(verdicts, output),),
        )

    def _finding(
        self, suite: str, suites: Sequence[str], verdicts: Iterable[Verdict], compared: int
    ) -> Finding:
        own = [verdict.contaminated for verdict in verdicts if verdict.suite == suite]
        share = sum(own) / len(own) if own else 0.0
        return Finding(
            name="contaminated items" if len(suites) == 1 else f"contaminated items of {suite}",
            passed=share <= self._config.threshold,
            value=share,
            limit=f"at most {self._config.threshold:g}",
            message=f"{sum(own)} of {len(own)} items are held by {compared} training samples",
        )


def _held(bad: Sequence[Verdict]) -> Iterator[str]:
    """The first items that are held, a line each, for a person to read."""
    for verdict in bad[:_SHOWN]:
        asked = " ".join(verdict.instruction.split())
        short = asked if len(asked) <= 60 else f"{asked[:57]}..."
        yield f'{verdict.where}: {verdict.how} as {verdict.suite} "{short}"'
    if len(bad) > _SHOWN:
        yield f"and {len(bad) - _SHOWN} more items, which contamination.jsonl names"


class _Judge:
    """Makes verdicts of what an index found."""

    def __init__(self, config: Contamination.Config, index: SuiteIndex, rows: TrainingRows) -> None:
        self._config, self._index = config, index
        found = (index.asked, index.similarity, index.overlap)
        self._lines = rows.lines(closest.row for kind in found for closest in kind.values())

    def verdicts(self, items: Iterable[tuple[str, TrainingSample]]) -> list[Verdict]:
        return [self._verdict(place, suite, item) for place, (suite, item) in enumerate(items)]

    def _verdict(self, place: int, suite: str, item: TrainingSample) -> Verdict:
        from afs.dedupe.suite import Closest, is_recall

        none = Closest()
        asked, similar, overlap = (
            found.get(place, none)
            for found in (self._index.asked, self._index.similarity, self._index.overlap)
        )
        against = {}
        if asked.row >= 0:
            against["same question"] = asked
        elif similar.row >= 0:
            against[f"similarity {similar.value:.2f}"] = similar
        if overlap.value > self._config.overlap:
            against[f"{overlap.value:.0%} of {self._config.ngram}-grams"] = overlap
        first = next(iter(against.values()), overlap)
        return Verdict(
            suite=suite,
            item=str(item.extra.get("id") or item.metadata.get("id") or item.sample_id),
            instruction=item.instruction,
            recall=is_recall(item),
            same_question=asked.row >= 0,
            overlap=overlap.value,
            similarity=similar.value,
            how=", ".join(against),
            where=self._lines.get(first.row, ""),
            partner=first.sample_id,
            contaminated=bool(against),
        )


def _named(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Suites by the name of their file, numbered where two have the same."""
    names = [path.name for path in paths]
    return [
        (path.name if names.count(path.name) == 1 else f"{number}:{path.name}", path)
        for number, path in enumerate(paths, 1)
    ]


def _write(verdicts: list[Verdict], folder: Path) -> Artifact:
    path = folder / "contamination.jsonl"
    with atomic_write(path) as stream:
        writer = Writer(stream)
        for verdict in verdicts:
            writer.write_row(verdict)
        writer.flush()
    return Artifact(path=path, kind="rows", details={"items": len(verdicts)})
