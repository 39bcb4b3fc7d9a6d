"""What every converter does: refuse or leave out what the format cannot hold, and count it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from afs.training.converters.thinking import CotMode, Thinking
from afs_core import Message, TrainingSample, Unrepresentable

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["Format", "Lossy"]

Lossy = Annotated[
    bool, Meta(description="Leave out what the format cannot hold, counted by name, instead of stopping")
]


_EXCHANGE = {
    "messages[0].content": "instruction",
    "messages[1].content": "output",
    "messages[1].thinking": "thinking",
}


class Format:
    """A converter. Subclasses write :meth:`row`, ``parse`` and ``matches``.

    ``noted`` counts what was left out: reasoning under ``cot_mode = "drop"``, and with ``lossy``
    reasoning, definitions of tools, or the turns before the last question and answer.
    """

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        cot_mode: CotMode = "drop"
        lossy: Lossy = False

    def __init__(self, config: Any = None, run: Run | None = None) -> None:
        config = config or self.Config()
        self.thinking = Thinking(getattr(config, "cot_mode", "field"))
        self.noted: Counter[str] = Counter()
        self._lossy: bool = config.lossy
        self._run = run

    def row(self, sample: TrainingSample) -> dict[str, Any]:
        """The row of ``sample``; raises Unrepresentable."""
        raise NotImplementedError

    def convert(self, sample: TrainingSample, /) -> dict[str, Any]:
        if self.thinking.mode == "drop" and _reasons(sample):
            self._note_dropped()
        try:
            return self.row(sample)
        except Unrepresentable as fault:
            if self._lossy:
                return self._thinner(sample, fault)
            raise _named(fault, sample) from None

    def answered(self, turns: list[Message]) -> list[Message]:
        """``turns``, with ``lossy`` up to the last answer."""
        if not self._lossy or not turns or turns[-1].role == "assistant":
            return turns
        kept = next((n for n in range(len(turns), 0, -1) if turns[n - 1].role == "assistant"), 0)
        self.noted["turns after the last answer left out"] += len(turns) - kept
        return turns[:kept]

    def refuse_reasoning(self, sample: TrainingSample) -> None:
        """Raises Unrepresentable, for formats that have no place for reasoning at all."""
        if _reasons(sample):
            raise Unrepresentable("thinking: the format has no place for reasoning", field="thinking")

    def _thinner(self, sample: TrainingSample, fault: Unrepresentable) -> dict[str, Any]:
        part, thinner = _without(sample, fault.field)
        if thinner is None:
            raise _named(fault, sample)
        try:
            row = self.row(thinner)
        except Unrepresentable as another:
            row = self._thinner(thinner, another)
        self.noted[f"{part} left out"] += 1
        return row

    def _note_dropped(self) -> None:
        if not self.noted["reasoning left out"] and self._run is not None:
            self._run.warn("convert: reasoning is left out; --cot-mode tags or field keeps it")
        self.noted["reasoning left out"] += 1


def _named(fault: Unrepresentable, sample: TrainingSample) -> Unrepresentable:
    """The fault with the name that its field has where a sample has no ``messages``."""
    if sample.messages:
        return fault
    field = _EXCHANGE.get(fault.field, fault.field)
    return Unrepresentable(fault.reason.replace(fault.field, field), field=field, hint=fault.hint)


def _reasons(sample: TrainingSample) -> bool:
    if sample.messages is None:
        return bool(sample.thinking)
    return any(turn.thinking for turn in sample.messages)


def _without(sample: TrainingSample, field: str) -> tuple[str, TrainingSample | None]:
    """``sample`` without what stands in the way, and its name; None where nothing may go."""
    if field.startswith("_metadata.tools"):
        rest = {key: value for key, value in sample.metadata.items() if key != "tools"}
        return "definitions of tools", replace(sample, _metadata=rest)
    if field.endswith("thinking") and _reasons(sample):
        turns = sample.messages and tuple(_quiet(turn) for turn in sample.messages)
        return "reasoning", replace(sample, thinking=None, messages=turns)
    if field.startswith("messages") and sample.messages and sample.output.strip():
        return "other turns", replace(sample, messages=None)
    return "", None


def _quiet(turn: Message) -> Message:
    return replace(turn, thinking=None)
