"""Where a model's reasoning goes in formats that have no place for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from afs_core import TrainingSample, Unrepresentable

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["CotMode", "Thinking"]

CotMode = Annotated[
    Literal["drop", "tags", "field"],
    Meta(description="Reasoning: drop: left out; tags: in <think> before the answer; field: in its own key"),
]

_OPEN, _CLOSE = "<think>\n", "\n</think>\n\n"


class Thinking:
    """Joins reasoning to an answer and takes it off again, as ``mode`` says."""

    def __init__(self, mode: CotMode, run: Run | None) -> None:
        self.mode = mode
        self._run = run
        self._told = False

    def note(self, sample: TrainingSample) -> None:
        """Tell the user, once, that reasoning is left out."""
        if self.mode != "drop" or self._told or self._run is None:
            return
        if sample.thinking or any(turn.thinking for turn in sample.messages or ()):
            self._run.warn("convert: reasoning is left out; --cot-mode tags or field keeps it")
            self._told = True

    def join(self, answer: str, thinking: str | None, field: str) -> str:
        """``answer`` as it stands in the row; raises Unrepresentable where tags would be mistaken."""
        if self.mode != "tags":
            return answer
        if thinking:
            if _CLOSE in thinking:
                raise Unrepresentable(f"{field}: reasoning that holds a closing </think>", field=field)
            return f"{_OPEN}{thinking}{_CLOSE}{answer}"
        if answer.startswith(_OPEN):
            raise Unrepresentable(
                f"{field}: an answer that begins with <think> would be read as reasoning", field=field
            )
        return answer

    def part(self, text: str) -> tuple[str, str | None]:
        """Answer and reasoning of a row's text."""
        if self.mode == "tags" and text.startswith(_OPEN):
            thinking, closed, answer = text[len(_OPEN) :].partition(_CLOSE)
            if closed:
                return answer, thinking
        return text, None
