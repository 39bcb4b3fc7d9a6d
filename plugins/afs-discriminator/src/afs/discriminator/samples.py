"""Whole files of samples: scored with a discriminator among the signals, and filtered by score.

    score_jsonl("raw.jsonl", "scored.jsonl", model="models/electra")
    filter_jsonl("scored.jsonl", "kept.jsonl", min_score=0.6)

Files are streamed, order is kept, the output appears when it is whole. Scores are remembered by content, so
that an interrupted run that is started again goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from afs.discriminator.model import Record, backend_named, read_record
from afs.training.datasets import scoring_settings
from afs.training.scoring import ScoringConfig
from afs_core import GateRefused, Outcome, Run, Stage, execute

__all__ = [
    "MIN_SCORE",
    "Scoring",
    "check_trust",
    "filter_jsonl",
    "filter_samples",
    "score_jsonl",
    "score_samples",
    "scoring",
]

MIN_SCORE: Final = 0.5
_QUALITY: Final = "transforms/quality"
_FLOOR: Final = "transforms/discriminator/score-floor"
_SCORER: Final = "electra"

#: Settings of the ``quality`` transform and, under ``scorers``, of the discriminator.
Scoring = Mapping[str, Any]


def score_jsonl(
    input_path: Path | str,
    output_path: Path | str,
    model: Path | str | None = None,
    *,
    config: ScoringConfig | None = None,
    device: str = "auto",
    batch_size: int | None = None,
) -> Outcome:
    """Write the samples of a file with their quality score; ``config`` is the generic profile by default.

    ``model`` is the discriminator's folder, by default the configured one; where that is not there, the
    signal is left out with a warning. Raises DataError where a named ``model`` is no discriminator.
    """
    with Run.open() as run:
        settings = scoring(run, model, config=config, device=device, batch_size=batch_size)
        return score_samples([_path(input_path)], _path(output_path), settings, run)


def filter_jsonl(
    input_path: Path | str,
    output_path: Path | str,
    rejected_path: Path | str | None = None,
    min_score: float = MIN_SCORE,
    model: Path | str | None = None,
    *,
    force: bool = False,
    config: ScoringConfig | None = None,
    device: str = "auto",
    batch_size: int | None = None,
) -> Outcome:
    """Write the samples of a file that score ``min_score`` or more; with ``model`` they are scored first.

    Raises GateRefused for a model that was measured to be near chance, unless ``force``.
    """
    with Run.open() as run:
        settings = None
        if model is not None:
            check_trust(_path(model), force=force)
            settings = scoring(run, model, config=config, device=device, batch_size=batch_size)
        rejected = None if rejected_path is None else _path(rejected_path)
        return filter_samples(
            [_path(input_path)], _path(output_path), min_score, settings, run, rejected=rejected
        )


def scoring(
    run: Run,
    model: Path | str | None,
    *,
    config: ScoringConfig | None = None,
    profile: str | None = None,
    without: Sequence[str] = (),
    cache: bool | None = None,
    **own: Any,
) -> dict[str, Any]:
    """Settings of the ``quality`` transform in which the discriminator is ``model``; ``own`` are those of
    the discriminator. What is None is left to the configuration."""
    if model is not None:
        backend_named(read_record(_path(model)).backend).require(own.get("precision") or "auto")
        own["model_path"] = str(_path(model))
    own = {name: value for name, value in own.items() if value is not None}
    given = {"profile": profile, "without": tuple(without) or None, "cache": cache}
    settings = {} if config is None else scoring_settings(config)
    settings |= {name: value for name, value in given.items() if value is not None}
    if own:
        configured = run.registry.config_for("transforms", "quality", {}).scorers
        settings["scorers"] = {**configured, _SCORER: {**configured.get(_SCORER, {}), **own}}
    return settings


def score_samples(
    inputs: Sequence[Path], output: Path, settings: Scoring, run: Run, *, on_error: str = "stop"
) -> Outcome:
    stage = Stage(
        name="score",
        uses=(_QUALITY,),
        inputs=tuple(inputs),
        output=output,
        config={_QUALITY: settings},
        on_error=on_error,
    )
    return execute(stage, run)


def filter_samples(
    inputs: Sequence[Path],
    output: Path,
    minimum: float,
    settings: Scoring | None,
    run: Run,
    *,
    rejected: Path | None = None,
    on_error: str = "stop",
) -> Outcome:
    """``settings`` None: by the score that the samples have."""
    stage = Stage(
        name="filter",
        uses=(_FLOOR,) if settings is None else (_QUALITY, _FLOOR),
        inputs=tuple(inputs),
        output=output,
        config={_FLOOR: {"minimum": minimum}} | ({} if settings is None else {_QUALITY: settings}),
        rejected=rejected,
        on_error=on_error,
    )
    return execute(stage, run)


def check_trust(model: Path, *, force: bool) -> Record:
    """The record of a model that may filter. Raises GateRefused for one near chance."""
    record = read_record(model)
    figures = record.figures
    if figures is not None and not figures.sufficient and not force:
        raise GateRefused(
            f"{model}: held-out AUC {figures.auc.value:.3f}: expected .65 or more",
            hint="train it on more files, or use --force",
        )
    return record


def _path(path: Path | str) -> Path:
    return Path(path).expanduser()
