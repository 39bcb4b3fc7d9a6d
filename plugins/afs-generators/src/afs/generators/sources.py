"""The files of a folder of sources: which are looked at, in which order, and how they are read.

    for file in walk(Path("~/notes"), {".md", ".txt"}):
        text = file.text()          # raises DataError where it is no text

Hidden files and folders are not looked at, nor what tools put there (``node_modules`` and
such). A link is followed only inside the folder, unless ``follow`` allows more; no folder is
entered twice, so links that go round in a circle end.
"""

from __future__ import annotations

import codecs
import os
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from afs_core import DataError
from afs_core.manifest import manifest_path

__all__ = ["IGNORED", "MAX_BYTES", "SourceFile", "census", "files_at", "source_file", "walk"]

IGNORED = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
MAX_BYTES = 16_000_000
_STREAMED = frozenset({".jsonl", ".ndjson"})  # read line by line, however long
_HEAD = 8192


class SourceFile(msgspec.Struct, frozen=True):
    """A file of a walk. ``relative`` is its path below the root with ``/`` between the parts;
    ``problem`` says why it cannot be read, and is empty where it can."""

    path: Path
    relative: str
    problem: str = ""

    @property
    def suffix(self) -> str:
        """``.md``, in lower case."""
        return self.path.suffix.lower()

    def text(self) -> str:
        """The file as text with ``\\n`` between lines; raises DataError where it is none.

        UTF-8 with or without a byte-order mark, or UTF-16 with one.
        """
        if self.problem:
            raise DataError(self.problem, path=self.relative)
        try:
            data = self.path.read_bytes()
        except OSError as fault:
            raise DataError(f"cannot be read: {fault.strerror}", path=self.relative) from None
        return _decoded(data, self.relative).replace("\r\n", "\n").replace("\r", "\n")


def walk(
    root: Path,
    suffixes: Collection[str] | None = None,
    *,
    max_bytes: int = MAX_BYTES,
    follow: bool = False,
) -> Iterator[SourceFile]:
    """The files below ``root`` with one of ``suffixes`` (lower case, all without), by path.

    Those that cannot be used, folders among them, come with a ``problem``. Raises DataError where ``root``
    is no folder. ``follow`` enters linked folders and files wherever they lie.
    """
    root = root.expanduser()
    if not root.is_dir():
        raise DataError("expected a folder", path=root, hint="name a folder that exists")
    seen = {_identity(root)}
    stack = [root]
    while stack:
        entry = stack.pop()
        relative = entry.relative_to(root).as_posix()
        problem = _link_problem(entry, root, follow) if entry.is_symlink() and entry != root else ""
        if problem:
            if suffixes is None or entry.suffix.lower() in suffixes or entry.is_dir():
                yield SourceFile(entry, relative, problem)
        elif entry.is_dir():
            try:
                stack += reversed(_children(entry, seen))
            except OSError as fault:
                yield SourceFile(entry, relative, f"a folder that cannot be read: {fault.strerror}")
        elif suffixes is None or entry.suffix.lower() in suffixes:
            yield source_file(entry, relative, max_bytes=max_bytes)


def files_at(
    root: Path, suffixes: Collection[str] | None = None, *, max_bytes: int = MAX_BYTES
) -> Iterator[SourceFile]:
    """``root`` itself where it is a file, whatever its suffix; else as :func:`walk`."""
    root = root.expanduser()
    if root.is_dir():
        yield from walk(root, suffixes, max_bytes=max_bytes)
    else:
        yield source_file(root, root.name, max_bytes=max_bytes)


def source_file(path: Path, relative: str, *, max_bytes: int = MAX_BYTES) -> SourceFile:
    """The file at ``path``, with a problem where it cannot be used."""
    return SourceFile(path, relative, _file_problem(path, max_bytes))


def census(root: Path) -> Counter[str]:
    """How many files of each type :func:`walk` finds, readable or not, the most frequent first."""
    found = Counter(file.suffix or "no suffix" for file in walk(root))
    return Counter(dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))))


def _children(folder: Path, seen: set[tuple[int, int]]) -> list[Path]:
    """What lies in ``folder``, sorted, without what is ignored or was entered before."""
    children = sorted(folder.iterdir(), key=lambda child: child.name)
    paths = [child for child in children if child.name[0] not in ".~" and child.name not in IGNORED]
    return [path for path in paths if not path.is_dir() or _is_new(path, seen)]


def _is_new(folder: Path, seen: set[tuple[int, int]]) -> bool:
    identity = _identity(folder)
    fresh = identity not in seen
    seen.add(identity)
    return fresh


def _identity(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError:
        return (-1, hash(path))
    return (state.st_dev, state.st_ino)


def _link_problem(link: Path, root: Path, follow: bool) -> str:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return "a link that leads nowhere"
    if follow or target.is_relative_to(root.resolve()):
        return ""
    return "a link that leads out of the folder"


def _file_problem(path: Path, max_bytes: int) -> str:
    try:
        size = path.stat().st_size
    except OSError as fault:
        return f"cannot be read: {fault.strerror}"
    if not path.is_file():
        return "not a regular file"
    if path.name.endswith(".manifest.json") or manifest_path(path).is_file():
        return "made by afs"
    if not size:
        return "empty"
    if size > max_bytes and path.suffix.lower() not in _STREAMED:
        return f"larger than {max_bytes // 1_000_000} MB"
    return "" if os.access(path, os.R_OK) else "cannot be read: no permission"


def _decoded(data: bytes, name: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\0" in data[:_HEAD]:
        raise DataError("binary", path=name)
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as fault:
        raise DataError(f"not UTF-8 at byte {fault.start}", path=name) from None
