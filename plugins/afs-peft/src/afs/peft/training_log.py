"""``training.log``: one JSON line a step, readable while the training runs."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import msgspec

from afs_core import atomic_write

__all__ = ["NAME", "TrainingLog"]

NAME = "training.log"
_POINTS = 200
Curve = list[tuple[float, float]]


class TrainingLog:
    """Lines of ``step``, ``loss`` and more; a resumed training goes on after its last step."""

    def __init__(self, path: Path, *, after: int = 0) -> None:
        self.entries: list[dict[str, Any]] = []
        if after and path.is_file():
            self.entries = [entry for entry in _entries(path) if entry["step"] <= after]
        with atomic_write(path) as stream:
            stream.write(b"".join(_line(entry) for entry in self.entries))
        self._stream: IO[bytes] = path.open("ab")

    def append(self, **entry: Any) -> None:
        self.entries.append(entry)
        self._stream.write(_line(entry))
        self._stream.flush()

    def __enter__(self) -> TrainingLog:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stream.close()

    def curve(self, name: str) -> Curve:
        """``(step, value)`` of the entries that have ``name``, thinned to means of at most 200."""
        points = [(entry["step"], entry[name]) for entry in self.entries if entry.get(name) is not None]
        size = -(-len(points) // _POINTS) or 1
        chunks = [points[i : i + size] for i in range(0, len(points), size)]
        return [(chunk[-1][0], round(sum(y for _, y in chunk) / len(chunk), 6)) for chunk in chunks]


def _line(entry: dict[str, Any]) -> bytes:
    return msgspec.json.encode(entry) + b"\n"


def _entries(path: Path) -> list[dict[str, Any]]:
    """Whole entries; the last line may be torn."""
    found = []
    for line in path.read_bytes().splitlines():
        try:
            found.append(msgspec.json.decode(line))
        except msgspec.DecodeError:
            break
    return found
