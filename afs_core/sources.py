"""The input files of a stream, as they were when it began.

A file is read up to the size that it had then, so that the manifest says what was read also of a
log that is still written. One that changes otherwise while it is read stops the stage.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from afs_core.errors import DataError
from afs_core.manifest import digests_ahead, prefix_digest

if TYPE_CHECKING:
    from afs_core.run import Run
    from afs_core.store import Cache

__all__ = ["SPLITS", "Sources", "sample_files"]

SPLITS = ("train", "val", "test")


class _Stamp(msgspec.Struct, frozen=True):
    size: int
    changed: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> _Stamp | None:
        try:
            found = path.stat()
        except OSError:
            return None
        return cls(found.st_size, found.st_mtime_ns, found.st_ino)


class Sources:
    """Sizes of the files below ``inputs``; :meth:`check` tells whether they stayed as they were."""

    def __init__(self, inputs: tuple[Path, ...] = ()) -> None:
        self._stamps = {file: _Stamp.of(file) for path in inputs for file in _files(path)}
        self._digests: dict[Path, str] = {}
        self._ahead: Callable[[], dict[Path, str]] | None = None

    def hash_ahead(self, cache: Cache) -> None:
        """Begin to hash the files; :meth:`hashed` waits for the end."""
        sizes = {path: stamp.size for path, stamp in self._stamps.items() if stamp is not None}
        self._ahead = digests_ahead(sizes, cache)

    def hashed(self) -> None:
        """Wait for what is hashed ahead."""
        if self._ahead is not None:
            self._digests |= self._ahead()
            self._ahead = None

    def size(self, path: Path) -> int:
        """Bytes to read of a file."""
        stamp = self._stamps.get(path) or _Stamp.of(path)
        return stamp.size if stamp is not None else 0

    def total(self) -> int:
        """Bytes to read of all files."""
        return sum(stamp.size for stamp in self._stamps.values() if stamp is not None)

    def described(self, path: Path, size: int, sha: str) -> tuple[int, str]:
        """Size and digest of what will be read of an input, found to be ``size`` and ``sha`` now."""
        stamp = self._stamps.get(path)
        if stamp is not None:
            if size != stamp.size:  # it has grown already
                size, sha = stamp.size, prefix_digest(path, stamp.size)
            self._digests[path] = sha
        return size, sha

    def check(self, run: Run) -> None:
        """Raises DataError for a file whose first bytes are no longer what they were."""
        self.hashed()
        for path, stamp in self._stamps.items():
            now = _Stamp.of(path)
            if stamp is None or now == stamp:
                continue
            if now is None or prefix_digest(path, stamp.size) != self._digests.get(path):
                raise DataError(
                    "changed while it was read",
                    path=path,
                    hint="wait until nobody writes it, or copy it, and run this again",
                )
            if now.size > stamp.size:
                more = now.size - stamp.size
                run.warn(
                    f"{path}: grew by {more:,} bytes while it was read; what was added is not in the output"
                )


def sample_files(path: Path) -> tuple[Path, ...]:
    """``path`` itself, or the splits of a folder; raises DataError where it has none."""
    if not path.is_dir():
        return (path,)
    found = _splits(path)
    if not found:
        raise DataError(f"expected a file, or a folder with {', '.join(SPLITS)}.jsonl", path=path)
    return found


def _splits(folder: Path) -> tuple[Path, ...]:
    return tuple(path for split in SPLITS if (path := folder / f"{split}.jsonl").exists())


def _files(path: Path) -> tuple[Path, ...]:
    return _splits(path) if path.is_dir() else (path,)
