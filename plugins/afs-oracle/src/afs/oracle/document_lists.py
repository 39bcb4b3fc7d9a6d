"""What the lists of documents teach: their terms, and their steps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from textwrap import dedent

from afs.oracle.doubts import sure
from afs.oracle.inline import label, told
from afs.oracle.lesson import Lesson
from afs.oracle.texts import CODE

__all__ = ["step_lessons", "term_lessons"]

_ITEM = re.compile(r"( *)(?:[-*+]|\d{1,3}[.)])[ \t]+(.*)")
_NUMBERED = re.compile(r"(\d{1,3})[.)][ \t]+(.*)")
_TERM = re.compile(r"(?:\*\*(.+?)\*\*|__(.+?)__|`([^`]+)`)[ \t]*([:=–—]|-(?=\s))?[ \t]*(.*)", re.S)
#: What a version of a repository is called.
_HASH = re.compile(r"(?=.*\d)[0-9a-f]{7,40}")
_BOX = re.compile(r"\[[ xX-]\][ \t]+")
_STEPS = re.compile(
    r"(?i)\b(?:steps?|how (?:to|do|it)|flow|workflow|process|procedure|walkthrough|instructions|setup|guide"
    r"|quests?|events|sequence|order|follow(?:s|ing)|start(?:ing|ed)?|beats|install\w*|begin\w*|phases?|stages?|tutorial)\b"
)
_LONGEST_TERM = 4
_SHORTEST, _LONGEST_STEP, _LONGEST_LEAD = 3, 300, 100


def _items(lines: Sequence[str], numbered: bool) -> Iterator[list[tuple[int, int, str]]]:
    """Lists of one level, each item with its first and last line and its text as written."""
    found: list[tuple[int, int, str]] = []
    indent, at = -1, 0
    while at < len(lines):
        match = _ITEM.fullmatch(lines[at])
        fits = match and (not numbered or _NUMBERED.match(lines[at].strip()))
        if match and fits and (indent < 0 or len(match[1]) == indent):
            indent = len(match[1])
            end = _item_end(lines, at + 1, indent)
            found.append((at, end - 1, _dedented(lines[at:end], match[2], indent)))
            at = end
            continue
        if lines[at].strip():
            if found:
                yield found
            found, indent = [], -1
        at += 1
    if found:
        yield found


def _item_end(lines: Sequence[str], at: int, indent: int) -> int:
    """Behind the last line that belongs to an item: deeper ones, and those that go on without a gap."""
    end = at
    while at < len(lines):
        line = lines[at].removeprefix(CODE)
        deeper = len(line) - len(line.lstrip()) > indent
        goes_on = line[:1].isalnum() and CODE not in lines[at] and not _ITEM.fullmatch(line) and end == at
        if line.strip() and not deeper and not goes_on:
            break
        at += 1
        end = at if line.strip() else end
    return end


def _dedented(lines: Sequence[str], first: str, indent: int) -> str:
    rest = [line.removeprefix(CODE)[indent:].rstrip() for line in lines[1:]]
    return "\n".join([first, *rest]).rstrip()


def term_lessons(topic: str, file: str, lines: Sequence[str], first: int) -> Iterator[Lesson]:
    """Items that open with a term in bold type or as code."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for items in (*_items(lines, False),):
        for start, end, item in items:
            match = _TERM.match(item)
            name = label(match[1] or match[2] or f"`{match[3]}`") if match else ""
            term = name.rstrip(" :")
            parted = match and (match[4] or name.endswith(":") or match[5][:1] == "\n")
            said = _below(match[5] if parted else item) if match and match[5] else ""
            none = "~~" in item or _HASH.fullmatch(term)
            if not parted:  # a sentence that begins with emphasis, or a step
                none = none or len(term.split()) > _LONGEST_TERM or _NUMBERED.match(lines[start].strip())
            if term and len(said) >= 8 and len(term) < 80 and sure(said) and not none:
                found.setdefault(term, []).append((start, end, said))
    for term, several in found.items():
        if len(several) == 1:
            start, end, said = several[0]
            yield Lesson("term", f"{term} in {topic}", said, file, first + start, first + end, told=0.9)


def _below(text: str) -> str:
    """What follows a term, with the list below it at the margin."""
    first, _, rest = text.partition("\n")
    return f"{first.strip()}\n{dedent(rest)}".strip()


