"""Assembly as a person reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.tokenizer import ASMTokenizer, read_lexemes

TOKENIZER = ASMTokenizer()


def test_the_documented_line() -> None:
    assert TOKENIZER.tokenize("LDA #$00 ; Load zero") == ["LDA", "#$00", "; Load zero"]


@pytest.mark.parametrize(
    ("line", "lexemes"),
    [
        ("", []),
        ("  RTS", ["mnemonic RTS"]),
        ("lda.b ($12),y", ["mnemonic lda.b", "operand ($12),y"]),
        ("STA.w Table+1, X\r", ["mnemonic STA.w", "operand Table+1, X"]),
        (
            "Main: .loop DEX : BNE .loop",
            ["label Main:", "label .loop", "mnemonic DEX", "mnemonic BNE", "operand .loop"],
        ),
        ("+ INC A", ["label +", "mnemonic INC", "operand A"]),
        ("MVN $7E,$7F", ["mnemonic MVN", "operand $7E,$7F"]),
        (
            'db $00, ";, ", (1,2) ; end',
            ["directive db", "operand $00", 'operand ";, "', "operand (1,2)", "comment ; end"],
        ),
        ("!Size = $10+2", ["name !Size", "operator =", "operand $10+2"]),
        ("Health = $7EF36D", ["name Health", "operator =", "operand $7EF36D"]),
        ("%Spawn(1, 2)", ["macro %Spawn(1, 2)"]),
        ("org $008000", ["directive org", "operand $008000"]),
        (";;; ruler", ["comment ;;; ruler"]),
        ("Press the button", ["word Press", "word the", "word button"]),
    ],
)
def test_the_lexemes_of_a_line(line: str, lexemes: list[str]) -> None:
    assert [f"{lexeme.kind} {lexeme.text}" for lexeme in read_lexemes(line)] == lexemes


def test_the_lexemes_of_a_block() -> None:
    block = "\n  LDA #$00\n  STA $7E0000\n  BRA done\n"
    assert TOKENIZER.tokenize(block) == ["LDA", "#$00", "STA", "$7E0000", "BRA", "done"]


pieces = st.sampled_from(
    [
        "LDA ",
        "Foo: ",
        "$12",
        ",",
        " : ",
        "; ",
        "\n",
        "\t",
        '"',
        "'",
        "(",
        ")",
        "!X = ",
        "db ",
        "%M(",
        "+ ",
        "\\",
        "{",
        "\0",
    ]
)


@given(st.lists(pieces, max_size=25).map("".join) | st.text(max_size=40))
def test_any_text_has_lexemes_in_order_that_are_as_they_stand(text: str) -> None:
    at = 0
    for lexeme in read_lexemes(text):
        assert lexeme.text and text[lexeme.start : lexeme.end] == lexeme.text
        assert lexeme.start >= at
        at = lexeme.end
