"""What a trainer promises."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from afs_core.errors import Cancelled
from afs_core.jsonl import write_samples
from afs_core.protocols import Trainer, TrainJob, TrainPlan
from afs_core.sample import TrainingSample
from afs_core.testing.conformance.base import broken
from afs_core.testing.conformance.build import BuildConformance, Built, artifacts_lie_in
from afs_core.testing.conformance.snapshot import changes, snapshot
from afs_core.testing.samples import example_samples

__all__ = ["TrainerConformance"]


class TrainerConformance(BuildConformance):
    """Holds a trainer to its promises; it trains three times and a half, so let the base be tiny.

    class TestPeft(TrainerConformance):
        capability = "peft"
        base_model = "tiny"
        volatile = ("training.log",)
    """

    kind = "trainers"
    protocol = Trainer
    base_model: ClassVar[str] = ""

    def samples(self) -> Sequence[TrainingSample]:
        """What is trained on: the examples of one turn unless overridden."""
        return [sample for sample in example_samples() if sample.messages is None]

    def job(self, folder: Path) -> TrainJob:
        """One epoch over :meth:`samples` in batches of two."""
        data = folder / "data" / "train.jsonl"
        write_samples(data, self.samples())
        return TrainJob(
            base_model=self.base_model,
            data=(data,),
            output=folder / "adapter",
            epochs=1,
            batch_size=2,
            gradient_accumulation_steps=1,
        )

    def perform(self, made: Any, job: TrainJob) -> Any:
        return made.train(job)

    def test_plan_writes_nothing(self) -> None:
        trainer, job = self.make(), self.job(self.folder)
        before = snapshot(self.folder)
        trainer.plan(job)
        changed = changes(before, snapshot(self.folder))
        assert not changed, broken(
            "plan() reads and never writes, so that --dry-run is safe",
            changed,
            "make folders and logs in train()",
        )

    def test_plan_is_repeatable(self) -> None:
        trainer, job = self.make(), self.job(self.folder)
        plans = [trainer.plan(job), trainer.plan(job), self.make().plan(job)]
        assert all(_figures(plan) == _figures(plans[0]) for plan in plans), broken(
            "the same job gives the same plan, however often it is asked",
            f"{plans!r:.500}",
            "keep no state between plans; seconds and memory_bytes alone are estimates",
        )

    def test_plan_adds_up(self) -> None:
        plan = self.make().plan(self.job(self.folder))
        assert isinstance(plan, TrainPlan), broken(
            "plan() returns a TrainPlan", f"{plan!r:.200}", "TrainPlan(samples=...)"
        )
        given = len(self.samples())
        assert 0 < plan.samples <= given, broken(
            f"samples counts those of {given} that are trained on",
            plan.samples,
            "count what train() would use",
        )
        figures = (plan.tokens, plan.trained_tokens, plan.cut_tokens, plan.memory_bytes)
        assert min(figures) >= 0 and plan.trained_tokens <= plan.tokens, broken(
            "no figure is negative, and no more tokens are trained than there are",
            f"{plan!r:.300}",
            "trained_tokens are those of the answers, tokens all",
        )
        assert plan.steps > 0 or plan.problems, broken(
            "a plan has steps, or problems that say why not", f"{plan!r:.300}", "count optimiser steps"
        )
        assert math.isnan(plan.seconds) or plan.seconds >= 0, broken(
            "seconds is an estimate or NaN", plan.seconds, "leave it out where nothing is known"
        )

    def test_trains_an_adapter(self, first: Built) -> None:
        artifacts_lie_in(first.output, [first.result])
        assert first.result.kind == "adapter", broken(
            "train() returns an artifact of kind 'adapter'",
            first.result.kind,
            "Artifact(..., kind='adapter')",
        )

    def test_goes_on_after_an_interruption(self, first: Built) -> None:
        job = self.interrupted(self.folder / "broken", max(1, (first.checks + 1) // 2))
        try:
            again = self.build(self.folder / "broken", job)
        except Cancelled:
            pytest.fail(
                broken("a second run trains to the end", "Cancelled", "keep no flag of the first run")
            )
        artifacts_lie_in(job.output, [again.result])
        differences = changes(first.files, again.files) if self.repeats else ""
        assert not differences, broken(
            "a training that was interrupted and goes on ends with the same adapter",
            differences,
            "save optimiser, order of the data and random state in a checkpoint; remove it at the end",
        )


def _figures(plan: Any) -> Any:
    if not isinstance(plan, TrainPlan):
        return plan
    return (plan.samples, plan.tokens, plan.trained_tokens, plan.cut_tokens, plan.steps, plan.problems)
