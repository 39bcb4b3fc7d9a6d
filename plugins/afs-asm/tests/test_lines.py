"""Logical lines and statements: nothing is lost, everything has its place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from afs.asm import Source, check
from afs.asm.language.lines import logical_lines, parts, tidy

PIECES = [
    "lda", "LDA.b", " ", "  ", "\t", "$12", "#", ",x", "(", ")", "[", "]", ";", ":", " : ", "\n",
    ",\n", "\\\n",
    '"', "'", "!x", " = ", "=", "%m(", "<a>", ".sub", "Label:", "+", "-", "?", "db", "if", "endif",
    "macro m()",
    "endmacro", "struct S", "endstruct", "0x", "é", "\0", "\r\n", "namespace", "incsrc", "org", "{",
    "}", "\x01",
]  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_nothing_raises_and_findings_lie_in_the_text(text: str) -> None:
    lines = text.replace("\r\n", "\n").split("\n")
    for finding in check(text).findings:
        assert 1 <= finding.line <= len(lines)
        assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1
        assert finding.severity in ("error", "warning") and finding.reason


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_spans_cover_the_text(text: str) -> None:
    text = text.replace("\r\n", "\n")
    source = Source.parse(text, "x.asm")
    covered = [False] * len(text)
    for placed in source.statements:
        assert text[placed.start] == placed.statement.text[0] or placed.statement.text[0] == " "
        covered[placed.start : placed.end] = [True] * (placed.end - placed.start)
        line = text.split("\n")[placed.line - 1]
        assert line[placed.column - 1 :].startswith(text[placed.start])
    for comment in source.comments:
        assert text[comment.start] == ";"
        covered[comment.start : comment.end] = [True] * (comment.end - comment.start)
    left = {char for char, known in zip(text, covered, strict=True) if not known}
    assert not {char for char in left if not char.isspace()} - {":", "\\"}


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_checking_twice_gives_the_same(text: str) -> None:
    assert check(text) == check(text)


def texts(code: str) -> list[str]:
    return [tidy(part.text) for line in logical_lines(code) for part in parts(line.code)]


def test_statements_are_told_apart() -> None:
    assert texts("lda #1 : sta $10 ; a : b") == ["lda #1", "sta $10"]
    assert texts("A: lda #1") == ["A: lda #1"]
    assert texts("db \" : \", ';' : rts") == ["db \" : \",';'", "rts"]
    assert texts("lda   $12,\t x") == ["lda $12,x"]
    assert texts("db 1, ; one\n   2 ; two\nrts") == ["db 1,2", "rts"]
    assert texts("db 1\\\n,2") == ["db 1,2"]
    assert texts("nop :") == ["nop :"]


def test_comments_keep_their_place() -> None:
    source = Source.parse("; head\n\tlda #';' ;; tail\n", "x.asm")
    head, tail = source.comments
    assert (head.line, head.column, head.text, head.own_line) == (1, 1, "head", True)
    assert (tail.line, tail.column, tail.text, tail.own_line) == (2, 11, "tail", False)
