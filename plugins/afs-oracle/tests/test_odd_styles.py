"""Assembly in the odd styles that ROM hacks are written in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from afs_core import TrainingSample

Made = Callable[..., list[TrainingSample]]


def answers(made: Made, text: str, kind: str) -> dict[str, str]:
    samples = made({"a.asm": text}, kinds=(kind,))
    return {
        sample.metadata.get("about") or sample.metadata["fact"]["key"]: sample.output for sample in samples
    }


FLOWING = """Copy:
  REP #$20
  LDA #$1801 : STA $4300 ; mode of the transfer, and the
                         ; register that it goes to
  ; Starts it.
  LDX #$01 : STX $420B
  ; Waits for its end.
  RTS
"""


def test_a_comment_behind_code_is_told_with_the_lines_that_go_on_with_it(made: Made) -> None:
    told = "Mode of the transfer, and the register that it goes to."
    assert list(answers(made, FLOWING, "line").values()) == [told]
    code = answers(made, FLOWING, "code")["Copy"]
    assert "- Starts it.\n- Waits for its end." in code
    assert "register" not in code


def test_a_sentence_may_go_on_with_a_place(made: Made) -> None:
    text = (
        "; Returns how many bells were rung so far (set bits of\n; $7EF3A1), at most seven.\nCount:\n  RTS\n"
    )
    (key,) = answers(made, text, "routine-name")
    assert key == "Returns how many bells were rung so far (set bits of $7EF3A1), at most seven."


ASIDE = """; Counts the bells of the pier.
Count:
{
  LDA $10
  RTS
}

#LEAVE_Early:
  SEP #$30
  RTS

; The walls of the mill
#walls:
  db $01, $02
  db $03, $04
"""


def test_a_label_that_leaves_the_scope_alone_may_begin_code_or_a_table(made: Made) -> None:
    assert answers(made, ASIDE, "write")["Count"].endswith("RTS\n}")
    assert "LEAVE_Early" in answers(made, ASIDE, "architecture")["a.asm"]
    assert answers(made, ASIDE, "table")["walls"].startswith("The walls of the mill\n4 bytes in 2 rows.")


def test_a_file_of_nothing_else_is_read(made: Made) -> None:
    assert set(answers(made, "#walls:\n  db $01, $02\n", "table")) == set()
    assert set(answers(made, "#walls:\n  db $01\n  db $02\n", "table")) == {"walls"}


def test_stamps_of_addresses_tear_no_table(made: Made) -> None:
    text = "Draw:\n  #_05EA00: dw 0, -8 : db $2C\n  #_05EA05: dw 0, 0 : db $EE\n"
    assert answers(made, text, "table")["Draw"].startswith("6 values of several sizes in 4 rows.")


def test_a_patch_ends_where_a_label_begins_something_else(made: Made) -> None:
    text = "; Upper left\n#one:\norg $00B4C0\n  dw $01, $02\n\n; Lower left\n#two:\n  dw $03, $04\n"
    assert answers(made, text, "hook") == {
        "$00B4C0": "Upper left\n```asm\norg $00B4C0\n  dw $01, $02\n```",
    }
    stamped = "org $1EEF00\n  #_1EEF00: LDA.b #$2E\n  #_1EEF02: STA.b $11\n"
    assert "STA.b $11" in answers(made, stamped, "hook")["$1EEF00"]


def test_a_patch_may_lie_within_a_table_of_the_original(made: Made) -> None:
    found = answers(made, "; Harm of the pickpocket at night\norg $0DB280+$12\n  db $01\n", "hook")
    assert found["$0DB280+$12"].startswith("Harm of the pickpocket at night\n")


@pytest.mark.parametrize(
    ("comment", "asked"), [("Whirl", False), ("Lets the boat whirl about its mast", True)]
)
def test_a_patch_is_asked_what_it_does_only_where_that_is_said(made: Made, comment: str, asked: bool) -> None:
    samples = made({"a.asm": f"; {comment}\norg $1EEF00 : JSL Spin\n"}, kinds=("hook",))
    question = samples[0].instruction
    assert any(word in question for word in ("do?", "Explain", "change the game")) or not asked
    assert any(word in question for word in ("code", "Show the patch", "hack put")) or asked


def test_code_that_stands_there_in_the_original_is_no_purpose(made: Made) -> None:
    text = "; Boat_Load loop: LDA ($00),Y : CMP #$FF (4 bytes)\norg $09C520\n  JSL Stage\n"
    told = answers(made, text, "hook")["$09C520"]
    assert told.startswith("The comment there names Boat_Load loop, `LDA ($00),Y : CMP #$FF`.\n")


def test_marks_for_tools_are_not_quoted(made: Made) -> None:
    text = "; Lets the boat whirl about.\norg $1EEF00 ; Spin ; @hook module=Sea kind=jsl\n  JSL Spin\n"
    assert "org $1EEF00 ; Spin\n" in answers(made, text, "hook")["$1EEF00"]


def test_rows_that_every_table_ends_with_are_no_facts(made: Made) -> None:
    text = "One:\n  db $01 ; bell\n  db $00 ; End\n\nTwo:\n  db $02 ; bell\n  db $00 ; End\n"
    assert answers(made, text, "entry") == {"“bell” in One": "db $01", "“bell” in Two": "db $02"}


def test_figures_without_words_are_worth_less(made: Made) -> None:
    figures = "  db $01, $02, $03, $04, $05, $06, $07, $08\n" * 8
    words = "".join(f"  db ${at:02X} ; rope of the {name} boat\n" for at, name in enumerate("abcdefgh"))
    plain, told = made({"a.asm": f"One:\n{figures}\nTwo:\n{words}"}, kinds=("table",))
    assert plain.score < 0.6 < told.score


@pytest.mark.parametrize("layout", ["db room, dw list", "db area, flag bit : dw x0, message"])
def test_how_rows_are_laid_out_is_no_code_that_was_taken_out(made: Made, layout: str) -> None:
    text = f"Rooms:\n  ; {layout}\n  db $0A : dw Pier\n  db $2C : dw Mill\n"
    assert f"; {layout}" in answers(made, text, "table")["Rooms"]


def test_a_macro_is_to_be_written_only_where_that_can_be_known(made: Made) -> None:
    data = "; Raises the pitch of one voice by so much.\nmacro Lift(tone)\n  db $EA, <tone>\nendmacro\n"
    code = (
        "; Stores the tone of the bell for later use.\nmacro Keep(tone)\n  LDA <tone> : STA $10\nendmacro\n"
    )
    assert set(answers(made, data + code, "write")) == {"%Keep(tone)"}


FUNCTIONS = """; Where a tile of the pane lies.
function place(row,col) = (row*64)+(col*2)
function twice(x) = x*2
function again(x) = x+1
function again(x) = x+2

