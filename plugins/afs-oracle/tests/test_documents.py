"""What tables, terms and lists of documents teach, in the shapes that people give them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from afs_core import TrainingSample

Made = Callable[..., list[TrainingSample]]


def pairs(made: Made, text: str, *kinds: str) -> dict[str, str]:
    samples = made({"Docs/sea.md": text}, kinds=kinds)
    return {
        sample.metadata.get("about") or sample.metadata["fact"]["key"]: sample.output for sample in samples
    }


def table(*rows: str) -> str:
    return "# Sea\n\n## Ports\n\n" + "\n".join(rows) + "\n"


def test_cells_that_tell_nothing_are_no_answer(made: Made) -> None:
    found = pairs(
        made,
        table(
            "| Port | Depth | Keeper | Bell | Note |",
            "|---|---|---|---|---|",
            "| Ebb | 4 | TBD | ✅ | n/a |",
            "| Flood | — | Ann | ? | TODO: ask again |",
            "| Storm | TBD | UNKNOWN | - | probably shut |",
        ),
        "row",
    )
    where = "in the table of “Sea > Ports” (sea.md)"
    assert found == {f"Ebb {where}": "Depth: 4; Bell: ✅", f"Flood {where}": "Keeper: Ann"}


def test_a_row_that_is_known_by_a_number_says_of_what(made: Made) -> None:
    found = pairs(made, table("| Step | Do |", "|---|---|", "| 1 | Cast off |", "| 0x2A | Row |"), "row")
    assert [key.partition(" in ")[0] for key in found] == ["Step 1", "Step 0x2A"]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("**Bell:** rings at the pier", "rings at the pier"),
        ("**Bell**: rings at the pier", "rings at the pier"),
        ("**Bell** - rings at the pier", "rings at the pier"),
        ("**Bell** = rings at the pier", "rings at the pier"),
        ("**Bell** is the loud one", "**Bell** is the loud one"),
        ("`Bell()` / `Ring()` - for the pier", "`Bell()` / `Ring()` - for the pier"),
    ],
)
def test_what_is_no_definition_is_told_as_a_whole(made: Made, item: str, said: str) -> None:
    assert list(pairs(made, f"# Sea\n\n- {item}\n", "term").values()) == [said]


@pytest.mark.parametrize("item", ["**Bell:** (planned; setter TBD)", "**Bell:** probably at the pier"])
def test_terms_that_nobody_is_sure_of_are_left_out(made: Made, item: str) -> None:
    assert not pairs(made, f"# Sea\n\n- {item}\n", "term")


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("# Sailing\n\nThe steps:\n\n1. Cast off\n2. Row\n", "step"),
        ("# How to sail\n\n1. Cast off\n2. Row\n", "step"),
        ("# Known faults\n\n1. It leaks\n2. It lists\n", "number"),
    ],
)
def test_only_what_is_called_steps_is_asked_for_as_steps(made: Made, text: str, called: str) -> None:
    for sample in made({"sea.md": text}, kinds=("steps", "order")):
        is_step = any(word in sample.instruction for word in ("step", "comes after", "follows"))
        assert ("number" in sample.instruction) == (called == "number")
        assert is_step or called == "number"


def test_a_point_that_only_announces_a_table_has_it_below(made: Made) -> None:
    flags = "| Flag | At |\n|---|---|\n| Met | 1 |"
    text = f"# Quest\n\n1. **Trigger:** A bell.\n2. **Flags:**\n\n{flags}\n\nMore.\n"
    (whole,) = (sample.output for sample in made({"sea.md": text}, kinds=("steps",)))
    assert whole.endswith(f"2. **Flags:**\n{flags}")


def test_numbered_headings_count_without_a_text_of_their_own(made: Made) -> None:
    ships = "## 1. Ships\n\n### Sails\n\nThe sails of them are red.\n\n"
    text = f"# Sea\n\n{ships}## 2. Ports\n\nAll of them are deep.\n"
    assert "1. Ships\n2. Ports" in pairs(made, text, "steps").values()


@pytest.mark.parametrize("numbers", ["13", "23", "12 2"])
def test_numbered_headings_with_a_gap_are_no_whole(made: Made, numbers: str) -> None:
    parts = "".join(
        f"## {number}. Part {at}\n\nThis is said of it.\n\n"
        for at, number in enumerate(numbers)
        if number != " "
    )
    assert not pairs(made, f"# Sea\n\n{parts}", "steps", "order")


def test_a_heading_is_asked_for_by_prose_and_by_no_list(made: Made) -> None:
    text = (
        "# Sea\n\n## Ships\n\nShips are built of oak:\n- hull and mast\n\n"
        "## Sails\n\n1. Hoist the red sail\n2. Row\n"
    )
    assert pairs(made, text, "heading") == {"Ships are built of oak:": "Ships"}


def test_a_heading_that_stands_twice_is_asked_for_with_the_one_above(made: Made) -> None:
    part = "### Cost\n\nThis one has a price of its own.\n\n"
    text = f"# Sea\n\n## Ships\n\n{part}## Ports\n\n{part}### Depth\n\nSeven fathoms at least.\n"
    asked = [sample.instruction for sample in made({"sea.md": text}, kinds=("section",))]
    assert sum("Cost of Ships" in question for question in asked) == 1
    assert sum("Cost of Ports" in question for question in asked) == 1
    assert sum("“Depth of Ports” in “Sea”" in question for question in asked) == 1


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("see [Menu](menu.md)", "see Menu (menu.md)"),
        ('[tides](https://example.org/t_(sea) "all") rise', "tides (https://example.org/t_(sea)) rise"),
        ("![map](map.png)", "map (map.png)"),
        ("<https://example.org/ebb>", "https://example.org/ebb"),
        ("[menu.md](menu.md)", "menu.md"),
        ("[above](#top) all", "above all"),
        ("`%Set(<address>, <bit>)` and *more*", "%Set(<address>, <bit>) and more"),
        ("x < 3 and y > 1", "x < 3 and y > 1"),
        ("`*_Long` or `Boat_*`", "*_Long or Boat_*"),
        ("one<br/>two", "one, two"),
        ("5 <sup>th</sup> **bell**", "5 th bell"),
    ],
)
def test_cells_say_what_they_say_and_where_links_lead(made: Made, cell: str, told: str) -> None:
    found = pairs(made, table("| Port | Note |", "|---|---|", f"| Ebb | {cell} |"), "row")
    assert list(found.values()) == [f"Note: {told}"]


def test_a_link_in_the_first_cell_is_known_by_its_text(made: Made) -> None:
    (key,) = pairs(made, table("| Port | Note |", "|---|---|", "| [`Ebb`](ebb.md) | dry |"), "row")
    assert key.startswith("Ebb in the table")


def test_rows_that_begin_alike_in_two_tables_are_not_asked_for(made: Made) -> None:
    first = ("| Tool | Use |", "|---|---|", "| asar | builds |", "| map | shows |")
    found = pairs(made, table(*first, "", "| Tool | Owner |", "|---|---|", "| asar | Ann |"), "row")
    assert list(found.values()) == ["Use: shows"]


REPEATED = "# Sea\n\n## Ebb\n\n### Ends\n\nIt is dry.\n\n- **Harm:** none\n"
REPEATED += "\n### Ends\n\nIt is wet again.\n\n- **Harm:** some\n\n---\n"


def test_sections_that_are_called_the_same_are_told_apart(made: Made) -> None:
    samples = made({"a/sea.md": REPEATED, "b/sea.md": "# Sea\n\nAnother sea, and a dead one.\n"})
    sections = [sample for sample in samples if sample.prov and sample.prov.kind == "section"]
    asked = [sample.instruction for sample in sections]
    assert ["(no. 1 in a/sea.md)" in asked[0], "(no. 2 in a/sea.md)" in asked[1]] == [True, True]
    assert "term" not in {sample.prov.kind for sample in samples if sample.prov}  # of which of the two?


def test_terms_of_files_of_one_name_name_the_file(made: Made) -> None:
    text = "# Sea\n\n- **Tide:** rises with the moon\n"
    samples = made({"a/sea.md": text, "b/sea.md": text}, kinds=("term",))
    assert [sample.metadata["about"] for sample in samples] == [
        f"Tide in “Sea” ({folder}/sea.md)" for folder in "ab"
    ]


def test_a_rule_between_sections_is_part_of_none(made: Made) -> None:
    text = "# Sea\n\nThe sea is deep and wide.\n\n---\n\n***\n\n## Port\n\nNo port is as deep.\n"
    first, _ = made({"sea.md": text}, kinds=("section",))
    assert first.output == "The sea is deep and wide."
    assert first.prov is not None
    assert (first.prov.start, first.prov.end) == (1, 3)


def test_fields_below_a_heading_are_no_text_to_know_it_by(made: Made) -> None:
    text = (
        "# Sea\n\n**Status:** open\n**Since:** 2026\n\nThe sea is deep.\n\n## Port\n\nIts `bell` is *loud*.\n"
    )
    assert pairs(made, text, "heading") == {"Its bell is loud.": "Port"}


def test_a_heading_that_several_sections_have_is_answered_with_the_one_above(made: Made) -> None:
    text = "# A\n\n## Ends\n\nThe first one ends so.\n\n# B\n\n## Ends\n\nThe other ends like this.\n"
    assert set(pairs(made, text, "heading").values()) == {"A > Ends", "B > Ends"}


def test_what_stands_below_a_name_alone_is_said_of_it(made: Made) -> None:
    text = "# Files\n\n- `sea.asm`\n  - `Sea_Rise`\n  - `Sea_Fall`\n"
    assert pairs(made, text, "term") == {"sea.asm in “Files” (sea.md)": "- `Sea_Rise`\n- `Sea_Fall`"}


@pytest.mark.parametrize("part", ["`", "[", "[a](", "<a", "*_", "!["])
def test_markup_without_end_is_read_as_it_stands(made: Made, part: str) -> None:
    cell = part * (30_000 // len(part))
    found = pairs(made, table("| Port | Note |", "|---|---|", f"| Ebb | x {cell} |"), "row")
    assert list(found.values()) == [f"Note: x {cell}"]