def step_lessons(
    topic: str, path: Sequence[str], file: str, lines: Sequence[str], first: int
) -> Iterator[Lesson]:
    """The numbered lists below the headings ``path``: all of each, and what follows each point.

    Several are told apart by what announces them; which of those is meant that nothing announces, or
    whether they are one, nobody says.
    """
    lists = [items for items in _items(lines, True) if len(items) > 1 and not _is_nested(items, lines)]
    leads = [_lead(lines[: items[0][0]]) for items in lists]
    for items, lead in zip(lists, leads, strict=True):
        if leads.count(lead) == 1 and (lead or len(lists) == 1):
            where = f"“{lead}” of {topic}" if lead else topic
            yield from _of_list(where, path, file, lines, first, _with_table(items, lines))


def _of_list(
    topic: str,
    path: Sequence[str],
    file: str,
    lines: Sequence[str],
    first: int,
    items: Sequence[tuple[int, int, str]],
) -> Iterator[Lesson]:
    done = _are_steps(path, lines[: items[0][0]])
    texts = [_BOX.sub("", item, count=1) if _BOX.match(item) else item for _, _, item in items]
    steps = [f"{number}. {text}" for number, text in zip(_numbers(lines, items), texts, strict=True)]
    start, end = first + items[0][0], first + items[-1][1]
    wording, size = "steps" if done else "points", len(items)
    yield Lesson("steps", topic, "\n".join(steps), file, start, end, wording=wording, told=0.9, facts=size)
    shown = [label(text.split("\n")[0]) for text in texts]
    for number, (one, following) in enumerate(pairwise(shown)):
        text = texts[number + 1]
        fits = _SHORTEST <= len(one) <= _LONGEST_STEP and one != following and shown.count(one) == 1
        if fits and "~~" not in texts[number] + text:
            at = first + items[number][0], first + items[number + 1][1]
            whole = text if following.endswith(":") else told(text.split("\n")[0])
            key, wording = f"“{one}” in {topic}", "order" if done else "point"
            yield Lesson("order", key, whole, file, *at, wording=wording, told=0.5, fact=True)


def _is_nested(items: Sequence[tuple[int, int, str]], lines: Sequence[str]) -> bool:
    """Whether a list belongs to an item of another."""
    margin = _margin(lines[items[0][0]])
    above = (line for line in reversed(lines[: items[0][0]]) if line.strip() and _margin(line) < margin)
    return bool(_ITEM.fullmatch(next(above, "")))


def _margin(line: str) -> int:
    line = line.removeprefix(CODE)
    return len(line) - len(line.lstrip())


def _lead(before: Sequence[str]) -> str:
    """What announces a list: the sentence above it that ends with a colon."""
    line = next((line for line in reversed(before) if line.strip()), "")
    told = label(line).strip()
    if not told.endswith(":") or CODE in line or _ITEM.fullmatch(line) or "|" in line:
        return ""
    lead = re.split(r"(?<=[.!?])\s+", told)[-1].rstrip(": ")
    return lead if len(lead.split()) > 1 and len(lead) <= _LONGEST_LEAD else ""


def _are_steps(path: Sequence[str], before: Sequence[str]) -> bool:
    """Whether heading or lead-in call a numbered list one of steps."""
    lead = next((line for line in reversed(before) if line.strip()), "")
    return any(_STEPS.search(line) for line in (*path[-2:], lead))


def _with_table(
    items: Sequence[tuple[int, int, str]], lines: Sequence[str]
) -> Sequence[tuple[int, int, str]]:
    """A last item that only announces a table has it below, where that stands at the margin."""
    start, end, item = items[-1]
    at = end + 1
    while at < len(lines) and not lines[at].strip():
        at += 1
    if not label(item).endswith(":") or at == len(lines) or not lines[at].startswith("|"):
        return items
    last = at
    while last + 1 < len(lines) and lines[last + 1].startswith("|"):
        last += 1
    return [*items[:-1], (start, last, "\n".join([item, *lines[at : last + 1]]))]


def _numbers(lines: Sequence[str], items: Sequence[tuple[int, int, str]]) -> list[int]:
    """As the list counts; from 1 where it does not go up."""
    written = [match for start, _, _ in items if (match := _NUMBERED.match(lines[start].strip()))]
    numbers = [int(match[1]) for match in written]
    return numbers if numbers == sorted(set(numbers)) else list(range(1, len(items) + 1))
