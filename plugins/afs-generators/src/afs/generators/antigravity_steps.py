"""The steps of an Antigravity conversation, from whichever store, and the turns they make."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from afs.generators.conversation import Step, ToolUse, Turn

__all__ = ["Record", "kind_of", "settled", "turn_key", "turns"]

USER, MODEL, ERROR = "USER_INPUT", "PLANNER_RESPONSE", "ERROR_MESSAGE"
_PREFIX = "CORTEX_STEP_TYPE_"
_NUMBERS = {
    5: "CODE_ACTION",
    14: USER,
    15: MODEL,
    17: ERROR,
    21: "RUN_COMMAND",
    25: "FIND",
    90: "EPHEMERAL_MESSAGE",
    98: "CONVERSATION_HISTORY",
    101: "SYSTEM_MESSAGE",
    103: "AGENCY_TOOL_CALL",
    132: "GENERIC",
}
_OTHER_NAMES = {"USER": USER, "USER_MESSAGE": USER, "PLANNER": MODEL, "GENERATE_RESPONSE": MODEL}
_PROGRAM = frozenset(
    {"CHECKPOINT", "CONVERSATION_HISTORY", "EPHEMERAL_MESSAGE", "KNOWLEDGE_ARTIFACTS"}
    | {"RETRIEVE_MEMORY", "SYSTEM_MESSAGE"}
)
_TOOLS = frozenset(
    {"AGENCY_TOOL_CALL", "CODE_ACTION", "FIND", "GENERIC", "GREP_SEARCH", "LIST_DIRECTORY", "RUN_COMMAND"}
    | {"SEARCH_WEB", "VIEW_FILE"}
)
_RUNNING = frozenset({"PENDING", "RUNNING", "GENERATING", "WAITING", "QUEUED"})
_STOPPED = {
    "CANCELED": "interrupted",
    "CANCELLED": "interrupted",
    "INTERRUPTED": "interrupted",
    "ERROR": "error",
}
_NOTIFY = "notify_user"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A step as a store holds it. ``kind``, ``source`` and ``status`` are Antigravity's own names.

    ``call`` is what a tool step was called by, where the store says so; ``text`` is then its
    result, None where the store holds none.
    """

    index: int
    kind: str
    source: str = ""
    status: str = ""
    at: str = ""
    text: str | None = None
    thinking: str = ""
    calls: tuple[ToolUse, ...] = ()
    call: ToolUse | None = None
    model: str = ""
    attachments: int = 0
    line: int = 0


def kind_of(value: Any) -> str:
    """A step's type, written as a number or as a name, with or without its prefix."""
    if isinstance(value, str) and not value.isdecimal():
        name = value.upper().removeprefix(_PREFIX)
        return _OTHER_NAMES.get(name, name)
    try:
        return _NUMBERS.get(int(value), f"TYPE_{int(value)}")
    except (TypeError, ValueError):
        return ""


def settled(records: Iterable[Record]) -> list[Record]:
    """The steps as they stand in the end, by their index.

    A step that is written again replaces the first. Another step at an index that was taken is one
    after a rewind, which took back all that followed.
    """
    steps: dict[int, Record] = {}
    for record in records:
        before = steps.get(record.index)
        if before is not None and _is_another(before, record):
            steps = {index: step for index, step in steps.items() if index < record.index}
        steps[record.index] = record
    return [steps[index] for index in sorted(steps)]


def _is_another(before: Record, now: Record) -> bool:
    if before.kind != now.kind:
        return True
    return now.kind == USER and (before.text, before.at) != (now.text, now.at)


