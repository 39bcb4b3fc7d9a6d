"""The conformance class of transforms passes good ones, and rejects each of these by name.

This module is also the plugin that it plants.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from afs_core import Capability, Run, TrainingSample, hookimpl
from afs_core.verdict import Drop, Verdict, apply_keyed

Samples = Iterable[TrainingSample]


class Good:
    """Trims answers, and drops what asks for one word."""

    def __init__(self, config: None, run: Run) -> None:
        self.run = run

    def apply(self, samples: Samples, /) -> Iterator[Any]:
        for sample in samples:
            if "one word" in sample.instruction:
                self.run.drop(sample, "too short")
            else:
                yield self.changed(sample)

    def changed(self, sample: TrainingSample) -> Any:
        return sample.changed("trim", output=sample.output.strip())


class GoodTwice(Good):
    """Looks twice, and says so."""

    rereads = True

    def apply(self, samples: Samples, /) -> Iterator[Any]:
        longest = max((len(sample.output) for sample in samples), default=0)
        for sample in samples:
            yield sample.changed("longest", _metadata={**sample.metadata, "longest": longest})


class GoodEach(Good):
    rowwise = True


class Remembers(Good):
    """Says rowwise and looks at who came before."""

    rowwise = True

    def apply(self, samples: Samples, /) -> Iterator[Any]:
        for number, sample in enumerate(samples):
            yield sample.changed("numbered", input=str(number))


class GoodKeyed(Good):
    """Drops what asks for one word, as told by keys."""

    rereads = False
    columns = "Qs"

    def key(self, sample: TrainingSample, /) -> tuple[int | float | str, ...]:
        return len(sample.output), sample.instruction

    def decide(self, keys: Iterable[tuple[Any, ...]], /) -> Iterator[Verdict]:
        for _, instruction in keys:
            yield Drop("too short") if "one word" in instruction else None

    def apply(self, samples: Samples, /) -> Iterator[Any]:
        return apply_keyed(self, samples, self.run)


class WrongColumns(GoodKeyed):
    columns = "Bs"

    def key(self, sample: TrainingSample, /) -> tuple[int | float | str, ...]:
        return len(sample.output) + 300, sample.instruction


class SaysOtherwise(GoodKeyed):
    """Drops nothing where it is given samples."""

    def apply(self, samples: Samples, /) -> Iterator[Any]:
        yield from samples


class Reversed(Good):
    def apply(self, samples: Samples, /) -> Iterator[Any]:
        yield from list(super().apply(samples))[::-1]


class LosesOne(Good):
    def apply(self, samples: Samples, /) -> Iterator[Any]:
        for number, sample in enumerate(super().apply(samples)):
            if number != 2:
                yield sample


class DropsWithoutReason(Good):
    def apply(self, samples: Samples, /) -> Iterator[Any]:
        for number, sample in enumerate(super().apply(samples)):
            if number == 2:
                self.run.drop(sample, "")
            else:
                yield sample


class DropsAndYields(Good):
    def apply(self, samples: Samples, /) -> Iterator[Any]:
        for sample in super().apply(samples):
            if len(sample.output) < 10:
                self.run.drop(sample, "too short")
            yield sample


class WritesIntoSamples(Good):
    def changed(self, sample: TrainingSample) -> Any:
        sample.metadata["trimmed"] = True
        return sample


class Unseeded(Good):
    def changed(self, sample: TrainingSample) -> Any:
        return sample.changed("luck", input=str(random.random()))


class HashOrder(Good):
    def changed(self, sample: TrainingSample) -> Any:
        return sample.changed("words", input=" ".join({"tide", "sluice", "boat", "lantern", "rope"}))


class ReadsAllFirst(Good):
    def apply(self, samples: Samples, /) -> Iterator[Any]:
        yield from super().apply(list(samples))


class LooksTwiceInSecret(Good):
    def apply(self, samples: Samples, /) -> Iterator[Any]:
        self.longest = max((len(sample.output) for sample in samples), default=0)
        yield from super().apply(samples)


class FailsOnNothing(Good):
    def apply(self, samples: Samples, /) -> Iterator[Any]:
        yield TrainingSample(instruction="Header", output="of the file")
        yield from super().apply(samples)


class LosesInJson(Good):
    def changed(self, sample: TrainingSample) -> Any:
        return msgspec.structs.replace(sample, _metadata={**sample.metadata, "span": (1, 2)})


class ReturnsAList(Good):
    def apply(self, samples: Samples, /) -> Any:
        return list(super().apply(samples))


class NotSamples(Good):
    def changed(self, sample: TrainingSample) -> Any:
        return sample.to_dict()


class NoTransform:
    def __init__(self, config: None, run: Run) -> None:
        self.run = run


_REPEATS = {"test_same_seed_gives_the_same_samples", "test_another_process_gives_the_same_samples"}

REJECTED: dict[type, set[str]] = {
    Good: set(),
    GoodTwice: set(),
    GoodEach: set(),
    GoodKeyed: set(),
    Remembers: {"test_rowwise_means_each_by_itself"},
    WrongColumns: {"test_keys_decide_as_apply_does"},
    SaysOtherwise: {"test_keys_decide_as_apply_does"},
    Reversed: {"test_keeps_the_order", "test_reads_as_it_goes"},
    LosesOne: {"test_loses_no_sample_in_silence"},
    DropsWithoutReason: {"test_loses_no_sample_in_silence"},
    DropsAndYields: {"test_loses_no_sample_in_silence"},
    WritesIntoSamples: {"test_changes_no_sample_in_place"},
    Unseeded: _REPEATS,
    HashOrder: {"test_another_process_gives_the_same_samples"},
    ReadsAllFirst: {"test_reads_as_it_goes"},
    FailsOnNothing: {"test_takes_no_samples"},
}


@hookimpl
def afs_transforms() -> list[Capability]:
    others = (LooksTwiceInSecret, LosesInJson, ReturnsAList, NotSamples, NoTransform)
    names = [kind.__name__ for kind in (*REJECTED, *others)]
    return [Capability(name=name, target=f"planted:{name}", summary="Planted.") for name in names]


def test_rejects_planted_faults_by_name(planted: Any) -> None:
    failures = planted(__file__, "transforms", "TransformConformance", REJECTED)
    for wrong in ("LosesInJson", "ReturnsAList", "NotSamples"):
        assert "promised: " in failures[wrong]["test_yields_training_samples"]
    assert "did neither" in failures["LooksTwiceInSecret"]["test_loses_no_sample_in_silence"]
    assert "test_is_of_its_kind" in failures["NoTransform"]
