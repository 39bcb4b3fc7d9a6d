"""What is said of M and X is what the code shows, and nothing is said where it does not."""

from __future__ import annotations

import pytest

from afs.asm import Source
from afs.oracle.explanation import flow_lines
from afs.oracle.widths import Widths

KEPT = "It returns with A, X and Y as wide as they came in."
CASES = {
    "nothing is touched": ("LDA $10\n RTS", [KEPT]),
    "one flag is set": ("SEP #$20\n RTS", ["It returns with an 8-bit A and X and Y as wide as on entry."]),
    "both are set": ("REP #$30\n RTL", ["It returns with a 16-bit A and 16-bit X and Y."]),
    "the flags come back": ("PHP\n REP #$30\n LDA #$1234\n PLP\n RTS", [KEPT]),
    "pushes in between": ("PHP\n SEP #$20\n PHA\n PLA\n PLP\n RTS", [KEPT]),
    "a push is not taken back": ("PHP\n REP #$20\n PHA\n PLP\n RTS", []),
    "pulled in other sizes": ("PHP\n REP #$20\n PHA\n SEP #$20\n PLA\n PLP\n RTS", []),
    "two ways, two widths": (
        "BEQ .a\n REP #$20\n .a\n RTS",
        ["It returns with X and Y as wide as on entry."],
    ),
    "two ways, one width": (
        "BEQ .a\n SEP #$20\n RTS\n .a\n SEP #$20\n RTS",
        ["It returns with an 8-bit A and X and Y as wide as on entry."],
    ),
    "a loop": (
        "- DEX\n BNE -\n SEP #$10\n RTS",
        ["It returns with A as wide as on entry and 8-bit X and Y."],
    ),
    "an unknown call": ("JSR Elsewhere\n RTS", []),
    "a macro": ("%Anything()\n RTS", []),
    "a value by name": ("REP #!FLAGS\n RTS", []),
    "assembled under a condition": ("if !A\n REP #$20\n endif\n RTS", []),
    "a jump out": ("JMP Elsewhere", []),
    "through a table": ("JMP (Table,X)", []),
    "into the next routine": ("SEP #$20", []),
    "emulation": ("SEC\n XCE\n RTS", []),
    "an interrupt comes back by itself": ("REP #$30\n RTI", []),
    "an immediate first": (
        "LDA #$12\n LDX.w #$0004\n SEP #$30\n RTS",
        [
            "Its first immediate operands are written for an 8-bit A and 16-bit X and Y on entry.",
            "It returns with an 8-bit A and 8-bit X and Y.",
        ],
    ),
    "an immediate behind a change": (
        "REP #$20\n LDA #$1234\n RTS",
        ["It returns with a 16-bit A and X and Y as wide as on entry."],
    ),
    "immediates that disagree": ("LDA #$12\n ADC #$1234\n RTS", [KEPT]),
    "an immediate by name": ("LDA #!COUNT\n RTS", [KEPT]),
    "a call of a known routine": (
        "JSR Narrow\n RTS",
        ["It returns with an 8-bit A and X and Y as wide as on entry."],
    ),
    "a call of itself": ("JSR Main\n RTS", []),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_routine_expects_and_leaves(case: str) -> None:
    body, expected = CASES[case]
    source = Source.parse(f"Main:\n {body}\nNarrow:\n SEP #$20\n RTS\n")
    routines = {routine.name: routine for routine in source.routines}
    assert flow_lines(Widths(routines, lambda operand, _: operand).of("Main")) == expected


def test_a_long_chain_of_calls_ends() -> None:
    text = "".join(f"R{n}:\n JSR R{n + 1}\n RTS\n" for n in range(3000)) + "R3000:\n RTS\n"
    routines = {routine.name: routine for routine in Source.parse(text).routines}
    widths = Widths(routines, lambda operand, _: operand)
    assert all(flow_lines(widths.of(name)) in ([], [KEPT]) for name in routines)
