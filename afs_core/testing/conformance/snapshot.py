"""What lies in a folder, so that a check can say what changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

__all__ = ["changes", "snapshot"]


def snapshot(folder: Path, *, without: Path | None = None) -> dict[str, str]:
    """Every file, link and folder below ``folder`` by its relative name, with a digest of its content."""
    found = {}
    for root, folders, files in os.walk(folder):
        here = Path(root)
        folders[:] = [name for name in folders if here / name != without and name != "__pycache__"]
        found.update({_name(here / name, folder): "folder" for name in folders})
        found.update({_name(here / name, folder): _content(here / name) for name in files})
    return found


def changes(before: dict[str, str], after: dict[str, str]) -> str:
    """``new: a; changed: b; gone: c``, empty where nothing differs."""
    kinds = {
        "new": sorted(after.keys() - before.keys()),
        "changed": sorted(name for name in before.keys() & after.keys() if before[name] != after[name]),
        "gone": sorted(before.keys() - after.keys()),
    }
    return "; ".join(f"{kind}: {', '.join(names)}" for kind, names in kinds.items() if names)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _content(path: Path) -> str:
    if path.is_symlink():
        return f"link to {path.readlink()}"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "special"
