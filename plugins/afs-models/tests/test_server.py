"""Providers against a real server on loopback."""

from __future__ import annotations

import socket
import time
from email.utils import formatdate
from typing import Any

import msgspec
import pytest

from afs.models.server import LMStudioProvider, OllamaProvider, OpenAIProvider, ServerChat, ServerConfig
from afs_core import AfsError, CredentialMissing, Missing, Run, UnknownName, UsageError

CHAT = [{"role": "user", "content": "What does LDA do?"}]


def said(text: str, **more: Any) -> tuple[int, dict[str, Any]]:
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"} | more
    usage = {"prompt_tokens": 7, "completion_tokens": 3}
    return 200, {"id": "x", "choices": [choice], "usage": usage}


@pytest.fixture
def model(server: Any) -> ServerChat:
    return ServerChat("openai:x", server.url, "m", ServerConfig(timeout=5.0))


def test_a_chat(server: Any, model: ServerChat) -> None:
    server.answers = [said("Loads A.")]
    reply = model.chat(CHAT, max_tokens=9, temperature=0.5, seed=3, stop=["\n"])
    assert (reply.text, reply.stopped, reply.prompt_tokens, reply.completion_tokens) == (
        "Loads A.",
        "stop",
        7,
        3,
    )
    assert reply.seconds > 0
    (path, _, body) = server.requests[0]
    assert path == "/v1/chat/completions"
    assert body == {
        "model": "m",
        "messages": CHAT,
        "max_tokens": 9,
        "temperature": 0.5,
        "seed": 3,
        "stop": ["\n"],
    }


def test_many_chats_keep_their_order(server: Any, model: ServerChat) -> None:
    server.answers = [said("one"), said("two"), said("three", finish_reason="length")]
    replies = model.chat_many([CHAT] * 3)
    assert [reply.text for reply in replies] == ["one", "two", "three"]
    assert [reply.stopped for reply in replies] == ["stop", "stop", "length"]


def test_usage_and_content_may_be_absent(server: Any, model: ServerChat) -> None:
    server.answers = [(200, {"choices": [{"message": {"role": "assistant", "content": None}}]})]
    reply = model.chat(CHAT)
    assert (reply.text, reply.prompt_tokens) == ("", 0)


def test_a_busy_server_is_asked_again(server: Any, model: ServerChat, pauses: list[float]) -> None:
    server.answers = [(503, b"loading"), (429, {}), said("ready")]
    assert model.chat(CHAT).text == "ready"
    assert pauses == [0.5, 1.0]


@pytest.mark.parametrize(
    ("header", "pause"), [("3", 3.0), ("0.2", 0.2), ("9999", 60.0), ("-1", 0.0), ("nan", 0.5), ("soon", 0.5)]
)
def test_it_waits_as_long_as_the_server_asks(
    header: str, pause: float, server: Any, model: ServerChat, pauses: list[float]
) -> None:
    server.answers = [(503, b"", {"Retry-After": header}), said("ready")]
    assert model.chat(CHAT).text == "ready"
    assert pauses == [pause]


def test_the_server_may_name_a_date(server: Any, model: ServerChat, pauses: list[float]) -> None:
    server.answers = [(503, b"", {"Retry-After": formatdate(time.time() + 20, usegmt=True)}), said("ready")]
    model.chat(CHAT)
    assert 17 < pauses[0] <= 20


def test_a_server_that_stays_busy_is_given_up(server: Any, model: ServerChat, pauses: list[float]) -> None:
    server.answers = [(503, b"overloaded")]
    with pytest.raises(AfsError, match="answered 503: overloaded"):
        model.chat(CHAT)
    assert len(server.requests) == 5
    assert pauses == [0.5, 1.0, 2.0, 4.0]


def test_a_broken_connection_is_tried_again(server: Any, model: ServerChat, pauses: list[float]) -> None:
    server.answers = [None, None, said("back")]
    assert model.chat(CHAT).text == "back"
    server.answers = [None]
    with pytest.raises(AfsError, match="broke the connection off, 5 times"):
        model.chat(CHAT)


