"""A small checkout in several hands; what is expected of it was counted by hand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from afs.asm import check
from afs.oracle import OracleGenerator
from afs_core import Run, TrainingSample

CHECKOUT = Path(__file__).parent / "checkout"
# Of one wording each: names and their addresses come in four.
COUNTED = {
    "address": 4
    * 12,  # 3 of the screen and hero, Held, Roof, BoatTimer, Water, 2 of Boat, Jump_Table, 2 org labels
    "symbol": 4 * 12,
    "purpose": 9,  # Screen, HeroY, HeroX, Held, Roof, Boat.x, Wick, 2 of the story; BoatTimer is a guess
    "bits": 1,
    "bit": 4,
    "values": 1,
    "constant": 4,  # Song, Wick, 2 of the story; Health and Boss differ from file to file
    "group": 2,
    "settings": 2,
    "struct": 2,
    "field": 2,  # those of Crab; those of Boat have addresses
    "table": 1,  # Vendor_Prices; Lamps_Lit is one row without a word
    "entry": 4,  # two rows with a comment, two pointers
    "macro": 2,
    "macro-use": 1,
    "function": 1,
    "hook": 2,
    "hooked": 1,
    "routine": 5,  # guard_main, Vendor_Main, Vendor_Wait, Lamps_Count, _0083F8; Vendor_Pay is a guess
    "code": 9,
    "part": 2,
    "line": 2,
    "write": 7,  # 4 routines, of which Vendor_Main is torn by its table's braces; a macro, two patches
    "routine-name": 5,
    "callees": 1,
    "callers": 6,
    "memory": 3,
    "state": 4,
    "writers": 7,
    "readers": 9,  # a table, too
    "section": 4,
    "heading": 1,  # the chapters begin with lists
    "row": 2,
    "term": 5,
    "steps": 2,
    "order": 3,
    "question": 1,
    "architecture": 10,  # 6 files, 3 folders, 1 list of includes
}


@pytest.fixture(scope="module")
def samples() -> list[TrainingSample]:
    with Run.open() as run:
        return list(OracleGenerator(OracleGenerator.Config(source=CHECKOUT), run).generate())


def found(samples: list[TrainingSample], kind: str, about: str) -> TrainingSample:
    (sample,) = [
        sample
        for sample in samples
        if sample.prov
        and sample.prov.kind == kind
        and about in (sample.metadata.get("about"), sample.metadata.get("fact", {}).get("key"))
    ]
    return sample


def test_each_kind_is_found_as_often_as_it_is_there(samples: list[TrainingSample]) -> None:
    assert Counter(sample.prov.kind for sample in samples if sample.prov) == COUNTED


def test_an_explanation_is_the_comment_and_what_the_graph_shows(samples: list[TrainingSample]) -> None:
    sample = found(samples, "code", "guard_main")
    assert sample.output.split("\n") == [
        "Öffnet die Tür nach Süden.",
        "Calls `Vendor_Main`.",
        "Reads `HeroY`.",
        "Writes `$7E0020 (HeroY),X`, `!Water` and `HeroY`.",
        "Reaches memory through the pointer at `$04`.",
        "Called by `Vendor_Sell`.",
        "It returns with A, X and Y as wide as they came in.",
    ]
    assert sample.prov is not None
    assert (sample.prov.source, sample.prov.start, sample.prov.end) == ("Sprites/guard.s", 6, 17)


def test_a_comment_behind_a_ruler_and_a_blank_line_explains(samples: list[TrainingSample]) -> None:
    assert found(samples, "routine", "Vendor_Main").output == "Runs the vendor once a frame."


def test_cross_references_count_every_way_to_write_an_address(samples: list[TrainingSample]) -> None:
    assert found(samples, "writers", "`!Water` ($7E0400)").output.split("\n") == [
        "`Lamps_Count` writes it (Patches/hooks.asm).",
        "`Lamps_Done` writes it (Patches/hooks.asm).",
        "`guard_main` writes it (Sprites/guard.s).",
    ]
    assert found(samples, "writers", "`HeroY` ($7E0020)").output == (
        "`guard_main` writes it, also at an offset in X (Sprites/guard.s)."
    )
    assert found(samples, "writers", "`!Song` ($7E00BC)").output == (
        "The patch at $0083F8 writes it (Patches/hooks.asm)."
    )


def test_a_macro_that_writes_names_its_users(samples: list[TrainingSample]) -> None:
    assert found(samples, "writers", "`$7E0D80`").output == (
        "`%GotoAction` writes it at an offset in X (Core/macros.asm). "
        "It is used by `Vendor_Wait` and `Vendor_Sell`."
    )


def test_callers_are_routines_patches_and_tables(samples: list[TrainingSample]) -> None:
    assert found(samples, "callers", "Vendor_Main").output.split("\n") == [
        "The patch at $1EEEE4 calls it (Patches/hooks.asm).",
        "`guard_main` calls it (Sprites/guard.s).",
    ]
    assert found(samples, "callers", "Vendor_Sell").output == (
        "`Vendor_Main` names it as data (Sprites/vendor.asm)."
    )


def test_a_patch_tells_what_it_replaces_and_where_it_must_end(samples: list[TrainingSample]) -> None:
    sample = found(samples, "hook", "$0083F8")
    assert sample.output.split("\n") == [
        "Lets the lamp burn longer.",
        "It replaces `LDA.b $10` of the original (Patches/original.asm:3).",
        "It must end by `$00841E`.",
        "```asm",
        "org $0083F8",
        "  LDA.b #!Wick",
        "  STA.b !Song",
        "  NOP #2",
        "```",
    ]
    assert sample.metadata["also"] == ["Patches/original.asm:3"]
    assert found(samples, "hooked", "Vendor_Main").output == "$1EEEE4"


def test_a_patch_under_a_condition_is_whole(made: Callable[..., list[TrainingSample]]) -> None:
    text = (
        "; Scrolls the room.\norg $02BE5E\nif !FAST\n  JSL Fast\nelse\n  NOP #4\nendif\n\n"
        "org $01E9E8 : db $3A ; the pendant of power\nif !GUARD\n  org $008781\n    JML Guard\nendif\n"
    )
    hooks = {sample.metadata["about"]: sample.output for sample in made({"a.asm": text}, kinds=("hook",))}
    assert set(hooks) == {"$02BE5E", "$01E9E8", "$008781"}
    assert hooks["$02BE5E"].endswith("org $02BE5E\nif !FAST\n  JSL Fast\nelse\n  NOP #4\nendif\n```")
    assert hooks["$01E9E8"].endswith("```asm\norg $01E9E8 : db $3A ; the pendant of power\n```")


def test_code_in_a_list_does_not_end_it(made: Callable[..., list[TrainingSample]]) -> None:
    text = "# Build\n\n1) Fetch it\n2) Run\n   ```\n   asar main.asm\n   ```\n3) Play it\n"
    (sample,) = made({"a.md": text}, kinds=("steps",))
    assert sample.output == "1. Fetch it\n2. Run\n   ```\n   asar main.asm\n   ```\n3. Play it"


def test_what_is_put_in_free_space_is_no_patch(samples: list[TrainingSample]) -> None:
    assert "$3A8000" not in {sample.metadata.get("about") for sample in samples}
    assert (
        found(samples, "routine", "Lamps_Count").output
        == "Counts the lamps that are lit\n  and the others, too."
    )


def test_a_table_is_one_lookup_a_row(samples: list[TrainingSample]) -> None:
    where = "“1. Main quest > Chapter 1: The bell” (QuestFlow.md)"
    assert found(samples, "row", f"Met in the table of {where}").output == (
        "Address: $7EF3C5; Notes: set by the keeper"
    )
    assert found(samples, "entry", "“one wick” in Vendor_Prices").output == "dw 10"
    assert found(samples, "entry", "entry 1 (from 0) of the data in Vendor_Main").output == "Vendor_Sell"


def test_quests_have_steps_and_an_order(samples: list[TrainingSample]) -> None:
    chapter = "“1. Main quest > Chapter 0: Ashore” (QuestFlow.md)"
    assert found(samples, "steps", chapter).output.split("\n") == [
        "1. **Trigger:** The game begins.",
        "2. **Events:**",
        "    *   The hero wakes on the strand.",
        "    *   The keeper asks for three wicks.",
        "3. **Reward:** The lamp.",
    ]
    assert found(samples, "order", f"“Events:” in {chapter}").output == "Reward: The lamp."
    assert found(
        samples, "order", "“Chapter 0: Ashore” in “Quest flow > 1. Main quest” (QuestFlow.md)"
    ).output == ("Chapter 1: The bell")


def test_bits_and_values_come_from_the_legend(samples: list[TrainingSample]) -> None:
    assert found(samples, "bits", "Held").output == "Bit 3: up\nBit 2: down\nBit 1: left\nBit 0: right"
    assert found(samples, "values", "Roof").output == "0x00: outdoors\n0x01: indoors"
    assert found(samples, "purpose", "Screen").output == "Screen that the hero is on\nLENGTH: 0x02"


def test_guesses_are_no_samples(samples: list[TrainingSample]) -> None:
    assert not [sample for sample in samples if "robably" in sample.output or "robably" in sample.instruction]


def test_code_that_is_asked_for_passes_the_check_and_stands_in_its_lines(
    samples: list[TrainingSample],
) -> None:
    written = [sample for sample in samples if sample.prov and sample.prov.kind == "write"]
    for sample in written:
        assert sample.prov is not None
        text = (CHECKOUT / sample.prov.source).read_bytes().decode("latin-1").replace("\r\n", "\n")
        span = "\n".join(line.rstrip() for line in text.split("\n")[sample.prov.start - 1 : sample.prov.end])
        assert check(sample.output).syntax_ok
        assert sample.output in span


def test_no_two_ask_the_same_and_scores_spread(samples: list[TrainingSample]) -> None:
    asked = [" ".join(re.findall(r"\w+", sample.instruction.casefold())) for sample in samples]
    assert len(set(asked)) == len(asked)
    scores = [sample.score for sample in samples]
    assert all(0 <= score <= 1 for score in scores)
    assert 0.2 <= sum(score > 0.6 for score in scores) / len(scores) <= 0.95


def test_every_folder_is_read(samples: list[TrainingSample]) -> None:
    read = {Path(sample.source).parent.as_posix() for sample in samples}
    assert read == {"Core", "Sprites", "Patches", "Docs/World"}
