"""Messages of Gemini CLI as turns: each prompt of a person with the steps to its answer."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from afs.generators.conversation import Step, ToolUse, Turn
from afs.generators.gemini_content import (
    attachments,
    is_command,
    is_preamble,
    parts_of,
    responses,
    step,
    typed,
)
from afs.generators.gemini_recording import Placed

__all__ = ["turns"]

_TALK = ("info", "warning", "error")


def turns(messages: Iterable[Placed], noted: Counter[str]) -> Iterator[Turn]:
    """The turns in order; what the program itself says is in none of them."""
    open: _Open | None = None
    for message, line in messages:
        kind = message.get("type")
        if kind == "user":
            started = _started(message, line, open, noted)
            if started is not open and open is not None:
                yield open.turn()
            open = started
        elif kind == "gemini":
            if open is not None:
                open.answer(step(message), line)
        elif kind in _TALK:
            if open is not None:
                open.interrupt(message)
        else:
            noted[f"unknown record: {str(kind)[:40]}"] += 1
    if open is not None:
        yield open.turn()


def _started(message: dict[str, Any], line: int, open: _Open | None, noted: Counter[str]) -> _Open | None:
    """The turn that is open after a message in the person's name."""
    prompt, files = typed(message)
    results = responses(message)
    if not prompt and results:
        if open is not None:
            open.return_(results)
        return open
    if not prompt and not attachments(message):
        noted["messages that the program put in"] += 1
        return None if is_preamble(message) else open
    if is_command(prompt):
        noted["commands to the program"] += 1
        return None
    return _Open(message, prompt, files, line)


class _Open:
    """A turn whose answer may still come."""

    def __init__(self, message: dict[str, Any], prompt: str, files: str, line: int) -> None:
        self._message = message
        self._prompt = prompt
        self._files = files
        self._start = self._end = line
        self._steps: list[Step] = []
        self._thought = Step()
        self._stopped = ""

    def answer(self, given: Step, line: int) -> None:
        """Thoughts that come alone belong to the step after them."""
        self._stopped = ""
        self._end = max(self._end, line)
        given = msgspec.structs.replace(
            given,
            thinking="\n\n".join(filter(None, (self._thought.thinking, given.thinking))),
            summary="\n".join(filter(None, (self._thought.summary, given.summary))),
        )
        if given.text.strip() or given.tools:
            self._steps.append(given)
            given = Step()
        self._thought = given

    def return_(self, results: list[tuple[str, str, str, bool]]) -> None:
        """Tool results that came as a message of their own."""
        for id, name, text, failed in results:
            self._fill(id, name, text, failed)

    def _fill(self, id: str, name: str, text: str, failed: bool) -> None:
        for place, taken in enumerate(self._steps):
            for number, tool in enumerate(taken.tools):
                if tool.result is None and (id == tool.id if id and tool.id else name == tool.name):
                    told = msgspec.structs.replace(tool, result=text, failed=tool.failed or failed)
                    self._steps[place] = _with_tool(taken, number, told)
                    return

    def interrupt(self, message: dict[str, Any]) -> None:
        """What the program says of a stop. An error after the answer stopped nothing."""
        text = " ".join(str(part.get("text", "")) for part in parts_of(message.get("content"))).lower()
        answered = bool(self._steps) and not self._steps[-1].tools
        if "cancelled" in text or "canceled" in text:
            self._stopped = "interrupted"
        elif message.get("type") == "error" and not answered:
            self._stopped = "error"

    def turn(self) -> Turn:
        at = self._message.get("timestamp")
        count = attachments(self._message)
        return Turn(
            id=self._id(),
            prompt=self._prompt,
            input=self._files,
            steps=tuple(self._steps),
            at=at if isinstance(at, str) else "",
            start=self._start,
            end=self._end,
            stopped=self._stopped,
            metadata={"attachments": count} if count else {},
        )

    def _id(self) -> str:
        """A message keeps its id and its time wherever it is copied. Those of a checkpoint have
        neither, and are known by what was said."""
        name, at = self._message.get("id"), self._message.get("timestamp")
        said = "" if name else "".join(taken.text for taken in self._steps)
        key = f"{name or ''}\0{at or ''}\0{self._prompt}\0{said}"
        return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _with_tool(taken: Step, number: int, tool: ToolUse) -> Step:
    tools = (*taken.tools[:number], tool, *taken.tools[number + 1 :])
    return msgspec.structs.replace(taken, tools=tools)
