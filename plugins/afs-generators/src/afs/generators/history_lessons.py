"""What an event of the history teaches: a question, and what answers it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import msgspec

from afs.generators.chat import ARGUMENTS, chat, content_text
from afs.generators.entries import json_text
from afs.generators.history_rows import Recorded
from afs_core import Message

__all__ = ["LESSONS", "Lesson"]

_PROMPT = ("prompt", "instruction", "input", "query")
_ANSWER = ("response", "output", "completion", "answer", "result", "content", "text")
_RESULT = ("output", "result", "response", "stdout", "content")
_CONTENT = ("content", "text", "data")
_COMMAND = ("argv", "command", "cmd", "args")
_WRITING = ("write", "create", "append", "edit", "update", "save", "modify")
_WORDS = 3


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """Empty ``output``: the event teaches nothing. ``messages`` where there are several."""

    instruction: str = ""
    output: str = ""
    input: str = ""
    thinking: str = ""
    messages: tuple[Message, ...] = ()


def _model(event: Recorded) -> Lesson:
    """A prompt and its response; the last human message where there is a list of them."""
    payload = event.payload
    told = chat(payload.get("messages"))
    prompt, answer = _first(payload, _PROMPT), _first(payload, _ANSWER)
    if told and not answer and told[-1].role == "assistant":
        answer = told[-1].content
    elif told and answer and (told[-1].role, told[-1].content) != ("assistant", answer):
        told = (*told, Message("assistant", answer))
    asked = [message.content for message in told if message.role == "user"]
    system = [message.content for message in told if message.role == "system"]
    return Lesson(
        instruction=prompt or (asked[-1] if asked else ""),
        output=answer,
        input=_first(payload, ("system", "system_prompt")) or "\n\n".join(system),
        thinking=_first(payload, ("thinking", "reasoning")),
        messages=told if len(told) > 2 else (),
    )


def _tool(event: Recorded) -> Lesson:
    name = event.named("tool", "tool_name", "name") or event.op or "tool"
    arguments: Any = next((event.payload[key] for key in ARGUMENTS if event.payload.get(key)), {})
    return Lesson(
        instruction=f"Tool {name} input:\n{json_text(arguments)}",
        output=_first(event.payload, _RESULT),
    )


def _fs(event: Recorded) -> Lesson:
    path = event.named("path", "file_path", "file", "relative_path", "target")
    writes = any(word in event.op.lower() for word in _WRITING)
    asked = f"Write the file {path}." if writes else f"What does the file {path} contain?"
    return Lesson(instruction=asked if path else "", output=_first(event.payload, _CONTENT))


def _cli(event: Recorded) -> Lesson:
    holders = (event.payload, event.metadata)
    argv = next((holder[name] for holder in holders for name in _COMMAND if holder.get(name)), "")
    words = [str(word) for word in argv] if isinstance(argv, list) else str(argv).split()
    command = shlex.join(words) if isinstance(argv, list) else str(argv)
    printed = _first(event.payload, ("output", "stdout", "result"))
    if printed:
        return Lesson(instruction=f"What does this command print?\n{command}", output=printed)
    named = event.named("description", "summary") or " ".join(_leading(words))
    return Lesson(instruction=f"Write the command line: {named}" if words else "", output=command)


def _leading(words: list[str]) -> list[str]:
    """The program and its commands, without what they are given."""
    options = next((place for place, word in enumerate(words) if word.startswith("-")), len(words))
    return words[: min(options, _WORDS)]


LESSONS: dict[str, Callable[[Recorded], Lesson]] = {"model": _model, "tool": _tool, "fs": _fs, "cli": _cli}


# -- fields


def _first(holder: dict[str, Any], names: tuple[str, ...]) -> str:
    return next(filter(None, (content_text(holder.get(name)) for name in names)), "")
