"""What tables, groups, structs and numbers teach, in the shapes that people give them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from afs_core import TrainingSample

Made = Callable[..., list[TrainingSample]]


def answers(made: Made, text: str, *kinds: str) -> dict[str, str]:
    samples = made({"a.asm": text}, kinds=kinds)
    return {
        sample.metadata.get("about") or sample.metadata["fact"]["key"]: sample.output for sample in samples
    }


def test_a_table_begins_with_the_comments_above_its_first_row(made: Made) -> None:
    told = "  ; Rowing\n  db $10 ; up\n  db $14 ; down\n\n  ; Falling\n  db $3B\n"
    text = f"; How the boat rows.\nSteps:\n{{\n{told}}}\n"
    (sample,) = made({"a.asm": text}, kinds=("table",))
    assert sample.output == f"How the boat rows.\n3 bytes in 3 rows.\n```asm\n{told}```"
    assert sample.prov is not None
    assert (sample.prov.start, sample.prov.end) == (1, 9)


def test_a_box_above_a_table_speaks_of_it(made: Made) -> None:
    box = "; ===\n; Room 0x27\n; ===\n; Where one can swim.\n; Offset = Y * 64\n\n"
    text = f"{box}Room27:\n  dw $0328, $0329 ; row 12\n"
    assert answers(made, text, "table")["Room27"].startswith(
        "Room 0x27\nWhere one can swim.\nOffset = Y * 64\n"
    )


DOUBTS = """; Moves the boat to the pier.
Move:
  LDA $10 ; the place
  STA $12 ; ??
  ; TODO: faster
  ; LDA #$04
  ; -----
  INC $14
  RTS