def turn_key(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def turns(records: Iterable[Record], conversation: str, noted: Counter[str]) -> Iterator[Turn]:
    """The turns of settled steps; what the program itself says is in none of them."""
    open: _Open | None = None
    model = ""
    for record in records:
        model = record.model or model
        if record.kind in _PROGRAM or record.source == "USER_IMPLICIT":
            noted["steps of the program"] += 1
        elif record.source == "SYSTEM" and record.kind != ERROR:
            noted[f"unknown record: {record.kind[:40]}"] += 1
        elif record.kind == USER:
            if open is not None:
                yield open.turn(conversation)
            open = _Open(record, model)
        elif open is None:
            noted["steps before a prompt"] += 1
        elif not open.take(record):
            noted[f"unknown record: {record.kind[:40]}"] += 1
    if open is not None:
        yield open.turn(conversation)


class _Open:
    """A turn whose answer may still come."""

    def __init__(self, asked: Record, model: str) -> None:
        self._asked = asked
        self._model = model
        self._steps: list[Step] = []
        self._waiting: list[tuple[int, int]] = []  # step and place of the calls without a result
        self._stopped = ""
        self._end = asked.line

    def take(self, record: Record) -> bool:
        """Whether a step belongs to the turn."""
        self._end = max(self._end, record.line)
        if record.kind == MODEL:
            self._say(record)
        elif record.kind == ERROR:
            self._stopped = self._stopped or ("" if self._answered else "error")
        else:
            return self._return(record)
        return True

    @property
    def _answered(self) -> bool:
        return bool(self._steps) and not self._steps[-1].tools

    def _say(self, record: Record) -> None:
        told = [_message(call) for call in record.calls]
        text = "\n\n".join(filter(None, [(record.text or "").strip(), *told]))
        calls = tuple(call for call, said in zip(record.calls, told, strict=True) if not said)
        self._stopped = "unfinished" if record.status in _RUNNING else _STOPPED.get(record.status, "")
        if not text and not calls:
            return
        self._waiting += ((len(self._steps), place) for place in range(len(calls)))
        self._steps.append(Step(text=text, thinking=record.thinking, tools=calls, model=self._model))

    def _return(self, record: Record) -> bool:
        """Give a tool step's result to its call: the one of its id, of its name, or the next."""
        if record.kind == _NOTIFY.upper():
            return True
        place = self._place(record)
        if place is None:
            return self._add(record)
        self._waiting.remove(place)
        self._fill(place, record)
        return True

    def _place(self, record: Record) -> tuple[int, int] | None:
        for same in (_same_id, _same_name):
            for step, place in self._waiting:
                if same(self._steps[step].tools[place], record):
                    return step, place
        named = record.call is not None and record.call.id
        return self._waiting[0] if self._waiting and not named and _is_tool(record) else None

    def _fill(self, place: tuple[int, int], record: Record) -> None:
        step = self._steps[place[0]]
        tools = list(step.tools)
        tools[place[1]] = _finished(tools[place[1]], record)
        self._steps[place[0]] = msgspec.structs.replace(step, tools=tuple(tools))

    def _add(self, record: Record) -> bool:
        """A tool step that no call asked for."""
        if not self._steps or not _is_tool(record):
            return False
        call = record.call or ToolUse(name=record.kind.lower())
        step = self._steps[-1]
        self._steps[-1] = msgspec.structs.replace(step, tools=(*step.tools, _finished(call, record)))
        return True

    def turn(self, conversation: str) -> Turn:
        asked = self._asked
        place = () if asked.at else (conversation, str(asked.index))
        return Turn(
            id=turn_key(asked.at, *place, asked.text or ""),
            prompt=asked.text or "",
            steps=tuple(self._steps),
            at=asked.at,
            start=asked.line,
            end=self._end,
            stopped=self._stopped,
            metadata={"attachments": asked.attachments} if asked.attachments else {},
        )


def _is_tool(record: Record) -> bool:
    return record.call is not None or record.source == "MODEL" or record.kind in _TOOLS


def _finished(call: ToolUse, record: Record) -> ToolUse:
    failed = record.status in _STOPPED or record.status == "INVALID"
    return msgspec.structs.replace(call, result=record.text, failed=failed)


def _same_id(call: ToolUse, record: Record) -> bool:
    return record.call is not None and bool(call.id) and call.id == record.call.id


def _same_name(call: ToolUse, record: Record) -> bool:
    return call.name in (record.kind.lower(), record.call.name if record.call is not None else "")


def _message(call: ToolUse) -> str:
    """What a call tells the person: in its task view the model speaks through a tool."""
    if call.name != _NOTIFY:
        return ""
    try:
        arguments = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return ""
    message = arguments.get("Message") if isinstance(arguments, dict) else None
    return message.strip() if isinstance(message, str) else ""
