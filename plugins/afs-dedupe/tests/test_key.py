from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from afs.dedupe import digest64, exchange, normalise, question
from afs_core import Message, TrainingSample

ALL_CHARACTERS = [chr(code) for code in range(sys.maxunicode + 1)]


def test_normalise_equals_its_definition_for_every_character() -> None:
    for character in ALL_CHARACTERS:
        text = f"A{character}b"
        assert normalise(text) == " ".join(text.casefold().split()), hex(ord(character))


@given(
    st.text(
        st.sampled_from(
            [*" \t\n\r\x0b\x0c\x1c\x85\u00a0\u1680\u2003\u2028\u202f\u3000", "ß", "İ", "a", "B", "\u200b"]
        )
    )
)
def test_normalise_equals_its_definition_on_white_space(text: str) -> None:
    assert normalise(text) == " ".join(text.casefold().split())


@given(st.text())
def test_normalise_is_settled_after_one_pass(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_the_input_belongs_to_the_question() -> None:
    one, two = (TrainingSample("Explain.", "x", input=code) for code in ("LDA #$01", "LDA #$02"))
    assert question(one) != question(two)
    assert question(TrainingSample("a b", "x")) != question(TrainingSample("a", "x", input="b"))


def test_a_conversation_is_known_by_all_turns_before_its_last_answer() -> None:
    def talk(first: str, answer: str) -> TrainingSample:
        turns = (
            Message("user", first),
            Message("assistant", "ok"),
            Message("user", "Yes"),
            Message("assistant", answer),
        )
        return TrainingSample("Yes", answer, messages=turns)

    assert question(talk("Read it", "one")) == question(talk("READ  it", "two"))
    assert question(talk("Read it", "one")) != question(talk("Write it", "one"))
    assert exchange(talk("Read it", "one")) != exchange(talk("Read it", "two"))


def test_digests_are_the_same_in_every_process() -> None:
    assert digest64("LDA") == 0x19BA6723774A8F04
    assert digest64("a") != digest64("b")
    assert 0 <= digest64("\ud800") < 1 << 64
