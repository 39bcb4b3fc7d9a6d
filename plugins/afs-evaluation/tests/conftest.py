"""Models to ask: a real server on loopback that speaks the OpenAI layout, and a suite of numbers."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from afs_core import Provenance, TrainingSample, write_samples


class Server(ThreadingHTTPServer):
    """Every model knows that the answer to ``What is number 7?`` is ``7``, and gives it in its own way.

    ``sage`` is right, ``half`` is right where the number is even, ``fool`` never; ``slow`` takes a
    while, ``broken`` answers with status 400, ``odd`` with half a surrogate pair.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: Counter[tuple[str, str]] = Counter()
        self.delay = 0.0

    def reference(self, model: str) -> str:
        return f"openai:http://127.0.0.1:{self.server_port}/v1#{model}"

    def questions(self, model: str) -> int:
        return sum(count for (name, _), count in self.asked.items() if name == model)

    def answer(self, model: str, question: str) -> str:
        number = int(question.rstrip("?").split()[-1])
        if model == "odd":
            return "\ud83d"
        right = model in ("sage", "slow") or (model.endswith("half") and number % 2 == 0)
        return f" `{number}`. " if right else "no idea"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        model, question = body["model"], body["messages"][-1]["content"]
        self.server.asked[model, question] += 1
        time.sleep(self.server.delay)
        if model == "broken" or self.path != "/v1/chat/completions":
            self.send_error(400)
            return
        text = self.server.answer(model, question)
        choice = {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 9, "completion_tokens": 3}
        data = json.dumps({"choices": [choice], "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def question(number: int, check: Any = None, group: str = "") -> TrainingSample:
    return TrainingSample(
        f"What is number {number}?",
        str(number),
        _metadata={} if check is None else {"check": check},
        prov=Provenance(group=group),
    )


@pytest.fixture
def numbers() -> Callable[..., list[TrainingSample]]:
    """``numbers(12, by=3)``: so many questions, three of them a group."""

    def make(count: int, *, by: int = 1, check: Any = None) -> list[TrainingSample]:
        return [question(number, check, f"group {number // by}") for number in range(count)]

    return make


@pytest.fixture
def suite(
    tmp_path: Path,
    afs_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    numbers: Callable[..., list[TrainingSample]],
) -> Path:
    """Forty questions, in the working folder."""
    monkeypatch.chdir(tmp_path)
    write_samples(tmp_path / "suite.jsonl", numbers(40))
    return tmp_path / "suite.jsonl"
