"""What an evaluator promises."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from afs_core.jsonl import write_samples
from afs_core.manifest import Report
from afs_core.protocols import EvalJob, Evaluator
from afs_core.sample import TrainingSample
from afs_core.testing.conformance.base import broken
from afs_core.testing.conformance.build import BuildConformance, Built, artifacts_lie_in
from afs_core.testing.samples import example_samples

__all__ = ["EvaluatorConformance"]


class EvaluatorConformance(BuildConformance):
    """Holds an evaluator to its promises.

    class TestParity(EvaluatorConformance):
        capability = "parity"

        def job(self, folder):
            return EvalJob(models=(f"gguf:{MODEL}",), baseline=f"hf:{BASE}", output=folder / "out")

    ``timings`` names keys of ``summary`` and of table rows that may differ from run to run.
    """

    kind = "evaluators"
    protocol = Evaluator
    timings: ClassVar[tuple[str, ...]] = ()

    def samples(self) -> Sequence[TrainingSample]:
        """Data of the default job: the examples of afs unless overridden."""
        return example_samples()

    def job(self, folder: Path) -> EvalJob:
        """Judges :meth:`samples` against half of them; override it for models."""
        data, suite = folder / "data" / "train.jsonl", folder / "data" / "suite.jsonl"
        write_samples(data, self.samples())
        write_samples(suite, self.samples()[::2])
        return EvalJob(data=(data,), suite=suite, output=folder / "evaluation")

    def perform(self, made: Any, job: EvalJob) -> Any:
        return made.evaluate(job)

    def test_returns_a_report(self, first: Built) -> None:
        report = first.result
        assert isinstance(report, Report), broken(
            "evaluate() returns a Report", f"{report!r:.200}", "Report(title=..., passed=...)"
        )
        again = msgspec.json.decode(msgspec.json.encode(report, enc_hook=str))
        fits = isinstance(report.passed, bool) and isinstance(report.title, str) and report.title.strip()
        assert fits and again["passed"] is report.passed, broken(
            "a report has a title, passed is True or False, and all of it is JSON",
            f"{report!r:.300}",
            "bool(...) of what a library compares; float(...) of what it counts",
        )

    def test_artifacts_lie_in_its_output(self, first: Built) -> None:
        artifacts_lie_in(first.output, first.result.artifacts)

    def test_same_seed_gives_the_same_report(self, first: Built) -> None:
        again = self.build(self.folder / "again")
        one, two = self._comparable(first.result), self._comparable(again.result)
        assert one == two, broken(
            "the same job and seed give the same report",
            f"{one!r:.400}\n  and then: {two!r:.400}",
            "seed from run.rng(name); figures that measure time belong to timings = ('seconds',)",
        )

    def _comparable(self, report: Report) -> Any:
        plain = msgspec.to_builtins(msgspec.structs.replace(report, artifacts=()), enc_hook=str)
        return _without(plain, self.timings)


def _without(value: Any, keys: Sequence[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, keys) for key, item in value.items() if key not in keys}
    return [_without(item, keys) for item in value] if isinstance(value, (list, tuple)) else value
