"""Where a model's reasoning goes in formats that have no place for it."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from msgspec import Meta

from afs_core import Unrepresentable

__all__ = ["CotMode", "TextCotMode", "Thinking"]

CotMode = Annotated[
    Literal["drop", "tags", "field"],
    Meta(description="Reasoning: drop: left out; tags: in <think> before the answer; field: in its own key"),
]
TextCotMode = Annotated[
    Literal["drop", "tags"], Meta(description="Reasoning: drop: left out; tags: in <think> before the answer")
]

_OPEN, _CLOSE = "<think>\n", "\n</think>\n\n"
_FOREIGN = re.compile(r"\s*<think>\s*(.*?)\s*</think>\s*", re.DOTALL)


class Thinking:
    """Joins reasoning to an answer and takes it off again, as ``mode`` says."""

    def __init__(self, mode: str) -> None:
        self.mode = mode

    def join(self, answer: str, thinking: str | None, field: str) -> str:
        """``answer`` as it stands in the row; raises Unrepresentable where tags would be mistaken.

        ``field`` is the sample's place of the answer.
        """
        if self.mode != "tags":
            return answer
        if thinking:
            if (thinking + _CLOSE).find(_CLOSE) != len(thinking):
                place = _beside(field)
                raise Unrepresentable(f"{place}: reasoning that holds a closing </think>", field=place)
            return f"{_OPEN}{thinking}{_CLOSE}{answer}"
        if answer.lstrip().startswith("<think>"):
            raise Unrepresentable(
                f"{field}: an answer that begins with <think> would be read as reasoning", field=field
            )
        return answer

    def part(self, text: str) -> tuple[str, str | None]:
        """Answer and reasoning of a row's text."""
        if self.mode != "tags":
            return text, None
        if text.startswith(_OPEN):
            thinking, closed, answer = text[len(_OPEN) :].partition(_CLOSE)
            if closed:
                return answer, thinking
        written = _FOREIGN.match(text)
        return (text[written.end() :], written[1] or None) if written else (text, None)


def _beside(field: str) -> str:
    """The field of the reasoning that belongs to an answer's field."""
    owner, dot, _ = field.rpartition(".")
    return f"{owner}{dot}thinking"
