"""How much a lesson is worth, from 0 to 1, by what it is made of."""

from __future__ import annotations

from afs.oracle.lesson import LOOKUPS, Lesson

__all__ = ["quality"]

_ENOUGH_WORDS = 50
_ENOUGH_FACTS = 5
_TOO_LONG = 6000


def quality(lesson: Lesson) -> float:
    """.25 + .35 x told + .25 x length + .15 x facts, with two decimals.

    ``told`` is the share of the answer that its author wrote, as against what was counted and listed;
    length and facts rise to 1 at 50 words and 5 facts. The answer of a lookup is as long as it has to
    be: it counts as half. What is longer than 6,000 characters is worth a fifth less.
    """
    length = 0.5 if lesson.kind in LOOKUPS else min(1.0, len(lesson.answer.split()) / _ENOUGH_WORDS)
    facts = min(1.0, lesson.facts / _ENOUGH_FACTS)
    score = 0.25 + 0.35 * min(1.0, lesson.told) + 0.25 * length + 0.15 * facts
    return round(score * (0.8 if len(lesson.answer) > _TOO_LONG else 1.0), 2)
