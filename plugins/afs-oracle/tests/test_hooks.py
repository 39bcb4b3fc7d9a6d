"""What patches teach: their comments, what stands there in the original, and how they are asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from afs_core import TrainingSample

Made = Callable[..., list[TrainingSample]]


def patches(made: Made, text: str, kind: str = "hook") -> dict[str, TrainingSample]:
    return {sample.metadata["about"]: sample for sample in made({"a.asm": text}, kinds=(kind,))}


@pytest.mark.parametrize("between", ["", "#Lamp:\n", "Lamp:\n", "pushpc\n", "if !LAMP\n"])
def test_the_comment_of_a_patch_stands_above_what_leads_to_it(made: Made, between: str) -> None:
    end = "endif\n" if between.startswith("if") else ""
    text = f"org $008000\n  RTS\n\n; Lights the lamp at dusk.\n{between}org $0AC574\n  JSL Light\n{end}"
    found = patches(made, text)
    assert found["$0AC574"].output.split("\n")[0] == "Lights the lamp at dusk."
    assert found["$0AC574"].prov is not None
    assert found["$0AC574"].prov.start == 4
    assert found["$008000"].output == "```asm\norg $008000\n  RTS\n```"


def test_a_place_to_go_on_at_is_part_of_the_patch(made: Made) -> None:
    (sample,) = patches(made, "org $028376\n  BRA +\n  NOP #3\n+\n\norg $028380\n").values()
    assert sample.output.endswith("  NOP #3\n+\n```")


@pytest.mark.parametrize(
    ("comment", "told"),
    [
        ("; Sprite_Main.drag", "The comment there names `Sprite_Main.drag`."),
        ("; SetColor", "The comment there names `SetColor`."),
        (
            "; <- 158C7 - Bank02.asm : 10981 (STA $7EC172)",
            "The comment there names `STA $7EC172` (Bank02.asm : 10981).",
        ),
        (
            "; 0x771FF <- vwf.asm : 1212 (LDA $7F1200, X)",
            "The comment there names `LDA $7F1200, X` (vwf.asm : 1212).",
        ),
        ("; <- 2F - Bank00.asm : 45", "The comment there names 2F - Bank00.asm : 45."),
        ("; Whirlpool", "Whirlpool"),
    ],
)
def test_what_only_names_the_original_is_said_so(made: Made, comment: str, told: str) -> None:
    for text in (f"{comment}\norg $0CA000\n  JSL Sea\n", f"org $0CA000 {comment}\n  JSL Sea\n"):
        (sample,) = patches(made, text).values()
        assert sample.output.split("\n")[0] == told
        if told.startswith("The"):
            assert not any(word in sample.instruction for word in ("xplain", "do?", "change"))


def test_a_patch_that_was_taken_out_lends_its_comment_to_none(made: Made) -> None:
    gone = ";------\n;org $06C06F ; <- Bank06.asm : 1794 (JSL Gull)\n;JSL.l Gull\n;------\n"
    text = f"{gone}org $079202\nJSL.l Bonk\n"
    (sample,) = patches(made, text).values()
    assert sample.output == "```asm\norg $079202\nJSL.l Bonk\n```"


def test_addresses_that_a_patch_writes_beside_its_own_rows_are_no_original(made: Made) -> None:
    text = (
        "; The runner's tiles and colours\norg $05E9CD\nRunner:\n  #_05E9CD: dw 0, -8\n  #_05E9D1: dw 0, 0\n"
    )
    assert "replaces" not in patches(made, text)["$05E9CD"].output


def test_a_patch_is_to_be_written_only_where_the_task_tells_what_it_does(made: Made) -> None:
    told = "; Counts every step of the boat.\n"
    found = patches(made, f"{told}org $0CA000\n  JSL Count\n  STA !Steps\n", "write")
    assert found["$0CA000"].input == "Counts every step of the boat.\nCalls `Count`.\nWrites `!Steps`."
    assert not patches(made, f"{told}org $0CA000 : db $80\n", "write")
    assert not patches(made, "; Step_Count\norg $0CA000\n  JSL Count\n", "write")
