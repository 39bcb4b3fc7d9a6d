"""What a keyed transform decides about samples that it has seen only as keys.

class Newest:
    rereads = True  # no verdict before all keys are there
    columns = "Qd"

    def key(self, sample):
        return digest(sample.instruction), sample.metadata["time"]

    def decide(self, keys):
        rows = list(keys)
        newest = dict(sorted(rows, key=lambda row: row[1]))
        for key, time in rows:
            yield None if newest[key] == time else Drop("not the newest")

    def apply(self, samples):
        return apply_keyed(self, samples, self.run)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from afs_core.sample import Provenance, TrainingSample

if TYPE_CHECKING:
    from afs_core.protocols import Keyed
    from afs_core.run import Run

__all__ = ["Assign", "Drop", "Verdict", "apply_keyed", "settled"]


class Drop(msgspec.Struct, frozen=True):
    """The sample does not go on; ``metadata`` is added to the one that is set aside."""

    reason: str
    metadata: dict[str, Any] = {}

    def of(self, sample: TrainingSample) -> TrainingSample:
        """What is set aside."""
        if not self.metadata:
            return sample
        return msgspec.structs.replace(sample, _metadata={**sample.metadata, **self.metadata})


class Assign(msgspec.Struct, frozen=True):
    """The sample goes on with ``prov.split`` set."""

    split: str

    def to(self, sample: TrainingSample) -> TrainingSample:
        """The sample itself where it has this split already."""
        prov = sample.prov
        if prov is None:
            return msgspec.structs.replace(sample, prov=Provenance(split=self.split))
        if prov.split == self.split:
            return sample
        return msgspec.structs.replace(sample, prov=msgspec.structs.replace(prov, split=self.split))


#: None: the sample goes on as it is.
Verdict = Drop | Assign | None


def settled(sample: TrainingSample, verdict: Verdict, run: Run) -> TrainingSample | None:
    """``sample`` after ``verdict``; None where it was dropped, which ``run`` is told."""
    if verdict is None:
        return sample
    if isinstance(verdict, Assign):
        return verdict.to(sample)
    run.drop(verdict.of(sample), verdict.reason)
    return None


def apply_keyed(transform: Keyed, samples: Iterable[TrainingSample], run: Run) -> Iterator[TrainingSample]:
    """The ``apply`` of a keyed transform: one look at the samples, two where it ``rereads``."""
    waiting: deque[TrainingSample] = deque()

    def seen() -> Iterator[TrainingSample]:
        for sample in samples:
            waiting.append(sample)
            yield sample

    keys = map(transform.key, samples if transform.rereads else seen())
    verdicts = iter(transform.decide(keys))
    if transform.rereads:
        pairs: Iterable[tuple[Verdict, TrainingSample]] = zip(verdicts, samples, strict=True)
    else:
        pairs = ((verdict, waiting.popleft()) for verdict in verdicts)
    for verdict, sample in pairs:
        kept = settled(sample, verdict, run)
        if kept is not None:
            yield kept
