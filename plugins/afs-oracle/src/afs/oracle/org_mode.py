"""Documents in Org markup as Markdown, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["markdown_of"]

_KEYWORD = re.compile(r"#\+(\w+)[^:\s]*:?\s*(.*)")
_HEADING = re.compile(r"(\*+)\s+(.*?)(?:\s+\[\d*(?:/\d+|%)\])?(?:\s+:[\w@:]+:)?\s*")
_PLANNED = re.compile(r"\s*(?:SCHEDULED|DEADLINE|CLOSED):.*")
_DRAWER = re.compile(r"\s*:([A-Z]+):\s*")
_RULE = re.compile(r"\s*\|[-+|]+\|?\s*")
_TERM = re.compile(r"(\s*[-+]\s+)(\S.*?)\s+::\s+(.*)")
_LINK = re.compile(r"\[\[([^\]\[]+)\]\[([^\]\[]+)\]\]|\[\[([^\]\[]+)\]\]")
_VERBATIM = re.compile(r"(?<![\w~=`])([~=])(\S(?:[^~=]*?\S)?)\1(?![\w~=])")
_BOLD = re.compile(r"(?<![\w*])\*(\S(?:[^*]*?\S)?)\*(?![\w*])")
_DEEPEST = 6
#: What is longer is no line of a person's; nobody reads its markup.
_LONGEST = 2000


def markdown_of(text: str) -> str:
    """As many lines as ``text`` has. A heading that is still to do keeps its ``TODO``."""
    lines = text.split("\n")
    keywords = [match for line in lines if (match := _KEYWORD.match(line))]
    titled = any(match[1].lower() == "title" for match in keywords)
    return "\n".join(_lines(lines, _states(keywords), int(titled)))


def _states(keywords: list[re.Match[str]]) -> tuple[frozenset[str], frozenset[str]]:
    """The words for what is to do, and for what is done."""
    written = " ".join(match[2] for match in keywords if match[1].lower() in ("todo", "seq_todo"))
    todo, _, done = written.partition("|")
    return frozenset(todo.split()) | {"TODO"}, frozenset(done.split()) | {"DONE"}


def _lines(lines: list[str], states: tuple[frozenset[str], frozenset[str]], above: int) -> Iterator[str]:
    fence = drawer = False
    for line in lines:
        keyword = _KEYWORD.match(line.strip())
        name = keyword[1].lower() if keyword else ""
        if name in ("begin_src", "begin_example", "end_src", "end_example"):
            fence = name.startswith("begin")
            yield "```" + (keyword[2].split(" ")[0] if keyword and fence else "")
        elif fence:
            yield line
        elif keyword:
            yield f"# {keyword[2]}" if name == "title" else ""
        elif drawer or _DRAWER.fullmatch(line):
            drawer = line.strip() != ":END:"
            yield ""
        else:
            yield _line(line, states, above)


def _line(line: str, states: tuple[frozenset[str], frozenset[str]], above: int) -> str:
    if len(line) > _LONGEST:
        return line
    if match := _HEADING.fullmatch(line):
        return f"{'#' * min(len(match[1]) + above, _DEEPEST)} {_title(match[2], *states)}"
    if _PLANNED.fullmatch(line):
        return ""
    if _RULE.fullmatch(line):
        return line.replace("+", "|")
    if match := _TERM.fullmatch(line):
        line = f"{match[1]}**{match[2]}**: {match[3]}"
    return _marked(line)


def _title(title: str, todo: frozenset[str], done: frozenset[str]) -> str:
    word, _, rest = title.partition(" ")
    if word in done:
        title = rest
    elif word in todo:
        title = f"TODO {rest}"
    return _marked(title.strip())


def _marked(line: str) -> str:
    if "[[" in line:
        line = _LINK.sub(lambda match: f"[{match[2]}]({match[1]})" if match[2] else f"<{match[3]}>", line)
    if "~" in line or "=" in line:
        line = _VERBATIM.sub(r"`\2`", line)
    return _BOLD.sub(r"**\1**", line) if "*" in line and "**" not in line else line
