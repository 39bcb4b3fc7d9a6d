"""A turn of a Codex CLI log as it grows, record by record."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from afs.generators.codex_outputs import Outcome, arguments_of
from afs.generators.codex_records import Record
from afs.generators.conversation import Step, ToolUse, Turn

__all__ = ["Draft", "Part"]

_CALL_ID = 16


class Part:
    """A step as it grows."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.text = ""
        self.phase = ""
        self.summary: list[str] = []
        self.shown: list[str] = []
        self.thinking: list[str] = []
        self.calls: dict[str, tuple[str, str]] = {}
        self.answered = False

    def step(self, outcomes: dict[str, Outcome]) -> Step:
        return Step(
            text=self.text.strip(),
            summary="\n\n".join(filter(None, self.summary or self.shown)),
            thinking="\n\n".join(filter(None, self.thinking)),
            tools=tuple(_tool(id, call, outcomes.get(id)) for id, call in self.calls.items()),
            model=self.model,
        )


class Draft:
    """A turn as it grows."""

    def __init__(
        self, first: Record, place: int, text: str, pictures: int, name: str = "", by_item: bool = False
    ) -> None:
        self.asked = [text] if text else []
        self.steps: list[Part] = []
        self.stopped = ""
        self.queued = 0
        self.name = name
        self.by_item = by_item
        self._first = first
        self._last = first.number
        self._place = place
        self._pictures = pictures

    def is_working(self) -> bool:
        """Whether the model has called a tool and not come to an end yet."""
        return bool(self.steps) and bool(self.steps[-1].calls) and not self.stopped

    def think(
        self, record: Record, summary: list[str], thinking: list[str], shown: list[str], model: str
    ) -> None:
        part = self._part(record, model, anew=lambda part: bool(part.text or part.calls))
        part.summary += summary
        part.thinking += thinking
        part.shown += shown

    def say(self, record: Record, text: str, phase: str, model: str) -> None:
        part = self._part(record, model, anew=lambda part: bool(part.text or part.calls))
        part.text, part.phase = text, phase
        self.stopped = ""

    def call(self, record: Record, model: str) -> None:
        part = self._part(record, model, anew=lambda part: part.answered)
        kind = record.type.removesuffix("_call")
        name = record.text("name") or {"custom_tool": "custom", "function": "function"}.get(kind, kind)
        id = record.text("call_id") or record.text("id") or f"call {record.number} {len(part.calls)}"
        part.calls.setdefault(id, (name, arguments_of(record.payload)))
        self.stopped = ""

    def answer(self, record: Record) -> None:
        if self.steps:
            self.steps[-1].answered = True
            self._last = record.number

    def confirm(self, words: str) -> bool:
        """Whether ``words`` are among what was said; then they were the last."""
        said = [part for part in self.steps if part.text.strip() == words]
        for part in said[-1:]:
            part.phase = "final_answer"
        return bool(said)

    def _part(self, record: Record, model: str, anew: Callable[[Part], bool]) -> Part:
        if not self.steps or anew(self.steps[-1]):
            self.steps.append(Part(model))
        self._last = record.number
        return self.steps[-1]

    def turn(self, lineage: str, outcomes: dict[str, Outcome]) -> Turn:
        steps = [part for part in self.steps if part.text or part.calls]
        unfinished = bool(steps) and steps[-1].phase == "commentary"
        told = {"images": self._pictures, "queued_prompts": self.queued}
        return Turn(
            id=self._identity(lineage, steps),
            prompt="\n\n".join(self.asked),
            steps=tuple(part.step(outcomes) for part in steps),
            at=self._first.at,
            start=self._first.number,
            end=self._last,
            stopped=self.stopped or ("before its end" if unfinished else ""),
            metadata={name: value for name, value in told.items() if value},
        )

    def _identity(self, lineage: str, steps: list[Part]) -> str:
        """A digest that copies of the turn in forks share: of the turn's name, of its first call's, or
        of where it stood in the session that was forked."""
        first = next((id for part in steps for id in part.calls), "")
        named = self.name or (first if len(first) >= _CALL_ID else f"{lineage} {self._place}")
        asked = self.asked[0] if self.asked else ""
        return blake2b(f"{named}\0{asked}".encode(), digest_size=16).hexdigest()


def _tool(id: str, call: tuple[str, str], outcome: Outcome | None) -> ToolUse:
    name, arguments = call
    if outcome is None:
        return ToolUse(name=name, arguments=arguments, id=id)
    return ToolUse(name=name, arguments=arguments, id=id, result=outcome[0], failed=outcome[1])
