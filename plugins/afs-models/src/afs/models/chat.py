"""What every provider opens: something that continues a chat."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

__all__ = ["ChatModel", "Messages", "Provider", "Reply", "SequentialChat"]

#: One conversation in the layout of the OpenAI chat API.
Messages = Sequence[Mapping[str, Any]]


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """``seconds`` is wall time for this reply; ``stopped`` is ``stop`` or ``length``."""

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    stopped: str = "stop"


class ChatModel(Protocol):
    """An open model. Temperature 0 is greedy and gives the same reply each time."""

    reference: str

    def chat(
        self,
        messages: Messages,
        *,
        max_tokens: int = 256,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
    ) -> Reply:
        """The assistant's next turn."""
        ...

    def chat_many(
        self,
        conversations: Sequence[Messages],
        *,
        max_tokens: int = 256,
        temperature: float = 0.0,
        seed: int = 0,
    ) -> list[Reply]:
        """One reply a conversation, in order; batched where the provider can."""
        ...

    def losses(self, conversations: Sequence[Messages]) -> list[float]:
        """Mean negative log-likelihood, in nats a token, of each conversation's last turn with
        its end-of-turn token; NaN where the provider cannot tell."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> ChatModel: ...

    def __exit__(self, *exc: object) -> None: ...


class Provider(Protocol):
    """Opens what comes after the colon of a reference."""

    def open(self, target: str) -> ChatModel: ...


class SequentialChat:
    """A base for providers that answer one chat at a time and know no likelihoods."""

    reference = ""

    def chat(
        self,
        messages: Messages,
        *,
        max_tokens: int = 256,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
    ) -> Reply:
        raise TypeError(f"{type(self).__name__} has no chat")

    def chat_many(
        self,
        conversations: Sequence[Messages],
        *,
        max_tokens: int = 256,
        temperature: float = 0.0,
        seed: int = 0,
    ) -> list[Reply]:
        return [
            self.chat(messages, max_tokens=max_tokens, temperature=temperature, seed=seed)
            for messages in conversations
        ]

    def losses(self, conversations: Sequence[Messages]) -> list[float]:
        return [math.nan] * len(conversations)

    def close(self) -> None:
        pass

    def __enter__(self) -> ChatModel:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
