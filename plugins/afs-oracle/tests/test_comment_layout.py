"""How comments are laid out: indentation, drawings, and what of a line is no text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from afs.oracle.comment_text import cleaned, flowed, usable
from afs_core import TrainingSample

Made = Callable[..., list[TrainingSample]]


def answers(made: Made, text: str, kind: str) -> dict[str, str]:
    samples = made({"a.asm": text}, kinds=(kind,))
    return {
        sample.metadata.get("about") or sample.metadata["fact"]["key"]: sample.output for sample in samples
    }


def test_nested_lists_and_drawings_stand_as_they_were_drawn(made: Made) -> None:
    told = """Draws a pane.
;
; +----+---+
; | A  | B |
; +----+---+
;
; Args:
;   - A: which one
;     - 0 left
;     - 1 right
;\tX: place"""
    assert answers(made, f"; {told}\nPane:\n  RTS\n", "routine")["Pane"].split("\n") == [
        "Draws a pane.",
        "",
        "+----+---+",
        "| A  | B |",
        "+----+---+",
        "",
        "Args:",
        "  - A: which one",
        "    - 0 left",
        "    - 1 right",
        "      X: place",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["+------+", "| Tide |", "+------+"],
        ["********", "* Tide *", "********"],
        ["/------\\", "| Tide |", "\\------/"],
        ["     ------ Tide ------", ""],
        ["          Tide"],
    ],
)
def test_what_is_drawn_around_all_that_is_said_is_a_frame(lines: list[str]) -> None:
    assert cleaned(lines) == ["Tide"]


def test_a_title_in_the_middle_does_not_indent_what_follows() -> None:
    assert cleaned(["        Tide", "  ---- Sea ----", "  rises", "    twice"]) == [
        "Tide",
        "Sea",
        "rises",
        "  twice",
    ]


def test_lines_that_are_indented_otherwise_are_not_joined() -> None:
    lines = ["Tide of the sea (not of the lake)", "  Set by: moon.asm", "  Read by: boat.asm"]
    assert flowed(lines) == "\n".join(lines)


def test_a_comment_behind_a_name_goes_on_below_where_it_stands(made: Made) -> None:
    text = (
        "Slip = $7E085B    ; $00 = none | $01 = near the edge\n"
        "                  ; $02 = falling | $03 = gone\n"
        "; force of the wind\nWind = $7E0A02\n"
    )
    assert answers(made, text, "purpose")["Wind"] == "Force of the wind."
    assert answers(made, text, "values") == {"Slip": "$00: none\n$01: near the edge\n$02: falling\n$03: gone"}
    sample, _ = made({"a.asm": text}, kinds=("purpose",))
    assert sample.prov is not None
    assert (sample.prov.start, sample.prov.end) == (1, 2)


def test_sentences_that_run_on_beside_several_names_explain_none(made: Made) -> None:
    text = (
        "Scrap0 = $7E0000 ; For short use. Where you need more of\n"
        "Scrap1 = $7E0001 ; it, see that the next use is a write.\n"
        "Wind   = $7E0002 ; Force of the wind. Never above ten.\n"
    )
    assert set(answers(made, text, "purpose")) == {"Wind"}


@pytest.mark.parametrize("indent", ["", "  "])
def test_what_stands_below_a_name_explains_it_if_it_is_deeper_or_lists_bits(made: Made, indent: str) -> None:
    bits = "Sluices = $7EF411\n; Bit 0: salt works\n; Bits 1-7: later ones\n\nOther = $7EF412\n"
    assert answers(made, bits, "bits") == {"Sluices": "Bit 0: salt works\nBits 1-7: later ones"}
    text = (
        f"struct RAM $7E0000\n  ; $00[0x10] - (Main)\n  .Work: skip 16\n{indent}    ; Lost after a frame.\n\n"
    )
    told = answers(made, f"{text}endstruct\n", "purpose")["RAM.Work"]
    assert told == f"$00[0x10] - (Main)\n{indent}  Lost after a frame."
    beside = "Tide = $7E0010\n; Of the next one.\nWind = $7E0012\n"
    assert "Tide" not in answers(made, beside, "purpose")


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (";; Animates the boat ;;;", "Animates the boat"),
        ("; 9080E2; falls through to Foam", "falls through to Foam"),
        ("; @param A the place", "@param A the place"),
        ("; Moves on @hook module=Sea", "Moves on"),
    ],
)
def test_marks_of_tools_are_no_text(line: str, kept: str) -> None:
    assert cleaned([line.lstrip("; ")]) == [kept]


@pytest.mark.parametrize(
    "line",
    [
        "$06F0CB-$06F0E0 LOCAL JUMP LOCATION",
        "*$06F0E1-$06F0F0 LONG",
        "$06839B DATA",
        "org $06C06F ; <- Bank06.asm",
        "incsrc boat.asm",
        "pushpc",
    ],
)
def test_places_of_a_disassembly_and_moves_that_were_taken_out_say_nothing(line: str) -> None:
    assert cleaned([line]) == []


@pytest.mark.parametrize(
    "text", ["- - - - u d l r", "minutes = 60 ?", "Placeholder", "is it alive?, then go"]
)
def test_bare_legends_and_questions_are_no_explanation(text: str) -> None:
    assert not usable(text)


HEAD = "; =====\n; Fill the lock\n; =====\n; Lets water in until the gates are level.\n\n"


def test_a_box_with_a_text_below_it_speaks_of_the_only_label_of_its_part(made: Made) -> None:
    only = f"{HEAD}Fill:\n  RTS\n; =====\n\nEmpty:\n  RTS\n"
    assert answers(made, only, "routine") == {
        "Fill": "Fill the lock\nLets water in until the gates are level."
    }
    several = f"{HEAD}Fill:\n  RTS\n\nEmpty:\n  RTS\n"
    assert not answers(made, several, "routine")


@pytest.mark.parametrize(
    "comment",
    [
        "; $0FA5 = $10\n",
        "; 08 - Pane Draw\n",
        "; 8: gulls\n; Ah: rain\n",
        "; ====\n; SUBROUTINE TABLE\n\n",
    ],
)
def test_names_registers_and_headlines_do_not_explain_a_routine(made: Made, comment: str) -> None:
    assert not answers(made, f"{comment}Pane_Draw:\n  RTS\n", "routine")


def test_a_title_above_and_a_text_below_a_label_explain_it_together(made: Made) -> None:
    text = ";;; $80B8: Boat - rain ;;;\nBoat_Rain:\n; Parameters:\n;   $12: lower edge\n  RTS\n"
    assert answers(made, text, "routine") == {
        "Boat_Rain": "$80B8: Boat - rain\nParameters:\n  $12: lower edge"
    }


def test_a_routine_ends_with_its_brace(made: Made) -> None:
    text = '; Lets the sea fall by one.\nFall:\n{\n  DEC Tide\n  RTS\n}\n%log_end("a.asm")\n'
    (sample,) = made({"a.asm": text}, kinds=("write",))
    assert sample.output.endswith("RTS\n}")
    assert "log_end" not in sample.input
    table = "Menu:\n{\n  JSR (.list,X)\n  RTL\n}\n.list\n  dw First, Last\n\nFirst:\n  RTS\n\nLast:\n  RTS\n"
    callers = answers(made, table, "callers")
    assert callers == {name: "`Menu` names it as data (a.asm)." for name in ("First", "Last")}


def test_tables_of_pointers_name_routines(made: Made) -> None:
    text = "Vectors:\n  dw Idle-1, Walk-1\n\nIdle:\n  RTS\n\nWalk:\n  RTS\n"
    assert answers(made, text, "callers")["Walk"] == "`Vectors` names it as data (a.asm)."


def test_paragraphs_of_an_explanation_stay_apart(made: Made) -> None:
    text = "; ----\n; Count\n;\n; Counts the gems:\n;\n;   Bit 0 = weir\n;\n; ----\nCount:\n  RTS\n"
    assert answers(made, text, "routine") == {"Count": "Counts the gems:\n\n  Bit 0 = weir"}


def test_a_second_name_does_not_hide_a_comment(made: Made) -> None:
    text = "; Moves the boat up and down.\nMove_Z:\nMove_Up:\n  RTS\n"
    assert answers(made, text, "routine") == {"Move_Up": "Moves the boat up and down."}


@pytest.mark.parametrize(
    "comment", ["; A = Speed", "; in:  A - place\n; out: X - slot", "; $04 - low\n; $05 - high"]
)
def test_what_only_says_what_goes_in_and_out_is_asked_for_so(made: Made, comment: str) -> None:
    samples = made({"a.asm": f"{comment}\nFloat:\n  STA $10\n  RTS\n"})
    kinds = {sample.prov.kind: sample for sample in samples if sample.prov}
    assert not kinds.keys() & {"routine-name", "write"}
    asked = kinds["routine"].instruction
    assert any(word in asked for word in ("goes into", "inputs", "how to call", "takes and returns"))


def test_a_comment_that_a_ruler_ends_right_below_a_name_is_not_of_the_next(made: Made) -> None:
    first = "!SWAP = $7EF38C\n; Slot of the kites\n; br......\n; b = blue\n; r = red\n;------\n"
    text = f"{first}!SWAP_2 = $7EF38E\n; Slot of the bows\n;------\n; out: A - none\n;------\nNext:\n  RTS\n"
    assert answers(made, text, "bits") == {"!SWAP": "Bit 7: blue\nBit 6: red"}
    assert set(answers(made, text, "purpose")) == {"!SWAP"}
    assert answers(made, text, "routine") == {"Next": "out: A - none"}


LISTED = """; 0x00 - gone
; 0x03 - sinks (with a fish?)
;        or floats
; 0x08 - is being made.
;      It runs for a frame,
;      and goes on.
State = $7E0DD0
"""


def test_items_are_told_whole_and_without_those_that_nobody_is_sure_of(made: Made) -> None:
    assert answers(made, LISTED, "values")["State"] == (
        "0x00: gone\n0x08: is being made. It runs for a frame, and goes on."
    )
    assert answers(made, LISTED, "purpose")["State"] == (
        "0x00 - gone\n0x08 - is being made.\n     It runs for a frame,\n     and goes on."
    )
