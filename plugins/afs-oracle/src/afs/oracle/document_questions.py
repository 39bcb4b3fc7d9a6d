"""Questions that documents answer themselves: ``**Q: Why?**`` and what stands below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from afs.oracle.doubts import sure
from afs.oracle.inline import label
from afs.oracle.lesson import Lesson
from afs.oracle.texts import CODE

__all__ = ["answered", "question_lessons"]

_ASKED = re.compile(
    r"(?:[-*+] +)?(?:(?:\*\*|__)?Q(?:uestion)?\s*\d*\s*[:.](?:\*\*|__)?\s+(.+\?)(?:\*\*|__)?"
    r"|\*\*([^*]+\?)\*\*)\s*"
)
_ANSWER = re.compile(r"(?:\*\*|__)?A(?:nswer)?\s*\d*\s*[:.](?:\*\*|__)?\s+")
_SHORT = re.compile(r"(.+\?) +(\S.{0,39})")
_SHORTEST = 8


def question_lessons(context: str, file: str, lines: Sequence[str], first: int) -> Iterator[Lesson]:
    """``lines`` begin on line ``first`` of ``file``; ``context`` says what the questions are about."""
    starts = [
        (at, match[1] or match[2]) for at, line in enumerate(lines) if (match := _ASKED.fullmatch(line))
    ]
    ends = [*(at for at, _ in starts[1:]), len(lines)]
    for (at, asked), end in zip(starts, ends, strict=False):
        text = "\n".join(line.removeprefix(CODE) for line in lines[at + 1 : end]).strip()
        told = _ANSWER.sub("", text, count=1) if _ANSWER.match(text) else text
        if len(told) >= _SHORTEST and sure(told):
            last = first + max(number for number in range(at, end) if lines[number].strip())
            yield Lesson(
                "question", f"{label(asked)[:-1]} ({context})?", told, file, first + at, last, told=0.9
            )


def answered(title: str) -> tuple[str, str]:
    """A heading such as ``Is it wet? Yes.`` as a question and its answer; the answer may be empty."""
    match = _SHORT.fullmatch(title)
    return (match[1], match[2]) if match else (title, "")
