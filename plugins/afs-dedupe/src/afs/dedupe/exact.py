"""The ``exact-dedupe`` transform."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from afs.dedupe.key import digest64, exchange, question
from afs_core import Run, TrainingSample
from afs_core.verdict import Drop, Verdict, apply_keyed

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
        self._drop = Drop(_REASON[config.key])
        self.rereads = config.keep == "best"
        self.columns = "QQd" if self.rereads else "QQ"

    @property
    def _names(self) -> bool:
        """Whether anybody wants to know of which sample another is a duplicate."""
        return self._run.on_drop is not None

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        return apply_keyed(self, samples, self._run)

    @cached_property
    def key(self) -> Callable[[TrainingSample], tuple[int | float, ...]]:
        """What takes the key of a sample: the question, who asks it, and with ``keep="best"`` the score."""
        text = self._text
        if self.rereads:
            return lambda sample: (digest64(text(sample)), self._identity(sample), sample.score)
        if self._names:
            return lambda sample: (digest64(text(sample)), self._identity(sample))
        return lambda sample: (digest64(text(sample)), 0)

    def _identity(self, sample: TrainingSample) -> int:
        return int(sample.sample_id, 16) if self._names else 0

    def decide(self, keys: Iterable[tuple[Any, ...]], /) -> Iterator[Verdict]:
        return self._keep_best(keys) if self.rereads else self._keep_first(keys)

    def _keep_first(self, keys: Iterable[tuple[int, int]]) -> Iterator[Verdict]:
        kept: dict[int, int] = {}
        for key, identity in keys:
            if key in kept:
                yield self._duplicate_of(kept[key])
            else:
                kept[key] = identity
                yield None

    def _keep_best(self, keys: Iterable[tuple[int, int, float]]) -> Iterator[Verdict]:
        best = _Best()
        places = array("q", (best.offer(*key) for key in keys))
        for row, place in enumerate(places):
            yield None if best.rows[place] == row else self._duplicate_of(best.identities[place])

    def _duplicate_of(self, kept: int) -> Drop:
        if not self._names:
            return self._drop
        return Drop(self._drop.reason, {"duplicate_of": f"{kept:016x}"})


class _Best:
    """The best-scored sample of each key, as columns of numbers; of equals, the first."""

    def __init__(self) -> None:
        self.rows = array("q")
        self.identities = array("Q")
        self._scores = array("d")
        self._places: dict[int, int] = {}
        self._seen = 0

    def offer(self, key: int, identity: int, score: float) -> int:
        """The place of ``key``, after a sample has competed for it; one without a score has the least."""
        score = -math.inf if math.isnan(score) else score
        place = self._places.setdefault(key, len(self.rows))
        if place == len(self.rows):
            self.rows.append(self._seen)
            self.identities.append(identity)
            self._scores.append(score)
        elif score > self._scores[place]:
            self.rows[place] = self._seen
            self.identities[place] = identity
            self._scores[place] = score
        self._seen += 1
        return place
