"""Rows for LLaMA-Factory: its ``sharegpt`` formatting, with the same three columns in every row.

    {"conversations": [{"from": "human", "value": ...}, {"from": "gpt", "value": ...}],
     "system": "...", "tools": "<JSON text>"}

LLaMA-Factory wants ``human`` or ``observation`` and ``gpt`` or ``function_call`` by turns and
passes over other rows with a warning that is easily missed; here they are refused. Results of
several calls at once stand in one observation, joined as LLaMA-Factory joins them itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from afs.training.converters.arguments import opened
from afs.training.converters.base import Format, Lossy
from afs.training.converters.conversation import tools_text, turns_of
from afs.training.converters.sharegpt import CALL, ShareGPTConverter, calls_of
from afs.training.converters.thinking import TextCotMode
from afs_core import DataError, Message, TrainingSample, Unrepresentable
from afs_core.jsonl import atomic_write

__all__ = ["LlamaFactoryConverter", "enter"]

_JOINT = "\n</tool_response>\n<tool_response>\n"
_ASKING = ("human", "observation")


class LlamaFactoryConverter(ShareGPTConverter):
    """With ``cot_mode = "tags"`` reasoning stands where LLaMA-Factory's templates look for it."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        cot_mode: TextCotMode = "drop"
        lossy: Lossy = False

    def __init__(self, config: Any = None, run: Any = None) -> None:
        Format.__init__(self, config, run)

    def row(self, sample: TrainingSample) -> dict[str, Any]:
        turns = turns_of(sample)
        system = turns[0].content if turns[0].role == "system" else ""
        if turns[0].role == "system" and not system:
            raise _refused("messages[0].content", "an empty system prompt would read as none")
        first = 1 if system else 0
        rows = list(self._turn_rows(turns, first))
        if len(rows) % 2 or not rows:
            raise _refused("messages", "the last turn must be the assistant's")
        tools = sample.metadata.get("tools")
        return {"conversations": rows, "system": system, "tools": tools_text(tools) if tools else ""}

    def _turn_rows(self, turns: Sequence[Message], place: int) -> Iterator[dict[str, str]]:
        number = 0
        while place < len(turns):
            results = _results(turns, place)
            row = _observation(turns, place, results) if results else self._turn_row(turns[place], place)
            if (row["from"] in _ASKING) == bool(number % 2):
                expected = "an answer" if number % 2 else "a question or a result"
                raise _refused(
                    f"messages[{place}].role", f"expected {expected} here, got {turns[place].role}"
                )
            yield row
            number, place = number + 1, place + (results or 1)

    def _turn_row(self, turn: Message, place: int) -> dict[str, str]:
        field = f"messages[{place}]"
        if turn.name:
            raise _refused(f"{field}.name", "no place for a name")
        if not turn.tool_calls:
            speaker = {"user": "human", "assistant": "gpt"}.get(turn.role)
            if speaker is None:
                raise _refused(f"{field}.role", f"no place for {turn.role} here")
            said = turn.content
            if turn.role == "assistant":
                said = self.thinking.join(said, turn.thinking, f"{field}.content")
            return {"from": speaker, "value": said}
        if turn.content:
            raise _refused(f"{field}.content", "a turn holds words or calls, not both")
        calls = [_call(call, f"{field}.tool_calls[{n}]") for n, call in enumerate(turn.tool_calls)]
        text = msgspec.json.encode(calls[0] if len(calls) == 1 else calls).decode()
        return {"from": CALL, "value": self.thinking.join(text, turn.thinking, f"{field}.content")}

    def read_call(self, value: str, field: str, turns: list[Message]) -> None:
        text, thinking = self.thinking.part(value)
        turns.append(Message("assistant", thinking=thinking, tool_calls=calls_of(text, f"{field}.value")))

    def parse(self, row: dict[str, Any], /) -> TrainingSample:
        sample = super().parse(row)
        if sample.messages is None:
            return sample
        return replace(sample, messages=tuple(_parted(sample.messages)))


def enter(file: Path) -> tuple[str, Path]:
    """Enter a file of these rows in the ``dataset_info.json`` beside it; what else that holds stays.

    Returns the name of the dataset and the path of the list; raises DataError where it is damaged.
    """
    path, name = file.with_name("dataset_info.json"), file.stem
    known = _known_datasets(path)
    entry = {
        "file_name": file.name,
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "system": "system", "tools": "tools"},
    }
    if known.get(name) != entry:
        text = json.dumps({**known, name: entry}, indent=2, ensure_ascii=False)
        with atomic_write(path) as out:
            out.write(text.encode() + b"\n")
    return name, path


def _known_datasets(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        known = json.loads(path.read_bytes())
    except ValueError as fault:
        raise DataError(f"not JSON: {fault}", path=path, hint="mend it, or move it away") from None
    if not isinstance(known, dict):
        raise DataError(f"expected an object, got {type(known).__name__}", path=path)
    return known


def _out_of_turn(turn: Message, place: int, number: int) -> Unrepresentable:
    expected = "an answer" if number % 2 else "a question or a result"
    return _refused(f"messages[{place}].role", f"expected {expected} here, got {turn.role}")


def _results(turns: Sequence[Message], place: int) -> int:
    """How many results of tools stand one after another."""
    count = 0
    while place + count < len(turns) and turns[place + count].role == "tool":
        count += 1
    return count


def _observation(turns: Sequence[Message], place: int, count: int) -> dict[str, str]:
    calls = turns[place - 1].tool_calls if place else ()
    if count != len(calls):
        raise _refused(f"messages[{place}]", f"{count} results for {len(calls)} calls")
    for number, (call, result) in enumerate(zip(calls, turns[place : place + count], strict=True), place):
        if result.tool_call_id != call.id:
            raise _refused(f"messages[{number}].tool_call_id", "results must stand in the order of calls")
        if result.name not in ("", call.name):
            raise _refused(f"messages[{number}].name", "a result has the name of its call")
        if count > 1 and _JOINT in result.content:
            raise _refused(f"messages[{number}].content", "a result that holds the mark between results")
    return {"from": "observation", "value": _JOINT.join(t.content for t in turns[place : place + count])}


def _parted(turns: Sequence[Message]) -> Iterator[Message]:
    """Each result on its own, with id and name of its call."""
    calls: Sequence[Any] = ()
    for turn in turns:
        if turn.role != "tool":
            calls = turn.tool_calls
            yield turn
            continue
        texts = turn.content.split(_JOINT) if len(calls) > 1 else [turn.content]
        if len(texts) != len(calls):
            yield turn
            continue
        for text, call in zip(texts, calls, strict=True):
            yield Message("tool", text, tool_call_id=call.id, name=call.name)


def _call(call: Any, field: str) -> dict[str, Any]:
    row = {"name": call.name, "arguments": opened(call.arguments, f"{field}.arguments")}
    return {**row, "id": call.id} if call.id else row


def _refused(field: str, reason: str) -> Unrepresentable:
    return Unrepresentable(f"{field}: llama-factory: {reason}", field=field)
