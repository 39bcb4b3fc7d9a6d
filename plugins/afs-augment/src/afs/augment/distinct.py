"""The ``distinct-variants`` transform."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any, Final

from afs.augment.variant import asked
from afs_core import Run, TrainingSample
from afs_core.verdict import Drop, Verdict, apply_keyed

__all__ = ["DistinctVariants"]

_TAKEN: Final = Drop("asks what another sample asks")


class DistinctVariants:
    """Drops variants whose question another sample asks, in whatever split; of two variants the later one.

    Samples that are no variants always pass. Looks twice; memory grows by a key of 64 bits a sample.
    """

    rereads = True
    columns = "bQ"

    def __init__(self, config: None, run: Run) -> None:
        self._run = run

    def apply(self, samples: Iterable[TrainingSample], /) -> Iterator[TrainingSample]:
        return apply_keyed(self, samples, self._run)

    def key(self, sample: TrainingSample, /) -> tuple[int, int]:
        """Whether it is a variant, and the question."""
        data = asked(sample).encode("utf-8", "surrogatepass")
        return "variant" in sample.metadata, int.from_bytes(blake2b(data, digest_size=8).digest(), "little")

    def decide(self, keys: Iterable[tuple[Any, ...]], /) -> Iterator[Verdict]:
        rows = keys if isinstance(keys, list) else list(keys)
        taken = {question for variant, question in rows if not variant}
        for variant, question in rows:
            if not variant:
                yield None
            elif question in taken:
                yield _TAKEN
            else:
                taken.add(question)
                yield None
