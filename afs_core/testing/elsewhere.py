"""The same capability in another process, whose text hashes differ: ``set`` order and ``hash()``
are then not what they are here, as they are not on the next day of a user."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from afs_core.testing.commandline import child_environment

__all__ = ["ask"]


def ask(kind: str, name: str, settings: Mapping[str, Any], folder: Path, **request: Any) -> Any:
    """What :func:`_ANSWERS` ``[kind]`` finds in a new process; ``samples`` are JSON lines."""
    request |= {"kind": kind, "name": name, "settings": dict(settings), "folder": folder / "elsewhere"}
    other = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        input=msgspec.json.encode(request, enc_hook=str),
        env=child_environment() | {"PYTHONHASHSEED": other},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, f"{kind}/{name} failed in another process:\n{done.stderr.decode()}"
    return msgspec.json.decode(done.stdout)


def _answer(request: dict[str, Any]) -> Any:
    from afs_core.run import Run
    from afs_core.sample import TrainingSample

    with Run.open(seed=request.get("seed", 42), workdir=Path(request["folder"])) as run:
        made = run.registry.create(
            request["kind"], request["name"], run.view(request["name"]), request["settings"]
        )
        samples = [TrainingSample.from_json(line) for line in request.get("samples", ())]
        return _ANSWERS[request["kind"]](made, samples)


_ANSWERS: dict[str, Callable[[Any, list[Any]], Any]] = {
    "generators": lambda made, samples: [sample.to_json() for sample in made.generate()],
    "transforms": lambda made, samples: [sample.to_json() for sample in made.apply(samples)],
    "scorers": lambda made, samples: [made.fingerprint, made.score_batch(samples)],
    "embeddings": lambda made, samples: made.fingerprint,
}

if __name__ == "__main__":
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # what a plugin prints is not the answer
    answers.write(msgspec.json.encode(_answer(msgspec.json.decode(sys.stdin.buffer.read()))))
