"""How fast logs are read, and in how much memory.

    python plugins/afs-generators/benchmarks/logs.py [--megabytes 100]

Writes one log of Claude Code and one of Codex CLI of that size and exports each in a process of its own;
CPU seconds and the peak of memory are of that process, with Python and its imports in it.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

Turn = Iterator[dict[str, object]]

_EXPORT = """
import sys
from pathlib import Path
from afs.generators.{name} import {type}
from afs_core import Run
with Run.open() as run:
    exporter = {type}({type}.Config(root=(Path(sys.argv[1]),)), run)
    print(sum(1 for _ in exporter.generate()))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=100)
    size = parser.parse_args().megabytes * 1_000_000
    print(f"Python {platform.python_version()}, {platform.machine()}, {size / 1e6:.0f} MB a log")
    print(f"{'log':24}{'samples':>9}{'CPU s':>8}{'MB/s':>8}{'peak MB':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for name, type_, turn in (("claude", "Claude", _claude), ("codex", "Codex", _codex)):
            one = Path(folder) / name / "one" / "rollout-1.jsonl"
            _write(one, size, turn)
            _row(f"{name}, one session", name, type_, one.parent, size)
            many = Path(folder) / name / "many"
            for number in range(50):
                _write(many / f"rollout-{number}.jsonl", size // 50, turn)
            _row(f"{name}, 50 sessions", name, type_, many, size)


def _row(label: str, name: str, type_: str, folder: Path, size: int) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = _EXPORT.format(name=name, type=type_)
    peak = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    done = subprocess.run(
        [sys.executable, "-c", code + peak, str(folder)], capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    samples, kilobytes = map(int, done.stdout.split())
    print(f"{label:24}{samples:9}{used:8.1f}{size / 1e6 / used:8.1f}{kilobytes / 1024:9.0f}")


def _write(path: Path, size: int, turn: Callable[[random.Random, int], Turn]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = random.Random(path.name)
    with path.open("w") as out:
        number = 0
        while out.tell() < size:
            for row in turn(rng, number):
                out.write(json.dumps(row) + "\n")
            number += 1


def _text(rng: random.Random, words: int) -> str:
    return " ".join(
        rng.choice(("lda", "the", "table", "of", "sprites\n", "$7E0010", "moves")) for _ in range(words)
    )


def _claude(rng: random.Random, number: int) -> Turn:
    parent = f"{number - 1}-9" if number else None
    for place in range(10):
        kind = "user" if place in (0, 2, 4, 6, 8) else "assistant"
        name = f"toolu_{number}_{place}"
        if place == 0:
            content: object = _text(rng, 40)
        elif kind == "user":
            held = _text(rng, 400)
            content = [{"type": "tool_result", "tool_use_id": f"toolu_{number}_{place - 1}", "content": held}]
        elif place == 9:
            content = [{"type": "text", "text": _text(rng, 150)}]
        else:
            content = [{"type": "tool_use", "id": name, "name": "Read", "input": {"path": _text(rng, 5)}}]
        message = {
            "id": f"msg_{number}_{place}",
            "role": kind,
            "content": content,
            "usage": {"input_tokens": 9},
        }
        yield {
            "type": kind,
            "uuid": f"{number}-{place}",
            "parentUuid": parent,
            "sessionId": "s",
            "cwd": "/srv",
            "version": "2.1.0",
            "timestamp": "2026-01-01T00:00:00Z",
            "message": message,
            "toolUseResult": content if kind == "user" else None,
        }
        parent = f"{number}-{place}"


def _codex(rng: random.Random, number: int) -> Turn:
    def line(kind: str, **payload: object) -> dict[str, object]:
        return {"timestamp": "2026-01-01T00:00:00Z", "type": kind, "payload": payload}

    if number == 0:
        yield line("session_meta", id=str(time.time_ns()), cwd="/srv")
    yield line("event_msg", type="user_message", message=_text(rng, 40))
    for place in range(4):
        id = f"call_{number}_{place}_xxxxxxxxxxxx"
        yield line("response_item", type="reasoning", summary=[], encrypted_content="g" * 1200)
        yield line("response_item", type="function_call", name="shell", arguments="{}", call_id=id)
        yield line("response_item", type="function_call_output", call_id=id, output=_text(rng, 400))
    answer = _text(rng, 150)
    yield line("event_msg", type="agent_message", message=answer)
    yield line(
        "response_item", type="message", role="assistant", content=[{"type": "output_text", "text": answer}]
    )


if __name__ == "__main__":
    main()
