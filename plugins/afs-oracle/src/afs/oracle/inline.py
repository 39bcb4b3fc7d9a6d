"""Markup within a line of Markdown as text: code as it is written, links with where they lead."""

from __future__ import annotations

import re
from functools import lru_cache

from afs.generators.markdown import plain

__all__ = ["label", "told"]

_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?(?:\s+[\"'(][^\n]*?)?\s*\)"
)
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^\s<>]+)>")
#: ``<`` that opens no tag of HTML, such as in ``x < 3`` and ``<offset>``.
_LESS = re.compile(
    r"<(?!/?(?:a|abbr|b|br|code|details|div|em|font|hr|i|img|kbd|li|mark|ol|p|pre|s|small|span|strong|sub|summary"
    r"|sup|table|tbody|td|th|thead|tr|tt|u|ul)\b|!--)",
    re.I,
)
_MARKUP = re.compile(r"[`\[\]*_~<\\{\uE200-\uE7FF]")
#: What is longer is no line of a person's; nobody reads its markup.
_LONGEST = 2000
_HELD = 0xE200  # what no markup may touch waits behind one such letter
_MOST = 0x600
_WAITING = re.compile("[\ue200-\ue7ff]")


@lru_cache(maxsize=4096)
def label(markup: str) -> str:
    """Without markup, and without where links lead."""
    return _text(_LINK.sub(r"\1", markup) if _has_link(markup) else markup)


def told(markup: str) -> str:
    """Without markup; behind the text of a link stands in brackets where it leads, unless within the page."""
    links = _has_link(markup)
    return _text(_LINK.sub(lambda match: _led(match[1], match[2]), markup) if links else markup)


def _has_link(markup: str) -> bool:
    return "](" in markup and len(markup) <= _LONGEST


def _led(text: str, target: str) -> str:
    bare = label(text)
    return f"{text} ({target})" if bare and target and target[0] != "#" and bare != target else text or target


def _text(markup: str) -> str:
    if len(markup) > _LONGEST or not _MARKUP.search(markup):
        return " ".join(markup.split())
    held: list[str] = []

    def hold(text: str) -> str:
        held.append(text)
        return chr(_HELD + len(held) - 1) if len(held) <= _MOST else text

    markup = _CODE.sub(lambda match: hold(match[2].strip()), markup)
    if "<" in markup:
        markup = _ADDRESS.sub(lambda match: hold(match[1]), markup)
        markup = _LESS.sub(lambda match: hold(match[0]), markup)
    text = plain(markup) if _MARKUP.search(markup) else " ".join(markup.split())
    return _WAITING.sub(lambda match: _given(match[0], held), text) if held else text


def _given(letter: str, held: list[str]) -> str:
    at = ord(letter) - _HELD
    return held[at] if at < len(held) else letter
