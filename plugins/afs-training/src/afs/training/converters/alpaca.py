"""Alpaca rows: ``{"instruction", "input", "output"}``, ``system`` and ``history`` where there
are earlier turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from afs.training.converters.conversation import required_text, sample_of
from afs.training.converters.thinking import CotMode, Thinking
from afs_core import DataError, Message, TrainingSample, Unrepresentable

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["AlpacaConverter"]

_KEYS = frozenset({"instruction", "input", "output", "system", "history", "thinking"})
_OURS = frozenset({"domain", "_metadata", "prov", "messages", "conversations", "quality_score"})


class AlpacaConverter:
    """``convert(sample)`` gives ``{"instruction": ..., "input": ..., "output": ...}``.

    A conversation of plain questions and answers goes to ``history`` (a list of pairs) and
    ``system``; one with tools raises Unrepresentable.
    """

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        cot_mode: CotMode = "drop"

    def __init__(self, config: Config | None = None, run: Run | None = None) -> None:
        self._thinking = Thinking((config or self.Config()).cot_mode, run)

    def convert(self, sample: TrainingSample, /) -> dict[str, Any]:
        self._thinking.note(sample)
        if sample.messages:
            return self._conversation(sample.messages)
        return self._exchange(sample.instruction, sample.input, sample.output, sample.thinking)

    def parse(self, row: dict[str, Any], /) -> TrainingSample:
        answer, thinking = self._thinking.part(required_text(row, "output", "output"))
        if self._thinking.mode == "field" and row.get("thinking"):
            thinking = required_text(row, "thinking", "thinking")
        instruction = required_text(row, "instruction", "instruction")
        given = required_text(row, "input", "input") if row.get("input") else ""
        known = _KEYS if self._thinking.mode == "field" else _KEYS - {"thinking"}
        extra = {key: value for key, value in row.items() if key not in known}
        earlier = _earlier(row)
        if earlier:
            asked = f"{instruction}\n\n{given}" if given else instruction
            turns = (*earlier, Message("user", asked), Message("assistant", answer, thinking=thinking))
            return sample_of(turns, "history", extra=extra)
        return TrainingSample(instruction, answer, input=given, thinking=thinking, extra=extra)

    def matches(self, row: dict[str, Any], /) -> bool:
        texts = isinstance(row.get("instruction"), str) and isinstance(row.get("output"), str)
        return texts and not _OURS.intersection(row)

    def _exchange(self, instruction: str, given: str, output: str, thinking: str | None) -> dict[str, Any]:
        row = {
            "instruction": instruction,
            "input": given,
            "output": self._thinking.join(output, thinking, "output"),
        }
        if self._thinking.mode == "field" and thinking:
            row["thinking"] = thinking
        return row

    def _conversation(self, turns: Sequence[Message]) -> dict[str, Any]:
        system = turns[0].content if turns[0].role == "system" else None
        rest = turns if system is None else turns[1:]
        for place, turn in enumerate(rest, len(turns) - len(rest)):
            _check(turn, "user" if (place - len(turns) + len(rest)) % 2 == 0 else "assistant", place)
        if not rest or len(rest) % 2:
            raise Unrepresentable("messages: alpaca needs an answer to every question", field="messages")
        row = self._exchange(rest[-2].content, "", rest[-1].content, rest[-1].thinking)
        if system is not None:
            row["system"] = system
        if len(rest) > 2:
            row["history"] = [self._pair(rest, place) for place in range(0, len(rest) - 2, 2)]
        return row

    def _pair(self, turns: Sequence[Message], place: int) -> list[str]:
        asked, answered = turns[place], turns[place + 1]
        field = f"messages[{place + 1}].thinking"
        if self._thinking.mode == "field" and answered.thinking:
            raise Unrepresentable(f"{field}: alpaca has no place for earlier reasoning", field=field)
        return [asked.content, self._thinking.join(answered.content, answered.thinking, field)]


def _check(turn: Message, role: str, place: int) -> None:
    """Alpaca holds questions and answers by turns, and nothing else."""
    field = f"messages[{place}]"
    if turn.role != role:
        raise Unrepresentable(
            f"{field}: alpaca expects the {role} here, got {turn.role}", field=f"{field}.role"
        )
    for name in ("tool_calls", "tool_call_id", "name"):
        if getattr(turn, name):
            raise Unrepresentable(f"{field}: alpaca cannot hold {name}", field=f"{field}.{name}")


def _earlier(row: Mapping[str, Any]) -> tuple[Message, ...]:
    turns = []
    if isinstance(row.get("system"), str):
        turns.append(Message("system", row["system"]))
    for place, pair in enumerate(row.get("history") or ()):
        if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not all(isinstance(t, str) for t in pair):
            raise DataError(f"expected history[{place}] to be a pair of texts, got {pair!r}")
        turns += [Message("user", pair[0]), Message("assistant", pair[1])]
    return tuple(turns)
