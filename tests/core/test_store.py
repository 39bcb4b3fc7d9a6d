from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

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


def test_damage_that_shows_late_is_told_once_and_mended(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    cache = Cache(path)
    cache.put_many((f"key {number}", b"v" * 100) for number in range(1000))
    cache.close()
    with path.open("r+b") as stream:  # whole but for its pages of data
        stream.seek(8192)
        stream.write(b"\xa5" * (path.stat().st_size - 8192))
    told: list[Path] = []
    again = Cache(path, on_damage=told.append)
    assert again.get_many(f"key {number}" for number in range(1000)) == {}
    again.put("k", b"v")
    again.close()
    assert told == [path]
    assert Cache(path, on_damage=told.append).get("k") == b"v"
    assert told == [path]


def test_a_file_of_another_shape_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    open_database(path, ("CREATE TABLE other (a)",) * 1 + ("SELECT 1",) * 2).close()
    told: list[Path] = []
    cache = Cache(path, on_damage=told.append)
    cache.put("k", b"v")
    cache.put("k", b"v")
    assert cache.get("k") == b"v"
    assert told == [path]


def test_a_locked_cache_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.sqlite"
    cache = Cache(path)
    cache.put("k", b"v")
    monkeypatch.setattr("afs_core.store._BUSY_SECONDS", 0.05)
    with sqlite3.connect(path) as holder:
        holder.execute("BEGIN IMMEDIATE")
        other = Cache(path)
        other.put("l", b"w")
        assert other.get("k") == b"v"
    assert cache.get("k") == b"v"
    assert cache.get("l") is None


def test_many_values_are_found_at_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "c.sqlite")
    cache.put_many((str(number), str(number).encode()) for number in range(0, 3000, 2))
    found = cache.get_many(str(number) for number in range(3000))
    assert found == {str(number): str(number).encode() for number in range(0, 3000, 2)}


@pytest.mark.parametrize("at_once", [20, 10_000])
def test_a_cache_stays_within_its_limit_and_keeps_what_is_new(tmp_path: Path, at_once: int) -> None:
    path = tmp_path / "c.sqlite"
    cache = Cache(path, limit=400_000)
    for start in range(0, 10_000, at_once):
        cache.put_many((f"{number}", b"v" * 100) for number in range(start, start + at_once))
    assert cache.get("9999") == b"v" * 100
    assert cache.get("0") is None
    cache.close()
    if at_once == 20:
        assert path.stat().st_size < 2 * 400_000
    again = Cache(path, limit=400_000)
    assert again.get("9999") is not None


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
