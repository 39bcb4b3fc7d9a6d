"""``kill -9`` in the middle of a write: the output is the old file or the new one, never a part."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from afs_core.jsonl import read_samples
from afs_core.manifest import read_manifest, verify
from afs_core.run import Run
from afs_core.sample import TrainingSample
from afs_core.stage import Stage, execute

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
ROWS = 4000
KILLS = 50


class Numbers:
    """Takes long enough to be killed at any moment of the write."""

    def generate(self) -> Iterator[TrainingSample]:
        for number in range(ROWS):
            yield TrainingSample(instruction=f"question {number}", output="answer " * 40)


def perform(output: Path, seed: int) -> None:
    entry = SimpleNamespace(
        label="numbers",
        distribution="test",
        version="1",
        capability=SimpleNamespace(target="afs_core.stream:stream"),
    )
    registry = SimpleNamespace(
        find=lambda kind, name: entry,
        config_for=lambda *asked: None,
        factory=lambda *asked: Numbers,
        create=lambda *asked: Numbers(),
        notify=lambda *hook, **arguments: None,
    )
    with Run.open(config=cast(Any, SimpleNamespace()), registry=cast(Any, registry), seed=seed) as run:
        execute(Stage(name="numbers", uses=("generators/numbers",), output=output), run)


def killed_after(seconds: float, output: Path, seed: int) -> bool:
    """Run the stage in a child and kill it; True if it was still at work."""
    child = os.fork()
    if child == 0:
        try:
            perform(output, seed)
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_no_kill_leaves_a_torn_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    output = tmp_path / "numbers.jsonl"
    started = time.monotonic()
    perform(output, 0)
    whole, took = output.read_bytes(), time.monotonic() - started
    rng = random.Random(1)
    killed = 0
    for seed in range(1, KILLS + 1):
        killed += killed_after(rng.random() * took, output, seed)
        assert output.read_bytes() == whole
        if read_manifest(output) is not None:
            assert all(finding.passed for finding in verify(output))
    assert killed > KILLS // 4
    perform(output, KILLS + 1)
    assert sum(1 for _ in read_samples(output)) == ROWS
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "cache") == [
        "numbers.jsonl",
        "numbers.jsonl.manifest.json",
    ]
