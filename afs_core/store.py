"""SQLite opened well, and a content-keyed cache on it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

__all__ = ["Cache", "cache_folder", "open_database"]

_CACHE_MIGRATIONS = (
    "CREATE TABLE entry (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "DROP TABLE entry",
    "CREATE TABLE entry (number INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, value BLOB NOT NULL)",
)
_BUSY_SECONDS = 30.0
_ASKED_AT_ONCE = 500  # below every SQLite's limit on variables
_DAMAGE = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


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
    """Bytes by key. It only ever saves work: a damaged or unwritable cache is a cold one.

    A damaged file is replaced and ``on_damage`` told. Past ``limit`` bytes the half of the
    entries that was written first goes.
    """

    def __init__(
        self, path: Path, *, limit: int = 512_000_000, on_damage: Callable[[Path], None] | None = None
    ) -> None:
        self._path, self._limit, self._on_damage = path, limit, on_damage
        self._unchecked = 0
        try:
            self._database = open_database(path, _CACHE_MIGRATIONS)
            self._prune()
        except sqlite3.Error as fault:
            self._database = self._renewed() if _is_damage(fault) else _in_memory()
        except OSError:
            self._database = _in_memory()

    def get(self, key: str) -> bytes | None:
        return self.get_many((key,)).get(key)

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The values of those ``keys`` that are there."""
        found: dict[str, bytes] = {}
        rest = iter(keys)
        while some := list(islice(rest, _ASKED_AT_ONCE)):
            marks = ",".join("?" * len(some))
            try:
                found.update(
                    self._database.execute(f"SELECT key, value FROM entry WHERE key IN ({marks})", some)
                )
            except sqlite3.Error as fault:
                self._recover(fault)
        return found

    def put(self, key: str, value: bytes) -> None:
        self.put_many([(key, value)])

    def put_many(self, entries: Iterable[tuple[str, bytes]]) -> None:
        entries = list(entries)
        try:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany("INSERT OR REPLACE INTO entry (key, value) VALUES (?, ?)", entries)
            self._database.execute("COMMIT")
            self._unchecked += sum(len(key) + len(value) for key, value in entries)
            if self._unchecked > self._limit // 8:
                self._prune()
        except sqlite3.Error as fault:
            self._recover(fault)

    def close(self) -> None:
        self._database.close()

    def _prune(self) -> None:
        self._unchecked = 0
        pages, free, size = (
            self._database.execute(f"PRAGMA {what}").fetchone()[0]
            for what in ("page_count", "freelist_count", "page_size")
        )
        if (pages - free) * size > self._limit:
            (count,) = self._database.execute("SELECT count(*) FROM entry").fetchone()
            older = "SELECT number FROM entry ORDER BY number LIMIT ?"
            self._database.execute(f"DELETE FROM entry WHERE number IN ({older})", (count // 2,))

    def _recover(self, fault: sqlite3.Error) -> None:
        with suppress(sqlite3.Error):
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
        if _is_damage(fault):
            self._database.close()
            self._database = self._renewed()

    def _renewed(self) -> sqlite3.Connection:
        if self._on_damage is not None:
            self._on_damage(self._path)
        try:
            for name in (self._path, Path(f"{self._path}-wal"), Path(f"{self._path}-shm")):
                name.unlink(missing_ok=True)
            return open_database(self._path, _CACHE_MIGRATIONS)
        except (sqlite3.Error, OSError):
            return _in_memory()


def _is_damage(fault: sqlite3.Error) -> bool:
    return getattr(fault, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def _in_memory() -> sqlite3.Connection:
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _migrate(memory, _CACHE_MIGRATIONS)
    return memory
