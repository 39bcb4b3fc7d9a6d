"""Rows that trl trains on: ``{"prompt": [...], "completion": [...]}`` or ``{"messages": [...]}``.

Arguments of calls are objects, as chat templates want them; definitions of tools are JSON text,
which trl opens itself, so that the column has one type in every row.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from afs.training.converters.arguments import opened
from afs.training.converters.base import Lossy
from afs.training.converters.conversation import tools_text
from afs.training.converters.openai import OpenAIConverter
from afs.training.converters.thinking import CotMode
from afs_core import Run, Unrepresentable

__all__ = ["TRLConverter"]


class TRLConverter(OpenAIConverter):
    """``layout`` is ``prompt-completion`` (the last answer is trained on) or ``messages``."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        layout: Annotated[
            Literal["prompt-completion", "messages"],
            Meta(description="What is trained on: the last answer, or what trl's own settings say"),
        ] = "prompt-completion"
        cot_mode: CotMode = "drop"
        lossy: Lossy = False

    def __init__(self, config: Config | None = None, run: Run | None = None) -> None:
        super().__init__(config, run)
        self._parted = (config or self.Config()).layout == "prompt-completion"

    def laid_out(self, chat: list[dict[str, Any]]) -> dict[str, Any]:
        if not self._parted:
            return {"messages": chat}
        asks = chat[-2]["role"] if len(chat) > 1 else "nobody"
        if asks not in ("user", "tool"):
            field = f"messages[{max(len(chat) - 2, 0)}]"
            raise Unrepresentable(
                f"{field}: trl expects the user or a tool before the completion, got {asks}", field=field
            )
        return {"prompt": chat[:-1], "completion": chat[-1:]}

    def tools_row(self, tools: list[dict[str, Any]]) -> Any:
        return tools_text(tools)

    def arguments_row(self, arguments: str, field: str) -> Any:
        return opened(arguments, field)

    def matches(self, row: dict[str, Any], /) -> bool:
        kinds = {type(row.get("prompt")), type(row.get("completion"))}
        return kinds in ({str}, {list}) or super().matches(row)
