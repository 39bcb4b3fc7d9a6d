"""Every wheel and source archive holds what it should, and each plugin works alone beside the core.

Clean environments are folders filled by pip from a wheelhouse, without an index. The wheelhouse
holds our own wheels, built once, and the libraries of this environment, packed again as wheels.
"""

from __future__ import annotations

import configparser
import csv
import io
import json
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

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
    "afs-asm": {"afs/asm/instructions.tsv"},
    "afs-core": {"afs_core/py.typed"},
    "afs-quickstart": {
        "afs/quickstart/quickstart.toml",
        "afs/quickstart/model/model.safetensors",
        "afs/quickstart/model/tokenizer.json",
        "afs/quickstart/sample/Core/ram.asm",
        "afs/quickstart/sample/Docs/MemoryMap.md",
    },
}
every_project = pytest.mark.parametrize("name", PROJECTS)


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All wheels and source archives of this checkout, and the wheels of what they need."""
    folder = tmp_path_factory.mktemp("wheelhouse")
    for project in PROJECTS.values():
        build = "import sys, uv_build as b; b.build_wheel(sys.argv[1]); b.build_sdist(sys.argv[1])"
        subprocess.run([sys.executable, "-c", build, folder], cwd=project, env=environment(), check=True)
    for name in sorted(closure(ALONE)):
        repack(metadata.distribution(name), folder)
    return folder


def environment(**more: str) -> dict[str, str]:
    """Nothing of the reader's pip configuration, and the programs of this environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "AFS_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return kept | {"PATH": path, "PIP_CONFIG_FILE": os.devnull, "NO_COLOR": "1"} | more


def closure(plugins: list[str]) -> set[str]:
    """Names of the foreign distributions that the core and ``plugins`` need here."""
    found: set[str] = set()
    waiting = [line for name in ("afs-core", *(f"afs-{p}" for p in plugins)) for line in requirements(name)]
    while waiting:
        needed = Requirement(waiting.pop())
        if needed.name in found or needed.name in PROJECTS or not applies(needed):
            continue
        found.add(needed.name)
        waiting += metadata.requires(needed.name) or []
    return found


def requirements(name: str) -> list[str]:
    project = tomllib.loads((PROJECTS[name] / "pyproject.toml").read_text())["project"]
    return list(project["dependencies"])


def applies(needed: Requirement) -> bool:
    return needed.marker is None or needed.marker.evaluate({"extra": ""})


def repack(installed: metadata.Distribution, folder: Path) -> None:
    """Write the wheel that ``installed`` was installed from, without its scripts."""
    wheel = installed.read_text("WHEEL") or ""
    tags = [line.partition(":")[2].strip() for line in wheel.splitlines() if line.startswith("Tag:")]
    info = next(file.parts[0] for file in installed.files or () if file.parts[0].endswith(".dist-info"))
    left_out = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
    kept = [
        file
        for file in installed.files or ()
        if ".." not in file.parts
        and file.suffix != ".pyc"
        and not (file.parts[0] == info and file.name in left_out)
    ]
    record = io.StringIO()
    csv.writer(record).writerows([str(file), "", ""] for file in (*kept, f"{info}/RECORD"))
    with zipfile.ZipFile(folder / f"{info.removesuffix('.dist-info')}-{tags[0]}.whl", "w") as archive:
        for file in kept:
            archive.write(str(installed.locate_file(file)), str(file))
        archive.writestr(f"{info}/RECORD", record.getvalue())


# What the archives hold


def wheel_of(name: str, wheelhouse: Path) -> zipfile.ZipFile:
    (path,) = wheelhouse.glob(f"{name.replace('-', '_')}-*.whl")
    return zipfile.ZipFile(path)


def sources(name: str) -> set[str]:
    """Relative names of the files that the wheel of ``name`` should hold."""
    root = ROOT if name == "afs-core" else PROJECTS[name] / "src"
    package = root / ("afs_core" if name == "afs-core" else "afs")
    files = (file for file in package.rglob("*") if file.is_file() and file.suffix != ".pyc")
    return {file.relative_to(root).as_posix() for file in files}


