"""Rows that mlx-lm trains on: ``{"messages": [...]}`` or ``{"prompt", "completion"}``.

mlx-lm renders messages with the model's own chat template, most of which want the arguments of
a call as an object; ``arguments = "text"`` keeps them as text, for templates that want that.
It reads ``train.jsonl``, ``valid.jsonl`` and ``test.jsonl`` of one folder.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from afs.training.converters.arguments import opened
from afs.training.converters.base import Lossy
from afs.training.converters.openai import OpenAIConverter
from afs.training.converters.thinking import CotMode
from afs_core import Run, TrainingSample, Unrepresentable

__all__ = ["ArgumentsAs", "MLXConverter"]

ArgumentsAs = Annotated[
    Literal["object", "text"], Meta(description="How the arguments of a tool call are written")
]


class MLXConverter(OpenAIConverter):
    """``layout`` is ``chat`` (messages, tools) or ``completions`` (one question, one answer)."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        layout: Annotated[
            Literal["chat", "completions"], Meta(description="Messages, or a prompt and its completion")
        ] = "chat"
        arguments: ArgumentsAs = "object"
        cot_mode: CotMode = "drop"
        lossy: Lossy = False

    def __init__(self, config: Config | None = None, run: Run | None = None) -> None:
        super().__init__(config, run)
        self._config = config or self.Config()

    def row(self, sample: TrainingSample) -> dict[str, Any]:
        row = super().row(sample)
        return row if self._config.layout == "chat" else _completion(row)

    def arguments_row(self, arguments: str, field: str) -> Any:
        return opened(arguments, field) if self._config.arguments == "object" else arguments

    def matches(self, row: dict[str, Any], /) -> bool:
        pair = isinstance(row.get("prompt"), str) and isinstance(row.get("completion"), str)
        return pair or super().matches(row)


def _completion(row: dict[str, Any]) -> dict[str, Any]:
    """One question and its answer; raises Unrepresentable for anything more."""
    if "tools" in row:
        raise _refused("_metadata.tools")
    chat = row["messages"]
    for place, message in enumerate(chat):
        if place > 1 or message["role"] != ("user", "assistant")[place]:
            raise _refused(f"messages[{place}]")
        for key in message.keys() - {"role", "content"}:
            raise _refused("thinking" if key == "reasoning_content" else f"messages[{place}].{key}")
    if len(chat) < 2:
        raise _refused("messages")
    return {"prompt": chat[0]["content"], "completion": chat[1]["content"]}


def _refused(field: str) -> Unrepresentable:
    return Unrepresentable(
        f"{field}: a completion holds one question and one plain answer",
        field=field,
        hint="layout chat holds more",
    )
