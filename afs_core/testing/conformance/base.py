"""What every conformance class has: the capability, runs to make it in, and two checks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pytest

from afs_core.registry import Registry
from afs_core.run import Run
from afs_core.testing.commandline import child_environment

__all__ = ["HEAVY", "Conformance", "broken"]

#: What no declaration may import: each costs every command of every user its own start-up.
HEAVY = tuple(
    """
    aiohttp datasets http.client httpx jax keras matplotlib mlx numpy openai pandas peft requests
    scipy sentence_transformers sklearn tensorflow tokenizers torch transformers trl urllib3
    """.split()  # noqa: SIM905
)

_WATCH = """
import importlib, sys
heavy, seen = set(sys.argv[3:]), {}
class Watch:
    def find_spec(self, name, path=None, target=None):
        frame = sys._getframe(1)
        while frame.f_back and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        if name in heavy:
            seen.setdefault(name, f"{frame.f_code.co_filename}:{frame.f_lineno}")
sys.meta_path.insert(0, Watch())
sys.path += filter(None, [sys.argv[2]])
importlib.import_module(sys.argv[1])
print("; ".join(f"{name} (by {place})" for name, place in seen.items() if name in sys.modules))
"""


def broken(promise: str, came: object, remedy: str) -> str:
    """What a failing check says: the promise, what came instead, and what to do."""
    return f"\n  promised: {promise}\n  came:     {came}\n  to do:    {remedy}"


class Conformance:
    """Base of the conformance classes; a subclass named ``Test...`` states its ``capability``.

    ``capability`` is ``NAME`` or ``PLUGIN/NAME`` of an installed plugin, ``settings`` the
    capability's own. While a check runs, the working folder is :attr:`folder`, which is empty
    at first and the check's own.
    """

    kind: ClassVar[str]
    protocol: ClassVar[type]
    capability: ClassVar[str] = ""
    settings: ClassVar[Mapping[str, Any]] = {}

    folder: Path
    _registries: ClassVar[dict[type, Registry]] = {}

    def settings_in(self, folder: Path) -> Mapping[str, Any]:
        """Settings that name files: write those below ``folder``, and return the settings."""
        return self.settings

    @pytest.fixture(autouse=True)
    def _workplace(self, afs_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        if not self.capability:
            pytest.fail(f"{type(self).__name__} needs a class attribute: capability = 'NAME'")
        self.folder, self.scratch = tmp_path / "work", tmp_path / "scratch"
        self.folder.mkdir()
        monkeypatch.chdir(self.folder)
        self.registry, self._runs = self._registry(), list[Run]()
        self._settings: Mapping[str, Any] | None = None
        yield
        for run in self._runs:
            run.close()

    @classmethod
    def _registry(cls) -> Registry:
        """What is installed does not change between the checks of one class."""
        if cls not in cls._registries:
            cls._registries[cls] = Registry.load(refresh=True)
        return cls._registries[cls]

    def given(self) -> Mapping[str, Any]:
        """The settings, whose files are written once for each check."""
        if self._settings is None:
            self._settings = dict(self.settings_in(self.folder))
        return self._settings

    def start(self, *, seed: int = 42) -> Run:
        """A new run, in which the capability has a view of its own."""
        workdir = self.scratch / f"run-{len(self._runs)}"
        run = Run.open(seed=seed, workdir=workdir, registry=self.registry)
        self._runs.append(run)
        return run.view(f"{self.kind}/{self.capability}")

    def make(self, run: Run | None = None) -> Any:
        """The capability, made as the stages make it; in a run of its own unless one is given."""
        return self.registry.create(self.kind, self.capability, run or self.start(), self.given())

    def elsewhere(self, **request: Any) -> Any:
        """What the capability answers in another process, where text has other hashes."""
        from afs_core.testing.elsewhere import ask

        return ask(self.kind, self.capability, self.given(), self.scratch, **request)

    def test_declaration_imports_nothing_heavy(self) -> None:
        entry = self.registry.find(self.kind, self.capability)
        status = next(plugin for plugin in self.registry.statuses if plugin.name == entry.plugin)
        module = status.module.partition(":")[0]
        heavy = _heavy_imports(module, status.folder)
        assert not heavy, broken(
            f"importing {module}, the declaration of plugin {entry.plugin}, costs next to nothing",
            f"it imports {heavy}",
            "move what needs that to another module, and name it in target='package.module:attribute'",
        )

    def test_is_of_its_kind(self) -> None:
        made = self.make()
        assert isinstance(made, self.protocol), broken(
            f"{self.kind}/{self.capability} is a {self.protocol.__name__}: {_members(self.protocol)}",
            f"{type(made).__name__} with {', '.join(_public(made)) or 'no public attribute'}",
            f"write the missing methods as afs_core.{self.protocol.__name__} has them",
        )
        entry = self.registry.find(self.kind, self.capability)
        assert entry.capability.summary.strip(), broken(
            "a summary that lists show without importing anything",
            "none",
            f"Capability(name={self.capability!r}, ..., summary='One sentence.')",
        )


@cache
def _heavy_imports(module: str, folder: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _WATCH, module, folder, *HEAVY],
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{module} could not be imported alone:\n{done.stderr}"
    return done.stdout.strip()


def _members(protocol: type) -> str:
    return ", ".join(name for name in vars(protocol) if not name.startswith("_"))


def _public(made: object) -> list[str]:
    return [name for name in dir(made) if not name.startswith("_")]
