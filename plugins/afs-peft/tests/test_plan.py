from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from afs.peft.schedule import total_steps
from afs.peft.settings import Settings
from afs.peft.trainer import LoraTrainer
from afs_core import Run, TrainingSample, TrainJob, write_samples

MakeJob = Callable[..., TrainJob]


def test_the_plan_is_what_training_does(run: Run, job: MakeJob, settings: Settings, data: Path) -> None:
    pytest.importorskip("torch")
    asked = job(gradient_accumulation_steps=3, epochs=1.5, validation=(data,))
    trainer = LoraTrainer(settings, run)
    plan, details = trainer.plan(asked), trainer.train(asked).details
    assert (plan.problems, plan.warnings, plan.cut_tokens) == ((), (), 0)
    assert plan.samples == details["samples"]
    assert plan.tokens == details["tokens"]
    assert plan.trained_tokens == details["trained_tokens"]
    assert plan.steps == details["steps"] == 5
    assert plan.details["validation_samples"] == 30


@pytest.mark.parametrize(
    ("samples", "batch", "accumulated", "epochs", "steps"),
    [(30, 4, 1, 1, 8), (30, 4, 4, 1, 2), (30, 4, 3, 1.5, 5), (1, 4, 4, 3, 3), (32, 32, 1, 0.5, 1)],
)
def test_steps(samples: int, batch: int, accumulated: int, epochs: float, steps: int, job: MakeJob) -> None:
    asked = job(batch_size=batch, gradient_accumulation_steps=accumulated, epochs=epochs)
    assert total_steps(asked, samples) == steps
    assert total_steps(asked, samples, max_steps=7) == 7


def test_the_plan_writes_nothing_and_says_every_problem(
    run: Run, job: MakeJob, settings: Settings, tmp_path: Path
) -> None:
    data = tmp_path / "data.jsonl"
    write_samples(data, [TrainingSample(instruction="Why?", output="word " * 300)] * 3)
    before = sorted(tmp_path.rglob("*"))
    plan = LoraTrainer(settings, run).plan(job(data=(data,)))
    assert sorted(tmp_path.rglob("*")) == before
    assert plan.samples == plan.steps == 0
    assert plan.cut_tokens > 0
    assert plan.problems[0] == "the data holds no sample to train on"
    assert plan.problems[1].startswith("3 samples longer than 256 tokens")


def test_dropped_samples_are_a_warning(run: Run, job: MakeJob, settings: Settings, data: Path) -> None:
    short = msgspec.structs.replace(settings, max_length=44, too_long="drop")
    view = run.view("plan")
    plan = LoraTrainer(short, view).plan(job())
    assert 0 < plan.samples < 30
    assert plan.details["dropped"] == 30 - plan.samples
    assert plan.warnings == (f"training samples longer than max_length, left out: {30 - plan.samples}",)
    assert not view.dropped


def test_memory_grows_with_the_batch(run: Run, job: MakeJob, settings: Settings) -> None:
    trainer = LoraTrainer(settings, run)
    assert trainer.plan(job(batch_size=64)).memory_bytes > trainer.plan(job()).memory_bytes > 0


def test_a_plan_loads_no_torch(base: Path, data: Path, tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from afs.peft.settings import Settings
from afs.peft.trainer import LoraTrainer
from afs_core import Run, TrainJob
with Run.open(workdir=Path({str(tmp_path)!r})) as run:
    job = TrainJob(base_model={str(base)!r}, data=(Path({str(data)!r}),), output=Path("never"))
    assert LoraTrainer(Settings(), run).plan(job).samples == 30
sys.exit("torch" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
