"""The ``exact-dedupe`` transform."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from afs.dedupe.key import digest64, exchange, question
from afs_core import Run, TrainingSample

__all__ = ["ExactDedupe"]

_TEXT: dict[str, Callable[[TrainingSample], str]] = {"question": question, "pair": exchange}
_REASON = {
    "question": "same question as another sample",
    "pair": "same question and answer as another sample",
}


class ExactDedupe:
    """Keeps one sample of those whose normalised question is the same.

    A dropped sample names the one that was kept in ``_metadata.duplicate_of`` (its
    ``sample_id``). Memory grows by a few machine words a kept question, never by rows.

        run.use("transforms", "exact-dedupe", keep="best").apply(samples)
    """

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        key: Annotated[
            Literal["question", "pair"],
            Meta(description="question: instruction and input alike; pair: the answer alike as well"),
        ] = "question"
        keep: Annotated[
            Literal["first", "best"],
            Meta(description="first: the one that came first; best: the one with the highest quality_score"),
        ] = "first"

    rereads = False

    def __init__(self, config: Config, run: Run) -> None:
        self._run = run
        self._text = _TEXT[config.key]
        self._reason = _REASON[config.key]
        self.rereads = config.keep == "best"

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        return self._keep_best(samples) if self.rereads else self._keep_first(samples)

    def _keep_first(self, samples: Iterable[TrainingSample]) -> Iterator[TrainingSample]:
        kept: dict[int, int] = {}
        for sample in samples:
            key = digest64(self._text(sample))
            if key in kept:
                self._drop(sample, kept[key])
            else:
                kept[key] = _identity(sample)
                yield sample

    def _keep_best(self, samples: Iterable[TrainingSample]) -> Iterator[TrainingSample]:
        best = _Best()
        places = array("q", (best.offer(digest64(self._text(sample)), sample) for sample in samples))
        for row, (sample, place) in enumerate(zip(samples, places, strict=True)):
            if best.rows[place] == row:
                yield sample
            else:
                self._drop(sample, best.identities[place])

    def _drop(self, sample: TrainingSample, kept: int) -> None:
        metadata = {**sample.metadata, "duplicate_of": f"{kept:016x}"}
        self._run.drop(msgspec.structs.replace(sample, _metadata=metadata), self._reason)


class _Best:
    """The best-scored sample of each key, as columns of numbers; of equals, the first."""

    def __init__(self) -> None:
        self.rows = array("q")
        self.identities = array("Q")
        self._scores = array("d")
        self._places: dict[int, int] = {}
        self._seen = 0

    def offer(self, key: int, sample: TrainingSample) -> int:
        """The place of ``key``, after ``sample`` has competed for it."""
        score = -math.inf if math.isnan(sample.score) else sample.score
        place = self._places.setdefault(key, len(self.rows))
        if place == len(self.rows):
            self.rows.append(self._seen)
            self.identities.append(_identity(sample))
            self._scores.append(score)
        elif score > self._scores[place]:
            self.rows[place] = self._seen
            self.identities[place] = _identity(sample)
            self._scores[place] = score
        self._seen += 1
        return place


def _identity(sample: TrainingSample) -> int:
    return int(sample.sample_id, 16)
