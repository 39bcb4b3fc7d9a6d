"""Every wheel and source archive holds what it should, and each plugin works alone beside the core."""

from __future__ import annotations

import configparser
import json
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement

from tests.conftest import build

if TYPE_CHECKING:
    from tests.conftest import CleanEnvironment, Wheelhouse

ROOT = Path(__file__).parents[1]
PROJECTS = {"afs-core": ROOT} | {
    file.parent.name: file.parent for file in sorted(ROOT.glob("plugins/afs-*/pyproject.toml"))
}
PLUGINS = [name.removeprefix("afs-") for name in PROJECTS if name != "afs-core"]
#: These need PyTorch, which is not packed again for a test.
HEAVY = {"peft", "quickstart"}
ALONE = [name for name in PLUGINS if name not in HEAVY]
CORE_LIMIT = 25e6

#: Files that are no code and must be in the wheel all the same.
SHIPPED = {
    "afs-asm": {"afs/asm/language/instructions.tsv"},
    "afs-core": {"afs_core/py.typed"},
    "afs-quickstart": {
        "afs/quickstart/quickstart.toml",
        "afs/quickstart/model/model.safetensors",
        "afs/quickstart/model/tokenizer.json",
        "afs/quickstart/sample/Core/ram.asm",
        "afs/quickstart/sample/Docs/MemoryMap.md",
    },
    "afs-tokenizer": {
        "afs/tokenizer/vocabulary/tokenizer.json",
        "afs/tokenizer/vocabulary/tokenizer_config.json",
    },
}
every_project = pytest.mark.parametrize("name", PROJECTS)


@pytest.fixture(scope="module")
def wheels(wheelhouse: Wheelhouse) -> Path:
    """All wheels of this checkout, and those of the libraries that the light plugins need."""
    for project in PROJECTS.values():
        wheelhouse.build(project)
    for name in ("afs-core", *(f"afs-{plugin}" for plugin in ALONE)):
        wheelhouse.add(*(needed for needed in requirements(name) if needed not in PROJECTS))
    return wheelhouse.folder


def requirements(name: str) -> list[str]:
    """Names of the distributions that a project needs on this machine."""
    project = tomllib.loads((PROJECTS[name] / "pyproject.toml").read_text())["project"]
    needed = map(Requirement, project["dependencies"])
    return [need.name for need in needed if need.marker is None or need.marker.evaluate({"extra": ""})]


# What the archives hold


def wheel_of(name: str, folder: Path) -> zipfile.ZipFile:
    (path,) = folder.glob(f"{name.replace('-', '_')}-*.whl")
    return zipfile.ZipFile(path)


def sources(name: str) -> set[str]:
    """Relative names of the files that the wheel of ``name`` should hold."""
    root = ROOT if name == "afs-core" else PROJECTS[name] / "src"
    package = root / ("afs_core" if name == "afs-core" else "afs")
    files = (file for file in package.rglob("*") if file.is_file() and file.suffix != ".pyc")
    return {file.relative_to(root).as_posix() for file in files}


@every_project
def test_a_wheel_holds_the_package_and_nothing_else(name: str, wheels: Path) -> None:
    with wheel_of(name, wheels) as wheel:
        held = {file for file in wheel.namelist() if not file.endswith("/") and ".dist-info/" not in file}
        assert held == sources(name)
        assert held >= SHIPPED.get(name, set())
        assert "afs/__init__.py" not in held
        info = {file.rpartition("/")[2] for file in wheel.namelist() if ".dist-info/" in file}
        assert {"METADATA", "WHEEL", "RECORD", "entry_points.txt"} <= info


@every_project
def test_a_wheel_declares_its_entry_points(name: str, wheels: Path) -> None:
    with wheel_of(name, wheels) as wheel:
        (file,) = [file for file in wheel.namelist() if file.endswith("entry_points.txt")]
        points = configparser.ConfigParser()
        points.read_string(wheel.read(file).decode())
    plugin = name.removeprefix("afs-")
    if name == "afs-core":
        assert points["console_scripts"]["afs"] == "afs_core.cli:main"
        assert points["pytest11"]["afs"] == "afs_core.testing.register"
    else:
        assert dict(points["afs.plugins"]) == {plugin: f"afs.{plugin}.plugin"}


@every_project
def test_a_source_archive_builds_the_same_wheel(name: str, wheels: Path, tmp_path: Path) -> None:
    build(PROJECTS[name], "sdist", tmp_path)
    (path,) = tmp_path.iterdir()
    with tarfile.open(path) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (project,) = (tmp_path / "source").iterdir()
    build(project, "wheel", tmp_path)
    with wheel_of(name, tmp_path) as again, wheel_of(name, wheels) as first:
        assert {file: again.read(file) for file in again.namelist()} == {
            file: first.read(file) for file in first.namelist()
        }


# Clean environments


@pytest.fixture(scope="module")
def core(wheels: Path, wheelhouse: Wheelhouse, tmp_path_factory: pytest.TempPathFactory) -> CleanEnvironment:
    return wheelhouse.environment(tmp_path_factory.mktemp("core"), "afs-core")


def test_the_core_alone_is_small_and_has_no_torch(core: CleanEnvironment) -> None:
    files = [file for file in core.bin.parent.glob("lib/**/*") if file.is_file()]
    assert 1e6 < sum(file.stat().st_size for file in files) < CORE_LIMIT
    for module in ("torch", "numpy", "httpx", "afs"):
        assert core.run("python", "-c", f"import {module}").returncode == 1, module


def test_the_core_alone_names_the_install_line_of_what_is_missing(core: CleanEnvironment) -> None:
    for command, plugin in (("training prepare", "training"), ("quickstart", "quickstart")):
        done = core.run("afs", *command.split())
        assert (done.returncode, done.stdout) == (5, "")
        assert f"pip install afs-{plugin}" in done.stderr
    for command in ("--help", "--version", "status", "plugins list", "config show"):
        assert core.run("afs", *command.split()).returncode == 0, command


def declared(plugin: str) -> Iterator[str]:
    """The plugins that come with ``plugin``, itself among them."""
    yield plugin
    for name in requirements(f"afs-{plugin}"):
        if name in PROJECTS and name != "afs-core":
            yield from declared(name.removeprefix("afs-"))


@pytest.mark.parametrize("plugin", ALONE)
def test_a_plugin_works_alone_beside_the_core(
    plugin: str, wheels: Path, wheelhouse: Wheelhouse, tmp_path: Path
) -> None:
    place = wheelhouse.environment(tmp_path, f"afs-{plugin}")
    listed = json.loads(place.run("afs", "plugins", "list", "--json").stdout)["data"]
    statuses: dict[str, Any] = {status["name"]: status for status in listed}
    assert set(statuses) == set(declared(plugin))
    assert {status["state"] for status in listed} == {"loaded"}
    for command in statuses[plugin]["commands"]:
        shown = place.run("afs", *command["path"].split(), "--help")
        assert shown.returncode == 0, shown.stderr
    touched = place.run("python", "-c", f"import afs.{plugin} as p; [getattr(p, name) for name in p.__all__]")
    assert touched.returncode == 0, touched.stderr
