"""The real ``afs``, run as its own process by a test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Cli", "CliResult", "child_environment"]

_SECONDS = 120.0


class CliResult(NamedTuple):
    """How a command ended; ``envelope`` is what ``--json`` printed, None without it."""

    exit_code: int
    stdout: str
    stderr: str
    envelope: Any = None

    @property
    def rows(self) -> list[Any]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.stdout.splitlines()]


class Cli:
    """``afs_cli("generate", "echo", "--count", "2")``; with ``input`` on its standard input."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *args: str | Path, input: str = "", **env: str) -> CliResult:
        words = [str(arg) for arg in args]
        done = subprocess.run(
            [sys.executable, "-m", "afs_core", *words],
            input=input,
            env=child_environment() | env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        envelope = json.loads(done.stdout) if "--json" in words and done.stdout.strip() else None
        return CliResult(done.returncode, done.stdout, done.stderr, envelope)


def child_environment() -> dict[str, str]:
    """The environment in which another process imports what this one can."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}  # noqa: PTH109
