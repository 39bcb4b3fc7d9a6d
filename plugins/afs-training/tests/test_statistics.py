from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from afs.training.statistics import describe, estimated_tokens
from afs_core import Message, Provenance, TrainingSample


def made(lengths: Sequence[int]) -> list[TrainingSample]:
    return [TrainingSample("Why?", "x" * length, quality_score=0.05) for length in lengths]


@given(st.lists(st.integers(0, 50), min_size=1))
def test_spreads_are_the_nearest_ranks(lengths: list[int]) -> None:
    spread = describe(made(lengths)).output_characters
    ordered = sorted(lengths)
    assert (spread.least, spread.most) == (ordered[0], ordered[-1])
    assert spread.median == ordered[(len(ordered) + 1) // 2 - 1]
    assert spread.p95 in ordered
    assert abs(spread.mean - sum(lengths) / len(lengths)) < 1e-9


def test_domains_come_from_the_most_frequent() -> None:
    samples = [TrainingSample("a", "b", domain=domain) for domain in ("x", "y", "y", "z", "z", "z")]
    assert list(describe(samples).domains.items()) == [("z", 3), ("y", 2), ("x", 1)]


def test_every_score_has_a_bin_and_absent_ones_have_none() -> None:
    scores = [0.0, 0.05, 0.1, 0.999, 1.0, None]
    found = describe([TrainingSample("a", "b", quality_score=score) for score in scores])
    assert found.histogram == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert found.scored == 5


def test_nothing_is_described_as_nothing() -> None:
    found = describe([])
    assert (found.samples, found.tokens, found.mean_score) == (0, 0, None)


def test_all_turns_count() -> None:
    turns = (Message("user", "x" * 36), Message("assistant", "x" * 36, thinking="x" * 36))
    assert estimated_tokens(TrainingSample("x" * 36, "x" * 36, messages=turns)) == 30


def test_provenance_is_counted() -> None:
    provs = [
        None,
        Provenance(split="val"),
        Provenance(source="a.md", generator="notes", transforms=("redaction", "redaction"), split="train"),
        Provenance(parents=("x",), transforms=("redaction",), split="train"),
    ]
    found = describe([TrainingSample("a", "b", prov=prov, thinking="so" if prov else None) for prov in provs])
    assert (found.with_provenance, found.with_thinking) == (2, 3)
    assert found.splits == {"train": 2, "val": 1, "": 1}
    assert (found.generators, found.transforms) == ({"notes": 1}, {"redaction": 2})
    assert describe([TrainingSample("a", "b")]).splits == {}
