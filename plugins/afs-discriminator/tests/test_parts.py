"""Answers that are too long to be judged at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from afs.discriminator.domains import LONGEST, Piece, fits
from afs.discriminator.parts import parts

ROUTINE = """\
; Counts the lamps.
Lamps{n}:
  LDX.b #$03
.next
  LDA.w Lit,X : BEQ .dark
  INC.w Oil
.dark
  DEX : BPL .next
  {end}
"""


def assembly(ends: list[str]) -> str:
    return "\n".join(ROUTINE.format(n=number, end=end) for number, end in enumerate(ends))


@given(st.lists(st.sampled_from(("RTS", "RTL ; home", "PLB : RTI", "JMP.w Far", "BRA Near")), max_size=80))
def test_code_is_cut_between_routines_alone(ends: list[str]) -> None:
    text = assembly(ends)
    found = list(parts(Piece(text, "asm", 1)))
    assert all(fits(part) and part.text.startswith("; Counts") for part in found)
    if ends:
        assert "\n".join("".join(part.text.split()) for part in found).count("Counts") == len(ends)
        for part in found:
            assert part.text.rstrip().split("\n")[-1].strip() in ends
            assert text.split("\n")[part.line - 1 :][: part.text.count("\n") + 1] == part.text.split("\n")


def test_a_routine_that_is_too_long_is_left_out_and_its_neighbours_are_not() -> None:
    long = "Long:\n" + "  LDA.w $1234\n" * 200 + "  RTS\n"
    found = [part.text for part in parts(Piece(assembly(["RTS"]) + long + assembly(["RTL"]), "asm", 1))]
    assert [text.count("\n") + 1 for text in found] == [9, 9]
    assert list(parts(Piece("NOP\n" * 30_000, "asm", 1))) == []


def test_python_is_cut_between_functions() -> None:
    text = "".join(f"@once\ndef f{n}(a):\n    b = a + {n}\n    return b\n\n\n" for n in range(100))
    found = list(parts(Piece(text, "python", 1)))
    assert len(found) > 1 and all(part.text.startswith("@once\ndef ") for part in found)
    assert sum(part.text.count("def ") for part in found) == 100


@given(st.lists(st.integers(1, 40), min_size=1, max_size=400), st.sampled_from((". ", "! ", "\n", " ")))
def test_prose_is_cut_between_sentences_and_nothing_is_lost(lengths: list[int], end: str) -> None:
    text = end.join("word " * count + "end" for count in lengths) + "."
    found = list(parts(Piece(text, "prose", 1)))
    assert all(fits(part) for part in found)
    lost = len(text.split()) - sum(len(part.text.split()) for part in found)
    assert 0 <= lost < 12 * (1 + len(text) // 4000)
    if end == ". ":
        assert all(part.text.endswith(".") for part in found)


def test_text_without_any_blank_is_cut_where_it_must_be() -> None:
    assert list(parts(Piece("x" * 5 * LONGEST, "prose", 1))) == []  # no words, nothing to judge
    assert [len(part.text) for part in parts(Piece("ab " * LONGEST, "prose", 1))] == [7997, 7997, 7997]
