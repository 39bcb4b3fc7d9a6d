"""What is read at one look is what the parser would have said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from afs.asm import check, mnemonics
from afs.asm.checking.facts import Event, Facts
from afs.asm.checking.line_facts import _statement_facts
from afs.asm.checking.plain_lines import joined_facts, plain_facts

VALUES = (
    "$12", "$34", "$1234", "$ABCD", "$123456", "$00012", "%1", "%00000001", "%100000000", "7", "0255", "256",
    "65535", "65536", "Name", "Other", ".sub", "..1", "+", "--", "a", "A", "x",
)  # fmt: skip
FORMS = (
    "", "e", "#e", "e,x", "e,Y", "e,s", "(e)", "(e,x)", "(e),y", "(e),x", "(e,s),y", "(e,s)", "[e]",
    "[e],y", "[e],x",
)  # fmt: skip


def parsed(line: str) -> Facts:
    return _statement_facts(line)


def same(plain: Facts, whole: Facts) -> bool:
    """Where an instruction without operand has its step is of no account."""
    steps = [(step.kind, step.value, step.name) for step in plain.steps]
    return (plain.faults, plain.events, plain.length) == (
        whole.faults,
        whole.events,
        whole.length,
    ) and steps == [(step.kind, step.value, step.name) for step in whole.steps]


@pytest.mark.parametrize("mnemonic", sorted(mnemonics()))
def test_every_form_is_judged_as_the_parser_judges_it(mnemonic: str) -> None:
    for size in ("", ".b", ".W", ".l", ".q"):
        for form in FORMS:
            for value in VALUES:  # those of one shape one after the other: the later ones are copies
                line = f"{mnemonic.upper()}{size} {form.replace('e', value)}".strip()
                plain = plain_facts(line)
                assert plain is None or same(plain, parsed(line)), line


@pytest.mark.parametrize("line", ["Name:", ".sub", ".sub:", ".1", "+", "--:", "", "  ", "\tNOP\t"])
def test_labels_and_blank_lines(line: str) -> None:
    plain = plain_facts(line)
    assert plain is not None
    assert plain == parsed(line.strip())


@given(
    st.sampled_from(["db", "dw", "dl", "DD"]),
    st.lists(st.sampled_from((*VALUES, "00", "%11111111", "99", "100", "-1", "a+1")), min_size=1, max_size=5),
)
def test_data_is_judged_as_the_parser_judges_it(directive: str, values: list[str]) -> None:
    line = f"{directive} {','.join(values)}"
    plain = plain_facts(line)
    assert plain is None or plain == parsed(line)
    assert plain or set(values) & {*VALUES, "100", "-1", "a+1"}


STATEMENTS = (
    "INX",
    "  LDA.w Name, X",
    "rep #$30",
    ".sub",
    "bne +",
    "dw $12, Name",
    "cpx #$1234",
    "",
    "+",
    "a,b",
    "jsr Far",
)


@given(st.lists(st.sampled_from(STATEMENTS), min_size=2, max_size=4))
def test_statements_in_one_line_are_those_of_the_parser(statements: list[str]) -> None:
    line = " : ".join(statements)
    if joined := joined_facts(line):
        alone = [(statement, plain_facts(statement)) for statement in statements]
        at = length = 0
        events: list[Event] = []
        for statement, facts in alone:
            assert facts
            events += [replace(event, at=event.at + at, offset=length) for event in facts.events]
            at, length = at + len(statement) + 3, length + facts.length
        assert (joined.events, joined.length) == (tuple(events), length)
    else:
        assert "a,b" in statements or not (statements[0] and statements[-1])


@pytest.mark.parametrize(
    "line", ["lda $12,x ; a", "  LDA.w Name, Y", "bne +", "lda ($12),x", "org $8000", "rep 3", "lda $12 x"]
)
def test_a_comment_and_where_a_line_stands_change_no_verdict(line: str) -> None:
    bare = check(line)
    moved = check(f'\n\t {line} ;; note, with : and "')
    assert (moved.syntax_ok, moved.stubs) == (bare.syntax_ok, bare.stubs)
    shift = [
        (finding.line - 1, finding.column - 2, finding.reason, finding.fix) for finding in moved.findings
    ]
    assert shift == [(finding.line, finding.column, finding.reason, finding.fix) for finding in bare.findings]
