"""Which texts are taken for assembly; prose never is."""

from __future__ import annotations

import pytest

from afs.asm import code_texts, reads_as_code

PROSE = [
    "",
    "And then it stores the result.",
    "LDA loads the accumulator from memory.",
    "The routine reads $7EF36D and adds one.",
    "$7E0010",
    "TAX",
    "Bit 3 is the pause flag.",
    "and",
    "Dec 25",
    "Sec.",
    "1. Load A\n2. Store it\n3. Return",
    "- LDA: load\n- STA: store",
    "Yes",
    "It depends.\nSee the manual.",
    "Name: Link\nHealth: 3",
    "Inc adds one\nDec takes one",
    "Use LDA #$12, then STA $10.",
    "bank 7E, address 0x10",
    "| Address | Name |\n|---|---|\n| $7E0010 | Mode |",
    '{"a": [1, 2]}',
    "def load(a):\n    return a",
    "mov eax, ebx in x86 means the same as what you have here",
]
CODE = [
    "LDA #$12",
    "LDA [$12],x",
    "LDAA #$12\nRTS",
    "Main:\n    JSR Sub\n    RTS",
    "  lda $10,x : sta $12 ; note\n.loop\n  bra .loop",
    "!speed = $02\nlda #!speed",
    "%draw(1)\nRTL",
    "Table:\n    db $01, $02, $03\n    dw Label",
    "; a comment of many words that says what happens\nREP #$20\nLDA.w Timer\nRTS",
    "org $008000\nnop\nrts",
    "Timer = $7E0010 ; frames\n",
    "PHP\nREP #$30\n...\nPLP\nRTL",
]


@pytest.mark.parametrize("text", PROSE)
def test_prose_and_data_are_no_code(text: str) -> None:
    assert not reads_as_code(text) and code_texts(text) == ()


@pytest.mark.parametrize("text", CODE)
def test_code_right_or_wrong_is_code(text: str) -> None:
    assert [block.text for block in code_texts(text)] == [text]


def test_fences_say_what_is_code() -> None:
    text = "Do this:\n```asm\nLDA #$12\n```\nnot this\n```python\nx = 1\n```\n"
    text += "```\nRTS\nRTL\nLDA $10\n```\n```\nplain words\n```"
    assert [(block.line, block.text) for block in code_texts(text)] == [
        (3, "LDA #$12"),
        (10, "RTS\nRTL\nLDA $10"),
    ]
    assert code_texts("Say `LDA #$12` and nothing else, in one sentence.") == ()
