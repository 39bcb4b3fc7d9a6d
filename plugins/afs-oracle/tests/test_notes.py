"""Documents as people keep them: plans, logs, forms, registers, Org files."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from afs.oracle.org_mode import markdown_of
from afs_core import TrainingSample

Made = Callable[..., list[TrainingSample]]


def pairs(made: Made, text: str, *kinds: str, name: str = "sea.md") -> dict[str, str]:
    samples = made({name: text}, kinds=kinds)
    return {
        sample.metadata.get("about") or sample.metadata["fact"]["key"]: sample.output for sample in samples
    }


def questions(made: Made, files: dict[str, str]) -> list[str]:
    return [sample.instruction for sample in made(files, kinds=("section",))]


@pytest.mark.parametrize(
    "text",
    [
        "# Sea\n\n## Table of Contents\n\n1. [Ebb tide](#ebb-tide)\n2. [Flood tide](#flood-tide)\n",
        "# Sea\n\n**Version:** 1.0\n**Last Updated:** March 3, 2024\n**Status:** active\n",
        "# Sea\n\nA=0102 X=0003 Y=00FF S=01F4\nPC=00:8A21 P=30 DB=00\n0000: 00 1F 2A 33 44\n",
        "# Sea\n\n## TODO Ask the miller\n\nAsk the miller about the tides of the sea.\n",
    ],
)
def test_what_tells_nothing_is_passed_over(made: Made, text: str) -> None:
    assert not made({"sea.md": text}, kinds=("section", "heading", "steps", "order"))


@pytest.mark.parametrize(
    ("name", "title"), [("a.md", "# [Cave Name]"), ("CAVE_TEMPLATE.md", "# A cave of the sea")]
)
def test_forms_to_be_filled_in_are_passed_over(made: Made, name: str, title: str) -> None:
    text = f"{title}\n\n**Type:** [Cave/Grotto]\n\n## Ways\n\n| ID | At |\n|--|--|\n| 0x## | [some place] |\n"
    assert not made({name: text})


def test_links_tags_and_codes_make_no_form(made: Made) -> None:
    text = "# [WIP] Sea\n\nSee [Ebb](ebb.md) and [Flood](flood.md), then [Storm].\n\n`[Name]` `[Port]`\n"
    assert made({"a.md": text}, kinds=("section",))


def test_boxes_and_blanks_in_tables(made: Made) -> None:
    rows = "| Bell | pier | [x] |\n| Lamp | mill | [ ] |\n| [name] | [place] | [ ] |\n| Rope | ~~barn~~ | |\n"
    found = pairs(made, f"# Sea\n\n| What | Where | Done |\n|---|---|---|\n{rows}", "row")
    assert {key.partition(" ")[0]: told for key, told in found.items()} == {
        "Bell": "Where: pier; Done: ✓",
        "Lamp": "Where: mill",
    }


def test_boxes_are_no_part_of_steps_and_what_was_struck_out_is_not_asked_for(made: Made) -> None:
    text = "# Next steps\n\n1. [ ] Draw the map\n2. [x] Sort the bells\n3. ~~Burn the mill~~ **DONE**\n"
    assert pairs(made, text, "steps", "order") == {
        "“Next steps” (sea.md)": "1. Draw the map\n2. Sort the bells\n3. ~~Burn the mill~~ **DONE**",
        "“Draw the map” in “Next steps” (sea.md)": "Sort the bells",
    }


def test_what_is_likely_is_a_guess_but_not_what_is_more_likely(made: Made) -> None:
    rows = "| Crab | The fight likely takes place at sea |\n| Gull | more likely to drop a heart |\n"
    found = pairs(made, f"# Sea\n\n| What | Note |\n|---|---|\n{rows}", "row")
    assert list(found.values()) == ["Note: more likely to drop a heart"]


LISTS = """# Sea

## Fault

**Steps to find it:**
1. Read the log
2. Start the boat

**What it does:**
1. It sinks
2. It floats

- **Flow:** as follows
  1. One comes
  2. One goes
