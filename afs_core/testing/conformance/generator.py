"""What a generator promises."""

from __future__ import annotations

import datetime
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from afs_core.errors import AfsError, Cancelled
from afs_core.protocols import Generator
from afs_core.sample import TrainingSample
from afs_core.testing.conformance.base import Conformance, broken
from afs_core.testing.conformance.snapshot import changes, snapshot

__all__ = ["GeneratorConformance"]


class GeneratorConformance(Conformance):
    """Holds a generator to its promises. Its settings should give three samples or more.

    class TestEcho(GeneratorConformance):
        capability = "echo"
        settings = {"count": 5}
    """

    kind = "generators"
    protocol = Generator

    def samples(self) -> list[Any]:
        """What the generator yields, in a run of its own."""
        return list(self.make().generate())

    def test_yields_training_samples(self) -> None:
        made = self.make().generate()
        assert isinstance(made, Iterator), broken(
            "generate() returns an iterator", type(made).__name__, "yield each sample, return no list"
        )
        samples = list(made)
        wrong = [sample for sample in samples if not isinstance(sample, TrainingSample)]
        assert not wrong, broken(
            "every item is a TrainingSample", f"{wrong[:1]!r:.200}", "yield TrainingSample(...)"
        )
        assert len(samples) >= 3, broken(
            "three samples or more, so that order and laziness show",
            f"{len(samples)} with settings {dict(self.given())!r:.200}",
            "give settings, or settings_in(folder), that lead to more",
        )

    def test_same_seed_gives_the_same_samples(self) -> None:
        self._compare(_lines(self.samples()), _lines(self.samples()), "a second run")

    def test_another_process_gives_the_same_samples(self) -> None:
        self._compare(_lines(self.samples()), self.elsewhere(), "another process")

    def _compare(self, first: list[str], second: list[str], where: str) -> None:
        assert first == second, broken(
            f"the same seed and sources give the same samples in {where}, in the same order",
            _first_difference(first, second),
            "take randomness from run.rng(name) alone; sort what comes from a set or a folder",
        )

    def test_samples_survive_json(self) -> None:
        for sample in self.samples():
            again = TrainingSample.from_json(sample.to_json())
            assert again == sample, broken(
                "a sample reads back from JSON as it was",
                f"{sample!r:.300}\n  became:   {again!r:.300}",
                "keep to text, numbers, lists and dictionaries in _metadata",
            )

    def test_builds_samples_as_it_goes(self) -> None:
        made = _made_before_the_first(self.make().generate())
        total = len(self.samples())
        assert total < 2 or made < total, broken(
            "the first sample comes before the last one is built",
            f"{made} samples were built before the first of {total} came",
            "yield each sample as soon as it is known",
        )

    def test_stops_when_the_run_is_cancelled(self) -> None:
        run = self.start()
        generator = self.make(run)
        run.cancel()
        count = 0
        try:
            for _ in generator.generate():
                count += 1
        except Cancelled:
            return
        pytest.fail(
            broken(
                "generate() of a cancelled run raises Cancelled",
                f"it went on and gave {count} samples",
                "call self.run.check_cancelled() for each sample or source, and let Cancelled through",
            )
        )

    def test_can_be_left_early(self) -> None:
        samples = self.make().generate()
        next(samples, None)
        try:
            samples.close() if hasattr(samples, "close") else None
        except (RuntimeError, AfsError) as fault:
            pytest.fail(
                broken(
                    "a generator that is closed after one sample ends",
                    f"{type(fault).__name__}: {fault}",
                    "catch no GeneratorExit and no bare BaseException around a yield",
                )
            )

    def test_says_where_samples_come_from(self) -> None:
        for sample in self.samples():
            assert sample.source or (sample.prov is not None and sample.prov.source), broken(
                "every sample names its source, so that it can be traced and taken back",
                f"{sample!r:.300}",
                "set source='notes/log.md', or prov=Provenance(source=..., start=..., end=...)",
            )

    def test_samples_hold_no_place_and_no_time(self) -> None:
        places = (str(self.folder.parent), f"{Path.home()}/")
        now = time.time()
        for sample in self.samples():
            for value in _values(sample.to_dict()):
                found = _place_or_time(value, places, now)
                assert not found, broken(
                    "a sample holds no absolute path and no time of the run, so that it is the same anywhere",
                    f"{found}: {value!r:.200}",
                    "store paths relative to the source; times belong to the manifest, which afs writes",
                )

    def test_leaves_its_sources_as_they_are(self) -> None:
        self.given()
        before = snapshot(self.folder)
        self.samples()
        changed = changes(before, snapshot(self.folder))
        assert not changed, broken(
            "generating reads its sources and writes nothing beside them",
            changed,
            "write scratch files below run.workdir",
        )


def _lines(samples: list[Any]) -> list[str]:
    return [s.to_json() if isinstance(s, TrainingSample) else repr(s) for s in samples]


def _first_difference(first: list[str], second: list[str]) -> str:
    if len(first) != len(second):
        return f"{len(first)} samples, then {len(second)}"
    one, two = next((pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]), ("", ""))
    return f"{one:.300}\n  and then: {two:.300}"


def _made_before_the_first(samples: Iterator[TrainingSample]) -> int:
    """How many samples were built until the first came; their ``__post_init__`` is seen by a profiler."""
    code, made = TrainingSample.__post_init__.__code__, 0

    def watch(frame: FrameType, event: str, argument: object) -> None:
        nonlocal made
        made += event == "call" and frame.f_code is code

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        next(samples, None)
    finally:
        sys.setprofile(before)
    return made


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _values(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _values(item)
    else:
        yield value


def _place_or_time(value: Any, places: tuple[str, ...], now: float) -> str:
    if isinstance(value, str):
        if any(place in value for place in places):
            return "an absolute path"
        if datetime.date.fromtimestamp(now).isoformat() in value:
            return "today's date"
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = value / 1000 if value > 1e11 else value
        if abs(seconds - now) < 86_400:
            return "the time"
    return ""
