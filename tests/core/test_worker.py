from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from afs_core.worker import Worker, WorkerDied, WorkerError, WorkerTimeout

HANDLER = """
import os, time
def serve(config):
    def handle(request):
        match request:
            case {"echo": value}: return [config, value]
            case {"print": text}:
                print(text, flush=True); os.write(1, b"native noise\\n"); return "printed"
            case {"raise": text}: raise ValueError(text)
            case {"abort": text}:
                os.write(2, text.encode()); os.abort()
            case {"sleep": seconds}: time.sleep(seconds)
            case {"eat": size}: return len(bytearray(size))
            case {"pid": _}: return os.getpid()
    return handle
"""


@pytest.fixture
def worker(tmp_path: Path) -> Any:
    (tmp_path / "handler_of_test.py").write_text(HANDLER)
    with Worker(
        "handler_of_test:serve", {"a": 1}, environment={"PYTHONPATH": str(tmp_path)}, memory=1 << 30
    ) as worker:
        yield worker


def test_a_call_has_a_reply(worker: Worker) -> None:
    assert worker.call({"echo": "é" * 100_000}) == [{"a": 1}, "é" * 100_000]


def test_printing_in_the_child_does_not_disturb_the_replies(worker: Worker) -> None:
    assert worker.call({"print": "hello"}) == "printed"


def test_an_exception_keeps_the_child(worker: Worker) -> None:
    first = worker.call({"pid": 0})
    with pytest.raises(WorkerError, match="no such thing") as caught:
        worker.call({"raise": "no such thing"})
    assert caught.value.kind == "ValueError"
    assert worker.call({"pid": 0}) == first


def test_an_abort_is_told_with_its_last_words_and_the_next_call_works(worker: Worker) -> None:
    with pytest.raises(WorkerDied, match=r"SIGABRT.*GGML_ASSERT failed"):
        worker.call({"abort": "GGML_ASSERT failed"})
    assert worker.call({"echo": 1}) == [{"a": 1}, 1]


def test_a_slow_call_is_killed(worker: Worker) -> None:
    pid = worker.call({"pid": 0})
    with pytest.raises(WorkerTimeout):
        worker.call({"sleep": 60}, timeout=0.2)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_memory_is_limited(worker: Worker) -> None:
    with pytest.raises(WorkerError) as caught:
        worker.call({"eat": 4 << 30})
    assert caught.value.kind == "MemoryError"


def test_a_child_ends_with_its_parent(worker: Worker) -> None:
    pid = worker.call({"pid": 0})
    assert worker._child is not None
    assert worker._child.stdin is not None
    worker._child.stdin.close()
    deadline = time.monotonic() + 10
    while worker._child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert worker._child.poll() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)
