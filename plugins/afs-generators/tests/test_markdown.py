"""Sections of Markdown: what opens one, what does not, and where long ones are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afs.generators import document, sections
from afs.generators.markdown import plain, prose

TEXT = """\
Before any heading.

# Top #

Text.

## `Code` and **bold**

- item
---
after a rule

Two lines
of a title
---

    # indented code

```sh
# a comment

more
```

> # quoted
> text

<!--
# hidden
-->

#no heading
#hashtag

### Deep

deep text
## Second

end
"""


def titles(text: str) -> list[str]:
    return [section.title for section in sections(text)]


def test_what_opens_a_section() -> None:
    assert titles(TEXT) == ["", "Top", "Code and bold", "Two lines of a title", "Deep", "Second"]


def test_titles_from_the_top_and_lines() -> None:
    deep = sections(TEXT)[4]
    lines = TEXT.split("\n")
    assert deep.path == ("Top", "Two lines of a title", "Deep")
    assert lines[deep.start - 1] == "### Deep" and lines[deep.end - 1] == "deep text" == deep.text


def test_front_matter_is_no_text() -> None:
    text = "---\ntitle: 'The Rooms'\ntags: [A, b]\nalias:\n  - x\n  - y\n---\n# One\n\nText here.\n"
    found = document(text)
    assert found.fields == {"title": "The Rooms", "tags": ("A", "b"), "alias": ("x", "y")}
    assert found.title == "The Rooms"
    assert [(part.title, part.start, part.end) for part in found.sections] == [("One", 8, 10)]


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert titles("---\n\n# One\n\ntext\n") == ["", "One"]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("`LDA` [and](x.md) ![pic](y.png)", "LDA and pic"),
        ("snake_case_name and __init__", "snake_case_name and init"),
        ("*a* **b** _c_ ~~d~~ \\*e\\* {#anchor}", "a b c d *e*"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("<b>x</b>", "x"),
    ],
)
def test_titles_lose_their_markup(markup: str, text: str) -> None:
    assert plain(markup) == text


def test_long_sections_are_cut_between_paragraphs() -> None:
    paragraphs = [f"Paragraph {number} " + "word " * 30 for number in range(20)]
    parts = sections("# Long\n\n" + "\n\n".join(paragraphs), limit=500)
    assert len(parts) > 3 and all(part.parts == len(parts) for part in parts)
    assert [part.part for part in parts] == list(range(1, len(parts) + 1))
    assert "\n\n".join(part.text for part in parts) == "\n\n".join(paragraphs)
    assert all(len(part.text) <= 500 for part in parts)


def test_a_fence_is_never_cut() -> None:
    code = "```asm\n" + "LDA $00\n\n" * 200 + "```"
    parts = sections(f"# Code\n\nbefore\n\n{code}\n\nafter", limit=300)
    assert [part.text for part in parts] == ["before", code, "after"]


def test_plain_text_with_a_title() -> None:
    assert [(s.title, s.text, s.start, s.end) for s in prose("A title\n\nText one.\n\nTwo.").sections] == [
        ("A title", "Text one.\n\nTwo.", 1, 5)
    ]
    assert prose("A title\n=======\ntext").sections[0].text == "text"
    assert prose("A sentence.\n\nAnother.").sections[0].title == ""
    assert prose("").sections == ()


_LINES = st.lists(
    st.sampled_from(
        [
            *("# A", "## B", "text", "more text", "", "", "---", "===", "- item", "```", "~~~"),
            *("````", "> q", "    code"),
            *("1. one", "<!-- c", "-->", "| a | b |", "  ```", "#x", "***", "\t", "```py"),
        ]
    ),
    max_size=40,
)


@given(_LINES, st.integers(1, 60))
def test_no_text_is_lost_and_none_told_twice(lines: list[str], limit: int) -> None:
    parts = sections("\n".join(lines), limit=limit)
    told = [number for part in parts for number in range(part.start, part.end + 1)]
    assert len(told) == len(set(told)) and told == sorted(told)
    underlined = "===" in lines or "---" in lines
    for number, line in enumerate(lines, 1):
        assert number in told or line != "more text" or underlined
    for part in parts:
        told_lines = part.text.split("\n")
        assert told_lines == lines[part.end - len(told_lines) : part.end]
        assert told_lines[0].strip() and told_lines[-1].strip()


def test_headings_are_those_of_a_full_parser() -> None:
    parser = pytest.importorskip("markdown_it").MarkdownIt()
    expected = [
        parser.parse(TEXT)[at + 1].content
        for at, token in enumerate(parser.parse(TEXT))
        if token.type == "heading_open" and token.level == 0
    ]
    assert titles(TEXT)[1:] == [plain(title) for title in expected]
