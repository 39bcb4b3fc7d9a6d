"""What a transform promises."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

import msgspec

from afs_core.columns import Columns
from afs_core.protocols import Transform
from afs_core.sample import TrainingSample
from afs_core.testing.conformance.base import Conformance, broken
from afs_core.testing.samples import example_samples
from afs_core.verdict import settled

__all__ = ["TransformConformance"]

_MARK = "conformance"
_MANY = 2_000


class TransformConformance(Conformance):
    """Holds a transform to its promises, on :meth:`samples`.

    class TestTrim(TransformConformance):
        capability = "trim"

    ``makes_new = True`` is for a transform that puts out other samples than those it was given:
    order and whereabouts of samples are then not asked for.
    """

    kind = "transforms"
    protocol = Transform
    makes_new: ClassVar[bool] = False

    def samples(self) -> Sequence[TrainingSample]:
        """Samples of which some come through; the examples of afs unless overridden."""
        return example_samples()

    def given_samples(self) -> list[TrainingSample]:
        """The samples, each with its number in ``_metadata``."""
        return [_marked(sample, number) for number, sample in enumerate(self.samples())]

    def applied(self, samples: list[TrainingSample]) -> list[Any]:
        """What a new transform makes of ``samples``, in a run of its own."""
        transform = self.make()
        return list(transform.apply(_as_stages_give_it(transform, samples)))

    def test_yields_training_samples(self) -> None:
        transform = self.make()
        out = transform.apply(_as_stages_give_it(transform, self.given_samples()))
        assert isinstance(out, Iterator), broken(
            "apply() returns an iterator", type(out).__name__, "yield each sample, return no list"
        )
        samples = list(out)
        assert samples, broken(
            "something comes out of the samples of this check",
            "nothing",
            "override samples() so that some come through",
        )
        for sample in samples:
            assert isinstance(sample, TrainingSample), broken(
                "every item is a TrainingSample", f"{sample!r:.200}", "msgspec.structs.replace(sample, ...)"
            )
            assert TrainingSample.from_json(sample.to_json()) == sample, broken(
                "a sample reads back from JSON as it was",
                f"{sample!r:.300}",
                "keep _metadata to JSON's types",
            )

    def test_keeps_the_order(self) -> None:
        if self.makes_new:
            return
        numbers = [_number(sample) for sample in self.applied(self.given_samples())]
        known = [number for number in numbers if number >= 0]
        assert known == sorted(known), broken(
            "samples come out in the order in which they came in",
            f"the samples number {known}",
            "yield as you read; shuffling and sorting belong to a generator or a trainer",
        )

    def test_loses_no_sample_in_silence(self) -> None:
        if self.makes_new:
            return
        samples, dropped, reasons = self.given_samples(), set[int](), set[str]()

        def note(sample: TrainingSample, by: str, reason: str) -> None:
            dropped.add(_number(sample))
            reasons.add(reason)

        run = self.start()
        run.on_drop = note
        transform = self.make(run)
        came = {_number(sample) for sample in transform.apply(_as_stages_give_it(transform, samples))}
        lost = sorted(set(range(len(samples))) - came - dropped)
        assert not lost, broken(
            "every sample comes out or is dropped with a reason",
            f"the samples {lost} did neither",
            "self.run.drop(sample, 'too short'); keep _metadata when a sample is changed",
        )
        assert not came & dropped, broken(
            "a dropped sample does not come out", sorted(came & dropped), "do not yield what was dropped"
        )
        assert all(reason.strip() for reason in reasons), broken(
            "a drop has a reason", "an empty one", "a short one, the same for the same cause"
        )

    def test_changes_no_sample_in_place(self) -> None:
        samples = self.given_samples()
        before, kept = [sample.to_bytes() for sample in samples], list(samples)
        self.applied(samples)
        changed = [sample for sample, line in zip(kept, before, strict=True) if sample.to_bytes() != line]
        assert samples == kept and not changed, broken(
            "the samples and the list that came in stay as they are",
            f"{changed[0]!r:.300}" if changed else "the list was changed",
            "yield sample.changed(NAME, _metadata={**sample.metadata, ...}) with a new dictionary",
        )

    def test_same_seed_gives_the_same_samples(self) -> None:
        once, again = self.applied(self.given_samples()), self.applied(self.given_samples())
        self._compare(once, again, "a second run")

    def test_another_process_gives_the_same_samples(self) -> None:
        lines = self.elsewhere(samples=[sample.to_json() for sample in self.given_samples()])
        there = [TrainingSample.from_json(line) for line in lines]
        self._compare(self.applied(self.given_samples()), there, "another process")

    def _compare(self, one: list[Any], two: list[Any], where: str) -> None:
        assert one == two, broken(
            f"the same seed and samples give the same samples in {where}",
            f"{one!r:.300}\n  and then: {two!r:.300}",
            "take randomness from run.rng(name) alone; sort what comes from a set",
        )

    def test_reads_as_it_goes(self) -> None:
        transform = self.make()
        if getattr(transform, "rereads", False):
            return
        read = itertools.count()
        supply = _many(self.samples())
        first = next(transform.apply(sample for sample in supply if next(read) >= 0), None)
        taken = next(read)
        assert first is None or taken < _MANY, broken(
            "the first sample comes out before all were read, so that memory does not grow with the file",
            f"all {taken} were read first",
            "yield as you read; a transform that has to look twice sets rereads = True",
        )

    def test_rowwise_means_each_by_itself(self) -> None:
        transform = self.make()
        if not getattr(transform, "rowwise", False):
            return
        together = self.applied(self.given_samples())
        alone = [out for sample in self.given_samples() for out in transform.apply(iter([sample]))]
        assert alone == together, broken(
            "a rowwise transform makes of each sample what it makes of it among others",
            f"{alone!r:.300}\n  and together: {together!r:.300}",
            "keep nothing between samples but counts, or take rowwise = True away",
        )

    def test_keys_decide_as_apply_does(self) -> None:
        transform, samples = self.make(), self.given_samples()
        if not hasattr(transform, "decide"):
            return
        keys = [transform.key(sample) for sample in samples]
        columns = Columns(transform.columns)
        with contextlib.suppress(OverflowError, TypeError, ValueError):
            columns.extend(keys)
        assert list(columns) == keys, broken(
            "the columns hold the keys",
            f"columns = {transform.columns!r}, keys {keys!r:.300}",
            "one code of the module array for each number, s for a text",
        )
        verdicts = list(transform.decide(iter(columns)))
        assert len(verdicts) == len(keys), broken(
            "decide() yields one verdict for each key",
            f"{len(verdicts)} for {len(keys)}",
            "None lets it go on",
        )
        run = self.start()
        settled_ones = [settled(*pair, run) for pair in zip(samples, verdicts, strict=True)]
        kept = [sample for sample in settled_ones if sample is not None]
        assert kept == self.applied(self.given_samples()), broken(
            "apply() does what key() and decide() say",
            f"{kept!r:.300}",
            "return apply_keyed(self, samples, self.run) in apply()",
        )

    def test_takes_no_samples(self) -> None:
        out = self.applied([])
        assert not out or self.makes_new, broken(
            "nothing comes out of nothing", f"{out!r:.200}", "yield none"
        )


def _marked(sample: TrainingSample, number: int) -> TrainingSample:
    return msgspec.structs.replace(sample, _metadata={**sample.metadata, _MARK: number})


def _number(sample: Any) -> int:
    """Which of the given samples this is; -1 for one that was not given."""
    number = sample.metadata.get(_MARK) if isinstance(sample, TrainingSample) else None
    return number if isinstance(number, int) else -1


def _as_stages_give_it(transform: Any, samples: list[TrainingSample]) -> Iterable[TrainingSample]:
    """What can be read again only where the transform asked for that."""
    return samples if getattr(transform, "rereads", False) else iter(samples)


def _many(samples: Sequence[TrainingSample]) -> Iterator[TrainingSample]:
    """The samples over and over, no two with the same words."""
    for number, sample in zip(range(_MANY), itertools.cycle(samples), strict=False):
        yield msgspec.structs.replace(
            sample, instruction=f"{sample.instruction} ({number})", output=f"{sample.output} ({number})"
        )