"""


def test_what_is_quoted_is_quoted_without_its_authors_doubts(made: Made) -> None:
    (sample,) = made({"a.asm": DOUBTS}, kinds=("write",))
    assert sample.output == "Move:\n  LDA $10 ; the place\n  STA $12\n  ; -----\n  INC $14\n  RTS"
    text = "Tiles:\n  dw $2A07, $FFFF ; down\n  dw $6A07, $FFFF ; seems to be unused\n"
    assert answers(made, text, "table")["Tiles"].endswith("; down\n  dw $6A07, $FFFF\n```")


def test_a_headline_ends_with_its_box_and_the_rest_is_a_note(made: Made) -> None:
    text = "; ---\n; Jars\n; ---\n; 0=None, 2=Empty\nJar1 = $7EF35C\nJar2 = $7EF35D ; maybe\n"
    assert answers(made, text, "group") == {
        "“Jars” in a.asm": "0=None, 2=Empty\n`Jar1` = $7EF35C\n`Jar2` = $7EF35D"
    }


def test_the_head_of_a_file_is_no_note_of_its_first_names(made: Made) -> None:
    text = (
        "; ---\n; Cutter\n;\n; It rests at first.\n\n"
        + "; ---\n; Speeds\n;\n; Told elsewhere.\n!A = 1\n!B = 2\n"
    )
    assert answers(made, text, "group") == {"“Speeds” in a.asm": "`!A` = 1\n`!B` = 2"}


def test_only_a_struct_without_a_place_has_offsets(made: Made) -> None:
    crab = "struct Crab\n.kind: skip 1\n.claws: skip 2\nendstruct\n"
    text = f"struct Net $D0\n.size: skip 2\n.src: skip 3\nendstruct\n{crab}"
    assert answers(made, text, "field") == {"Crab.kind": "$00", "Crab.claws": "$01"}
    assert answers(made, text, "struct")["Net"] == "`.size` at $D0\n`.src` at $D2"


def test_a_field_is_told_in_a_line(made: Made) -> None:
    below = "    ; Layers that are shown.\n    ; ...o 4321\n    ; o - sprites\n    ; 1 - ground\n\n"
    text = f"struct RAM $7E0012\n  ; $12 - (Main)\n  .Shown: skip 1\n{below}endstruct\n"
    assert answers(made, text, "struct")["RAM"] == "`.Shown` at $7E0012: $12 - (Main) Layers that are shown."
    assert answers(made, text, "bits")["RAM.Shown"] == "Bit 4: sprites\nBit 0: ground"


@pytest.mark.parametrize(
    ("define", "told"),
    [
        ("!WAIT = 120 ; frames (2 s)", "120 frames (2 s)"),
        ("!SLOW = 12 ; pixels per 16 frames", "12 pixels per 16 frames."),
        ("!BELL = $05 ; rings 3 times", "Rings 3 times."),
        ("!ID = #$53 ; the letter S", "The letter S."),
    ],
)
def test_a_number_is_told_with_its_unit(made: Made, define: str, told: str) -> None:
    assert list(answers(made, f"{define}\n", "purpose").values()) == [told]


@pytest.mark.parametrize("comment", ["bit 0", "16 bytes", "Word length", "(2 bytes)"])
def test_a_size_or_a_bit_is_no_purpose(made: Made, comment: str) -> None:
    assert not answers(made, f"!Blue = $01 ; {comment}\nTide = $7E0A00 ; {comment}\n", "purpose")


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("JSR (List,X)", "Calls through `List`."),
        ("JMP (List)", "Jumps through `List`."),
        ("JML [$04]", "Jumps through `$04`."),
        ("LDA ($04),Y", "Reaches memory through the pointer at `$04`."),
    ],
)
def test_going_on_through_a_pointer_is_told_from_reading_through_it(
    made: Made, statement: str, told: str
) -> None:
    text = f"; Goes on where the list says.\nMain:\n  {statement}\n  RTS\n"
    assert told in answers(made, text, "code")["Main"]


def test_routines_are_known_by_how_their_comment_begins(made: Made) -> None:
    listed = "; Values of the tide, and what is known:\n; 00 - none\n; 01 - ebb\nShow:\n  RTS\n"
    titled = (
        "; Fill\n; Lets water into the lock\n; until it is level\n;\n; Format:\n;   db 1\nFill_It:\n  RTS\n"
    )
    assert set(answers(made, listed + titled, "routine-name")) == {
        "Values of the tide, and what is known:",
        "Fill. Lets water into the lock until it is level",
    }


def test_rows_under_a_condition_are_no_table(made: Made) -> None:
    rows = "  dw $2669, $2669 ; light\n  dw $2A32, $2A32 ; dark\n"
    assert not answers(made, f"Colors:\nif !Pool == 1\n{rows}endif\n", "table")
    assert answers(made, f"if !Pool == 1\nColors:\n{rows}endif\n", "table")


def test_bits_named_for_code_are_not_those_of_the_code(made: Made) -> None:
    legend = "; sets the walls that were met\n; ....udlr , u = up, d = down, l = left, r = right\n"
    assert not answers(made, f"{legend}Check = $06E496\n", "bits")
    assert answers(made, f"{legend}Walls = $7E0E70\n", "bits") == {
        "Walls": "Bit 3: up\nBit 2: down\nBit 1: left\nBit 0: right"
    }


def test_a_drawn_bit_keeps_its_case(made: Made) -> None:
    text = "; hmwo oooo\n;   h - harmless\n;   m - merry\nFlags = $7E0E40\n"
    assert answers(made, text, "purpose")["Flags"].startswith("hmwo oooo\n")


@pytest.mark.parametrize(
    ("rows", "size"),
    [
        ('  db "Salt", $00 ; a town\n  db "Weir", $00\n', "10 bytes in 2 rows."),
        ('  dw "Salt" ; a town\n', "4 words."),
        ("  db 1 ; one\n", "1 byte."),
        ("  db !All, 1 ; those\n  db 2\n", "2 rows."),
    ],
)
def test_the_size_of_a_table_counts_letters_and_guesses_no_define(made: Made, rows: str, size: str) -> None:
    assert answers(made, f"Names:\n{rows}", "table")["Names"].startswith(size)


def test_a_shortened_word_ends_no_sentence(made: Made) -> None:
    text = "; Step @ $208123\n; Moves on by one step, e.g. by $10 in all. And ends.\nStep:\n  RTS\n"
    assert list(answers(made, text, "routine-name")) == ["Moves on by one step, e.g. by $10 in all."]
