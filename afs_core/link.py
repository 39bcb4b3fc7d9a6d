"""One capability of a chain: its object, its view of the run, and what passed through it."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from afs_core.blame import working
from afs_core.errors import PluginError
from afs_core.manifest import Counts
from afs_core.sample import TrainingSample

if TYPE_CHECKING:
    from afs_core.protocols import Scorer
    from afs_core.run import Run
    from afs_core.stage import Use

__all__ = ["BATCH", "Link", "Passage"]

#: Samples that go through row-wise links together.
BATCH = 64
_SAMPLES = {TrainingSample}


class Passage(msgspec.Struct):
    """What passed through a link somewhere else, to be added to its counts here."""

    came_in: int
    went_out: int
    dropped: dict[str, int]
    noted: dict[str, int]


class Link:
    """One entry of ``uses``, made and counted."""

    def __init__(self, use: Use, run: Run, settings: Mapping[str, Any]) -> None:
        self.use, self.run = use, run
        self.object = run.use(use.kind, use.name, **settings)
        self.label = run.registry.find(use.kind, use.name).label
        self.came_in = 0
        self.went_out = 0
        self._noted: Counter[str] = Counter()

    @property
    def rowwise(self) -> bool:
        """Whether samples may go through in any company and in any process."""
        return self.use.kind == "scorers" or bool(getattr(self.object, "rowwise", False))

    @property
    def keyed(self) -> bool:
        return self.use.kind == "transforms" and hasattr(self.object, "decide")

    def batch(self, samples: list[TrainingSample]) -> list[TrainingSample]:
        """What comes of some samples; for row-wise links."""
        self.came_in += len(samples)
        with working(self.label):
            if self.use.kind == "scorers":
                out = _scored(self.object, self.use.name, samples)
            else:
                out = list(self.object.apply(samples))
            if set(map(type, out)) - _SAMPLES:
                for sample in out:
                    self._check(sample)
        self.went_out += len(out)
        return out

    def stream(self, samples: Iterable[TrainingSample]) -> Iterator[TrainingSample]:
        """What comes of all samples, lazily."""
        if self.use.kind == "scorers":
            return self.leaving(_batches_scored(self.object, self.use.name, self.entering(samples)))
        return self.leaving(self.object.apply(self.entering(samples)))

    def entering(self, samples: Iterable[TrainingSample]) -> Iterator[TrainingSample]:
        for sample in samples:
            self.came_in += 1
            yield sample

    def leaving(self, samples: Iterable[TrainingSample]) -> Iterator[TrainingSample]:
        with working(self.label):
            for sample in samples:
                self._check(sample)
                self.went_out += 1
                yield sample

    def keys(self, samples: Sequence[TrainingSample]) -> list[Any]:
        """The key of each sample; for keyed links."""
        with working(self.label):
            return list(map(self.object.key, samples))

    def counts(self, unexplained: str) -> Counts:
        dropped = dict(sorted(self.run.dropped.items()))
        lost = self.came_in - self.went_out - sum(dropped.values())
        if lost > 0 and self.use.kind == "transforms":
            dropped[unexplained] = lost
        return Counts(
            name=self.use.text,
            came_in=self.came_in,
            went_out=self.went_out,
            dropped=dropped,
            noted=dict(sorted(self._own_notes().items())),
        )

    def passage(self) -> Passage:
        """What passed through so far."""
        return Passage(self.came_in, self.went_out, dict(self.run.dropped), dict(self._own_notes()))

    def passed(self, before: Passage) -> Passage:
        """What passed through since ``before``."""
        now = self.passage()
        return Passage(
            now.came_in - before.came_in,
            now.went_out - before.went_out,
            _more(now.dropped, before.dropped),
            _more(now.noted, before.noted),
        )

    def add(self, elsewhere: Passage) -> None:
        """Count what passed through in another process."""
        self.came_in += elsewhere.came_in
        self.went_out += elsewhere.went_out
        self.run.dropped.update(elsewhere.dropped)
        self._noted.update(elsewhere.noted)

    def _own_notes(self) -> Counter[str]:
        noted = Counter(getattr(self.object, "noted", {}))
        noted.update(self._noted)
        return noted

    def _check(self, sample: Any) -> None:
        if not isinstance(sample, TrainingSample):
            raise PluginError(f"{self.label}: expected a TrainingSample, got {type(sample).__name__}")


def _more(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    return {name: count - before.get(name, 0) for name, count in now.items() if count != before.get(name, 0)}


def _batches_scored(scorer: Scorer, name: str, samples: Iterator[TrainingSample]) -> Iterator[TrainingSample]:
    while batch := list(itertools.islice(samples, BATCH)):
        yield from _scored(scorer, name, batch)


def _scored(scorer: Scorer, name: str, samples: Sequence[TrainingSample]) -> list[TrainingSample]:
    """Samples with ``quality_score`` and ``_metadata.scores[name]`` set where the scorer applies."""
    scores = scorer.score_batch(samples)
    return [_with(sample, name, score.value) for sample, score in zip(samples, scores, strict=True)]


def _with(sample: TrainingSample, name: str, value: float | None) -> TrainingSample:
    if value is None or math.isnan(value):
        return sample
    scores = {**sample.metadata.get("scores", {}), name: value}
    return msgspec.structs.replace(
        sample, quality_score=value, _metadata={**sample.metadata, "scores": scores}
    )
