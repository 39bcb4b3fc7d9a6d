"""The conformance class of trainers passes a good one, and rejects each of these by name.

This module is also the plugin that it plants. The good one trains: it fits two numbers to the
lengths of questions and answers, step by step, with a checkpoint after each.
"""

from __future__ import annotations

import json
import random
import time
from itertools import count
from pathlib import Path
from typing import Any

from afs_core import Artifact, Capability, Run, TrainJob, TrainPlan, hookimpl, read_samples


class Given:
    base_model = "line"


class Good:
    def __init__(self, config: None, run: Run) -> None:
        self.run = run

    def plan(self, job: TrainJob, /) -> Any:
        points = self.points(job)
        tokens = int(sum(x + y for x, y in points))
        trained = int(sum(y for _, y in points))
        return TrainPlan(samples=len(points), tokens=tokens, trained_tokens=trained, steps=len(points))

    def points(self, job: TrainJob) -> list[tuple[float, float]]:
        samples = [sample for path in job.data for sample in read_samples(path)]
        return [(len(sample.instruction), len(sample.output)) for sample in samples]

    def train(self, job: TrainJob, /) -> Any:
        checkpoint = job.output / "checkpoint.json"
        line, start = self.resumed(job, checkpoint)
        for step, (x, y) in enumerate(self.shuffled(job)):
            self.run.check_cancelled()
            if step >= start:
                off = line[0] * x + line[1] - y
                line = [line[0] - 1e-5 * off * x, line[1] - 1e-5 * off]
                checkpoint.write_text(json.dumps({"line": line, "step": step + 1}))
        checkpoint.unlink()
        return self.saved(job, line)

    def shuffled(self, job: TrainJob) -> list[tuple[float, float]]:
        points = self.points(job)
        random.Random(job.seed).shuffle(points)
        return points

    def resumed(self, job: TrainJob, checkpoint: Path) -> tuple[list[float], int]:
        if job.resume and checkpoint.exists():
            state = json.loads(checkpoint.read_text())
            return state["line"], state["step"]
        return [0.0, 0.0], 0

    def saved(self, job: TrainJob, line: list[float]) -> Any:
        (job.output / "adapter.json").write_text(json.dumps(line))
        return Artifact(path=job.output, kind="adapter")


class PlanMakesTheFolder(Good):
    def plan(self, job: TrainJob, /) -> Any:
        job.output.mkdir(parents=True, exist_ok=True)
        return super().plan(job)


class PlanLogsBesideTheData(Good):
    def plan(self, job: TrainJob, /) -> Any:
        job.data[0].with_suffix(".tokens").write_text("1")
        return super().plan(job)


class PlanCounts(Good):
    asked = count()

    def plan(self, job: TrainJob, /) -> Any:
        return TrainPlan(samples=5, steps=1 + next(self.asked))


class PlanIsADict(Good):
    def plan(self, job: TrainJob, /) -> Any:
        return {"samples": 5}


class PlanCountsTooMany(Good):
    def plan(self, job: TrainJob, /) -> Any:
        return TrainPlan(samples=1_000_000, steps=1)


class PlanTrainsMoreThanThereIs(Good):
    def plan(self, job: TrainJob, /) -> Any:
        return TrainPlan(samples=5, tokens=10, trained_tokens=11, steps=1)


class PlanWithoutSteps(Good):
    def plan(self, job: TrainJob, /) -> Any:
        return TrainPlan(samples=5)


class Unseeded(Good):
    def shuffled(self, job: TrainJob) -> list[tuple[float, float]]:
        points = self.points(job)
        random.shuffle(points)
        return points


class KeepsTheTime(Good):
    def saved(self, job: TrainJob, line: list[float]) -> Any:
        (job.output / "made.txt").write_text(str(time.perf_counter_ns()))
        return super().saved(job, line)


class KeepsThePlace(Good):
    def saved(self, job: TrainJob, line: list[float]) -> Any:
        (job.output / "data.txt").write_text(str(job.data))
        return super().saved(job, line)


