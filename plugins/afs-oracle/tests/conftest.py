from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from afs.oracle import OracleGenerator
from afs_core import Run, TrainingSample

Tree = Mapping[str, str | bytes]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user of their own for each test."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    for name in ("CONFIG", "CACHE", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.open(workdir=tmp_path / "scratch")


@pytest.fixture
def tree(tmp_path: Path) -> Callable[[Tree], Path]:
    """``tree({"a/b.asm": "text"})``: a folder with these files."""

    def make(files: Tree) -> Path:
        root = tmp_path / "hack"
        root.mkdir(exist_ok=True)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return make


@pytest.fixture
def made(run: Run, tree: Callable[[Tree], Path]) -> Callable[..., list[TrainingSample]]:
    """``made({"a.asm": "text"}, kinds=("address",))``: the samples of a tree."""

    def make(files: Tree, **settings: Any) -> list[TrainingSample]:
        config = OracleGenerator.Config(source=tree(files), **settings)
        return list(OracleGenerator(config, run).generate())

    return make
