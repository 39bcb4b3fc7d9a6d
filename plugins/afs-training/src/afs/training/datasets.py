"""Whole files at once, for scripts."""

from __future__ import annotations

from pathlib import Path

import msgspec

from afs.training.scoring import ScoringConfig
from afs_core import Outcome, Run, Stage, TrainingSample, execute, read_samples

__all__ = ["load_jsonl", "score_jsonl"]


def load_jsonl(path: Path | str) -> list[TrainingSample]:
    """All samples of a file; raises DataError with file and line."""
    return list(read_samples(Path(path).expanduser()))


def score_jsonl(
    input_path: Path | str, output_path: Path | str, config: ScoringConfig | None = None
) -> Outcome:
    """Write the samples of a file with their quality score; the generic profile by default."""
    settings = {} if config is None else scoring_settings(config)
    stage = Stage(
        name="score",
        uses=("transforms/quality",),
        inputs=(Path(input_path).expanduser(),),
        output=Path(output_path).expanduser(),
        config={"transforms/quality": settings},
    )
    with Run.open() as run:
        return execute(stage, run)


def scoring_settings(config: ScoringConfig) -> dict[str, object]:
    """``config`` as settings of the ``quality`` transform."""
    return msgspec.structs.asdict(config) | {"weights": config.weights.named()}
