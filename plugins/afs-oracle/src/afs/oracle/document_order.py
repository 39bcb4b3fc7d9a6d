"""The order of sections whose headings are numbered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from afs.oracle.comment_text import LOST
from afs.oracle.lesson import Lesson
from afs.oracle.texts import Text
from afs.oracle.topics import Topics

__all__ = ["order_lessons"]

_TITLE_NUMBER = re.compile(
    r"(?i)(?:(chapter|part|step|phase|act|stage|quest|day|milestone|level|week)\s+)?(\d{1,3})\s*(?:[.:)](?!\d)|[-–—]|$)"
)


def order_lessons(texts: Sequence[Text], topics: Topics) -> Iterator[Lesson]:
    """Headings that are numbered from the first on, such as the chapters of a quest: their order."""
    parents: dict[tuple[str, tuple[str, ...], str], dict[str, tuple[int, Text]]] = {}
    for text in texts:
        if text.section.part != 1 or not text.markup:
            continue
        for depth, title in enumerate(text.section.path):  # one that has no text of its own counts, too
            match = _TITLE_NUMBER.match(title)
            if match and LOST not in title:
                parent = (text.file, text.section.path[:depth], (match[1] or "").casefold())
                parents.setdefault(parent, {}).setdefault(title, (int(match[2]), text))
    names = Counter(_whole(file, path, topics) for file, path, _ in parents)
    for (file, path, _), titles in parents.items():
        whole = _whole(file, path, topics)
        numbers = [number for number, _ in titles.values()]
        once = names[whole] == 1 and len(titles) > 1
        if once and numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[-1] + 1)):
            yield from _order(file, whole, [(title, text) for title, (_, text) in titles.items()])


def _whole(file: str, path: tuple[str, ...], topics: Topics) -> str:
    """What the headings are parts of."""
    above = [title for title in path if title][-2:]
    return f"“{' > '.join(above)}” ({topics.name(file)})" if above else topics.name(file)


def _order(file: str, whole: str, texts: Sequence[tuple[str, Text]]) -> Iterator[Lesson]:
    titles = [title for title, _ in texts]
    at = (file, texts[0][1].section.start, texts[-1][1].section.end)
    yield Lesson("steps", whole, "\n".join(titles), *at, told=0.7, facts=len(titles), wording="chapters")
    for (one, first), (following, second) in pairwise(texts):
        key = f"“{one}” in {whole}"
        span = (file, first.section.start, second.section.start)
        yield Lesson("order", key, following, *span, wording="part-order", told=0.5, fact=True)
