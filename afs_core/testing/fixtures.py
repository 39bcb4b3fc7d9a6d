"""Fixtures that every test can ask for wherever afs-core is installed."""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from afs_core.registry import Registry
    from afs_core.run import Run
    from afs_core.sample import TrainingSample
    from afs_core.testing.commandline import Cli

__all__ = ["afs_cli", "afs_home", "afs_plugin", "afs_registry", "afs_run", "afs_samples", "offline"]


@pytest.fixture
def afs_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with configuration, cache and state of its own: nothing of the user's is read or written."""
    home = tmp_path / "afs-home"
    for name in [name for name in os.environ if name.startswith("AFS_")]:
        monkeypatch.delenv(name)
    # Models that were downloaded are not settings: they stay where they are.
    models = os.environ.get("HF_HOME") or Path(
        os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "huggingface"
    )
    monkeypatch.setenv("HF_HOME", str(models))
    for name in ("config", "cache", "state"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(home / name))
    (home / "config" / "afs").mkdir(parents=True)
    return home


@pytest.fixture
def afs_registry(afs_home: Path) -> Registry:
    """All installed plugins, discovered for this test alone."""
    from afs_core.registry import Registry

    return Registry.load(refresh=True)


@pytest.fixture
def afs_run(afs_registry: Registry, tmp_path: Path) -> Iterator[Run]:
    """A real run: seed 42, a scratch folder and a cache of its own."""
    from afs_core.run import Run

    with Run.open(workdir=tmp_path / "afs-scratch", registry=afs_registry) as run:
        yield run


@pytest.fixture
def afs_cli(afs_home: Path, tmp_path: Path) -> Cli:
    """``afs_cli("plugins", "list", "--json").envelope``: the real ``afs``, in the test's own folder."""
    from afs_core.testing.commandline import Cli

    return Cli(tmp_path)


@pytest.fixture
def afs_samples() -> list[TrainingSample]:
    """Samples that differ in everything a plugin may stumble over."""
    from afs_core.testing.samples import example_samples

    return example_samples()


@pytest.fixture
def afs_plugin(afs_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Registry]]:
    """``afs_plugin(source, name="echo")``: a registry that also holds this plugin, installed for the test.

    ``source`` is a module, the path of one, or its text. ``afs_cli`` sees the plugin as well.
    What the test imported from it is forgotten afterwards.
    """
    paths, modules = list(sys.path), set(sys.modules)
    folder = afs_home / "plugins"
    folder.mkdir()
    monkeypatch.setenv("AFS_PLUGINS__DIRS", json.dumps([str(folder)]))

    def install(source: str | Path | ModuleType, name: str = "tested") -> Registry:
        from afs_core.registry import Registry

        (folder / f"{name}.py").write_text(_text(source))
        sys.modules.pop(name, None)
        return Registry.load(refresh=True)

    yield install
    sys.path[:] = paths
    for name in {path.stem for path in folder.glob("*.py")} & (set(sys.modules) - modules):
        del sys.modules[name]


def _text(source: str | Path | ModuleType) -> str:
    if isinstance(source, ModuleType):
        source = Path(str(source.__file__))
    return source.read_text() if isinstance(source, Path) else inspect.cleandoc(source) + "\n"


@pytest.fixture
def offline() -> Iterator[list[str]]:
    """Only loopback may be reached; also an attempt whose error was swallowed fails the test.

    For all tests of a project: ``usefixtures = ["offline"]`` under ``[tool.pytest.ini_options]``.
    The value is the list of attempts; a test that expects one empties it.
    """
    from afs_core.testing.network import loopback_only

    with loopback_only() as attempts:
        yield attempts
    if attempts:
        pytest.fail(f"only loopback may be reached, tried: {', '.join(attempts)}")
