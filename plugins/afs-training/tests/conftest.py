from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from afs_core import Missing, Run, Score, TrainingSample


class FixedScorer:
    """A scorer of another plugin, whose scores the test states."""

    fingerprint = "fixed"

    def __init__(self, score: Callable[[TrainingSample], Score]) -> None:
        self._score = score

    def score_batch(self, samples: Sequence[TrainingSample], /) -> Sequence[Score]:
        return [self._score(sample) for sample in samples]


class ScorerRun(Run):
    """A run in which exactly the named scorers are installed."""

    scorers: dict[str, Callable[[TrainingSample], Score]]

    def use(self, kind: str, name: str, /, **settings: Any) -> Any:
        if kind == "scorers":
            if name not in self.scorers:
                raise Missing(f"scorers/{name} needs a plugin that is not installed")
            return FixedScorer(self.scorers[name])
        return super().use(kind, name, **settings)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def run_with(tmp_path: Path) -> Callable[..., Run]:
    """``run_with(electra=0.5)``: a run with scorers that give these scores."""

    def make(**scores: Any) -> Run:
        run = ScorerRun.open(workdir=tmp_path / "scratch")
        assert isinstance(run, ScorerRun)
        run.scorers = {
            name: score if callable(score) else lambda sample, score=score: Score(score, "said so")
            for name, score in scores.items()
        }
        return run

    return make