Draw:
  LDX.w #place(7,3)
  LDA.w #twice(4)
  RTS
"""


def test_functions_of_the_assembler_are_told_with_their_calls(made: Made) -> None:
    assert answers(made, FUNCTIONS, "function") == {
        "place(row,col)": "Where a tile of the pane lies.\n"
        "```asm\nfunction place(row,col) = (row*64)+(col*2)\n```\n"
        "The sources call it once, for example: `LDX.w #place(7,3)`.",
        "twice(x)": "```asm\nfunction twice(x) = x*2\n```\n"
        "The sources call it once, for example: `LDA.w #twice(4)`.",
    }
    assert (
        "Functions: `place()`, `twice()` and `again()`." in answers(made, FUNCTIONS, "architecture")["a.asm"]
    )


def test_a_headline_within_a_ruler_is_a_title_and_what_follows_is_said_below_it(made: Made) -> None:
    text = "; --- Parts to leave out ---\n; Set to 1 to leave a part out.\n!NO_SONGS = 0\n!NO_MENU = 1\n"
    assert answers(made, text, "group") == {
        "“Parts to leave out” in a.asm": "Set to 1 to leave a part out.\n`!NO_SONGS` = 0\n`!NO_MENU` = 1"
    }


def test_a_headline_of_a_file_keeps_its_paragraphs(made: Made) -> None:
    told = "; The watch\n;\n; Two things:\n;   1. Look\n;   2. Touch,\n;      by night\n"
    text = f"; =====\n{told}; =====\n\nRun:\n  RTS\n"
    assert answers(made, text, "architecture")["a.asm"] == (
        "The watch\n\nTwo things:\n  1. Look\n  2. Touch,\n     by night\n\nRoutines: `Run`."
    )


def test_documents_are_listed_by_their_titles(made: Made) -> None:
    files = {
        "d/a.md": "# The sea at night\n\nIt is dark and wet there.\n",
        "d/b.txt": "0000: 00 1F\n",
        "d/c.asm": "; Rules of the sea.\n\nRun:\n  RTS\n",
    }
    _, sample = made(files, kinds=("architecture",))
    assert sample.output == "a.md: The sea at night\nb.txt\nc.asm: Rules of the sea."


def test_a_name_behind_a_call_by_number_says_what_is_called(made: Made) -> None:
    text = "Draw:\n  JSR $F4CE ; Item_Draw\n  LDA $10 ; Tide_Level\n  JML $1BC97C ; Map_Draw.twice\n"
    assert answers(made, text, "line") == {
        "`JSR $F4CE` in `Draw`": "It calls `Item_Draw`.",
        "`JML $1BC97C` in `Draw`": "It jumps to `Map_Draw.twice`.",
    }
