"""SQLite databases of other programs, read from a copy, so that no running program is disturbed."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from afs_core import DataError

__all__ = ["columns", "database"]

_MAX_BYTES = 2_000_000_000


@contextlib.contextmanager
def database(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a copy of the database at ``path``, with what its write-ahead log holds.

    Raises DataError where it cannot be read, while it is open too.
    """
    with tempfile.TemporaryDirectory(prefix="afs-") as folder:
        copy = Path(folder) / "copy.db"
        _copy(path, copy)
        connection = sqlite3.connect(copy)
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA query_only = ON")
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            yield connection
        except sqlite3.Error as fault:
            raise DataError(f"not a database that can be read: {fault}") from None
        finally:
            connection.close()


def _copy(path: Path, copy: Path) -> None:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError(f"larger than {_MAX_BYTES // 1_000_000} MB")
        shutil.copyfile(path, copy)
        log = path.with_name(f"{path.name}-wal")
        if log.is_file():
            shutil.copyfile(log, copy.with_name(f"{copy.name}-wal"))
    except OSError as fault:
        raise DataError(f"cannot be read: {fault.strerror}") from None


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """The columns of a table, none where there is no such table."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))
    if tables.fetchone() is None:
        return []
    return [row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
