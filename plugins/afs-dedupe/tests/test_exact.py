from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from afs.dedupe import ExactDedupe, normalise
from afs_core import Run, TrainingSample

samples = st.lists(
    st.builds(
        TrainingSample,
        instruction=st.sampled_from(["What is A?", "what  is a?", "What is B?", "WHAT IS B? ", "Why?"]),
        output=st.sampled_from(["one", "two"]),
        quality_score=st.sampled_from([None, 0.1, 0.5, 0.9]),
    ),
    max_size=20,
)


def deduped(rows: list[TrainingSample], **settings: str) -> tuple[list[TrainingSample], list[TrainingSample]]:
    dropped: list[TrainingSample] = []
    run = Run.open().view("exact-dedupe", on_drop=lambda sample, by, reason: dropped.append(sample))
    return list(ExactDedupe(ExactDedupe.Config(**settings), run).apply(rows)), dropped  # type: ignore[arg-type]


@settings(deadline=None)
@given(samples)
def test_first_keeps_the_first_of_each_question_in_order(rows: list[TrainingSample]) -> None:
    kept, dropped = deduped(rows)
    firsts = {normalise(row.instruction): row for row in reversed(rows)}
    assert {id(row) for row in kept} == {id(row) for row in firsts.values()}
    assert [id(row) for row in rows if id(row) in set(map(id, kept))] == [id(row) for row in kept]
    assert len(kept) + len(dropped) == len(rows)


@settings(deadline=None)
@given(samples)
def test_best_keeps_the_best_scored_of_each_question_in_order(rows: list[TrainingSample]) -> None:
    kept, dropped = deduped(rows, keep="best")
    assert len({normalise(row.instruction) for row in kept}) == len(kept)
    for winner in kept:
        rivals = [row for row in rows if normalise(row.instruction) == normalise(winner.instruction)]
        scores = [-1.0 if row.score != row.score else row.score for row in rivals]
        assert rivals[scores.index(max(scores))] is winner
    assert len(kept) + len(dropped) == len(rows)


@settings(deadline=None)
@given(samples, st.sampled_from(["first", "best"]), st.sampled_from(["question", "pair"]))
def test_a_dropped_sample_names_the_kept_one(rows: list[TrainingSample], keep: str, key: str) -> None:
    kept, dropped = deduped(rows, keep=keep, key=key)
    identities = {row.sample_id: row for row in kept}
    for row in dropped:
        partner = identities[row.metadata["duplicate_of"]]
        assert normalise(partner.instruction) == normalise(row.instruction)
        if key == "pair":
            assert partner.output == row.output


def test_pairs_with_different_answers_stay() -> None:
    rows = [
        TrainingSample("What is A?", "one"),
        TrainingSample("what is a?", "two"),
        TrainingSample("What is A?", "ONE"),
    ]
    assert len(deduped(rows, key="pair")[0]) == 2
    assert len(deduped(rows)[0]) == 1


def test_only_best_asks_for_a_second_look() -> None:
    run = Run.open()
    assert not ExactDedupe(ExactDedupe.Config(), run).rereads
    assert ExactDedupe(ExactDedupe.Config(keep="best"), run).rereads


def test_memory_grows_by_keys_not_by_rows(tmp_path: Path) -> None:
    def rows() -> Iterator[TrainingSample]:
        for number in range(3000):
            yield TrainingSample(f"Question {number}?", "x" * 4000)

    transform = ExactDedupe(ExactDedupe.Config(), Run.open(workdir=tmp_path))
    tracemalloc.start()
    count = sum(1 for _ in transform.apply(rows()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 3000
    assert peak < 3000 * 300  # the outputs alone are 12 MB
