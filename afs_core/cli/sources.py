"""How many samples lie in the folders that afs reads and writes, told from their lines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from afs_core.config import Config, project_config_path

__all__ = ["Source", "sources"]

#: Below the context root, and below the project.
CONTEXT_FOLDERS = ("memory", "history", "training")
PROJECT_FOLDERS = ("training_data", "data", "datasets")

MAX_FILES = 5_000
MAX_BYTES = 256_000_000
_CHUNK = 1 << 20


class Source(msgspec.Struct, kw_only=True):
    """One folder. ``samples`` are lines of its ``.jsonl`` files; ``complete`` is False where
    counting stopped at a bound."""

    name: str
    path: Path
    files: int = 0
    samples: int = 0
    complete: bool = True


def sources(config: Config) -> list[Source]:
    """The known folders that exist, counted."""
    root = Path(config.get("project.context_root"))
    project = project_config_path()
    base = project.parent if project is not None else Path.cwd()
    ignored = frozenset(config.get("general.discovery_ignore", ()))
    places = {name: root / name for name in CONTEXT_FOLDERS} | {name: base / name for name in PROJECT_FOLDERS}
    return [_counted(name, path, ignored) for name, path in places.items() if path.is_dir()]


def _counted(name: str, path: Path, ignored: frozenset[str]) -> Source:
    source = Source(name=name, path=path)
    read = 0
    for file in _files(path, ignored):
        if source.files == MAX_FILES or read > MAX_BYTES:
            source.complete = False
            break
        source.files += 1
        if file.suffix == ".jsonl":
            lines, size = _lines(file, MAX_BYTES - read)
            source.samples += lines
            read += size
    return source


def _files(folder: Path, ignored: frozenset[str]) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in ignored and not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(names) if not name.startswith("."))


def _lines(file: Path, limit: int) -> tuple[int, int]:
    """Lines with something in them, and bytes read; at most a chunk over ``limit`` bytes."""
    lines = size = 0
    try:
        with file.open("rb") as stream:
            for line in stream:
                lines += bool(line.strip())
                size += len(line)
                if size > limit:
                    break
    except OSError:
        pass
    return lines, size
