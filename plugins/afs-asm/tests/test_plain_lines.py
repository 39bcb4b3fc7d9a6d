"""What is read at one look is what the parser would have said."""

from __future__ import annotations

import pytest

from afs.asm import check, mnemonics
from afs.asm.facts import Facts
from afs.asm.line_facts import _statement_facts
from afs.asm.plain_lines import plain_facts

VALUES = ("$12", "$34", "$1234", "$ABCD", "$123456", "Name", "Other", ".sub", "..1", "+", "--", "a", "A", "x")
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


@pytest.mark.parametrize("line", ["Name:", ".sub", ".sub:", ".1", "+", "--:", "", "  ; words", "\tNOP\t; x"])
def test_labels_and_comments(line: str) -> None:
    plain = plain_facts(line)
    assert plain is not None
    assert plain == parsed(line.partition(";")[0].strip())


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
