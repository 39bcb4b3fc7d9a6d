"""``afs training prepare|convert|analyze`` and ``afs scoring score``."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from afs.training.statistics import DatasetStatistics, Spread, describe
from afs_core import Run, Stage, TrainingSample, execute, read_samples
from afs_core.cli import Console, afs_command, data_path, required_input
from afs_core.errors import UsageError
from afs_core.jsonl import Fault, OnFault
from afs_core.stream import sample_files

__all__ = ["analyze", "convert", "prepare", "score"]

_SPLIT, _QUALITY, _CONTAMINATION = "transforms/split", "transforms/quality", "evaluators/contamination"
_SUITE = Path("training/evals/unified_eval_suite.jsonl")
_BAR = 40

_inputs = click.option(
    "--input", "inputs", multiple=True, type=data_path, help="Sample files or folders, or - for stdin"
)
_faulty = functools.partial(
    click.option, "--on-error", type=click.Choice(["stop", "skip"]), default="stop", show_default=True
)
_on_error = _faulty(help="What a line that is no sample does; skip sets it aside in OUTPUT.rejected.jsonl")


@afs_command(seed=True)
@_inputs
@click.option(
    "--output", type=data_path, required=True, help="Folder that gets train.jsonl, val.jsonl, test.jsonl"
)
@click.option("--train-ratio", type=click.FloatRange(0, 1), default=0.8, show_default=True)
@click.option("--val-ratio", type=click.FloatRange(0, 1), default=0.1, show_default=True)
@click.option("--test-ratio", type=click.FloatRange(0, 1), help="[default: the rest]")
@click.option(
    "--stratify-by", default="domain", show_default=True, help="Field that keeps its shares, or none"
)
@click.option(
    "--group-by", default="group", show_default=True, help="Field whose equal values stay together, or none"
)
@click.option("--previous", type=data_path, help="Earlier split: what was in its val and test stays there")
@click.option(
    "--suite", type=data_path, help="Test that the train split must not hold  [default: the context's suite]"
)
@click.option(
    "--contamination/--no-contamination", default=True, help="Compare the train split with the suite"
)
@click.option(
    "--threshold", type=click.FloatRange(0, 1), help="Share of the suite that may be held  [default: 0]"
)
@_on_error
def prepare(
    console: Console,
    inputs: tuple[Path, ...],
    output: Path,
    suite: Path | None,
    contamination: bool,
    threshold: float | None,
    on_error: str,
    seed: int,
    **settings: Any,
) -> object:
    """Split samples into train, val and test, and compare train with the test suite."""
    stage = Stage(
        name="prepare",
        uses=(_SPLIT,),
        inputs=required_input(inputs),
        output=output,
        config={_SPLIT: _given(settings)},
        seed=seed,
        on_error=on_error,
    )
    if not stage.is_folder:
        raise UsageError(
            f"--output: expected a folder, got {output}, which is named like a file",
            hint=f"--output {output.with_suffix('')}",
        )
    with console.run(seed=seed) as run:
        outcome = execute(stage, run)
        console.report(outcome)
        suite = suite or _known_suite(run)
        if contamination and suite is not None:
            console.report(execute(_comparison(output, suite, threshold), run))
            console.data = outcome
    return outcome


def _known_suite(run: Run) -> Path | None:
    path = Path(run.config.get("project.context_root", "~/.context")).expanduser() / _SUITE
    return path if path.is_file() else None


def _comparison(splits: Path, suite: Path, threshold: float | None) -> Stage:
    return Stage(
        name="contamination",
        uses=(_CONTAMINATION,),
        inputs=(splits / "train.jsonl",),
        output=splits.with_name(f"{splits.name}-contamination"),
        config={_CONTAMINATION: _given({"suite": suite, "threshold": threshold})},
        gate=True,
    )


@afs_command()
@click.option("--input", "source", type=data_path, help="Sample file, or - for stdin")
@click.option(
    "--output", type=data_path, help="File that is written  [default: STEM_FORMAT.jsonl beside the input]"
)
@click.option("--format", "form", required=True, help="alpaca, sharegpt, openai, or a plugin's format")
@click.option("--from", "origin", help="Format of the input where it is not samples")
@click.option(
    "--cot-mode", type=click.Choice(["drop", "tags", "field"]), help="Where reasoning goes  [default: drop]"
)
@click.option(
    "--roles", type=click.Choice(["user-assistant", "human-gpt"]), help="Names of the speakers in sharegpt"
)
@_on_error
def convert(
    console: Console,
    source: Path | None,
    output: Path | None,
    form: str,
    origin: str | None,
    on_error: str,
    **settings: Any,
) -> object:
    """Write samples in the format of another tool."""
    (source,) = required_input((source,) if source else ())
    output = output or _converted(source, form.rpartition("/")[2])
    console.keep_apart(output)
    use = f"converters/{form}"
    stage = Stage(
        name="convert",
        uses=(f"converters/{origin}", use) if origin else (use,),
        inputs=(source,),
        output=output,
        config={use: _given(settings)},
        on_error=on_error,
    )
    with console.run() as run:
        outcome = execute(stage, run)
    console.report(outcome)
    return outcome


def _converted(source: Path, form: str) -> Path:
    """``train.jsonl`` to ``train_alpaca.jsonl``; a pipe stays one."""
    return source if source == Path("-") else source.with_name(f"{source.stem}_{form}.jsonl")


@afs_command()
@_inputs
@click.option(
    "--output", type=data_path, default=Path("-"), help="Where the scored samples go  [default: stdout]"
)
@click.option(
    "--score-profile",
    "--profile",
    "profile",
    type=click.Choice(["generic", "asm", "dialogue"]),
    help="What the score favours  [default: generic]",
)
@click.option("--no-electra", is_flag=True, help="Leave the discriminator out")
@click.option("--no-asar", is_flag=True, help="Leave the assembler out")
@_on_error
def score(
    console: Console,
    inputs: tuple[Path, ...],
    output: Path,
    profile: str | None,
    no_electra: bool,
    no_asar: bool,
    on_error: str,
) -> object:
    """Set the quality score of every sample, and say in its metadata what it is made of."""
    weights = {name: 0.0 for name, off in (("electra", no_electra), ("asar", no_asar)) if off}
    stage = Stage(
        name="score",
        uses=(_QUALITY,),
        inputs=required_input(inputs),
        output=output,
        config={_QUALITY: _given({"profile": profile, "weights": weights or None})},
        on_error=on_error,
    )
    with console.run() as run:
        outcome = execute(stage, run)
    console.report(outcome)
    return outcome


@afs_command()
@_inputs
@_faulty(help="What a line that is no sample does; skip passes over it")
def analyze(console: Console, inputs: tuple[Path, ...], on_error: str) -> object:
    """Show domains, lengths, tokens and scores of samples."""
    faults: list[Fault] = []
    with console.run() as run:
        files = _all(required_input(inputs), run, faults.append if on_error == "skip" else None)
        statistics = describe(files)
    if faults:
        first = faults[0]
        lines = "1 line is no sample" if len(faults) == 1 else f"{len(faults):,} lines are no samples"
        console.warn(f"{lines}, the first one {first.path}:{first.line}: {first.reason}")
    for line in _table(statistics):
        console.print(line)
    return statistics


def _all(inputs: tuple[Path, ...], run: Run, on_fault: OnFault | None) -> Iterator[TrainingSample]:
    with run.progress("analyze") as progress:
        for path in inputs:
            for file in sample_files(path):
                for sample in read_samples(file, on_fault=on_fault):
                    progress.advance()
                    yield sample


def _table(found: DatasetStatistics) -> Iterator[str]:
    yield "Domain Distribution:"
    for domain, count in found.domains.items():
        yield f"  {domain or '(none)'}: {count:,} samples ({_percent(count / found.samples)})"
    yield ""
    yield "Lengths (characters):"
    yield f"  instruction: {_spread(found.instruction_characters)}"
    yield f"  output: {_spread(found.output_characters)}"
    yield ""
    yield f"Tokens: about {found.tokens:,}, the longest sample about {found.longest_tokens:,}"
    yield ""
    mean = f", mean {found.mean_score:.2f}" if found.mean_score is not None else ""
    yield f"Quality: {found.scored:,} of {found.samples:,} samples scored{mean}"
    if found.scored:
        yield from _histogram(found.histogram)


def _histogram(bins: list[int]) -> Iterator[str]:
    for place, count in enumerate(bins):
        bar = "#" * round(_BAR * count / max(bins))
        yield f"  {place / 10:.1f}-{(place + 1) / 10:.1f}  {count:>8,}  {bar}".rstrip()


def _spread(spread: Spread) -> str:
    return f"least {spread.least:,}, median {spread.median:,}, 95 % {spread.p95:,}, most {spread.most:,}"


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else f"{share:.1%}"


def _given(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings that were named, so that the configuration may speak for the rest."""
    return {name: value for name, value in settings.items() if value is not None}
