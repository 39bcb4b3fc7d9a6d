"""The ``near-dedupe`` transform."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from afs.dedupe.field import FIELDS
from afs_core import Provenance, Run, TrainingSample

if TYPE_CHECKING:
    from afs.dedupe.resemblance import Drops

__all__ = ["NearDedupe"]

_NAME = "near-dedupe"
_REASON = "near-duplicate of another sample"
_NOTED = "put into the group of a near-duplicate"


class NearDedupe:
    """Keeps one sample of those whose texts nearly agree, or gives them one group.

    Two samples are near-duplicates if the sets of their runs of ``shingle`` words have a Jaccard
    similarity of ``threshold`` or more, which is computed and never estimated. A text with fewer words
    than a run is one run. ``drop``: samples are taken by score, then in order; one goes if it
    resembles an earlier one that stays, whose ``sample_id`` is then in ``_metadata.duplicate_of`` and
    the similarity in ``_metadata.similarity``. ``group``: nothing goes; whatever a chain of
    near-duplicates and of equal groups links gets the group of its first sample.

    Looks twice. In between it holds numbers only, most of them in the run's scratch folder.
    """

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        threshold: Annotated[
            float, Meta(description="Jaccard similarity from which two texts are duplicates", gt=0, le=1)
        ] = 0.7
        field: Annotated[
            Literal["question", "instruction", "pair", "output"],
            Meta(
                description="Text that is compared; question: instruction and input, or all turns before "
                "the last answer but system prompts; pair: the answer as well"
            ),
        ] = "question"
        shingle: Annotated[int, Meta(description="Words of a run", ge=1)] = 5
        keep: Annotated[
            Literal["best", "first"],
            Meta(description="best: the one with the highest quality_score; first: the one that came first"),
        ] = "best"
        action: Annotated[
            Literal["drop", "group"],
            Meta(description="drop all but one, or give them one group, which a split keeps on one side"),
        ] = "drop"

    rereads = True

    def __init__(self, config: Config, run: Run) -> None:
        self._config, self._run = config, run
        #: Samples whose group was changed.
        self.noted: Counter[str] = Counter()

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        return self._group(samples) if self._config.action == "group" else self._drop(samples)

    def _drop(self, samples: Iterable[TrainingSample]) -> Iterator[TrainingSample]:
        from afs.dedupe.resemblance import Resemblance

        scores = array("d")
        texts = (self._noting(sample, scores) for sample in samples)
        resemblance = Resemblance(texts, self._config.threshold, self._config.shingle, self._run)
        drops = resemblance.drops(scores)
        identities = self._identities(samples, drops)
        for row, (sample, partner) in enumerate(zip(samples, drops.partners, strict=True)):
            if partner < 0:
                if row in drops.needed:
                    identities[row] = sample.sample_id
                yield sample
            else:
                found = {"duplicate_of": identities[partner], "similarity": round(drops.similarities[row], 4)}
                changed = msgspec.structs.replace(sample, _metadata={**sample.metadata, **found})
                self._run.drop(changed, _REASON)

    def _noting(self, sample: TrainingSample, scores: array[float]) -> str:
        scores.append(-math.inf if self._config.keep == "first" or math.isnan(sample.score) else sample.score)
        return FIELDS[self._config.field](sample)

    def _identities(self, samples: Iterable[TrainingSample], drops: Drops) -> dict[int, str]:
        """The ``sample_id`` of partners that come after a sample they replace."""
        identities: dict[int, str] = {}
        if drops.late:
            for row, sample in enumerate(samples):
                if row in drops.late:
                    identities[row] = sample.sample_id
                    if len(identities) == len(drops.late):
                        break
        return identities

    def _group(self, samples: Iterable[TrainingSample]) -> Iterator[TrainingSample]:
        from afs.dedupe.resemblance import Resemblance

        groups = array("Q")
        texts = (_grouping(sample, groups, self._config.field) for sample in samples)
        resemblance = Resemblance(texts, self._config.threshold, self._config.shingle, self._run)
        first_rows, moved = resemblance.groups(groups)
        names: dict[int, str] = {}
        for row, (sample, first) in enumerate(zip(samples, first_rows, strict=True)):
            if row == first and row in moved:
                names[row] = sample.group
            if first in moved and groups[row] != groups[first]:
                self.noted[_NOTED] += 1
                yield _in_group(sample, names[first])
            else:
                yield sample


def _grouping(sample: TrainingSample, groups: array[int], field: str) -> str:
    from afs.dedupe.key import digest64

    groups.append(digest64(sample.group))
    return FIELDS[field](sample)


def _in_group(sample: TrainingSample, group: str) -> TrainingSample:
    changed = sample.changed(_NAME)
    prov = changed.prov or Provenance()
    return msgspec.structs.replace(changed, prov=msgspec.structs.replace(prov, group=group))
