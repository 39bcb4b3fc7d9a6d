"""Alpaca rows: ``{"instruction", "input", "output"}``, ``system`` and ``history`` where there
are earlier turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from afs.training.converters.base import Format
from afs.training.converters.conversation import others, required_text, sample_of
from afs_core import DataError, Message, TrainingSample, Unrepresentable

__all__ = ["AlpacaConverter"]

_KEYS = frozenset({"instruction", "input", "output", "system", "history", "thinking"})
_OURS = frozenset({"domain", "_metadata", "prov", "messages", "conversations", "quality_score"})


class AlpacaConverter(Format):
    """``convert(sample)`` gives ``{"instruction": ..., "input": ..., "output": ...}``.

    A conversation of plain questions and answers goes to ``history`` (a list of pairs) and
    ``system``; one with tools raises Unrepresentable.
    """

    def convert(self, sample: TrainingSample, /) -> dict[str, Any]:
        bare = sample.messages is None and not sample.thinking and "tools" not in sample._metadata
        if bare and self.thinking.mode != "tags":  # most samples are: half the time of the way below
            return {"instruction": sample.instruction, "input": sample.input, "output": sample.output}
        return super().convert(sample)

    def row(self, sample: TrainingSample) -> dict[str, Any]:
        if sample.metadata and sample.metadata.get("tools"):
            field = "_metadata.tools"
            raise Unrepresentable(f"{field}: alpaca has no place for definitions of tools", field=field)
        if sample.messages:
            return self._conversation(sample.messages)
        return self._exchange(sample.instruction, sample.input, sample.output, sample.thinking, "output")

    def parse(self, row: dict[str, Any], /) -> TrainingSample:
        answer, thinking = self.thinking.part(required_text(row, "output", "output"))
        if row.get("thinking"):
            thinking = required_text(row, "thinking", "thinking")
        instruction = required_text(row, "instruction", "instruction")
        given = required_text(row, "input", "input") if row.get("input") else ""
        unknown = others(row, _KEYS)
        earlier = _earlier(row)
        if earlier or unknown:
            asked = f"{instruction}\n\n{given}" if given and earlier else instruction
            turns = (*earlier, Message("user", asked), Message("assistant", answer, thinking=thinking))
            sample = sample_of(turns, "history", others=unknown)
            return sample if earlier or not given else replace(sample, input=given)
        return TrainingSample(instruction, answer, input=given, thinking=thinking)

    def matches(self, row: dict[str, Any], /) -> bool:
        texts = isinstance(row.get("instruction"), str) and isinstance(row.get("output"), str)
        return texts and not _OURS.intersection(row)

    def _exchange(
        self, instruction: str, given: str, output: str, thinking: str | None, field: str
    ) -> dict[str, Any]:
        row = {
            "instruction": instruction,
            "input": given,
            "output": self.thinking.join(output, thinking, field),
        }
        if thinking and self.thinking.mode == "field":
            row["thinking"] = thinking
        return row

    def _conversation(self, turns: Sequence[Message]) -> dict[str, Any]:
        system = turns[0].content if turns[0].role == "system" else None
        first = 0 if system is None else 1
        for place, turn in enumerate(turns[first:], first):
            _check(turn, "user" if (place - first) % 2 == 0 else "assistant", place)
        if len(turns) == first or (len(turns) - first) % 2:
            raise Unrepresentable("messages: alpaca needs an answer to every question", field="messages")
        asked, answered = turns[-2:]
        field = f"messages[{len(turns) - 1}].content"
        row = self._exchange(asked.content, "", answered.content, answered.thinking, field)
        if system is not None:
            row["system"] = system
        if len(turns) - first > 2:
            row["history"] = [self._pair(turns, place) for place in range(first, len(turns) - 2, 2)]
        return row

    def _pair(self, turns: Sequence[Message], place: int) -> list[str]:
        asked, answered = turns[place], turns[place + 1]
        field = f"messages[{place + 1}].thinking"
        if self.thinking.mode == "field" and answered.thinking:
            raise Unrepresentable(f"{field}: alpaca has no place for earlier reasoning", field=field)
        answer = self.thinking.join(answered.content, answered.thinking, f"messages[{place + 1}].content")
        return [asked.content, answer]


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
