"""Lessons into samples: each in words of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from math import gcd
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from afs.generators.wording import Questions
from afs.oracle.document_questions import answered
from afs.oracle.lesson import LOOKUPS, Lesson
from afs.oracle.quality import quality
from afs.oracle.wording import QUESTIONS
from afs_core import Provenance, TrainingSample

if TYPE_CHECKING:
    from afs.oracle.texts import Text
    from afs_core import Run

__all__ = ["Asked", "Asker", "Posed", "sample_of"]

_WORD = re.compile(r"\w+")
#: Between two sections, and part of neither.
_LAST_RULE = re.compile(
    r"(?i)(?:\n\s*(?:-{3,}|\*{3,}|_{3,}|[*_]{1,2}last (?:updated|modified)[^\n]*[*_])[ \t]*)+\Z"
)
_VARIED = frozenset({"address", "symbol"})


class Asked(Questions):
    """Questions that were asked; case, white space and punctuation do not count."""

    def __init__(self) -> None:
        super().__init__()
        self._normal: set[str] = set()

    def claim(self, question: str) -> bool:
        normal = " ".join(_WORD.findall(question.casefold()))
        fresh = normal not in self._normal
        self._normal.add(normal)
        return fresh


class Posed(NamedTuple):
    """A question and the lesson that answers it."""

    question: str
    lesson: Lesson


class Asker:
    """Puts lessons in words that the seed chooses, ``variants`` for a named address and one for the rest."""

    def __init__(self, run: Run, variants: int) -> None:
        self._run, self._variants = run, variants
        self._salt = run.rng("oracle:wording").getrandbits(32)
        self._asked = Asked()

    def pose(self, lesson: Lesson) -> Iterator[Posed]:
        """None where every wording asks for something that was asked for already."""
        if not lesson.key.strip() or not lesson.answer.strip():
            return
        wanted = self._variants if lesson.kind in _VARIED else 1
        asked = 0
        for question in self._questions(lesson):
            if self._asked.claim(question):
                asked += 1
                yield Posed(question, lesson)
            if asked == wanted:
                return

    def of_text(self, text: Text, topic: str) -> Posed:
        """A section answers the ``topic`` that its heading asks for."""
        section = text.section
        rng = self._run.rng(f"oracle:section:{text.file}:{section.start}")
        question = self._asked.ask((topic,), text.file, rng, part=section.part, parts=section.parts)
        kept = _LAST_RULE.sub("", section.text.rstrip()) or section.text
        answer, end = kept.strip("\n"), section.end - section.text.count("\n") + kept.count("\n")
        said = answered(text.title)[1]
        answer = f"{said}\n\n{answer}" if said and section.part == 1 else answer
        lesson = Lesson("section", text.title, answer, text.file, section.start, end)
        return Posed(question, lesson)

    def _questions(self, lesson: Lesson) -> Iterator[str]:
        wordings = self._mixed(QUESTIONS[lesson.wording or lesson.kind], f"{lesson.kind}:{lesson.key}")
        for wording in wordings:
            yield wording.replace("{key}", lesson.key)
        if lesson.kind not in LOOKUPS and lesson.file and lesson.file not in lesson.key:
            for wording in wordings[:2]:
                yield f"{wording.replace('{key}', lesson.key)} ({lesson.file})"

    def _mixed(self, wordings: Sequence[str], name: str) -> list[str]:
        """Another order for each name and seed: in steps of an odd number from anywhere in the list.

        A generator of random numbers for each of tens of thousands of names would take longer than all
        the rest.
        """
        chance = crc32(name.encode("utf-8", "surrogatepass"), self._salt)
        size = len(wordings)
        steps = _strides(size)
        start, step = chance % size, steps[chance // size % len(steps)]
        return [wordings[(start + at * step) % size] for at in range(size)]


@cache
def _strides(size: int) -> list[int]:
    """The odd steps that come by all of ``size`` things."""
    return [step for step in range(1, size, 2) if gcd(step, size) == 1] or [1]


def sample_of(posed: Posed) -> TrainingSample:
    question, lesson = posed
    metadata: dict[str, Any] = {}
    if lesson.fact:
        metadata["fact"] = {"kind": lesson.kind, "key": lesson.key, "value": lesson.answer}
    elif lesson.kind != "section":
        metadata["about"] = lesson.key
    if lesson.kind in LOOKUPS:
        metadata["answer"] = "value"
    return TrainingSample(
        instruction=question,
        output=lesson.answer,
        input=lesson.input,
        domain="oracle",
        source=lesson.file,
        quality_score=quality(lesson),
        _metadata={**metadata, **lesson.metadata},
        prov=Provenance(
            source=lesson.file,
            start=lesson.start,
            end=lesson.end,
            kind=lesson.kind,
            generator="oracle",
            group=lesson.group,
        ),
    )
