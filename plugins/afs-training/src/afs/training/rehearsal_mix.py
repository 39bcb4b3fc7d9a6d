"""Old samples among new ones, in a given share."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from random import Random

from afs.dedupe import digest64, question
from afs.training.mixture import rehearsed_count
from afs.training.rehearsal_choice import unfit
from afs_core import TrainingSample

__all__ = ["HELD_OUT", "REHEARSED", "RehearsalMix"]

REHEARSED = "rehearsed"
#: New samples that pass through without counting for the share.
HELD_OUT = "held out"
_ALL_OLD = "the mix is all rehearsal"

Drop = Callable[[TrainingSample, str], None]


class RehearsalMix:
    """First :meth:`new` is run through, then :meth:`old` gives what belongs to it.

    The share is that of old samples among all for training: new ones that are held out for
    validation or test pass and do not count. An old sample that asks what a new one asks, or is of
    a group that the new data holds out, stays away. Memory: one key a question.
    """

    def __init__(self, ratio: float, rng: Random) -> None:
        self.ratio = ratio
        self._rng = rng
        self._questions: set[int] = set()
        self._groups: set[int] = set()
        self._new = 0
        self._wanted = 0
        self.noted: Counter[str] = Counter()

    def new(self, samples: Iterable[TrainingSample], drop: Drop | None = None) -> Iterator[TrainingSample]:
        """``samples``, remembered; where the ratio is 1 only what is held out."""
        for sample in samples:
            held_out = sample.prov is not None and sample.prov.split not in ("", "train")
            if held_out:
                self.noted[HELD_OUT] += 1
                self._groups.add(digest64(sample.group))
            elif self.ratio == 1:
                if drop is not None:
                    drop(sample, _ALL_OLD)
                continue
            else:
                self._new += 1
            self._questions.add(digest64(question(sample)))
            yield sample

    def old(self, buffer: Iterable[TrainingSample]) -> Iterator[TrainingSample]:
        """What of ``buffer`` belongs to the new samples, in its order; it is iterated twice."""
        if not self.ratio:
            return
        rows = array("I")
        for row, sample in enumerate(buffer):
            if reason := self._unfit(sample):
                self.noted[reason] += 1
            else:
                rows.append(row)
        self._wanted = len(rows) if self.ratio == 1 else rehearsed_count(self._new, self.ratio)
        chosen = set(self._rng.sample(rows, min(self._wanted, len(rows))))
        self.noted[REHEARSED] = len(chosen)
        if left := len(rows) - len(chosen):
            self.noted["left in the buffer"] = left
        yield from (sample for row, sample in enumerate(buffer) if row in chosen)

    def told(self) -> Iterator[str]:
        """What the user should know of the mix."""
        got = self.noted[REHEARSED]
        if got < self._wanted:
            share = got / (got + self._new)
            yield (
                f"rehearsal: the buffer has {got:,} of the {self._wanted:,} samples that {self.ratio:.1%}"
                f" takes, so the mix is {share:.1%} rehearsal"
            )

    def _unfit(self, sample: TrainingSample) -> str:
        if reason := unfit(sample):
            return f"old, {reason}"
        if digest64(question(sample)) in self._questions:
            return "asked by a new sample too"
        return "of a group that is held out" if digest64(sample.group) in self._groups else ""