@pytest.mark.parametrize(
    ("answer", "error", "code", "words"),
    [
        ((401, {"error": "key"}), CredentialMissing, 4, "refused the key"),
        ((403, b""), CredentialMissing, 4, "refused the key"),
        ((404, {"error": "no model m"}), UnknownName, 2, "no model 'm'"),
        ((400, b"too long"), AfsError, 1, "answered 400: too long"),
        ((302, b"", {"Location": "http://example.org/"}), AfsError, 1, "answered 302"),
        ((200, b"<html>"), AfsError, 1, "not JSON"),
        ((200, b"\xff\xfe"), AfsError, 1, "not JSON"),
        ((200, []), AfsError, 1, "expected a chat completion"),
        ((200, {"choices": []}), AfsError, 1, "expected a chat completion"),
        ((200, {"choices": [{"text": "old"}]}), AfsError, 1, "expected a chat completion"),
        ((200, {"choices": [{"message": {"content": [1]}}]}), AfsError, 1, "expected a chat completion"),
    ],
)
def test_faults(
    answer: Any, error: type[AfsError], code: int, words: str, server: Any, model: ServerChat
) -> None:
    server.answers = [answer]
    with pytest.raises(error, match=words) as caught:
        model.chat(CHAT)
    assert caught.value.exit_code == code
    assert len(server.requests) == 1


def test_a_slow_server_is_waited_for_no_longer_than_asked(server: Any) -> None:
    server.answers = [2.0]
    model = ServerChat("x", server.url, "m", ServerConfig(timeout=0.2))
    with pytest.raises(AfsError, match=r"did not answer within 0\.2 seconds"):
        model.chat(CHAT)
    assert len(server.requests) == 1


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_no_server_says_how_to_start_it() -> None:
    model = ServerChat("x", f"http://127.0.0.1:{closed_port()}/v1", "m", ServerConfig())
    with pytest.raises(Missing, match="no server at") as caught:
        model.chat(CHAT)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize(("port", "words"), [(1234, "lms server start"), (11434, "ollama serve")])
def test_the_start_line_is_that_of_the_server(port: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    def refused(*_: Any, **__: Any) -> None:
        raise httpx.ConnectError("refused")

    model = ServerChat("x", f"http://localhost:{port}/v1", "m", ServerConfig())
    monkeypatch.setattr(model._client, "post", refused)
    with pytest.raises(Missing) as caught:
        model.chat(CHAT)
    assert words in caught.value.hint


def test_the_key_comes_from_the_environment(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    server.answers = [said("x")]
    for config in (ServerConfig(), LMStudioProvider.Config(), ServerConfig(key_variable="NOT_SET")):
        ServerChat("x", server.url, "m", config).chat(CHAT)
    keys = [headers.get("Authorization") for _, headers, _ in server.requests]
    assert keys == ["Bearer sk-none", None, None]


def test_a_proxy_of_the_environment_is_not_for_this_machine(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    server.answers = [said("direct")]
    assert ServerChat("x", server.url, "m", ServerConfig()).chat(CHAT).text == "direct"


def test_providers_know_their_servers(afs_run: Run, server: Any) -> None:
    server.answers = [said("x")]
    opened = {
        "lmstudio:majora": LMStudioProvider(LMStudioProvider.Config(), afs_run).open("majora"),
        "ollama:qwen2.5:7b": OllamaProvider(OllamaProvider.Config(), afs_run).open("qwen2.5:7b"),
        f"openai:{server.url}/#m": OpenAIProvider(ServerConfig(), afs_run).open(f"{server.url}/#m"),
        "openai:m": OpenAIProvider(ServerConfig(url=server.url), afs_run).open("m"),
    }
    for reference, model in opened.items():
        assert model.reference == reference
    urls = [model.url for model in opened.values() if isinstance(model, ServerChat)]
    assert urls == ["http://localhost:1234/v1", "http://localhost:11434/v1", server.url, server.url]
    assert opened["openai:m"].chat(CHAT).text == "x"


@pytest.mark.parametrize("target", ["", "m", "ftp://host/v1#m", "http://host/v1#"])
def test_a_target_without_server_or_model_is_wrong_usage(target: str, afs_run: Run) -> None:
    with pytest.raises(UsageError, match="expected openai:URL#MODEL"):
        OpenAIProvider(ServerConfig(), afs_run).open(target)


def test_an_address_that_is_none_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="expected the address of a server"):
        ServerChat("x", "http://[::/v1", "m", ServerConfig())


def test_likelihoods_are_not_known(model: ServerChat) -> None:
    (loss,) = model.losses([CHAT])
    assert loss != loss


def test_settings_are_checked() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"timeout": 0}, ServerConfig)
