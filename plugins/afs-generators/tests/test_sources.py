"""The files of a folder of sources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from afs.generators import SourceFile, census, walk
from afs_core import DataError


def make(root: Path, **files: bytes) -> None:
    for name, data in files.items():
        path = root / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def found(root: Path, **options: object) -> dict[str, str]:
    return {file.relative: file.problem for file in walk(root, **options)}  # type: ignore[arg-type]


def test_files_come_by_path_and_without_what_tools_put_there(tmp_path: Path) -> None:
    for name in ("b/2.md", "b/10.md", "a.md", "c.MD", "c.asm", ".git/x.md", "node_modules/y.md", ".z.md"):
        make(tmp_path, **{name: b"text"})
    assert list(found(tmp_path, suffixes={".md"})) == ["a.md", "b/10.md", "b/2.md", "c.MD"]
    assert list(found(tmp_path)) == ["a.md", "b/10.md", "b/2.md", "c.MD", "c.asm"]


def test_census_counts_by_type(tmp_path: Path) -> None:
    make(tmp_path, **{"a.asm": b"x", "b/c.ASM": b"x", "d.md": b"x", "Makefile": b"x", ".e": b"x"})
    assert list(census(tmp_path).items()) == [(".asm", 2), (".md", 1), ("no suffix", 1)]


def test_a_hidden_root_is_looked_at(tmp_path: Path) -> None:
    make(tmp_path, **{".context/memory/a.md": b"text"})
    assert list(found(tmp_path / ".context" / "memory")) == ["a.md"]


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, **{"a/x.md": b"text", "closed/y.md": b"text", "z.md": b"text"})
    listed = Path.iterdir

    def refused(folder: Path) -> Iterator[Path]:
        if folder.name == "closed":  # root may read whatever its rights
            raise PermissionError(13, "Permission denied", str(folder))
        return listed(folder)

    monkeypatch.setattr(Path, "iterdir", refused)
    problem = "a folder that cannot be read: Permission denied"
    assert found(tmp_path, suffixes={".md"}) == {"a/x.md": "", "closed": problem, "z.md": ""}


def test_links(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    make(root, **{"a/x.md": b"text"})
    make(outside, **{"y.md": b"text"})
    (root / "a" / "up").symlink_to(root)
    (root / "b").symlink_to(root / "a")
    (root / "broken.md").symlink_to("nowhere")
    (root / "out").symlink_to(outside)
    (root / "out.md").symlink_to(outside / "y.md")
    (root / "round").symlink_to("round")
    assert found(root, suffixes={".md"}) == {
        "a/x.md": "",
        "broken.md": "a link that leads nowhere",
        "out": "a link that leads out of the folder",
        "out.md": "a link that leads out of the folder",
    }
    assert found(root, suffixes={".md"}, follow=True) == {
        "a/x.md": "",
        "broken.md": "a link that leads nowhere",
        "out/y.md": "",
        "out.md": "",
    }


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    make(tmp_path, **{"empty.md": b"", "big.md": b"x" * 2_000_001, "big.jsonl": b"x" * 2_000_001})
    os.mkfifo(tmp_path / "pipe.md")
    assert found(tmp_path, max_bytes=2_000_000) == {
        "big.jsonl": "",
        "big.md": "larger than 2 MB",
        "empty.md": "empty",
        "pipe.md": "not a regular file",
    }
    with pytest.raises(DataError, match=r"empty\.md: empty"):
        next(file for file in walk(tmp_path) if file.relative == "empty.md").text()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        (b"\xef\xbb\xbfbom", "bom"),
        ("größer".encode("utf-16"), "größer"),
        ("日本".encode(), "日本"),
    ],
)
def test_text_is_decoded(tmp_path: Path, data: bytes, text: str) -> None:
    make(tmp_path, **{"a.txt": data})
    assert SourceFile(tmp_path / "a.txt", "a.txt").text() == text


@pytest.mark.parametrize(("data", "reason"), [(b"caf\xe9", "not UTF-8 at byte 3"), (b"PNG\0", "binary")])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    make(tmp_path, **{"a.txt": data})
    with pytest.raises(DataError, match=f"a.txt: {reason}"):
        SourceFile(tmp_path / "a.txt", "a.txt").text()


def test_a_root_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a folder"):
        list(walk(tmp_path / "none"))


def test_a_deep_folder(tmp_path: Path) -> None:
    deep = tmp_path / "/".join("d" * 300)
    deep.mkdir(parents=True)
    (deep / "x.md").write_text("text")
    assert [file.path for file in walk(tmp_path, {".md"})] == [deep / "x.md"]
