"""Processes that do ranges of a file, their results in the order of the ranges.

A child is this interpreter again, told over a pipe what to make and which range to do; it may be
started before that is known. It lives no longer than its parent: when the pipe ends, so does it.
The parent does ranges too, while it has to wait. A range that failed comes back empty, and the
parent does it again in its order, so that the error is the one it would have had alone.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from afs_core.errors import PluginError

__all__ = ["Crew", "receive", "send"]

_HEADER = struct.Struct(">Q")
_BOOT = (
    "import sys; sys.path[:] = sys.argv[2:]; from afs_core.crewmate import main; main(sys.argv[1].split())"
)
_PATIENCE = 10.0  # seconds for a child to end by itself
_AHEAD = 2  # ranges that a child holds, so that it need not wait for the next
_SWITCH = 0.0005  # seconds


class Crew:
    """``workers`` processes: this one, and children that import ``modules`` as they start; use as a
    context manager."""

    def __init__(self, workers: int, modules: Iterable[str] = ()) -> None:
        self._told = b""
        self._children = [_start(modules) for _ in range(workers - 1)]
        self._changed = threading.Condition()
        self._free = threading.Semaphore(workers * (_AHEAD + 1))
        self._results: dict[int, Any] = {}
        self._closed = False

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        if self._closed:
            return
        self._closed = True
        if kind is None:
            self._dismiss()
        else:
            for child in self._children:
                child.kill()
        for child in self._children:
            try:
                child.wait(timeout=_PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError, ValueError):
                        stream.close()

    def results(
        self, setup: object, tasks: Iterable[Any], here: Callable[[Any], Any]
    ) -> Iterator[tuple[Any, Any]]:
        """Each task with its result, None where it failed; children are told ``setup`` first, and
        ``here`` does a task in this process while the next result is not there. Raises PluginError
        where a child is gone."""
        self._told = pickle.dumps(setup, protocol=5)
        waiting = list(tasks)
        queue = iter(enumerate(waiting))
        for child in self._children:
            threading.Thread(target=self._serve, args=(child, queue), daemon=True).start()
        with _quick_switches():
            for number, task in enumerate(waiting):
                while not self._has(number) and (mine := self._next(queue, wait=False)) is not None:
                    self._deliver(mine[0], here(mine[1]))
                result = self._result(number)
                if isinstance(result, _Gone):
                    raise result.error()
                self._free.release()
                yield task, result
        self._dismiss()

    def _dismiss(self) -> None:
        """Let the children end, which puts their caches in order, while this process goes on."""
        for child in self._children:
            if child.stdin is not None:
                with contextlib.suppress(OSError):
                    child.stdin.close()

    def _has(self, number: int) -> bool:
        with self._changed:
            return number in self._results

    def _result(self, number: int) -> Any:
        with self._changed:
            while number not in self._results:
                self._changed.wait(timeout=1.0)  # a wait without an end would not hear Ctrl-C everywhere
            return self._results.pop(number)

    def _serve(self, child: subprocess.Popen[bytes], queue: Iterator[tuple[int, Any]]) -> None:
        assert child.stdin is not None and child.stdout is not None
        held: deque[int] = deque()
        try:
            _write(child.stdin, self._told)
            while not self._closed:
                while len(held) < _AHEAD and (item := self._next(queue, wait=not held)) is not None:
                    held.append(item[0])
                    send(child.stdin, item[1])
                if not held:
                    return
                result = receive(child.stdout)
                self._deliver(held.popleft(), result)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            gone = _Gone(child.wait())
            for number in held or [item[0] for item in (self._next(queue, wait=False),) if item]:
                self._deliver(number, gone)

    def _next(self, queue: Iterator[tuple[int, Any]], *, wait: bool) -> tuple[int, Any] | None:
        if not self._free.acquire(blocking=wait):
            return None
        with self._changed:
            return next(queue, None)

    def _deliver(self, number: int, result: Any) -> None:
        with self._changed:
            self._results[number] = result
            self._changed.notify_all()


@contextlib.contextmanager
def _quick_switches() -> Iterator[None]:
    """While this process works, its threads get their turn soon enough to empty the children's pipes."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class _Gone:
    def __init__(self, status: int) -> None:
        self._status = status

    def error(self) -> PluginError:
        how = f"with exit code {self._status}"
        if self._status < 0:
            with contextlib.suppress(ValueError):
                how = f"by signal {signal.Signals(-self._status).name}"
        return PluginError(
            f"a worker process was ended {how} in the middle of its work; nothing was written",
            hint="make room in memory or use fewer --workers, then run it again",
        )


def _start(modules: Iterable[str]) -> subprocess.Popen[bytes]:
    settings: dict[str, Any] = {}
    if os.name == "posix":
        settings["process_group"] = 0  # Ctrl-C is for the parent
    else:
        settings["creationflags"] = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    return subprocess.Popen(
        [sys.executable, "-c", _BOOT, " ".join(modules), *sys.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        **settings,
    )


def send(stream: IO[bytes], message: object) -> None:
    """One message, whole."""
    _write(stream, pickle.dumps(message, protocol=5))


def _write(stream: IO[bytes], data: bytes) -> None:
    rest = memoryview(_HEADER.pack(len(data)) + data)
    while rest:
        rest = rest[stream.write(rest) :]


def receive(stream: IO[bytes]) -> Any:
    """The next message; raises EOFError where the other side is gone."""
    (length,) = _HEADER.unpack(_exactly(stream, _HEADER.size))
    return pickle.loads(_exactly(stream, length))


def _exactly(stream: IO[bytes], count: int) -> bytearray:
    data = bytearray(count)
    rest = memoryview(data)
    while rest:
        got = stream.readinto(rest)  # type: ignore[attr-defined]
        if not got:
            raise EOFError
        rest = rest[got:]
    return data
