"""What counts as the same answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.evaluation import ExactMatch
from afs.evaluation.exact import folded
from afs_core import Run, TrainingSample
from afs_core.testing import ScorerConformance


def value(answer: str, afs_run: Run, **metadata: Any) -> float | None:
    (score,) = ExactMatch(None, afs_run).score_batch([TrainingSample("a", answer, _metadata=metadata)])
    return score.value


class TestExactMatch(ScorerConformance):
    capability = "exact-match"

    def samples(self) -> Sequence[TrainingSample]:
        return [
            TrainingSample(f"{n}?", "7" if n % 2 else "no", _metadata={"reference": "7"} if n else {})
            for n in range(12)
        ]


@pytest.mark.parametrize(
    "answer",
    ["Tide Level", "  tide\n level ", '"Tide Level"', "`Tide Level`.", "“Tide Level.”", "TIDE LEVEL"],
)
def test_case_space_quotes_and_a_full_stop_do_not_count(afs_run: Run, answer: str) -> None:
    assert value(answer, afs_run, reference="Tide Level") == 1


@pytest.mark.parametrize(
    "answer", ["", ".", "Tide", "Tide Level?", "The Tide Level", "TideLevel", "Tide Level.."]
)
def test_everything_else_does(afs_run: Run, answer: str) -> None:
    assert value(answer, afs_run, reference="Tide Level") == 0


def test_accents_are_equal_however_they_are_encoded(afs_run: Run) -> None:
    assert value("cafe\u0301", afs_run, reference="CAFÉ") == 1


@pytest.mark.parametrize("accept", [["7E0A00", "0x7E0A00"], "0x7e0a00", [None, "0X7E0A00"]])
def test_other_right_answers_are_accepted_whole(afs_run: Run, accept: object) -> None:
    check = {"scorer": "exact-match", "accept": accept}
    assert value("0x7E0A00", afs_run, reference="$7E0A00", check=check) == 1
    assert value("7", afs_run, reference="$7E0A00", check=check) == 0
    assert value("0", afs_run, reference="$7E0A00", check=check) == 0
    assert value("none", afs_run, reference="$7E0A00", check=check) == 0


def test_a_number_may_be_accepted(afs_run: Run) -> None:
    assert value("7", afs_run, check={"accept": [7]}) == 1


@pytest.mark.parametrize("metadata", [{}, {"reference": ""}, {"reference": " "}, {"check": {"accept": []}}])
def test_without_a_reference_it_does_not_apply(afs_run: Run, metadata: dict[str, Any]) -> None:
    assert value("", afs_run, **metadata) is None


@given(st.text(), st.from_regex(r"[A-Za-z0-9$_ ]*[A-Za-z0-9$_]", fullmatch=True))
def test_folding_is_blind_for_dress_and_for_nothing_else(any_text: str, words: str) -> None:
    assert folded(f" \n{any_text}\t ") == folded(any_text)
    assert bool(folded(any_text)) == bool(any_text.split())
    assert folded(f'"{words.upper()}".') == folded(words) == " ".join(words.lower().split())
