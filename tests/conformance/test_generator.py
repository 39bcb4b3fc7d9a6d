"""The conformance class of generators passes a good one, and rejects each of these by name.

This module is also the plugin that it plants.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from afs_core import Cancelled, Capability, Run, TrainingSample, hookimpl


class Good:
    """Numbers as words, drawn with the run's own randomness."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        count: int = 5

    def __init__(self, config: Config, run: Run) -> None:
        self.config, self.run = config, run
        self.rng = run.rng("good")

    def generate(self) -> Iterator[Any]:
        for number in range(self.config.count):
            self.run.check_cancelled()
            yield self.sample(number)

    def sample(self, number: int, **fields: Any) -> TrainingSample:
        text = f"{number}: {self.rng.random()}"
        return TrainingSample(instruction=f"Say {number}.", output=text, **({"source": "numbers"} | fields))


class Unseeded(Good):
    def sample(self, number: int, **fields: Any) -> TrainingSample:
        return super().sample(number, input=str(random.random()))


class HashOrder(Good):
    """The same twice in one process, and another order in the next."""

    def generate(self) -> Iterator[Any]:
        for word in {"tide", "sluice", "boat", "lantern", "harbour", "rope", "anchor"}:
            self.run.check_cancelled()
            yield TrainingSample(instruction=word, output=word, source="words")


class NotSamples(Good):
    def generate(self) -> Iterator[Any]:
        for sample in super().generate():
            yield sample.to_dict()


class ReturnsAList(Good):
    def generate(self) -> Any:
        return list(super().generate())


class BuildsAllFirst(Good):
    def generate(self) -> Iterator[Any]:
        yield from list(super().generate())


class NothingAtAll(Good):
    def generate(self) -> Iterator[Any]:
        self.run.check_cancelled()
        yield from ()


class LosesInJson(Good):
    def sample(self, number: int, **fields: Any) -> TrainingSample:
        return super().sample(number, _metadata={"place": (1, 2)})


class NeverLooksUp(Good):
    def generate(self) -> Iterator[Any]:
        yield from (self.sample(number) for number in range(self.config.count))


class SwallowsCancelled(Good):
    def generate(self) -> Iterator[Any]:
        for number in range(self.config.count):
            with contextlib.suppress(Cancelled):
                self.run.check_cancelled()
            yield self.sample(number)


class RefusesToEnd(Good):
    def generate(self) -> Iterator[Any]:
        for number in range(self.config.count):
            self.run.check_cancelled()
            try:
                yield self.sample(number)
            except GeneratorExit:
                yield self.sample(number)


class FromNowhere(Good):
    def sample(self, number: int, **fields: Any) -> TrainingSample:
        return super().sample(number, source="")


class HereAndNow(Good):
    def sample(self, number: int, **fields: Any) -> TrainingSample:
        return super().sample(number, source=str(Path.cwd() / "numbers.txt"))


class Dated(Good):
    def sample(self, number: int, **fields: Any) -> TrainingSample:
        return super().sample(number, _metadata={"made": int(time.time()) // 3600 * 3600})


class WritesBeside(Good):
    def generate(self) -> Iterator[Any]:
        Path("numbers.index").write_text("made while reading")
        return super().generate()


class NoGenerator:
    def __init__(self, config: None, run: Run) -> None:
        self.run = run


#: What each is rejected for. Heavy is Good, offered by a declaration that imports too much.
REJECTED: dict[type, set[str]] = {
    Good: set(),
    Unseeded: {"test_same_seed_gives_the_same_samples", "test_another_process_gives_the_same_samples"},
    HashOrder: {"test_another_process_gives_the_same_samples"},
    LosesInJson: {"test_samples_survive_json"},
    BuildsAllFirst: {"test_builds_samples_as_it_goes"},
    NothingAtAll: {"test_yields_training_samples"},
    NeverLooksUp: {"test_stops_when_the_run_is_cancelled"},
    SwallowsCancelled: {"test_stops_when_the_run_is_cancelled"},
    RefusesToEnd: {"test_can_be_left_early"},
    FromNowhere: {"test_says_where_samples_come_from"},
    HereAndNow: {"test_samples_hold_no_place_and_no_time"},
    Dated: {"test_samples_hold_no_place_and_no_time"},
    WritesBeside: {"test_leaves_its_sources_as_they_are"},
}


@hookimpl
def afs_generators() -> list[Capability]:
    names = [kind.__name__ for kind in (*REJECTED, NotSamples, ReturnsAList, NoGenerator)]
    return [Capability(name=name, target=f"planted:{name}", summary="Planted.") for name in names]


def test_rejects_planted_faults_by_name(planted: Any) -> None:
    failures = planted(__file__, "generators", "GeneratorConformance", REJECTED)
    assert "http.client (by " in failures["Heavy"]["test_declaration_imports_nothing_heavy"]
    for wrong in ("NotSamples", "ReturnsAList"):
        assert "promised: " in failures[wrong]["test_yields_training_samples"]
    assert "test_is_of_its_kind" in failures["NoGenerator"]
