"""Models by reference: local checkpoints, GGUF files, LM Studio, Ollama, OpenAI-compatible servers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afs.models.chat import ChatModel, Reply
    from afs.models.engine import Engine
    from afs.models.reference import Reference
    from afs.models.resolver import Resolver

__all__ = ["ChatModel", "Engine", "Reference", "Reply", "Resolver"]

_HOMES = {
    "ChatModel": "chat",
    "Engine": "engine",
    "Reference": "reference",
    "Reply": "chat",
    "Resolver": "resolver",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