@every_project
def test_a_wheel_holds_the_package_and_nothing_else(name: str, wheelhouse: Path) -> None:
    with wheel_of(name, wheelhouse) as wheel:
        held = {file for file in wheel.namelist() if not file.endswith("/") and ".dist-info/" not in file}
        assert held == sources(name)
        assert held >= SHIPPED.get(name, set())
        assert "afs/__init__.py" not in held
        info = {file.rpartition("/")[2] for file in wheel.namelist() if ".dist-info/" in file}
        assert {"METADATA", "WHEEL", "RECORD", "entry_points.txt"} <= info


@every_project
def test_a_wheel_declares_its_entry_points(name: str, wheelhouse: Path) -> None:
    with wheel_of(name, wheelhouse) as wheel:
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
def test_a_source_archive_builds_the_same_wheel(name: str, wheelhouse: Path, tmp_path: Path) -> None:
    (path,) = wheelhouse.glob(f"{name.replace('-', '_')}-*.tar.gz")
    with tarfile.open(path) as archive:
        archive.extractall(tmp_path, filter="data")
    (project,) = tmp_path.iterdir()
    build = "import sys, uv_build; uv_build.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, tmp_path], cwd=project, env=environment(), check=True)
    with wheel_of(name, tmp_path) as again, wheel_of(name, wheelhouse) as first:
        assert {file: again.read(file) for file in again.namelist()} == {
            file: first.read(file) for file in first.namelist()
        }


# Clean environments


class Place:
    """A folder with what pip installed into it, and a Python that sees nothing else."""

    def __init__(self, folder: Path, wheelhouse: Path, *names: str) -> None:
        self.folder = folder
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--find-links", wheelhouse]
        command = [*map(str, pip), "--disable-pip-version-check", "--target", str(folder / "site"), *names]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        (folder / "home").mkdir()
        (folder / "work").mkdir()

    def python(self, *args: str) -> subprocess.CompletedProcess[str]:
        seen = {"PYTHONPATH": str(self.folder / "site"), "HOME": str(self.folder / "home")}
        command = [sys.executable, "-S", "-P", *args]
        work = self.folder / "work"
        return subprocess.run(command, cwd=work, env=environment(**seen), capture_output=True, text=True)

    def afs(self, *args: str) -> subprocess.CompletedProcess[str]:
        return self.python("-m", "afs_core", *args)

    def statuses(self) -> dict[str, Any]:
        listed = json.loads(self.afs("plugins", "list", "--json").stdout)["data"]
        return {status["name"]: status for status in listed}


@pytest.fixture(scope="session")
def core(tmp_path_factory: pytest.TempPathFactory, wheelhouse: Path) -> Place:
    return Place(tmp_path_factory.mktemp("core"), wheelhouse, "afs-core")


def test_the_core_alone_is_small_and_has_no_torch(core: Place) -> None:
    size = sum(file.stat().st_size for file in core.folder.glob("site/**/*") if file.is_file())
    assert size < CORE_LIMIT
    for module in ("torch", "numpy", "httpx", "afs"):
        assert core.python("-c", f"import {module}").returncode == 1, module


def test_the_core_alone_names_the_install_line_of_what_is_missing(core: Place) -> None:
    for command, plugin in (("training prepare", "training"), ("quickstart", "quickstart")):
        done = core.afs(*command.split())
        assert (done.returncode, done.stdout) == (5, "")
        assert f"pip install afs-{plugin}" in done.stderr
    for command in ("--help", "--version", "status", "plugins list", "config show"):
        assert core.afs(*command.split()).returncode == 0, command


def declared(plugin: str) -> Iterator[str]:
    """The plugins that come with ``plugin``, itself among them."""
    yield plugin
    for line in requirements(f"afs-{plugin}"):
        name = Requirement(line).name
        if name in PROJECTS and name != "afs-core":
            yield from declared(name.removeprefix("afs-"))


@pytest.mark.parametrize("plugin", ALONE)
def test_a_plugin_works_alone_beside_the_core(plugin: str, wheelhouse: Path, tmp_path: Path) -> None:
    place = Place(tmp_path, wheelhouse, f"afs-{plugin}")
    statuses = place.statuses()
    assert set(statuses) == set(declared(plugin))
    assert {status["state"] for status in statuses.values()} == {"loaded"}
    for command in statuses[plugin]["commands"]:
        shown = place.afs(*command["path"].split(), "--help")
        assert shown.returncode == 0, shown.stderr
    touched = place.python("-c", f"import afs.{plugin} as p; [getattr(p, name) for name in p.__all__]")
    assert touched.returncode == 0, touched.stderr
