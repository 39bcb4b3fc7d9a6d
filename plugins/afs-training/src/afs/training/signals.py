"""The scorers of other plugins as signals of the quality score: found, checked, remembered."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afs.training.score_cache import ScoreCache
from afs_core import Missing, PluginError, Score, Scorer, TrainingSample, UnknownName
from afs_core.manifest import digest

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["DOCUMENTED", "Signal", "open_signals"]

#: Signals of other plugins that every profile knows; one that is not installed is left out.
DOCUMENTED = ("electra", "asar", "entity")


class Signal:
    """One scorer, held to its promises; with ``cached`` its scores outlive the run."""

    def __init__(self, name: str, scorer: Scorer, run: Run, *, cached: bool = True) -> None:
        self.name = name
        self._scorer = scorer
        stated = str(getattr(scorer, "fingerprint", "") or "")
        #: Changes when scores could change: with the scorer's fingerprint, and with its code.
        self.identity = f"{stated} {_code(scorer, run)}"
        where = str(getattr(scorer, "cache_name", "scores"))
        self.cache = ScoreCache(name, self.identity, run, where) if cached and stated else None

    def scores(
        self, samples: Sequence[TrainingSample], digested: Callable[[], Sequence[bytes]] | None = None
    ) -> Sequence[Score]:
        """One score a sample, in order; ``digested`` as :meth:`ScoreCache.scores` takes it.

        Raises PluginError where the scorer does not give that.
        """
        if self.cache is None:
            return self._asked(samples)
        return self.cache.scores(samples, self._asked, digested)

    def _asked(self, samples: Sequence[TrainingSample]) -> Sequence[Score]:
        scores = self._scorer.score_batch(samples)
        if len(scores) != len(samples):
            raise PluginError(f"scorers/{self.name}: expected {len(samples)} scores, got {len(scores)}")
        for score in scores:
            if score.value is not None and not (0 <= score.value <= 1 or math.isnan(score.value)):
                raise PluginError(f"scorers/{self.name}: expected a value in 0..1, got {score.value!r}")
        return scores


def open_signals(
    weights: Mapping[str, float], settings: Mapping[str, Mapping[str, Any]], run: Run, *, cached: bool = True
) -> tuple[dict[str, Signal], dict[str, str]]:
    """The signals that ``weights`` ask for, and why others are absent.

    A scorer whose engine or plugin is missing is absent. A name that nobody knows raises
    UnknownName, unless it is one of :data:`DOCUMENTED`.
    """
    signals: dict[str, Signal] = {}
    absent: dict[str, str] = {}
    for name, weight in weights.items():
        if weight == 0:
            absent[name] = "no weight"
            continue
        try:
            scorer = run.use("scorers", name, **settings.get(name, {}))
        except Missing as fault:
            absent[name] = f"not available: {fault.message}"
        except UnknownName as fault:
            if name not in DOCUMENTED:
                raise
            absent[name] = f"not available: {fault.message}"
        else:
            signals[name] = Signal(name, scorer, run, cached=cached)
    return signals, absent


def _code(scorer: Scorer, run: Run) -> str:
    """Digest of the module that defines the scorer, so that an edited one scores again."""
    file = getattr(sys.modules.get(type(scorer).__module__), "__file__", None)
    return digest(Path(file), run.cache("digests")) if file and Path(file).is_file() else ""
