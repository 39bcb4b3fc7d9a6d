"""What the sections of documents teach: how they begin, and their tables, terms and steps."""

from __future__ import annotations

import re
from collections.abc import Iterator

from afs.oracle.document_lists import step_lessons, term_lessons
from afs.oracle.document_questions import question_lessons
from afs.oracle.document_tables import row_lessons
from afs.oracle.inline import label
from afs.oracle.lesson import Lesson
from afs.oracle.routine_lessons import cue
from afs.oracle.texts import Text, marked_lines
from afs.oracle.topics import Topics

__all__ = ["opening", "text_lessons"]

#: Tables, code, pictures, markup and fields such as ``**Status:** open`` say too little to be known again.
_NO_PROSE = re.compile(
    r"\s*(?:\||```|~~~|!\[|<|[-*+] |\d{1,3}[.)] |\*\*[^*\n]{1,40}(?::\*\*|\*\*:)"
    r"|\w[\w ]{0,20}: *`|\W*Q\d*: )"
)
_ENOUGH_WORDS = 4
_PARAGRAPH_END = re.compile(r"\n\s*(?:\n|[|>]|```|~~~|-{3,}\s*(?:\n|\Z)|[-*+] |\d{1,3}[.)] )")


def text_lessons(text: Text, topics: Topics) -> Iterator[Lesson]:
    """The tables, terms and steps of one section; the section itself is asked for elsewhere."""
    section = text.section
    if section.part == 1:
        at = (text.file, section.start, section.end)
        yield Lesson("heading", opening(text), topics.title(text), *at, told=0.5, fact=True)
    topic = topics.of(text)
    if text.markup and topic:
        lines = marked_lines(section.text)
        first = section.end - section.text.count("\n")
        yield from row_lessons(topic, text.file, lines, first)
        yield from term_lessons(topic, text.file, lines, first)
        yield from step_lessons(topic, section.path, text.file, lines, first)
        yield from question_lessons(topics.document(text), text.file, lines, first)


def opening(text: Text) -> str:
    """How a section begins, empty where it begins with something else than prose."""
    told = text.section.text
    if _NO_PROSE.match(told):
        return ""
    paragraph = _PARAGRAPH_END.split(told.strip(), maxsplit=1)[0]
    found = cue(label(paragraph) if text.markup else paragraph)
    return found if len(found.split()) >= _ENOUGH_WORDS else ""
