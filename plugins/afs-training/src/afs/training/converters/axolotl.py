"""Rows for axolotl's ``type: chat_template``: messages under its default names.

Arguments of calls, and the parameters of tools, are JSON text, which axolotl opens itself: as
objects, ``datasets`` would give every call the keys of all others.
"""

from __future__ import annotations

from typing import Any

import msgspec

from afs.training.converters.openai import OpenAIConverter
from afs_core import Unrepresentable

__all__ = ["AxolotlConverter"]


class AxolotlConverter(OpenAIConverter):
    """``{"messages": [...], "tools": [...]}``; with ``cot_mode = "field"``, ``reasoning_content``."""

    def arguments_row(self, arguments: str, field: str) -> Any:
        try:
            msgspec.json.decode(arguments)
        except (msgspec.DecodeError, UnicodeError):
            raise Unrepresentable(f"{field}: expected JSON, which axolotl reads", field=field) from None
        return arguments

    def tools_row(self, tools: list[dict[str, Any]]) -> Any:
        return [_closed(tool) for tool in tools]


def _closed(tool: dict[str, Any]) -> dict[str, Any]:
    function = tool.get("function")
    if not isinstance(function, dict) or isinstance(function.get("parameters", ""), str):
        return tool
    text = msgspec.json.encode(function["parameters"]).decode()
    return {**tool, "function": {**function, "parameters": text}}
