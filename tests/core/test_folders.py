"""An error leaves no empty folders behind, and touches nothing that was there before."""

from __future__ import annotations

from pathlib import Path

import pytest

from afs_core.folders import taken_back


def fail(output: Path, *files: str) -> None:
    with pytest.raises(ZeroDivisionError), taken_back(output, output / ".stage.state"):
        output.mkdir(parents=True, exist_ok=True)
        for name in files:
            (output / name).write_text("")
        raise ZeroDivisionError


def test_new_folders_go_with_the_mark_in_them(tmp_path: Path) -> None:
    fail(tmp_path / "new" / "deep" / "out", ".stage.state")
    assert list(tmp_path.iterdir()) == []


def test_work_that_was_begun_stays_with_its_mark(tmp_path: Path) -> None:
    fail(tmp_path / "out", ".stage.state", "checkpoint")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".stage.state", "checkpoint"]


@pytest.mark.parametrize("files", [(), (".stage.state",)])
def test_a_folder_that_was_there_stays(tmp_path: Path, files: tuple[str, ...]) -> None:
    (tmp_path / "out").mkdir()
    fail(tmp_path / "out", *files)
    assert [path.name for path in (tmp_path / "out").iterdir()] == list(files)


def test_what_went_well_stays(tmp_path: Path) -> None:
    with taken_back(tmp_path / "out", tmp_path / "out" / "mark"):
        (tmp_path / "out").mkdir()
    assert (tmp_path / "out").is_dir()
