"""A place to run the real ``afs`` in: its own home, its own installed plugins, nothing of the machine's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import afs_core

NEEDED = ("click", "msgspec", "pluggy", "stevedore", "tomlkit", "uv_build")


class Sandbox:
    """Installed plugins are folders of ``site``, written as an installer would write them."""

    def __init__(self, root: Path, libraries: Path) -> None:
        self.root, self.libraries = root, libraries
        self.home, self.site, self.work = root / "home", root / "site", root / "work"
        for folder in (self.home, self.site, self.work):
            folder.mkdir()
        self.config_file = self.home / ".config" / "afs" / "config.toml"
        self.env = {
            "HOME": str(self.home),
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "PYTHONPATH": f"{self.site}:{libraries}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "NO_COLOR": "1",
        }
        # -S and -P: neither this environment's packages nor the working folder can be imported
        self.python = [sys.executable, "-S", "-P"]

    def afs(self, *args: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run ``afs ARGS`` as its own process."""
        return self.run("-m", "afs_core", *args, **more)

    def run(
        self, *args: str, env: dict[str, str] | None = None, **more: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run the sandbox's Python."""
        return subprocess.run(
            [*self.python, *args],
            env=self.env | (env or {}),
            cwd=more.pop("cwd", self.work),
            capture_output=True,
            text=True,
            timeout=60,
            **more,
        )

    def json(self, *args: str, **more: Any) -> Any:
        """The envelope that ``afs ARGS --json`` prints."""
        return json.loads(self.afs(*args, "--json", **more).stdout)

    def plugins(self, **more: Any) -> dict[str, Any]:
        """Every plugin's status by its name."""
        return {status["name"]: status for status in self.json("plugins", "list", **more)["data"]}

    def install(
        self, plugin: str, source: str, *, distribution: str = "", version: str = "1.0", module: str = ""
    ) -> Path:
        """A distribution with one plugin, whose declaration module holds ``source``."""
        distribution, module = distribution or f"afs-{plugin}", module or f"{plugin}_plugin"
        file = self.site / f"{module}.py"
        file.write_text(textwrap.dedent(source))
        write_metadata(self.site, distribution, version, {plugin: module})
        return file

    def configure(self, text: str) -> None:
        """Write the user's configuration."""
        self.config_file.parent.mkdir(parents=True, exist_ok=True)
        self.config_file.write_text(textwrap.dedent(text))


def write_metadata(site: Path, distribution: str, version: str, plugins: dict[str, str]) -> Path:
    """The ``.dist-info`` folder of a distribution with these entry points."""
    folder = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
    points = "".join(f"{name} = {module}\n" for name, module in plugins.items())
    (folder / "entry_points.txt").write_text(f"[afs.plugins]\n{points}")
    (folder / "RECORD").write_text("")
    return folder


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The core and what it depends on, and nothing else, as links."""
    folder = tmp_path_factory.mktemp("libraries")
    (folder / "afs_core").symlink_to(Path(afs_core.__file__).parent)
    for name in NEEDED:
        installed = metadata.distribution(name)
        top = {file.parts[0] for file in installed.files or () if ".." not in file.parts}
        for part in top - {"__pycache__"}:
            if not (folder / part).exists():
                (folder / part).symlink_to(Path(str(installed.locate_file(part))))
    return folder


@pytest.fixture
def sandbox(tmp_path: Path, libraries: Path) -> Iterator[Sandbox]:
    """An ``afs`` with the core alone, and one healthy plugin named ``good``."""
    place = Sandbox(tmp_path, libraries)
    place.install("good", GOOD, distribution="afs-good", version="2.1")
    yield place


#: A plugin with a command, a generator and an observer; it says when it is imported.
GOOD = """
    from afs_core import Capability, Command, hookimpl

    @hookimpl
    def afs_generators():
        return [Capability(name="echo", target="good_plugin:Echo", summary="Counts aloud.")]

    @hookimpl
    def afs_commands():
        return [Command(path="good hello", target="good_plugin:hello", summary="Say hello.")]

    def __getattr__(name):
        if name not in ("Echo", "hello"):
            raise AttributeError(name)
        import click
        import msgspec

        class Echo:
            class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
                count: int = 3

            def __init__(self, config, run):
                self.config = config

        @click.command()
        def hello():
            click.echo("hello")

        return {"Echo": Echo, "hello": hello}[name]
"""


@pytest.fixture(autouse=True)
def _no_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the settings of whoever runs it."""
    for name in list(os.environ):
        if name.startswith(("AFS_", "XDG_")):
            monkeypatch.delenv(name)
