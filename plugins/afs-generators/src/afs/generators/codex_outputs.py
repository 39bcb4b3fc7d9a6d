"""What Codex CLI's tools gave back, and whether they failed.

An output is a text; or a text that holds ``{"output", "metadata": {"exit_code"}}``; or an object
``{"content", "success"}``; or a list of texts and pictures. Newer texts begin with lines of their own:

    Exit code: 1                       Chunk ID: a1b2c3
    Wall time: 0.1 seconds             Process exited with code 1
    Output:                            Output:
"""

from __future__ import annotations

import json
import re
from typing import Any

from afs.generators.entries import json_value
from afs_core import DataError

__all__ = ["Outcome", "arguments_of", "outcome", "texts_of"]

Outcome = tuple[str, bool]

_HEAD = 400
_EXIT = re.compile(r"^(?:Exit code:|Process exited with code) (-?\d+)$", re.MULTILINE)
_HEADED = ("Exit code:", "Chunk ID:", "Wall time:", "Process exited with code")
_FAULTS = (
    "apply_patch verification failed",
    "execution error",
    "exec_command failed",
    "failed to parse function arguments",
    "unsupported call",
)


def outcome(output: Any) -> Outcome:
    """The text of an output, and whether it tells of a failure."""
    if isinstance(output, str):
        return _wrapped(output) or (output, _tells_failure(output))
    if isinstance(output, dict):
        text, failed = outcome(output.get("content", output.get("output", "")))
        return text, failed or output.get("success") is False
    return "\n".join(texts_of(output)), False


def texts_of(content: Any) -> list[str]:
    """The texts of a content, which is a string or a list; pictures are only named."""
    if isinstance(content, str):
        return [content]
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    return [_shown(block) for block in blocks]


def _shown(block: dict[str, Any]) -> str:
    text = block.get("text", block.get("content", block.get("name")))
    if isinstance(text, str):
        return text
    return "[image]" if "image" in str(block.get("type")) else ""


def _wrapped(text: str) -> Outcome | None:
    if not text.startswith("{") or '"output"' not in text:
        return None
    try:
        held = json_value(text.encode("utf-8", "replace"))
    except DataError:
        return None
    if not isinstance(held, dict) or not isinstance(held.get("output"), str) or "metadata" not in held:
        return None
    told = held["metadata"]
    code = told.get("exit_code") if isinstance(told, dict) else None
    return held["output"], isinstance(code, int) and code != 0


def _tells_failure(text: str) -> bool:
    if not text.startswith(_HEADED):
        return text.startswith(_FAULTS)
    found = _EXIT.search(text[:_HEAD].partition("\nOutput:")[0])
    return found is not None and int(found[1]) != 0


def arguments_of(item: dict[str, Any]) -> str:
    """What a call was given: the text that the model wrote, else JSON of what the record tells."""
    for name in ("arguments", "input"):
        if isinstance(item.get(name), str):
            return str(item[name])
    for name in ("arguments", "action", "input"):
        if isinstance(item.get(name), dict):
            return json.dumps(item[name], ensure_ascii=False)
    prompt = item.get("revised_prompt")
    return json.dumps({"prompt": prompt}, ensure_ascii=False) if isinstance(prompt, str) else "{}"
