"""The conformance class of evaluators passes a good one, and rejects each of these by name.

This module is also the plugin that it plants. The good one counts answers that are in the suite.
"""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import msgspec

from afs_core import Artifact, Capability, EvalJob, Report, Run, hookimpl, read_samples


class Given:
    timings = ("seconds",)
    volatile = ("*.log",)


class Good:
    def __init__(self, config: None, run: Run) -> None:
        self.run = run

    def evaluate(self, job: EvalJob, /) -> Any:
        started = time.perf_counter()
        assert job.suite is not None
        suite = {sample.output for sample in read_samples(job.suite)}
        held = sum(sample.output in suite for path in job.data for sample in read_samples(path))
        return self.report(job, {"held": held, "seconds": time.perf_counter() - started})

    def report(self, job: EvalJob, summary: dict[str, Any]) -> Any:
        file = job.output / "held.json"
        file.write_text(json.dumps({"held": summary["held"]}))
        (job.output / "evaluation.log").write_text(str(summary))
        artifacts = (Artifact(path=file, kind="report"),)
        return Report(title="Held answers", passed=summary["held"] == 0, summary=summary, artifacts=artifacts)


class NoReport(Good):
    def report(self, job: EvalJob, summary: dict[str, Any]) -> Any:
        return msgspec.to_builtins(super().report(job, summary), enc_hook=str)


class Undecided(Good):
    def report(self, job: EvalJob, summary: dict[str, Any]) -> Any:
        return msgspec.structs.replace(super().report(job, summary), passed="mostly")


class Untitled(Good):
    def report(self, job: EvalJob, summary: dict[str, Any]) -> Any:
        return msgspec.structs.replace(super().report(job, summary), title="")


class Lucky(Good):
    def report(self, job: EvalJob, summary: dict[str, Any]) -> Any:
        return super().report(job, summary | {"chance": random.random()})


class LuckyFile(Good):
    def report(self, job: EvalJob, summary: dict[str, Any]) -> Any:
        (job.output / "chance.json").write_text(str(random.random()))
        return super().report(job, summary)


class WritesBeside(Good):
    def report(self, job: EvalJob, summary: dict[str, Any]) -> Any:
        Path("report.html").write_text("<p>Held answers</p>")
        return super().report(job, summary)


class MarksTheData(Good):
    def report(self, job: EvalJob, summary: dict[str, Any]) -> Any:
        with job.data[0].open("a") as stream:
            stream.write("\n")
        return super().report(job, summary)


class ForgetsItsFile(Good):
    def report(self, job: EvalJob, summary: dict[str, Any]) -> Any:
        made = super().report(job, summary)
        (job.output / "held.json").unlink()
        return made


class PointsBeside(Good):
    def report(self, job: EvalJob, summary: dict[str, Any]) -> Any:
        artifacts = (Artifact(path=job.data[0], kind="report"),)
        return msgspec.structs.replace(super().report(job, summary), artifacts=artifacts)


class NoEvaluator:
    def __init__(self, config: None, run: Run) -> None:
        self.run = run


REJECTED: dict[type, set[str]] = {
    Good: set(),
    Undecided: {"test_returns_a_report"},
    Untitled: {"test_returns_a_report"},
    Lucky: {"test_same_seed_gives_the_same_report"},
    LuckyFile: {"test_same_seed_gives_the_same_files"},
    WritesBeside: {"test_writes_only_its_output"},
    MarksTheData: {"test_changes_nothing_that_it_reads", "test_writes_only_its_output"},
    ForgetsItsFile: {"test_artifacts_lie_in_its_output"},
    PointsBeside: {"test_artifacts_lie_in_its_output"},
}


@hookimpl
def afs_evaluators() -> list[Capability]:
    names = [kind.__name__ for kind in (*REJECTED, NoReport, NoEvaluator)]
    return [Capability(name=name, target=f"planted:{name}", summary="Planted.") for name in names]


def test_rejects_planted_faults_by_name(planted: Any) -> None:
    failures = planted(__file__, "evaluators", "EvaluatorConformance", REJECTED)
    assert "promised: " in failures["NoReport"]["test_returns_a_report"]
    assert "test_is_of_its_kind" in failures["NoEvaluator"]
