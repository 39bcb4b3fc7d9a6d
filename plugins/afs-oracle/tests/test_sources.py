"""What is read out of a tree, and what is not believed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from afs.oracle import OracleGenerator, read_hack
from afs_core import DataError, Run, TrainingSample

Made = Callable[..., list[TrainingSample]]
Tree = Callable[..., Path]


def answers(samples: list[TrainingSample], kind: str) -> dict[str, str]:
    """Key to value of every fact of ``kind``."""
    facts = [sample.metadata["fact"] for sample in samples if sample.metadata.get("fact")]
    return {fact["key"]: fact["value"] for fact in facts if fact["kind"] == kind}


def test_symbols_and_defines_answer_forward_and_back(made: Made) -> None:
    samples = made({"ram.asm": "Tide = $7e0a00 ; height of the sea\n!PORT = $2140\n"})
    assert answers(samples, "address") == {"Tide": "$7E0A00", "!PORT": "$2140"}
    assert answers(samples, "symbol") == {"$7E0A00": "Tide", "$2140": "!PORT"}
    assert answers(samples, "purpose") == {"Tide": "Height of the sea."}


def test_all_symbols_at_one_address_are_named_once_on_the_way_back(made: Made) -> None:
    samples = made({"a.asm": "One = $7E0010\nOther = $7E0010\n", "b.asm": "\n!THIRD = $7E0010\n"}, variants=2)
    assert answers(samples, "symbol") == {"$7E0010": "One, Other, !THIRD"}
    back = [sample for sample in samples if sample.prov and sample.prov.kind == "symbol"]
    assert len(back) == 2
    assert back[0].metadata["also"] == ["a.asm:2", "b.asm:2"]
    assert {sample.group for sample in samples} == {"One"}  # a split may not tear them apart


def test_a_name_that_two_files_define_differently_is_left_out_and_said(made: Made, run: Run) -> None:
    samples = made(
        {"a.asm": "Twice = $7E0010\nOnce = $7E0012\n", "b.asm": "Twice = $7E0020\nOnce = $7e0012\n"}
    )
    assert answers(samples, "address") == {"Once": "$7E0012"}
    assert run.warnings == ["left out, defined differently in two places: Twice (a.asm:1 and b.asm:1)"]


def test_a_name_that_is_an_address_here_and_a_number_there_is_left_out(made: Made, run: Run) -> None:
    assert not made({"a.asm": "Twice = $7E0010\n", "b.asm": "Twice = 12\n"})
    assert "Twice" in run.warnings[0]


def test_a_define_that_grows_is_no_address(made: Made, run: Run) -> None:
    assert not made({"a.asm": "!Here = $7E0010\n!Here += $1000\n"})
    assert "!Here" in run.warnings[0]


def test_counters_of_the_source_are_no_warning(made: Made, run: Run) -> None:
    assert not made({"a.asm": "!i = 0\n!i = 1\n"})
    assert not run.warnings


@pytest.mark.parametrize("operator", ["=", ":=", "#=", "?="])
def test_every_way_to_assign_a_define_is_read(made: Made, operator: str) -> None:
    assert answers(made({"a.asm": f"!Name {operator} $7E0010\n"}), "address") == {"!Name": "$7E0010"}


@pytest.mark.parametrize("value", ["$10", "12", "%1010", "$7E001", "!Base+2", "$7E0010+2", '"$7E"'])
def test_what_is_no_address_teaches_none(made: Made, value: str) -> None:
    samples = made({"a.asm": f"Name = {value}\n"})
    assert {sample.prov.kind for sample in samples if sample.prov} <= {"constant"}


def test_four_digits_that_are_only_an_immediate_value_are_a_number(made: Made) -> None:
    defines = "!MASK = $0F00\n!PORT = $2100\n!BOTH = $1F00\n"
    text = f"{defines}Main:\n AND #!MASK\n STA !PORT\n LDX #!BOTH\n STX !BOTH\n RTS\n"
    assert set(answers(made({"a.asm": text}), "address")) == {"!PORT", "!BOTH"}


def test_fields_of_a_struct_at_an_address_are_named_addresses(made: Made) -> None:
    text = (
        "struct Hero $7E0100\n.x: skip 2 ; left edge\n.y: skip 2\nendstruct\n"
        "struct Offsets\n.far: skip 600\n.low: skip 2\nendstruct\n"
    )
    samples = made({"a.asm": text})
    assert answers(samples, "address") == {"Hero.x": "$7E0100", "Hero.y": "$7E0102"}
    assert answers(samples, "purpose") == {"Hero.x": "Left edge."}


def test_a_namespace_is_part_of_the_name_of_a_routine_once(made: Made) -> None:
    text = "namespace Sea\n; Raise\n; Lets the water rise by one step.\nRaise:\n RTS\nnamespace off\n"
    samples = made({"a.asm": text})
    assert answers(samples, "routine") == {"Sea_Raise": "Lets the water rise by one step."}
    assert answers(samples, "routine-name") == {"Lets the water rise by one step.": "Sea_Raise"}


def test_routines_of_a_namespace_are_known_as_users_of_its_symbols(run: Run, tree: Tree) -> None:
    text = (
        "; Says nothing of the tide at all.\nFirst:\n RTS\n"
        "; Reads the tide for the status bar.\nSecond:\n LDA Tide\n RTS\nTide = $7E0A00\n"
    )
    config = OracleGenerator.Config(source=tree({"a.asm": text}), routines=1, kinds=("routine",))
    (sample,) = OracleGenerator(config, run).generate()
    assert sample.metadata["fact"]["key"] == "Second"


def test_a_routine_without_a_comment_teaches_nothing_and_is_counted(run: Run, tree: Tree) -> None:
    source = tree({"a.asm": "; ------\nBare:\n RTS\n; Named:\nNamed:\n RTS\n"})
    generator = OracleGenerator(OracleGenerator.Config(source=source), run)
    kinds = {sample.prov.kind for sample in generator.generate() if sample.prov}
    assert not kinds & {"routine", "routine-name", "write", "code"}
    assert generator.noted == {".asm files": 1, "routines without a comment": 2}


def test_a_routine_that_two_files_explain_differently_is_left_out(made: Made, run: Run) -> None:
    first, second = "; Draws the boat.\nDraw:\n RTS\n", "; Draws the crab.\nDraw:\n RTS\n"
    assert not made({"a.asm": first, "b.asm": second})
    assert "Draw (a.asm:2 and b.asm:2)" in run.warnings[0]


def test_a_comment_that_fits_two_routines_asks_for_neither(made: Made) -> None:
    comment = "; Draws the thing that is asked for.\n"
    samples = made({"a.asm": f"{comment}Boat:\n RTS\n{comment}Crab:\n RTS\n"})
    assert set(answers(samples, "routine")) == {"Boat", "Crab"}
    assert not answers(samples, "routine-name")


def test_the_headline_of_a_block_is_not_the_purpose_of_its_first_symbol(made: Made) -> None:
    text = "; --- the hero ---\nX = $7E0010\nY = $7E0012\n\n; rises with the moon\nTide = $7E0A00\n"
    assert answers(made({"a.asm": text}), "purpose") == {"Tide": "Rises with the moon."}


@pytest.mark.parametrize(
    "listed",
    ["  0x00 - outdoors", "  $01: indoors", "bit 7 - wet", "bits 0-3: tide", "LENGTH: 0x08", ".... udlr"],
)
def test_a_comment_that_lists_values_is_no_headline_of_a_block(made: Made, listed: str) -> None:
    block = "One = $7E0010\nOther = $7E0012\nThird = $7E0014\n"
    kinds = ("group",)
    assert len(made({"a.asm": f"; Where the player is.\n{block}"}, kinds=kinds)) == 1
    assert not made({"a.asm": f"; Where the player is.\n; {listed}\n{block}"}, kinds=kinds)


def test_a_comment_without_a_word_is_no_purpose(made: Made) -> None:
    assert not answers(made({"a.asm": "Tide = $7E0A00 ; ---- $01\n"}), "purpose")


LAYOUTS = [
    "ram.asm",
    "a/b/c/d/e/f/ram.asm",
    "RAM.ASM",
    "Work Ram/läge.Asm",
    "ram.s",
    "ram.65s",
    "ram.inc",
    "ram.a65",
]


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_tree_may_be_laid_out_in_any_way(made: Made, name: str) -> None:
    samples = made({name: "Tide = $7E0A00\r\n; Lets the sea rise.\r\nRise:\r\n RTS\r\n"})
    assert answers(samples, "address") == {"Tide": "$7E0A00"}
    assert answers(samples, "routine") == {"Rise": "Lets the sea rise."}
    assert {sample.source for sample in samples} == {name}


def test_hidden_folders_and_loops_of_links_are_not_walked(run: Run, tree: Tree) -> None:
    root = tree({".git/x.asm": "A = $7E0010\n", "src/ram.asm": "B = $7E0012\n"})
    (root / "src" / "loop").symlink_to(root)
    (root / "gone.asm").symlink_to(root / "nowhere.asm")
    hack = read_hack(root, run)
    assert [address.name for address in hack.addresses] == ["B"]
    assert run.warnings == ["passed over, a link that leads nowhere: gone.asm"]


def test_latin_1_is_read_whole_and_of_what_is_no_letter_there_only_the_comments_are_lost(
    run: Run, tree: Tree
) -> None:
    text = "Tide = $7E0A00 ; h\xf6he\n; f\xfcr das Meer\nRise:\n RTS\n".encode("latin-1")
    text += "Wind = $7E0A02 ; \u98a8\u306e\u529b\nSail = $7E0A04 ; force\n".encode("shift-jis")
    samples = list(OracleGenerator(OracleGenerator.Config(source=tree({"a.asm": text})), run).generate())
    assert set(answers(samples, "address")) == {"Tide", "Wind", "Sail"}
    assert answers(samples, "purpose") == {"Tide": "H\xf6he.", "Sail": "Force."}
    assert answers(samples, "routine") == {"Rise": "f\xfcr das Meer"}
    assert read_hack(tree({}), run).noted["files not in UTF-8"] == 1


def test_what_cannot_be_read_is_passed_over_and_said(run: Run, tree: Tree) -> None:
    root = tree(
        {
            "rom.asm": b"\x00\x01\x02",
            "empty.asm": "",
            "old.md": b"# Caf\xe9\n\nA section of an older time.\n",
            "ok.md": "# Tide\n\nThe sea rises with the moon and falls again.\n",
        }
    )
    hack = read_hack(root, run)
    assert [text.title for text in hack.texts] == ["Tide"]
    assert hack.noted == {".md files": 1}
    said = " ".join(run.warnings)
    assert all(name in said for name in ("rom.asm", "empty.asm", "old.md"))


def test_a_huge_file_is_passed_over(run: Run, tree: Tree) -> None:
    root = tree({"ram.asm": "A = $7E0010\n"})
    with (root / "dump.asm").open("wb") as stream:
        stream.truncate(17_000_000)
    assert [address.name for address in read_hack(root, run).addresses] == ["A"]
    assert "larger than 16 MB: dump.asm" in run.warnings[0]


def test_many_faults_of_one_kind_are_one_warning(run: Run, tree: Tree) -> None:
    read_hack(tree({f"{number}.asm": "" for number in range(9)}), run)
    assert run.warnings == ["passed over, empty: 0.asm, 1.asm, 2.asm, 3.asm, 4.asm and 4 more"]


def test_an_empty_folder_gives_nothing_and_no_folder_is_an_error(run: Run, tree: Tree) -> None:
    root = tree({})
    assert not list(OracleGenerator(OracleGenerator.Config(source=root), run).generate())
    with pytest.raises(DataError, match="expected a folder"):
        list(OracleGenerator(OracleGenerator.Config(source=root / "none"), run).generate())


def test_a_folder_of_plain_notes_teaches_sections_and_their_names(made: Made) -> None:
    notes = {
        "tide-clock.txt": "the sea rises for six hours and falls for six more, every single day\n",
        "deep/list.md": "# Boats\n\nEvery boat has a keel, a mast and a name of its own.\n\n"
        "# Ports\n\n| port | depth |\n|---|---|\n| north | 4 |\n",
    }
    samples = made(notes)
    assert {sample.prov.kind for sample in samples if sample.prov} == {"section", "heading", "row"}
    assert set(answers(samples, "heading").values()) == {"tide clock", "Boats"}  # a table opens nothing
    assert answers(samples, "row") == {"north in the table of “Ports” (list.md)": "depth: 4"}
    assert len(samples) == 6


def test_a_place_is_shown_with_the_bank_that_its_definition_writes(made: Made) -> None:
    text = "Door = $838002\nTide = $0A00\nMain:\n  STA.l Door\n  STA $0A00\n  STA.l $7E0A00\n  RTS\n"
    samples = made({"a.asm": text}, kinds=("writers",))
    asked = " ".join(sample.instruction for sample in samples)
    assert len(samples) == 2
    assert "`Door` ($838002)" in asked
    assert "`Tide` ($7E0A00)" in asked


def test_a_jump_within_a_routine_is_not_told(made: Made) -> None:
    main = "Main:\n  JSR Other\n.loop\n..inner\n  LDA $10\n  BNE ..inner\n  BRA .loop\n"
    sample, *_ = made({"a.asm": f"; Waits for the door.\n{main}Other:\n  RTS\n"}, kinds=("code",))
    assert "Calls `Other`" in sample.output
    assert "Jumps" not in sample.output


def test_fields_behind_a_base_lie_where_it_says(made: Made) -> None:
    text = "struct Port $7E2100\n.a: skip 2\nbase $004200\n.b: skip 1\n.c skip 1\nendstruct\n"
    places = {"Port.a": "$7E2100", "Port.b": "$004200", "Port.c": "$004201"}
    assert answers(made({"a.asm": text}, kinds=("address",)), "address") == places


def test_code_is_not_asked_for_like_a_variable(made: Made) -> None:
    text = "; raises the sea by one\nRise = $0DC901\n\n; rises with the moon\nTide = $7E0A00\n"
    samples = made({"a.asm": text}, kinds=("address", "symbol", "purpose"), variants=8)
    of_code = [sample.instruction for sample in samples if sample.prov and sample.prov.group == "Rise"]
    assert len(of_code) >= 10
    assert not [asked for asked in of_code if any(w in asked for w in ("variable", "kept", "hold", "stored"))]


def test_one_word_says_what_a_variable_holds_but_not_what_code_does(made: Made) -> None:
    text = "Wind = $7E0A02 ; force\nList_A = $0DC910 ; above\n"
    assert answers(made({"a.asm": text}), "purpose") == {"Wind": "Force."}


@pytest.mark.parametrize("other", ["  %Voice($0D)\n", "  fill 148\n", "  incbin a.bin\n"])
def test_rows_beside_other_bytes_are_no_whole_table(made: Made, other: str) -> None:
    rows = "  db $01 ; low water\n  db $02 ; high water\n"
    kinds = ("table",)
    assert len(made({"a.asm": f"Tides:\n{rows}\nSea:\n{other}  RTS\n"}, kinds=kinds)) == 1
    assert not made({"a.asm": f"Tides:\n{other}{rows}\nSea:\n  RTS\n"}, kinds=kinds)
    assert not made({"a.asm": f"Tides:\n{rows}{other}\nSea:\n  RTS\n"}, kinds=kinds)


def test_a_routine_that_goes_on_elsewhere_is_not_asked_for_as_a_whole(made: Made) -> None:
    first = "; Moves the boat both ways and up.\nMove_All:\n  JSL Move_Up\n"
    second = "; ----\n; Moves the boat to the side.\nMove:\n  RTL\n"
    (told,) = [
        sample
        for sample in made({"a.asm": f"{first}\n{second}"}, kinds=("write",))
        if "Move_All" in sample.output
    ]
    assert told.input.endswith("Goes on in `Move`.")
    apart = made({"a.asm": f"{first}\norg $208000\n{second}"}, kinds=("write",))
    assert not [sample for sample in apart if "Move_All" in sample.output]


def test_a_headline_ends_at_its_first_blank_line(made: Made) -> None:
    text = "; Tones\n;\n;      C   D\n; Oc1  80  82\nC1 = $80\nD1 = $82\n"
    (group,) = made({"a.asm": text}, kinds=("group",))
    assert "“Tones”" in group.instruction


def test_the_comment_of_the_first_routine_is_no_headline_of_its_file(made: Made) -> None:
    text = "; ----\n; Raises the sea.\n\nRise:\n  RTS\n\nFall:\n  RTS\n"
    (overview,) = made({"a.asm": text}, kinds=("architecture",))
    assert overview.output == "Routines: `Rise` and `Fall`."


def test_a_patch_in_braces_is_whole(made: Made) -> None:
    text = "org $3CB123 ; the fill\n{\n  LDA $F2 : BEQ OUT\n  STZ $F2\nOUT:\n  RTL\n}\n\nNext:\n  RTS\n"
    (patch,) = made({"a.asm": text}, kinds=("hook",))
    assert patch.output.endswith("OUT:\n  RTL\n}\n```")


def test_a_patch_without_a_word_is_asked_for_as_code(made: Made) -> None:
    bare = made({"a.asm": "org $07E1F5\n  JSL Steady\n"}, kinds=("hook",))
    told = made({"b.asm": "; No recoil\norg $07E1F9\n  JSL Other\n"}, kinds=("hook",))
    assert not [
        s for s in bare if "do?" in s.instruction or "xplain" in s.instruction or "change" in s.instruction
    ]
    assert len(bare) == 1
    assert [sample.output.split("\n")[0] for sample in told if "07E1F9" in sample.instruction] == [
        "No recoil"
    ]
