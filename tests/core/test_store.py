from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from afs_core.store import Cache, open_database


def test_migrations_run_once_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    first = ("CREATE TABLE t (a)",)
    open_database(path, first).close()
    database = open_database(path, (*first, "ALTER TABLE t ADD COLUMN b"))
    database.execute("INSERT INTO t (a, b) VALUES (1, 2)")
    assert database.execute("PRAGMA user_version").fetchone() == (2,)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_cache_keeps_bytes(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "c.sqlite")
    cache.put("k", b"\x00v")
    cache.put_many([("k", b"new"), ("l", b"w")])
    cache.close()
    again = Cache(tmp_path / "c.sqlite")
    assert (again.get("k"), again.get("l"), again.get("m")) == (b"new", b"w", None)


def test_a_damaged_cache_starts_again(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    path.write_bytes(b"not a database" * 1000)
    cache = Cache(path)
    cache.put("k", b"v")
    assert cache.get("k") == b"v"


def test_a_cache_that_cannot_be_written_still_works(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    cache = Cache(blocked / "c.sqlite")
    cache.put("k", b"v")
    assert cache.get("k") == b"v"


def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    caches = [Cache(path), Cache(path)]

    def fill(number: int) -> None:
        for entry in range(50):
            caches[number].put(f"{number}-{entry}", b"v")

    threads = [threading.Thread(target=fill, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM entry").fetchone() == (100,)