"""


def test_lists_are_told_apart_by_what_announces_them(made: Made) -> None:
    assert pairs(made, LISTS, "steps") == {
        "“Steps to find it” of “Sea > Fault” (sea.md)": "1. Read the log\n2. Start the boat",
        "“What it does” of “Sea > Fault” (sea.md)": "1. It sinks\n2. It floats",
    }


def test_a_step_is_no_term_and_neither_is_a_sentence_or_a_version(made: Made) -> None:
    text = (
        "# Sea\n\n- **No port was ever seen** in the fog\n- `f22c1c2` - Add the tides\n- **Ebb:** low water\n"
        "\n1. `DEPTH` is set to one\n2. **Flood:** high water\n"
    )
    assert [key.partition(" ")[0] for key in pairs(made, text, "term")] == ["Ebb", "Flood"]


PARTS = "### Causes\n\n#### 1. Rain\n\nIt rains too much.\n\n#### 2. Wind\n\nThe wind is strong.\n\n"


def test_parts_of_headings_that_are_called_alike_are_told_apart(made: Made) -> None:
    text = f"# Sea\n\n## Ebb\n\n{PARTS}## Flood\n\n{PARTS.replace('Wind', 'Moon')}"
    assert {key: told for key, told in pairs(made, text, "steps").items() if "Causes" in key} == {
        "“Ebb > Causes” (sea.md)": "1. Rain\n2. Wind",
        "“Flood > Causes” (sea.md)": "1. Rain\n2. Moon",
    }


def test_parts_of_parts_do_not_count(made: Made) -> None:
    part = "All of it is told here.\n\n"
    text = f"# Sea\n\n## 1. Ebb\n\n{part}## 1.5. Slack\n\n{part}## 2. Flood\n\n{part}"
    assert pairs(made, text, "steps") == {"“Sea” (sea.md)": "1. Ebb\n2. Flood"}


def test_questions_say_what_they_are_about(made: Made) -> None:
    part = "This is told in many words.\n\n"
    text = (
        f"# The sea at night\n\n## 1. Ports\n\n{part}## Why is it dark?\n\n{part}## Is it wet? Yes.\n\n{part}"
        f"## Tides\n\n### Low\n\n{part}"
    )
    asked = questions(made, {"sea.md": text})
    assert any("“Ports” in “The sea at night”" in question for question in asked)
    assert not any("of The sea" in question for question in asked)
    assert any(question.startswith("Why is it dark (The sea at night)?") for question in asked)
    assert any(question.startswith("Is it wet (The sea at night)?") for question in asked)
    assert any("“Low of Tides” in “The sea at night”" in question for question in asked)
    answers = [sample.output for sample in made({"sea.md": text}, kinds=("section",))]
    assert "Yes.\n\nThis is told in many words." in answers


def test_documents_of_one_title_are_told_apart_by_their_files(made: Made) -> None:
    text = "# The sea\n\n## Its ports\n\nAll of them are deep.\n"
    asked = questions(made, {"a.md": text, "b.md": text})
    assert all(any(f"“The sea, {file}.md”" in question for question in asked) for file in "ab")


FAQ = """# The boat

## FAQ

**Q: Does it float?**
A: Yes, on salt water.

Q2. Who built it?
The miller did, perhaps.

**Why is it red?**

Because red paint was cheap.
It was sold by the barrel.
"""


def test_questions_within_a_text_are_answered_by_what_stands_below(made: Made) -> None:
    assert pairs(made, FAQ, "question") == {
        "Does it float (The boat)?": "Yes, on salt water.",
        "Why is it red (The boat)?": "Because red paint was cheap.\nIt was sold by the barrel.",
    }
    sample = made({"boat.md": FAQ}, kinds=("question",))[1]
    assert sample.prov is not None
    assert (sample.prov.start, sample.prov.end) == (11, 14)


ORG = """#+title: The harbour
#+todo: TODO ACTIVE | DONE SHUT

* Quests
:PROPERTIES:
:ID: 7
:END:
** ~Q1~ Lost Bell [1/2] :story:
SCHEDULED: <2024-03-01>
1) Get the =clapper= from the woman
2) Trade it for [[https://example.org/rope][rope]]
** ACTIVE Soup
Bring soup to the watch on the pier.
** SHUT Bread
The bread is *baked* in the mill at night.
* Items
| Name | Use |
|------+-----|
| Hook | pulls boats |
- Net :: catches crabs
* Code
#+begin_src asm
* no heading
#+end_src
It does nothing at all.
"""


def test_org_files_are_read_as_markdown_line_by_line(made: Made) -> None:
    text = markdown_of(ORG)
    assert text.count("\n") == ORG.count("\n")
    assert "### `Q1` Lost Bell\n" in text
    assert "### TODO Soup\n" in text
    assert "### Bread\n" in text
    found = pairs(made, ORG, "steps", "row", "term", name="sea.org")
    assert found["“Quests > Q1 Lost Bell” (sea.org)"] == (
        "1. Get the `clapper` from the woman\n2. Trade it for [rope](https://example.org/rope)"
    )
    assert found["Hook in the table of “The harbour > Items” (sea.org)"] == "Use: pulls boats"
    assert found["Net in “The harbour > Items” (sea.org)"] == "catches crabs"
    told = [sample.output for sample in made({"sea.org": ORG}, kinds=("section",))]
    assert not any("soup" in text for text in told)
    assert "The bread is **baked** in the mill at night." in told


@pytest.mark.parametrize(
    "part", ["* a" + " " * 60_000 + "b", "- a" + " " * 60_000 + "b", "[a" * 60_000, "~a" * 60_000]
)
def test_lines_without_end_cost_nothing(made: Made, part: str) -> None:
    text = f"* [Cave Name] of the sea\n{part}\n"
    assert len(made({"a.org": text, "TEMPLATE.md": f"# [Cave Name]\n\n{part}\n"}, kinds=("section",))) < 4
