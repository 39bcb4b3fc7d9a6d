"""A folder of splits that a gate refused says so, to its reader and to ``afs train``."""

from __future__ import annotations

from pathlib import Path

from afs_core import atomic_write

__all__ = ["NAME", "clear", "mark", "refusal_of"]

NAME = "REFUSED.txt"


def mark(folder: Path, reason: str) -> Path:
    """Write ``reason`` into the folder; returns the file."""
    file = folder / NAME
    with atomic_write(file) as stream:
        stream.write(f"{reason}\n".encode())
    return file


def clear(folder: Path) -> None:
    """Take a mark away that is there."""
    (folder / NAME).unlink(missing_ok=True)


def refusal_of(folder: Path) -> str:
    """Why the folder was refused; empty where it was not."""
    try:
        return (folder / NAME).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
