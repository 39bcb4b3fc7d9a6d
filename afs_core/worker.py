"""A child process for what may crash, hang or eat memory: hostile files, native engines.

    with Worker("afs.models.engine:serve", {"path": "model.gguf"}, timeout=60) as worker:
        reply = worker.call({"tokenize": "text"})

The target is a factory ``(config) -> handler``; ``handler(request) -> reply`` runs in the child
for each call. Requests and replies are JSON lines. What the child prints goes to a log of its
own, whose tail is in the error when it dies; the next call starts a new child.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from typing import Any

import msgspec

from afs_core.errors import AfsError

__all__ = ["Worker", "WorkerDied", "WorkerError", "WorkerTimeout"]

_TAIL = 2000


class WorkerError(AfsError):
    """The handler raised; ``kind`` is the name of its exception."""

    def __init__(self, message: str, *, kind: str = "") -> None:
        super().__init__(message)
        self.kind = kind


class WorkerDied(WorkerError):
    """The child ended without a reply: a crash, or the memory limit."""


class WorkerTimeout(WorkerError):
    """The child did not answer in time and was killed."""


class Worker:
    """One child, started at the first call and again after it died.

    ``memory`` is a limit on its address space in bytes (POSIX), ``timeout`` seconds for a call.
    """

    def __init__(
        self,
        target: str,
        config: Any = None,
        *,
        timeout: float = 60.0,
        memory: int | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.target = target
        self._config = config
        self._timeout = timeout
        self._memory = memory
        self._environment = {**os.environ, **(environment or {})}
        self._child: subprocess.Popen[bytes] | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115

    def call(self, request: Any, *, timeout: float | None = None) -> Any:
        """The handler's reply. Raises WorkerError, WorkerDied or WorkerTimeout."""
        child = self._running()
        assert child.stdin is not None
        try:
            child.stdin.write(msgspec.json.encode(request) + b"\n")
            child.stdin.flush()
        except OSError:
            raise self._died() from None
        reply = msgspec.json.decode(self._read_line(child, self._timeout if timeout is None else timeout))
        if "error" in reply:
            raise WorkerError(reply["error"], kind=reply["kind"])
        return reply["reply"]

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._log.seek(0)
            self._log.truncate()
            start = msgspec.json.encode([self.target, self._config, self._memory]).decode()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "afs_core.worker", start],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=self._environment,
                start_new_session=True,  # Ctrl-C is the parent's to handle
            )
        return self._child

    def _read_line(self, child: subprocess.Popen[bytes], timeout: float) -> bytes:
        assert child.stdout is not None
        deadline = time.monotonic() + timeout
        parts: list[bytes] = []
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            while True:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    self.close()
                    raise WorkerTimeout(f"{self.target} did not answer within {timeout:g} seconds")
                block = os.read(child.stdout.fileno(), 1 << 16)
                if not block:
                    raise self._died()
                parts.append(block)
                if block.endswith(b"\n"):
                    return b"".join(parts)

    def _died(self) -> WorkerDied:
        assert self._child is not None
        code = self._child.wait()
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
        self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - _TAIL))
        tail = self._log.read().decode(errors="replace").strip()
        self.close()
        return WorkerDied(f"{self.target} {how}" + (f"; its last words: {tail}" if tail else ""))

    def close(self) -> None:
        """End the child; the worker can still be called and starts a new one."""
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        child.kill()
        child.wait()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
        self._log.close()


def _serve(start: str) -> None:
    target, config, memory = msgspec.json.decode(start)
    # Native libraries print to descriptor 1; the replies keep a descriptor of their own.
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    if memory:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    handler: Any = None
    for line in sys.stdin.buffer:
        try:
            if handler is None:
                handler = _resolve(target)(config)
            reply = {"reply": handler(msgspec.json.decode(line))}
        except Exception as fault:
            reply = {"error": str(fault) or type(fault).__name__, "kind": type(fault).__name__}
        _write_whole(replies.fileno(), msgspec.json.encode(reply) + b"\n")


def _resolve(target: str) -> Any:
    import importlib

    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _write_whole(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


if __name__ == "__main__":
    _serve(sys.argv[1])
