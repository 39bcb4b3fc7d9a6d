"""OpenAI-compatible servers: LM Studio, Ollama, the gateway, and others. One HTTP policy for all."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
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
_CONNECTING = 10.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ServerConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a server is and how long to wait for it."""

    url: Annotated[str, msgspec.Meta(description="Address of the server's API, ending in /v1")] = ""
    timeout: Annotated[float, msgspec.Meta(description="Seconds to wait for one reply", gt=0)] = 120.0
    key_variable: Annotated[str, msgspec.Meta(description="Environment variable that holds the API key")] = (
        "OPENAI_API_KEY"
    )


class OpenAIProvider:
    """``openai:URL#MODEL``, or ``openai:MODEL`` of the server in the configuration."""

    Config = ServerConfig
    name = "openai"

    def __init__(self, config: ServerConfig, run: Run) -> None:
        self._config = config

    def open(self, target: str) -> ChatModel:
        url, hash_, model = target.partition("#")
        if not hash_:
            url, model = self._config.url, target
        if not url.startswith(("http://", "https://")) or not model:
            raise UsageError(f"expected {self.name}:URL#MODEL, got {self.name}:{target}")
        return ServerChat(f"{self.name}:{target}", url, model, self._config)


class LMStudioProvider(OpenAIProvider):
    """``lmstudio:MODEL``."""

    class Config(ServerConfig, frozen=True, kw_only=True, forbid_unknown_fields=True):
        url: Annotated[str, msgspec.Meta(description="Address of LM Studio's API")] = (
            "http://localhost:1234/v1"
        )
        key_variable: Annotated[
            str, msgspec.Meta(description="Environment variable that holds the API key")
        ] = "LMSTUDIO_API_KEY"

    name = "lmstudio"


class OllamaProvider(OpenAIProvider):
    """``ollama:MODEL``."""

    class Config(ServerConfig, frozen=True, kw_only=True, forbid_unknown_fields=True):
        url: Annotated[str, msgspec.Meta(description="Address of Ollama's API")] = "http://localhost:11434/v1"
        key_variable: Annotated[
            str, msgspec.Meta(description="Environment variable that holds the API key")
        ] = "OLLAMA_API_KEY"

    name = "ollama"


class ServerChat(SequentialChat):
    """One model of one server."""

    def __init__(self, reference: str, url: str, model: str, config: ServerConfig) -> None:
        self.reference = reference
        self.url, self.model, self._config = url.rstrip("/"), model, config
        key = os.environ.get(config.key_variable, "")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        timeout = httpx.Timeout(config.timeout, connect=min(config.timeout, _CONNECTING))
        # A proxy of the environment is for the world outside, not for a server on this machine.
        self._client = httpx.Client(timeout=timeout, headers=headers, trust_env=_host(url) not in _LOOPBACK)

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
        for pause in _PAUSES:
            response = self._once(path, body)
            if response is not None and response.status_code not in _BUSY:
                return self._content(response)
            time.sleep(pause if response is None else _asked_pause(response, pause))
        response = self._once(path, body)
        if response is None:
            raise AfsError(f"{self.url} broke the connection off, {len(_PAUSES) + 1} times")
        return self._content(response)

    def _once(self, path: str, body: Mapping[str, Any]) -> httpx.Response | None:
        """One try; None where the connection broke."""
        try:
            return self._client.post(self.url + path, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout) as fault:
            raise Missing(f"no server at {self.url}: {fault}", hint=_start_line(self.url)) from None
        except httpx.TimeoutException:
            raise AfsError(
                f"{self.url} did not answer within {self._config.timeout:g} seconds",
                hint="ask for fewer tokens, or raise the timeout of the provider",
            ) from None
        except (httpx.TransportError, httpx.DecodingError):
            return None

    def _content(self, response: httpx.Response) -> Any:
        if response.status_code in {401, 403}:
            raise CredentialMissing(
                f"{self.url} refused the key", hint=f"set {self._config.key_variable} to a valid key"
            )
        if response.status_code == 404:
            raise UnknownName(f"{self.url} has no model {self.model!r}: {response.text[:200]}")
        if not response.is_success:
            raise AfsError(f"{self.url} answered {response.status_code}: {response.text[:200]}")
        try:
            return response.json()
        except ValueError:
            raise AfsError(f"{self.url} answered something that is not JSON: {response.text[:200]}") from None

    def close(self) -> None:
        self._client.close()


class _Said(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Said
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Answer(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


def _reply(answer: Any, seconds: float, url: str) -> Reply:
    try:
        completion = msgspec.convert(answer, _Answer)
        choice = completion.choices[0]
    except (msgspec.ValidationError, IndexError):
        raise AfsError(f"{url}: expected a chat completion, got {str(answer)[:200]}") from None
    usage = completion.usage or _Usage()
    return Reply(
        text=choice.message.content or "",
        prompt_tokens=usage.prompt_tokens or 0,
        completion_tokens=usage.completion_tokens or 0,
        seconds=seconds,
        stopped="length" if choice.finish_reason == "length" else "stop",
    )


def _asked_pause(response: httpx.Response, pause: float) -> float:
    """Seconds that the server asks for, at most a minute; ``pause`` where it does not."""
    asked = response.headers.get("retry-after", "")
    try:
        seconds = float(asked)
    except ValueError:
        seconds = _seconds_until(asked, pause)
    return min(max(seconds, 0.0), 60.0) if math.isfinite(seconds) else pause


def _seconds_until(date: str, otherwise: float) -> float:
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except ValueError:
        return otherwise


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host
    except httpx.InvalidURL as fault:
        raise UsageError(f"expected the address of a server, got {url}: {fault}") from None


def _start_line(url: str) -> str:
    if ":1234" in url:
        return "start it in LM Studio, or with: lms server start"
    return "start it with: ollama serve" if ":11434" in url else "start the server, or name another"
