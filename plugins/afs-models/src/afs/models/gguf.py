"""``gguf:FILE``: llama.cpp in a child process, the chat rendered by the template in the file."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec

from afs.models.chat import ChatModel, Messages, Reply, SequentialChat
from afs.models.engine import Engine
from afs_core import UnknownName

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["GgufChat", "GgufProvider"]


class GgufProvider:
    """Opens GGUF files."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        context: Annotated[int, msgspec.Meta(description="Tokens of context")] = 2048
        threads: Annotated[int, msgspec.Meta(description="CPU threads, 0 for all cores")] = 0
        timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for one reply")] = 300.0

    def __init__(self, config: Config, run: Run) -> None:
        self._config = config

    def open(self, target: str) -> ChatModel:
        path = Path(target).expanduser()
        if not path.is_file():
            raise UnknownName(f"no GGUF file at {path}")
        settings = self._config
        return GgufChat(
            Engine(path, context=settings.context, threads=settings.threads, timeout=settings.timeout)
        )


class GgufChat(SequentialChat):
    """One open file."""

    def __init__(self, engine: Engine) -> None:
        self.reference = f"gguf:{engine.path}"
        self._engine = engine

    def chat(
        self,
        messages: Messages,
        *,
        max_tokens: int = 256,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
    ) -> Reply:
        started = time.monotonic()
        prompt = self._engine.tokenize(self._engine.apply_template(messages))
        done = self._engine.complete(prompt, limit=max_tokens, temperature=temperature, stop=stop, seed=seed)
        return Reply(
            text=done.text,
            prompt_tokens=len(prompt),
            completion_tokens=len(done.tokens),
            seconds=time.monotonic() - started,
            stopped="length" if done.stopped == "limit" else "stop",
        )

    def close(self) -> None:
        self._engine.close()
