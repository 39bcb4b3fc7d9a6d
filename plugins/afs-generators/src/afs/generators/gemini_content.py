"""What a message of Gemini CLI says: text, thoughts, tool calls, and what the program itself put in.

``content`` is a text, or a list of parts: ``{"text"}``, with ``"thought": true`` for thinking,
``{"functionCall"}``, ``{"functionResponse"}``, ``{"inlineData"}`` and ``{"fileData"}``.
"""

from __future__ import annotations

import re
from typing import Any

from afs.generators.conversation import Step, ToolUse
from afs.generators.entries import json_text

__all__ = ["attachments", "is_command", "is_preamble", "parts_of", "responses", "step", "typed"]

Parts = list[dict[str, Any]]

_BLOCK = re.compile(r"\s*<(session_context|hook_context|state_snapshot)>")
_BLOCK_END = re.compile(r"</(session_context|hook_context|state_snapshot)>\s*\Z")
_TAIL = 200
_PREAMBLES = (
    "<session_context>",
    "<state_snapshot>",
    "This is the Gemini CLI. We are setting up the context",
)
_INJECTED = (
    *_PREAMBLES[2:],
    "Here is the user's editor context as a JSON object.",
    "Here is a summary of changes in the user's editor context",
    "I ran the following shell command:\n",
    "System: Please continue.",
)
_COMMAND = re.compile(r"/[A-Za-z][\w:.-]*(\s|$)|!|\?$")
_FILES = "--- Content from referenced files ---"
_FAILED = ("error", "cancelled", "canceled")


def parts_of(content: Any) -> Parts:
    """The parts of ``content``, a text as one part."""
    parts = content if isinstance(content, list) else [content]
    return [
        {"text": part} if isinstance(part, str) else part for part in parts if isinstance(part, (str, dict))
    ]


def typed(message: dict[str, Any]) -> tuple[str, str]:
    """What a person typed, and the contents of the files they named; both empty where the program
    itself wrote the message."""
    said = _asked(parts_of(message.get("content")))
    shown = _asked(parts_of(message.get("displayContent")))
    if shown:
        return shown, said.removeprefix(shown).strip() if said != shown else ""
    prompt, _, files = said.partition(_FILES)
    return prompt.strip(), f"{_FILES}{files}".strip() if files else ""


def _asked(parts: Parts) -> str:
    """The texts without those that the program put in."""
    asked = ""
    for part in parts:
        text = "" if part.get("thought") else _without_blocks(_text(part))
        if text.lstrip().startswith(_INJECTED):
            continue
        glue = "\n" if asked and text and not asked[-1].isspace() and not text[0].isspace() else ""
        asked += glue + text
    return asked.strip()


def _without_blocks(text: str) -> str:
    """``text`` without the blocks of context at its beginning and its end."""
    start, end = 0, len(text)
    while block := _BLOCK.match(text, start):
        close = text.find(f"</{block[1]}>", start)
        start = end if close < 0 else close + len(block[1]) + 3
    while block := _BLOCK_END.search(text, max(start, end - _TAIL), end):
        begin = text.rfind(f"<{block[1]}>", start, end)
        if begin < 0:
            break
        end = begin
    return text[start:end]


def is_preamble(message: dict[str, Any]) -> bool:
    """Whether the program opens the conversation anew with it, so that what follows is no answer."""
    return any(_text(part).lstrip().startswith(_PREAMBLES) for part in parts_of(message.get("content")))


def is_command(prompt: str) -> bool:
    """Whether a prompt is for the program and not for the model: ``/help``, ``!ls``, ``?``."""
    return _COMMAND.match(prompt) is not None


def attachments(message: dict[str, Any]) -> int:
    """How many pictures and files a message carries."""
    return sum("inlineData" in part or "fileData" in part for part in parts_of(message.get("content")))


def step(message: dict[str, Any]) -> Step:
    """A message of the model."""
    parts = parts_of(message.get("content"))
    thoughts = [thought for thought in _list(message.get("thoughts")) if isinstance(thought, dict)]
    told = [": ".join(filter(None, (_string(t, "subject"), _string(t, "description")))) for t in thoughts]
    told += [_text(part) for part in parts if part.get("thought")]
    return Step(
        text="".join(_text(part) for part in parts if not part.get("thought")),
        thinking="\n\n".join(filter(None, told)),
        summary="\n".join(filter(None, (_string(thought, "subject") for thought in thoughts))),
        tools=_tools(message, parts),
        model=_string(message, "model"),
    )


def _tools(message: dict[str, Any], parts: Parts) -> tuple[ToolUse, ...]:
    calls = [call for call in _list(message.get("toolCalls")) if isinstance(call, dict)]
    if calls:
        return tuple(_tool(call) for call in calls)
    asked = [part["functionCall"] for part in parts if isinstance(part.get("functionCall"), dict)]
    return tuple(_tool(call) for call in asked)


def _tool(call: dict[str, Any]) -> ToolUse:
    result, failed = _result(call.get("result"))
    if result is None:
        result = _string(call, "resultDisplay") or None
    return ToolUse(
        name=_string(call, "name") or "tool",
        arguments=json_text(call.get("args") or {}),
        id=_string(call, "id"),
        result=result,
        failed=failed or call.get("status") in _FAILED,
    )


def _result(result: Any) -> tuple[str | None, bool]:
    """The text that the model was given, and whether it tells of a failure."""
    if result is None:
        return None, False
    texts, failed = [], False
    for part in parts_of(result):
        response = part.get("functionResponse")
        if isinstance(response, dict):
            text, bad = _response(response.get("response"))
            failed = failed or bad
        else:
            text = _text(part)
        texts.append(text)
    return "\n".join(filter(None, texts)), failed


def _response(response: Any) -> tuple[str, bool]:
    if not isinstance(response, dict):
        return ("" if response is None else json_text(response)), False
    if "output" in response:
        return json_text(response["output"]), False
    if "error" in response:
        return json_text(response["error"]), True
    return json_text(response), False


def responses(message: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Id, name, text and failure of the tool results in a message."""
    found = []
    for part in parts_of(message.get("content")):
        given = part.get("functionResponse")
        if isinstance(given, dict):
            text, failed = _response(given.get("response"))
            found.append((_string(given, "id"), _string(given, "name"), text, failed))
    return found


def _text(part: dict[str, Any]) -> str:
    return _string(part, "text")


def _string(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
