"""``afs scoring score|analyze|calibrate``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from afs.training.options import cache_option, given, histogram, profile_option, samples_in, tell_faults
from afs.training.score_statistics import Distribution, ScoreStatistics, describe_scores
from afs_core import DataError, Run, Stage, TrainingSample, UsageError, atomic_write, execute, read_samples
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
from afs_core.stream import sample_files

if TYPE_CHECKING:
    from afs.training.calibration import Calibration, Labelled
    from afs.training.scoring import QualityScorer, ScoringConfig

__all__ = ["analyze", "calibrate", "score"]

_QUALITY = "transforms/quality"
_SHOWN = 20
_BATCH = 64


@afs_command()
@sample_inputs
@click.option(
    "--output", type=data_path, default=Path("-"), help="Where the scored samples go  [default: stdout]"
)
@profile_option
@click.option("--no-electra", is_flag=True, help="Leave the discriminator out")
@click.option("--no-asar", is_flag=True, help="Leave the assembler out")
@cache_option
@on_error_option
def score(
    console: Console,
    inputs: tuple[Path, ...],
    output: Path,
    profile: str | None,
    no_electra: bool,
    no_asar: bool,
    cache: bool | None,
    on_error: str,
) -> object:
    """Set the quality score of every sample, and say in its metadata what it is made of."""
    without = [name for name, off in (("electra", no_electra), ("asar", no_asar)) if off]
    stage = Stage(
        name="score",
        uses=(_QUALITY,),
        inputs=required_input(inputs),
        output=output,
        config={_QUALITY: given({"profile": profile, "without": without or None, "cache": cache})},
        on_error=on_error,
    )
    with console.run() as run:
        outcome = execute(stage, run)
    console.report(outcome)
    return outcome


@afs_command()
@sample_inputs
@click.option("--histogram", "bars", is_flag=True, help="Draw the scores, and each signal, in ten bins")
@faulty(help="What a line that is no sample does; skip passes over it")
def analyze(console: Console, inputs: tuple[Path, ...], bars: bool, on_error: str) -> object:
    """Show how scores are spread by domain, source and signal, and what a floor would keep."""
    faults: list[Fault] = []
    with console.run() as run:
        on_fault = faults.append if on_error == "skip" else None
        found = describe_scores(samples_in(required_input(inputs), run, on_fault))
    tell_faults(console, faults)
    if found.overall.outside:
        console.warn(f"outside 0..1, counted in the end bins: {found.overall.outside:,} scores")
    _show(console, found, bars)
    return found


def _show(console: Console, found: ScoreStatistics, bars: bool) -> None:
    overall = found.overall
    console.print(f"Scores: {overall.scored:,} of {overall.samples:,} samples have one")
    for reason, count in found.unscored.items():
        console.print(f"  {count:,} have none: {reason}")
    if bars and overall.scored:
        console.print()
        for line in histogram(overall.histogram):
            console.print(line)
    _spreads(console, "domain", found.domains)
    _spreads(console, "source", found.sources)
    _signals(console, found, bars)
    if overall.scored:
        console.print()
        floors = [
            {"floor": f"{f.minimum:.2f}", "kept": f.kept, "share": f"{f.share:.1%}"} for f in found.floors
        ]
        console.table(floors)


def _spreads(console: Console, name: str, spreads: Mapping[str, Distribution]) -> None:
    console.print()
    shown = list(spreads.items())[:_SHOWN]
    console.table([{name: label or "(none)", **_row(spread)} for label, spread in shown])
    if len(spreads) > len(shown):
        console.print(f"and {len(spreads) - len(shown):,} more; --json has them all")


def _signals(console: Console, found: ScoreStatistics, bars: bool) -> None:
    if not found.signals:
        return
    console.print()
    console.table(
        [
            {"signal": name, **_row(signal.values), "mean weight": _digits(signal.mean_weight)}
            for name, signal in found.signals.items()
        ]
    )
    for name, signal in found.signals.items():
        for reason, count in signal.absent.items():
            console.print(f"  {name} is absent from {count:,}: {reason}")
        if bars and signal.values.scored:
            console.print(f"  {name}:")
            for line in histogram(signal.values.histogram):
                console.print(f"  {line}")


def _row(spread: Distribution) -> dict[str, Any]:
    numbers = {name: _digits(getattr(spread, name)) for name in ("mean", "p5", "median", "p95")}
    return {"samples": spread.samples, "scored": spread.scored, **numbers}


def _digits(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


@afs_command(seed=True)
@click.option(
    "--labels", multiple=True, type=data_path, help="Samples with a label: 1 or true is good, 0 bad"
)
@profile_option
@click.option("--signal", "more", multiple=True, help="Scorer of a plugin that is tried beside the profile's")
@click.option("--name", default="calibrated", show_default=True, help="Name of the profile that is made")
@click.option("--output", type=data_path, help="File that gets the profile as TOML  [default: shown]")
@cache_option
def calibrate(
    console: Console,
    labels: tuple[Path, ...],
    profile: str | None,
    more: tuple[str, ...],
    name: str,
    output: Path | None,
    cache: bool | None,
    seed: int,
) -> object:
    """Fit the weights of the score to labelled samples, and judge them on labels held out."""
    from afs.training.calibration import calibrate as fit

    if not re.fullmatch(r"[\w-]+", name):
        raise UsageError(f"--name: expected letters, digits, - and _, got {name!r}")
    if not labels:
        raise UsageError("expected --labels FILE, samples with a label each")
    with console.run(seed=seed) as run:
        quality = run.registry.config_for(
            "transforms", "quality", given({"profile": profile, "cache": cache})
        )
        config = quality.scoring()
        present = config.weights.named()
        candidates = {signal: 1.0 for signal in (*present, *more)}
        scorer = _scorer(config, candidates, run, quality)
        rows, unlabelled = _labelled(labels, scorer, run)
        used = [signal for signal in candidates if any(signal in row for _, row in rows)]
        found = fit(_rows(rows, used), used, [present.get(signal, 0.0) for signal in used], seed)
    toml = _profile_toml(name, found, config)
    _show_calibration(console, found, unlabelled, scorer.absent)
    if output is None:
        console.print()
        console.print(toml.rstrip("\n"))
    else:
        with atomic_write(output) as stream:
            stream.write(toml.encode())
        console.note(f"{output} written; put it into the file that afs config path names")
    return {**msgspec.to_builtins(found), "unlabelled": unlabelled, "absent": scorer.absent, "profile": toml}


Scored = list[tuple[TrainingSample, dict[str, float]]]


def _scorer(config: ScoringConfig, candidates: dict[str, float], run: Run, quality: Any) -> QualityScorer:
    from afs.training.scoring import QualityScorer, ScoringWeights

    config = msgspec.structs.replace(config, weights=ScoringWeights.of(candidates))
    return QualityScorer(config, run, quality.scorers, cached=quality.cache)


def _labelled(paths: tuple[Path, ...], scorer: QualityScorer, run: Run) -> tuple[Scored, int]:
    """Labelled samples with the signals that apply to each, and how many have no label."""
    from afs.training.calibration import label_of

    kept: list[TrainingSample] = []
    unlabelled = 0
    for file in (file for path in paths for file in sample_files(path)):
        for number, sample in enumerate(read_samples(file), 1):
            try:
                known = label_of(sample) is not None
            except DataError as fault:
                raise DataError(f"sample {number}: {fault.reason}", path=file) from None
            unlabelled += not known
            if known:
                kept.append(sample)
    rows: Scored = []
    with run.progress("calibrate", len(kept)) as progress:
        for start in range(0, len(kept), _BATCH):
            batch = kept[start : start + _BATCH]
            run.check_cancelled()
            for sample, made in zip(batch, scorer.score_batch(batch), strict=True):
                values = {name: part["value"] for name, part in made.components.items()}
                rows.append((sample, {name: v for name, v in values.items() if v is not None}))
            progress.advance(len(batch))
    return rows, unlabelled


def _rows(rows: Scored, names: list[str]) -> list[Labelled]:
    from afs.training.calibration import Labelled, label_of

    return [
        Labelled(tuple(values.get(name) for name in names), label_of(sample) or 0.0, sample.group)
        for sample, values in rows
    ]


def _show_calibration(
    console: Console, found: Calibration, unlabelled: int, absent: Mapping[str, str]
) -> None:
    left_out = f"; {unlabelled:,} without a label left out" if unlabelled else ""
    console.note(
        f"labels: {found.samples:,} samples, {found.good:,} good, in {found.groups:,} groups{left_out}"
    )
    for name, why in absent.items():
        console.note(f"  {name} takes no part: {why}")
    rankings = [*found.signals, found.present, found.fitted]
    console.table(
        [
            {
                "score": r.name,
                "samples": r.samples,
                "AUC": r.auc,
                "Spearman": r.spearman,
                "Kendall": r.kendall,
            }
            for r in rankings
        ]
    )
    console.print()
    console.table(list(_weights(found)))
    console.print()
    verdict = "better" if found.better else "not shown to be better: keep the present weights, or label more"
    console.print(f"AUC of fitted less present, on samples held out: {_signed(found)}: {verdict}")


def _weights(found: Calibration) -> Iterator[dict[str, Any]]:
    for name, weight in found.fitted_weights.items():
        folds = [fold[name] for fold in found.folds]
        spread = f"{min(folds):.3f} to {max(folds):.3f}"
        yield {"signal": name, "present": found.present_weights[name], "fitted": weight, "in folds": spread}


def _signed(found: Calibration) -> str:
    change = found.difference
    return f"{change.value:+.3f} [{change.low:+.3f}, {change.high:+.3f}]"


def _profile_toml(name: str, found: Calibration, config: ScoringConfig) -> str:
    """The fitted profile as it stands in a config file."""
    from afs_core.cli.config import toml_text

    weights = {_key(signal): weight for signal, weight in found.fitted_weights.items() if weight}
    lines = [
        f"# afs scoring score --score-profile {name}",
        f"[plugins.training.quality.profiles.{name}]",
        f"weights = {toml_text(weights)}",
    ]
    for length in ("min_output_length", "ideal_output_length", "max_output_length"):
        lines.append(f"{length} = {getattr(config, length)}")
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    """A name as a TOML key: quoted where it holds more than a bare key may."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'"{name}"'
