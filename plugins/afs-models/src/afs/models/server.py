"""OpenAI-compatible servers: LM Studio, Ollama, the gateway, and others. One HTTP policy for all."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import httpx
import msgspec

from afs.models.chat import ChatModel, Messages, Reply, SequentialChat
from afs_core import AfsError, CredentialMissing, Missing, UnknownName, UsageError

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["LMStudioProvider", "OllamaProvider", "OpenAIProvider", "ServerChat"]

_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_PAUSES = (0.5, 1.0, 2.0, 4.0)


class ServerConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``timeout`` is seconds for one reply."""

    url: Annotated[str, msgspec.Meta(description="Address of the server's API, ending in /v1")] = ""
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for one reply")] = 120.0
    key_variable: Annotated[str, msgspec.Meta(description="Environment variable that holds the API key")] = (
        "OPENAI_API_KEY"
    )


class OpenAIProvider:
    """``openai:URL#MODEL``."""

    Config = ServerConfig

    def __init__(self, config: ServerConfig, run: Run) -> None:
        self._config = config

    def open(self, target: str) -> ChatModel:
        url, hash_, model = target.partition("#")
        if not hash_:
            url, model = self._config.url, target
        if not url.startswith(("http://", "https://")) or not model:
            raise UsageError(f"expected openai:URL#MODEL, got openai:{target}")
        return ServerChat(url, model, self._config)


class LMStudioProvider(OpenAIProvider):
    """``lmstudio:MODEL``."""

    class Config(ServerConfig, frozen=True, kw_only=True, forbid_unknown_fields=True):
        url: str = "http://localhost:1234/v1"


class OllamaProvider(OpenAIProvider):
    """``ollama:MODEL``."""

    class Config(ServerConfig, frozen=True, kw_only=True, forbid_unknown_fields=True):
        url: str = "http://localhost:11434/v1"


class ServerChat(SequentialChat):
    """One model of one server."""

    def __init__(self, url: str, model: str, config: ServerConfig) -> None:
        self.reference = f"openai:{url}#{model}"
        self.url, self.model, self._config = url.rstrip("/"), model, config
        key = os.environ.get(config.key_variable, "")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(timeout=config.timeout, headers=headers, follow_redirects=False)

    def chat(
        self,
        messages: Messages,
        *,
        max_tokens: int = 256,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
    ) -> Reply:
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [dict(message) for message in messages],
            "max_tokens": max_tokens,
            "temperature": temperature,
            "seed": seed,
        }
        if stop:
            body["stop"] = list(stop)
        started = time.monotonic()
        answer = self._post("/chat/completions", body)
        return _reply(answer, time.monotonic() - started, self.url)

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        for pause in (*_PAUSES, None):
            try:
                response = self._client.post(self.url + path, json=body)
            except httpx.TimeoutException:
                raise AfsError(f"{self.url} did not answer within {self._config.timeout:g} seconds") from None
            except httpx.TransportError as fault:
                raise Missing(f"no server at {self.url}: {fault}", hint=_start_line(self.url)) from None
            if response.status_code in _BUSY and pause is not None:
                time.sleep(_asked_pause(response, pause))
                continue
            return self._content(response)

    def _content(self, response: httpx.Response) -> Any:
        if response.status_code in {401, 403}:
            raise CredentialMissing(
                f"{self.url} refused the key", hint=f"set {self._config.key_variable} to a valid key"
            )
        if response.status_code == 404:
            raise UnknownName(f"{self.url} has no model {self.model!r}: {response.text[:200]}")
        if response.is_error:
            raise AfsError(f"{self.url} answered {response.status_code}: {response.text[:200]}")
        try:
            return response.json()
        except ValueError:
            raise AfsError(f"{self.url} answered something that is not JSON: {response.text[:200]}") from None

    def close(self) -> None:
        self._client.close()


def _reply(answer: Any, seconds: float, url: str) -> Reply:
    try:
        choice, usage = answer["choices"][0], answer.get("usage") or {}
        return Reply(
            text=choice["message"].get("content") or "",
            prompt_tokens=usage.get("prompt_tokens", 0),
            completion_tokens=usage.get("completion_tokens", 0),
            seconds=seconds,
            stopped="length" if choice.get("finish_reason") == "length" else "stop",
        )
    except (KeyError, IndexError, TypeError, AttributeError):
        raise AfsError(f"{url}: expected a chat completion, got {str(answer)[:200]}") from None


def _asked_pause(response: httpx.Response, pause: float) -> float:
    asked = response.headers.get("retry-after", "")
    return min(float(asked), 60.0) if asked.isdigit() else pause


def _start_line(url: str) -> str:
    if ":1234" in url:
        return "start it in LM Studio, or with: lms server start"
    return "start it with: ollama serve" if ":11434" in url else "start the server, or name another"
