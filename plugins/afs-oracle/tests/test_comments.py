"""Which comments explain something, and what they explain."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from afs.oracle.comment_text import cleaned, flowed, usable
from afs_core import TrainingSample

Made = Callable[..., list[TrainingSample]]


def explained(made: Made, text: str) -> dict[str, str]:
    samples = made({"a.asm": text}, kinds=("routine",))
    return {sample.metadata["fact"]["key"]: sample.output for sample in samples}


@pytest.mark.parametrize(
    "text",
    [
        "; Lets the sea rise.\nRise:\n RTS\n",
        ";; Lets the sea rise.\nRise:\n RTS\n",
        "; =====\n; Lets the sea rise.\n; =====\nRise:\n RTS\n",
        "; ****************\n; * Lets the sea rise. *\n; ****************\nRise:\n RTS\n",
        "; -----\n; Lets the sea rise.\n\nRise:\n RTS\n",
        "; Rise\n; Lets the sea rise.\nRise:\n RTS\n",
        "Rise: ; Lets the sea rise.\n RTS\n",
        "Rise:\n; Lets the sea rise.\n  RTS\n",
        "Rise:\n  ; Lets the sea rise.\n\n  RTS\n",
        "Rise:\n; Lets the sea rise.\n{\n  RTS\n}\n",
        "Rise:\n{\n  ; Lets the sea rise.\n\n  RTS\n}\n",
        "; LDA #$01 : STA $10\n; Lets the sea rise.\nRise:\n RTS\n",
        "; @hook module=Sea\n; Lets the sea rise.\nRise:\n RTS\n",
        "\t; Lets the sea rise.\r\n\tRise:\r\n\trts\r\n",
        "; Lets the sea rise.\norg $208000\nRise:\n RTS\n",
    ],
)
def test_a_routine_is_explained_wherever_its_comment_stands(made: Made, text: str) -> None:
    assert explained(made, text) == {"Rise": "Lets the sea rise."}


@pytest.mark.parametrize(
    "text",
    [
        "; =====\n; THE SEA\n; =====\n\nRise:\n RTS\n",  # the headline of a part of the file
        "; Lets the sea rise.\n\nRise:\n RTS\n",
        "; Code of the sea.\norg $208000\nRise:\n RTS\n\nFall:\n RTS\n",
        "; Put into free space of bank $20.\norg $208000\nRise:\n RTS\n",
        "; Bank 20: the sea and its tides\norg $208000\nRise:\n RTS\n",
        "Rise: ; Good ; $208000\n RTS\n",
        "Rise:\n  ; Loads the level.\n  LDA $10\n  RTS\n",  # speaks of the next line
        "Rise: LDA $10 ; the level\n RTS\n",
        "; LDA $10\nRise:\n RTS\n",
        "; TODO: let the sea rise\nRise:\n RTS\n",
        "; This routine probably lets the sea rise.\nRise:\n RTS\n",
        "; Lets the sea rise?\nRise:\n RTS\n",
        "; Seems to let the sea rise.\nRise:\n RTS\n",
        "; 0x01 - Rise\nRise:\n RTS\n",
        "; ---\nRise:\n RTS\n",
    ],
)
def test_what_speaks_of_something_else_or_guesses_explains_nothing(made: Made, text: str) -> None:
    assert explained(made, text) == {}


@pytest.mark.parametrize(
    "line",
    [
        "LDA.b #$13 : JSR Player",
        "STA $7EF3C5,X",
        ".loop",
        "+",
        "db $01, $02",
        "!Name = $10",
        "RTS",
        "%Macro(1)",
        "{",
    ],
)
def test_code_that_was_taken_out_is_no_comment(line: str) -> None:
    assert cleaned([line]) == []


@pytest.mark.parametrize(
    "line",
    [
        "and the sea falls again",
        "bit 3 of the flags",
        "inc. the two first",
        "see Tide_Rise",
        "Store the level.",
        "A = speed",
        "Note: it wraps",
        "jmp table of the states",
        "rep and sep are kept in balance",
        "the sea = the limit",
        "0x00 - outdoors",
    ],
)
def test_words_that_look_like_code_stay(line: str) -> None:
    assert cleaned([line]) == [line]


@pytest.mark.parametrize(
    "text",
    ["water seems to flow", "it must be even", "unknown islands cannot be reached", "as likely as not"],
)
def test_words_of_doubt_in_a_statement_are_no_guess(text: str) -> None:
    assert usable(text)


@pytest.mark.parametrize(
    "text",
    [
        "Maybe a timer",
        "used by the boat?",
        "It seems unused",
        "unknown",
        "Apparently a flag",
        "no idea",
        "might be the sea",
    ],
)
def test_guesses_are_known(text: str) -> None:
    assert not usable(text)


@pytest.mark.parametrize(
    "text", ["$2104", "[0x04]", "0x0F", "7E0C10 7E0D20", "$30 - $3F", "kssstttt tttttttt"]
)
def test_figures_alone_say_nothing(text: str) -> None:
    assert not usable(text)
    assert usable(f"{text} of the sea")


@pytest.mark.parametrize("text", ["Tide_Rise", "Sea Salt", "Sound_Fx", "Deep-sea", "Face"])
def test_names_and_words_are_no_figures(text: str) -> None:
    assert usable(text)


@pytest.mark.parametrize(
    "text", ["bit 4 - (same as above)", "May need to go", "the sail, move this elsewhere"]
)
def test_notes_to_oneself_are_known(text: str) -> None:
    assert not usable(text)


@pytest.mark.parametrize("lead", ["Args:", "Exit:", "Data format (3 bytes each):", "How others call it:"])
def test_code_below_a_lead_in_was_not_taken_out(lead: str) -> None:
    lines = ["Sums the tide.", lead, "", "  low = $00", "  db <count>", "----", "STA $10"]
    assert cleaned(lines) == ["Sums the tide.", lead, "  low = $00", "  db <count>"]


def test_a_label_that_was_taken_out_leads_to_nothing() -> None:
    assert cleaned(["Sums the tide.", ".old:", "LDA $10", "STA $12"]) == ["Sums the tide."]


def test_a_title_in_brackets_between_rulers_is_the_title() -> None:
    assert cleaned(["-----------[ Tide ]-----------"]) == cleaned(["----[ Tide ]----"]) == ["Tide"]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["rises with the moon", "and falls with it"], "rises with the moon and falls with it"),
        (
            ["reads the wind, sets $0C12", "----nsew , n = north"],
            "reads the wind, sets $0C12\n----nsew , n = north",
        ),
        (["\\return $12 low", "\\return $13 high"], "\\return $12 low\n\\return $13 high"),
        (["moor it, A = port", "$12 the row, $14 the bank"], "moor it, A = port\n$12 the row, $14 the bank"),
        (
            ["What is kept", "In the part that nobody else uses"],
            "What is kept\nIn the part that nobody else uses",
        ),
        (
            ["It is brought to the port at dawn by the", "Keeper"],
            "It is brought to the port at dawn by the Keeper",
        ),
    ],
)
def test_prose_flows_and_what_was_set_apart_stays_apart(lines: list[str], text: str) -> None:
    assert flowed(lines) == text
