"""SQLite opened well, and a content-keyed cache on it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["Cache", "cache_folder", "open_database"]

_CACHE_MIGRATIONS = ("CREATE TABLE entry (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",)
_BUSY_SECONDS = 30.0


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/afs`` or ``~/.cache/afs``."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "afs"


def open_database(path: Path, migrations: Sequence[str]) -> sqlite3.Connection:
    """The database at ``path``, brought up to date: migration ``n`` runs once, as version ``n+1``.

    Write-ahead log, a busy timeout, autocommit. Raises ``sqlite3.Error``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        _migrate(database, migrations)
    except BaseException:
        database.close()
        raise
    return database


def _migrate(database: sqlite3.Connection, migrations: Sequence[str]) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version >= len(migrations):
        return
    database.execute("BEGIN IMMEDIATE")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    for number, migration in enumerate(migrations[version:], version + 1):
        database.execute(migration)
        database.execute(f"PRAGMA user_version={number}")
    database.execute("COMMIT")


class Cache:
    """Bytes by key. It only ever saves work: a damaged or unwritable cache is a cold one."""

    def __init__(self, path: Path) -> None:
        try:
            self._database = open_database(path, _CACHE_MIGRATIONS)
        except (sqlite3.Error, OSError):
            self._database = _start_again(path)

    def get(self, key: str) -> bytes | None:
        try:
            row = self._database.execute("SELECT value FROM entry WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error:
            return None
        return row[0] if row else None

    def put(self, key: str, value: bytes) -> None:
        self.put_many([(key, value)])

    def put_many(self, entries: Iterable[tuple[str, bytes]]) -> None:
        try:
            self._database.execute("BEGIN")
            self._database.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?)", entries)
            self._database.execute("COMMIT")
        except sqlite3.Error:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")

    def close(self) -> None:
        self._database.close()


def _start_again(path: Path) -> sqlite3.Connection:
    try:
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            name.unlink(missing_ok=True)
        return open_database(path, _CACHE_MIGRATIONS)
    except (sqlite3.Error, OSError):
        memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        _migrate(memory, _CACHE_MIGRATIONS)
        return memory
