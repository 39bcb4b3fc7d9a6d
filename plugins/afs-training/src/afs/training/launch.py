"""``afs train``: pre-flight, plan, training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from afs.training.preflight import Preflight, preflight
from afs.training.refusal import refusal_of
from afs_core import (
    Config,
    DataError,
    GateRefused,
    Missing,
    Outcome,
    Run,
    Stage,
    TrainJob,
    TrainPlan,
    UsageError,
    execute,
)
from afs_core.cli import Console, afs_command, data_path
from afs_core.firstparty import install_line

__all__ = ["train"]


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """What ``afs train`` found, planned and made; ``outcome`` is None after a dry run."""

    job: TrainJob
    trainer: str
    preflight: Preflight
    plan: TrainPlan
    outcome: Outcome | None = None


@afs_command(seed=True)
@click.option("--expert", help="Expert whose base model and names are the defaults")
@click.option("--base-model", help="Model reference or folder that is adapted")
@click.option(
    "--data",
    multiple=True,
    type=data_path,
    help="Rows of samples, Alpaca, ShareGPT or OpenAI, or a split folder",
)
@click.option("--validation", multiple=True, type=data_path, help="Rows that are only measured")
@click.option("--output", type=data_path, help="Folder of the adapter  [default: models/NAME-lora]")
@click.option(
    "--epochs", type=click.FloatRange(min=0, min_open=True), help="Passes over the data  [default: 3]"
)
@click.option(
    "--batch-size", type=click.IntRange(min=1), help="Samples in one step on the device  [default: 4]"
)
@click.option(
    "--learning-rate", type=click.FloatRange(min=0, min_open=True), help="Peak rate  [default: 2e-4]"
)
@click.option(
    "--gradient-accumulation-steps",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    help="Steps on the device for one of the optimizer",
)
@click.option("--model-name", help="Name of what is made  [default: the expert's]")
@click.option("--gradient-checkpointing", is_flag=True, help="Recompute activations: less memory, more time")
@click.option("--trainer", default="peft", show_default=True, help="peft, unsloth, mlx, or a plugin's")
@click.option("--dry-run", is_flag=True, help="Print the plan and stop")
def train(
    console: Console, expert: str | None, trainer: str, dry_run: bool, seed: int, **options: Any
) -> object:
    """Check the data, show the plan, and train an adapter."""
    with console.run(seed=seed) as run:
        job = _job(options, _expert(expert, run), run.config, seed)
        found = preflight(job, run, max_tokens=_limit(trainer, run))
        plan = _plan(trainer, job, found, run)
        launch = console.data = Launch(job=job, trainer=trainer, preflight=found, plan=plan)
        _show(console, launch)
        _refuse([*_refused(job.data), *found.problems, *plan.problems])
        if dry_run:
            return launch
        outcome = execute(_stage(job, trainer, run.seed), run)
    console.report(outcome)
    return msgspec.structs.replace(launch, outcome=outcome)


def _expert(name: str | None, run: Run) -> dict[str, Any]:
    """Defaults that an expert brings."""
    if name is None:
        return {}
    if not run.registry.entries("experts"):
        raise Missing("--expert needs the plugin experts, which is not in use", hint=install_line("experts"))
    expert = run.use("experts", name)
    return {
        "base_model": getattr(expert, "base_model", None) or None,
        "model_name": name,
    }


def _job(options: dict[str, Any], expert: dict[str, Any], config: Config, seed: int) -> TrainJob:
    """Flags before the expert's defaults before the configuration."""
    given = {key: value for key, value in options.items() if value not in (None, ())}
    fields = {key: config.get(f"training.{key}") for key in ("epochs", "batch_size", "learning_rate")}
    fields |= {key: value for key, value in expert.items() if value is not None} | given
    name = fields.get("model_name", "")
    if name and "output" not in fields:
        fields["output"] = Path("models") / f"{name}-lora"
    absent = [flag for flag in ("base_model", "data", "output") if not fields.get(flag)]
    if absent:
        flags = ", ".join(f"--{flag.replace('_', '-')}" for flag in absent)
        raise UsageError(f"missing: {flags}", hint="give it, or name an --expert that brings a base model")
    data, validation = _files(fields["data"], fields.get("validation", ()))
    return TrainJob(**fields | {"data": data, "validation": validation, "seed": seed})


def _files(data: tuple[Path, ...], validation: tuple[Path, ...]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Files to train on and to measure; a split folder brings both."""
    train = [path / "train.jsonl" if path.is_dir() else path for path in data]
    val = [path / "val.jsonl" for path in data if (path / "val.jsonl").is_file()]
    for path in (*train, *validation):
        if not path.is_file():
            raise DataError("expected a file of training data, found none", path=path)
    return tuple(train), (*val, *validation)


def _limit(trainer: str, run: Run) -> int | None:
    """Where the trainer cuts a sample, if its Config says so."""
    length = getattr(run.registry.config_for("trainers", trainer), "max_length", None)
    return length if isinstance(length, int) and length > 0 else None


def _plan(trainer: str, job: TrainJob, found: Preflight, run: Run) -> TrainPlan:
    """The trainer's plan; none where the data is already refused."""
    if found.problems:
        return TrainPlan(samples=found.samples)
    plan: TrainPlan = run.use("trainers", trainer).plan(job)
    return plan


def _stage(job: TrainJob, trainer: str, seed: int) -> Stage:
    settings = {
        name: value
        for name, value in msgspec.structs.asdict(job).items()
        if name not in {"data", "validation", "output", "seed", "resume"}
    }
    return Stage(
        name="train",
        uses=(f"trainers/{trainer}",),
        inputs=job.data,
        output=job.output,
        config={f"trainers/{trainer}": settings | {"validation": list(job.validation)}},
        seed=seed,
    )


def _show(console: Console, launch: Launch) -> None:
    found, plan = launch.preflight, launch.plan
    for warning in dict.fromkeys((*found.warnings, *plan.warnings)):
        console.warn(warning)
    memory = plan.memory_bytes or found.memory_bytes
    rows = {
        "base model": launch.job.base_model,
        "output": launch.job.output,
        "data": ", ".join(f"{path} ({form or 'empty'})" for path, form in found.formats.items()),
        "samples": f"{found.samples:,} to train, {found.validation:,} to measure",
        "tokens": f"{plan.tokens:,}" if plan.tokens else f"about {found.tokens:,}",
        "trained on": f"{plan.trained_tokens:,}" if plan.trained_tokens else "",
        "cut off": f"{plan.cut_tokens:,}" if plan.tokens else "",
        "longest sample": f"about {found.longest_tokens:,} tokens",
        "steps": f"{plan.steps:,}" if plan.steps else "",
        "memory": f"about {memory / 1e9:.1f} GB" if memory else "not known",
        "time": f"about {plan.seconds / 60:.0f} min" if plan.seconds == plan.seconds else "",
    }
    width = max(map(len, rows))
    for name, value in rows.items():
        if value:
            console.print(f"{name.ljust(width)}  {value}")


def _refused(data: tuple[Path, ...]) -> list[str]:
    """Why folders that the data is from were refused when they were made."""
    reasons = {path.parent: refusal_of(path.parent) for path in data}
    return [f"{folder} was refused: {reason}" for folder, reason in reasons.items() if reason]


def _refuse(problems: list[str]) -> None:
    if problems:
        raise GateRefused(
            f"not trained: {'; '.join(dict.fromkeys(problems))}",
            hint="mend the data and run the command again",
        )