class WritesBeside(Good):
    def saved(self, job: TrainJob, line: list[float]) -> Any:
        Path("last-adapter").write_text(job.output.name)
        return super().saved(job, line)


class SortsTheData(Good):
    def saved(self, job: TrainJob, line: list[float]) -> Any:
        lines = job.data[0].read_text().splitlines(keepends=True)
        job.data[0].write_text("".join(sorted(lines)))
        return super().saved(job, line)


class NoArtifact(Good):
    def saved(self, job: TrainJob, line: list[float]) -> Any:
        super().saved(job, line)
        return job.output


class WrongKind(Good):
    def saved(self, job: TrainJob, line: list[float]) -> Any:
        super().saved(job, line)
        return Artifact(path=job.output, kind="model")


class Elsewhere(Good):
    def saved(self, job: TrainJob, line: list[float]) -> Any:
        super().saved(job, line)
        return Artifact(path=job.data[0], kind="adapter")


class WritesNothing(Good):
    def saved(self, job: TrainJob, line: list[float]) -> Any:
        return Artifact(path=job.output, kind="adapter")


class NeverLooksUp(Good):
    def train(self, job: TrainJob, /) -> Any:
        return self.saved(job, [1.0, float(len(self.shuffled(job)))])


class ForgetsWhereItWas(Good):
    def resumed(self, job: TrainJob, checkpoint: Path) -> tuple[list[float], int]:
        return super().resumed(job, checkpoint)[0], 0


class LeavesItsCheckpoint(Good):
    def resumed(self, job: TrainJob, checkpoint: Path) -> tuple[list[float], int]:
        if checkpoint.exists():
            checkpoint.rename(job.output / "checkpoint-1.json")
        return super().resumed(job, checkpoint)


class NoTrainer:
    def __init__(self, config: None, run: Run) -> None:
        self.run = run


_SAME = {"test_same_seed_gives_the_same_files", "test_goes_on_after_an_interruption"}

REJECTED: dict[type, set[str]] = {
    Good: set(),
    PlanMakesTheFolder: {"test_plan_writes_nothing"},
    PlanLogsBesideTheData: {"test_plan_writes_nothing"},
    PlanCounts: {"test_plan_is_repeatable"},
    PlanIsADict: {"test_plan_adds_up"},
    PlanCountsTooMany: {"test_plan_adds_up"},
    PlanTrainsMoreThanThereIs: {"test_plan_adds_up"},
    PlanWithoutSteps: {"test_plan_adds_up"},
    Unseeded: _SAME,
    KeepsTheTime: _SAME,
    KeepsThePlace: _SAME,
    WritesBeside: {"test_writes_only_its_output"},
    SortsTheData: {"test_changes_nothing_that_it_reads", "test_writes_only_its_output"},
    NeverLooksUp: {"test_goes_on_after_an_interruption"},
    ForgetsWhereItWas: {"test_goes_on_after_an_interruption"},
    LeavesItsCheckpoint: {"test_goes_on_after_an_interruption"},
    WrongKind: {"test_trains_an_adapter"},
    NoArtifact: {"test_trains_an_adapter", "test_goes_on_after_an_interruption"},
    Elsewhere: {"test_trains_an_adapter", "test_goes_on_after_an_interruption"},
    WritesNothing: {"test_trains_an_adapter", "test_goes_on_after_an_interruption"},
}


@hookimpl
def afs_trainers() -> list[Capability]:
    names = [kind.__name__ for kind in (*REJECTED, NoTrainer)]
    return [Capability(name=name, target=f"planted:{name}", summary="Planted.") for name in names]


def test_rejects_planted_faults_by_name(planted: Any) -> None:
    failures = planted(__file__, "trainers", "TrainerConformance", REJECTED)
    assert "new: adapter" in failures["PlanMakesTheFolder"]["test_plan_writes_nothing"]
    assert "test_is_of_its_kind" in failures["NoTrainer"]
