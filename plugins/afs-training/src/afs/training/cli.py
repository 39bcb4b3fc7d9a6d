"""``afs training prepare|analyze``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from afs.training import refusal
from afs.training.options import given, histogram, samples_in, tell_faults
from afs.training.statistics import DatasetStatistics, Spread, describe
from afs_core import GateRefused, Run, Stage, UsageError, execute
from afs_core.cli import (
    Console,
    afs_command,
    data_path,
    faulty,
    on_error_option,
    required_input,
    sample_inputs,
)
from afs_core.jsonl import Fault

__all__ = ["analyze", "prepare"]

_REPEATS, _NEAR, _SPLIT = "transforms/repeats", "transforms/near-dedupe", "transforms/split"
_CONTAMINATION = "evaluators/contamination"
_SUITE = Path("training/evals/unified_eval_suite.jsonl")
_SHOWN = 20


@afs_command(seed=True)
@sample_inputs
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
    "--near-groups/--no-near-groups",
    "near",
    default=None,
    help="Keep near-duplicate questions on one side  [default: with --group-by group]",
)
@click.option(
    "--suite", type=data_path, help="Test that the train split must not hold  [default: the context's suite]"
)
@click.option(
    "--contamination/--no-contamination", default=True, help="Compare the train split with the suite"
)
@click.option(
    "--threshold", type=click.FloatRange(0, 1), help="Share of the suite that may be held  [default: 0]"
)
@on_error_option
def prepare(
    console: Console,
    inputs: tuple[Path, ...],
    output: Path,
    near: bool | None,
    suite: Path | None,
    contamination: bool,
    threshold: float | None,
    on_error: str,
    seed: int,
    **settings: Any,
) -> object:
    """Split samples into train, val and test, and compare train with the test suite."""
    grouping = {_NEAR: {"action": "group"}} if _groups_near(near, settings["group_by"]) else {}
    stage = Stage(
        name="prepare",
        uses=(_REPEATS, *grouping, _SPLIT),
        inputs=required_input(inputs),
        output=output,
        config={**grouping, _SPLIT: given(settings)},
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
        if any(count.noted for count in outcome.counts if count.name == _REPEATS):
            console.note("afs dedupe takes samples out that ask the same question")
        suite = suite or _known_suite(run)
        if contamination and suite is not None:
            _compare(console, output, _comparison(output, suite, threshold), run)
            console.data = outcome
        refusal.clear(output)
    return outcome


def _groups_near(asked: bool | None, group_by: str) -> bool:
    """Whether near-duplicates get one group before the split, which needs to go by groups."""
    if asked and group_by != "group":
        raise UsageError(
            f"--near-groups keeps near-duplicates together by their group, and --group-by is {group_by}",
            hint="leave one of the two out",
        )
    return group_by == "group" if asked is None else asked


def _known_suite(run: Run) -> Path | None:
    path = Path(run.config.get("project.context_root", "~/.context")).expanduser() / _SUITE
    return path if path.is_file() else None


def _comparison(splits: Path, suite: Path, threshold: float | None) -> Stage:
    return Stage(
        name="contamination",
        uses=(_CONTAMINATION,),
        inputs=(splits / "train.jsonl",),
        output=splits.with_name(f"{splits.name}-contamination"),
        config={_CONTAMINATION: given({"suite": suite, "threshold": threshold})},
        gate=True,
    )


def _compare(console: Console, splits: Path, comparison: Stage, run: Run) -> None:
    """Raise GateRefused where the train split holds the suite; until it passed, the splits are marked."""
    suite = comparison.config[_CONTAMINATION]["suite"]
    refusal.mark(splits, f"Not for training. Not compared with {suite} yet: run the command again.")
    try:
        console.report(execute(comparison, run))
    except GateRefused as fault:
        report = comparison.output / "contamination.jsonl"
        file = refusal.mark(splits, f"Not for training. {fault.message}\n{report} names the items.")
        raise GateRefused(
            f"{fault.message}; {splits} was written, but is not for training, as {file.name} in it says",
            hint=f"take out the samples that {report} names as partner, or allow some with --threshold",
        ) from None


@afs_command()
@sample_inputs
@faulty(help="What a line that is no sample does; skip passes over it")
def analyze(console: Console, inputs: tuple[Path, ...], on_error: str) -> object:
    """Show domains, lengths, tokens, scores, sources and provenance of samples."""
    faults: list[Fault] = []
    with console.run() as run:
        on_fault = faults.append if on_error == "skip" else None
        statistics = describe(samples_in(required_input(inputs), run, on_fault))
    tell_faults(console, faults)
    for line in _table(statistics):
        console.print(line)
    return statistics


def _table(found: DatasetStatistics) -> Iterator[str]:
    yield "Domain Distribution:"
    yield from _shares(found.domains, found.samples)
    yield ""
    yield "Lengths (characters):"
    yield f"  instruction: {_spread(found.instruction_characters)}"
    yield f"  output: {_spread(found.output_characters)}"
    yield ""
    yield f"Tokens: about {found.tokens:,}, the longest sample about {found.longest_tokens:,}"
    yield f"  a sample: {_spread(found.sample_tokens)}"
    yield ""
    mean = f", mean {found.mean_score:.2f}" if found.mean_score is not None else ""
    yield f"Quality: {found.scored:,} of {found.samples:,} samples scored{mean}"
    if found.scored:
        yield from histogram(found.histogram)
    yield ""
    yield f"Sources: {found.sources:,}"
    yield from _shares(found.by_source, found.samples)
    if found.splits:
        yield ""
        yield "Splits:"
        yield from _shares(found.splits, found.samples)
    yield ""
    yield f"Provenance: {found.with_provenance:,} of {found.samples:,} samples say where they come from"
    yield from _shares({f"made by {name}": count for name, count in found.generators.items()}, found.samples)
    yield from _shares({f"through {name}": count for name, count in found.transforms.items()}, found.samples)
    if found.multi_turn or found.with_thinking:
        yield ""
        yield f"Conversations: {found.multi_turn:,}; with reasoning: {found.with_thinking:,}"


def _shares(counts: Mapping[str, int], total: int) -> Iterator[str]:
    for name, count in list(counts.items())[:_SHOWN]:
        yield f"  {name or '(none)'}: {count:,} samples ({_percent(count / total)})"
    if len(counts) > _SHOWN:
        yield f"  and {len(counts) - _SHOWN:,} more"


def _spread(spread: Spread) -> str:
    return f"least {spread.least:,}, median {spread.median:,}, 95 % {spread.p95:,}, most {spread.most:,}"


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else f"{share:.1%}"
