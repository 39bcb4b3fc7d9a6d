"""Where texts are cut, and what is never torn, whatever the vocabulary."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.asm import mnemonics
from afs.tokenizer import ASMTokenizer

#: What every vocabulary holds and nothing more, and the shipped one.
BARE = ASMTokenizer.train([], 2000, special=())
SHIPPED = ASMTokenizer()
both = pytest.mark.parametrize("tokenizer", [BARE, SHIPPED], ids=["bare", "shipped"])


def cut(text: str, tokenizer: ASMTokenizer = BARE) -> list[str]:
    return [tokenizer.token_bytes(id).decode() for id in tokenizer.encode(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("\n  LDA #$00,x", ["\n  ", "LDA", " #$", "00", ",x"]),
        ("\n    sta $7EF3C5,X", ["\n    ", "sta", " $", "7E", "F3", "C5", ",X"]),
        ("lda ($12),y", ["lda", " ($", "12", "),y"]),
        ("LDA [$10],Y", ["LDA", " [$", "10", "],Y"]),
        ("\r\n\tRTS\r\n", ["\r\n\t", "RTS", "\r\n"]),
        ("$7E0000-$7E17FF", ["$", "7E", "00", "00", "-", "$", "7E", "17", "FF"]),
        ("$1F3,$F", ["$", "1", "F3", ",$", "F"]),
        ("#%00101100", ["#", "%", "0010", "1100"]),
        ("$aB", ["$", "aB"]),
    ],
)
def test_forms_are_cut_the_same_in_every_vocabulary(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


@both
@pytest.mark.parametrize("name", sorted(mnemonics()))
def test_a_mnemonic_is_one_token(name: str, tokenizer: ASMTokenizer) -> None:
    for word in (name, name.upper()):
        assert cut(f"\n  {word} $12", tokenizer)[1] == word
        suffixed = cut(f"\n  {word}.w $1234", tokenizer)
        assert suffixed[1:3] == [word, ".w"] or suffixed[1] == f"{word}.w"


@both
@given(
    st.lists(st.integers(0, 255), min_size=1, max_size=4),
    st.sampled_from(["", "#", " #", ", ", "-", "(", "=<"]),
)
def test_numbers_are_cut_between_bytes(tokenizer: ASMTokenizer, values: list[int], before: str) -> None:
    for digits in (bytes(values).hex(), bytes(values).hex().upper()):
        text = f"{before}${digits},x"
        starts = {token.start for token in tokenizer.spans(text)}
        first = len(before) + 1
        inside = range(first, first + len(digits))
        assert {place - first for place in starts if place in inside} - {0} == set(range(2, len(digits), 2))


@both
def test_names_are_cut_between_words(tokenizer: ASMTokenizer) -> None:
    text = "TideClock_AdvanceHDMAChannel2_tick"
    borders = {token.start for token in tokenizer.spans(text)}
    assert {text.index(word) for word in ("Clock", "_Advance", "HDMA", "Channel", "2", "_tick")} <= borders


def test_the_shipped_vocabulary_has_the_common_forms_whole() -> None:
    text = "\n  LDA.w #$0000 ; the value\n  STA.b [$10],Y"
    assert cut(text, SHIPPED)[:2] == ["\n  ", "LDA.w"]
    assert " the" in cut(text, SHIPPED) and " value" in cut(text, SHIPPED)
