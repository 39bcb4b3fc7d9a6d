"""Clean environments without network: one wheelhouse, filled once, serves them all."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
#: What pip writes at an installation; a wheel does not hold it.
INSTALLED = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json"}


class CleanEnvironment:
    """A new virtual environment; pip installs into it from the wheelhouse alone."""

    def __init__(self, folder: Path, wheels: Path) -> None:
        venv.create(folder, symlinks=True)
        self.bin = folder / "bin"
        self.env = {
            "HOME": str(folder / "home"),
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "PIP_FIND_LINKS": str(wheels),
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def run(self, *args: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, such as ``"afs", "--help"``."""
        words = [str(arg) for arg in args]
        words[0] = str(self.bin / words[0])
        return self._run(words, cwd)

    def shell(self, line: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command line as a user types it."""
        return self._run(["/bin/sh", "-c", line], cwd)

    def pip(self, *args: str | Path) -> None:
        """Run this interpreter's pip on the environment; fails with what pip said."""
        words = [sys.executable, "-m", "pip", "--python", str(self.bin / "python"), *map(str, args)]
        done = self._run(words, None)
        assert done.returncode == 0, done.stdout + done.stderr

    def _run(self, words: list[str], cwd: Path | None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, env=self.env, cwd=cwd or self.bin.parent, capture_output=True, text=True, timeout=300
        )


class Wheelhouse:
    """A folder of wheels: of this checkout's projects, and of what is installed here, packed again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._built: dict[Path, Path] = {}

    def add(self, *names: str) -> None:
        """Wheels of installed distributions and of all that they require, in the versions used here."""
        for name in names:
            found = metadata.distribution(name)
            if not list(self.folder.glob(f"{_file_name(found)}-*.whl")):
                _pack(found, self.folder)
                self.add(*_requirements(found))

    def build(self, project: Path) -> Path:
        """The wheel of a project of this checkout, built once a session."""
        if project not in self._built:
            out = self.folder / f".{project.name}"
            build(project, "wheel", out)
            (wheel,) = out.iterdir()
            self._built[project] = wheel.rename(self.folder / wheel.name)
        return self._built[project]

    def environment(self, folder: Path, *requirements: str | Path) -> CleanEnvironment:
        """A new environment with these installed; their wheels have to be here."""
        made = CleanEnvironment(folder, self.folder)
        made.pip("install", "-q", "--no-compile", *requirements)  # few of the modules will be imported
        return made


def build(project: Path, kind: str, output: Path) -> None:
    """A ``wheel`` or ``sdist`` of a project, by the hook that its build backend offers."""
    code = "import sys, uv_build; getattr(uv_build, f'build_{sys.argv[1]}')(sys.argv[2])"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # where uv-build lies
    output.mkdir(exist_ok=True)
    command = [sys.executable, "-c", code, kind, str(output)]
    done = subprocess.run(
        command, cwd=project, env=os.environ | {"PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _requirements(found: metadata.Distribution) -> list[str]:
    wanted = map(Requirement, found.requires or ())
    return [need.name for need in wanted if need.marker is None or need.marker.evaluate({"extra": ""})]


def _file_name(found: metadata.Distribution) -> str:
    return f"{canonicalize_name(found.metadata['Name']).replace('-', '_')}-{found.version}"


def _pack(found: metadata.Distribution, folder: Path) -> None:
    wheel = found.read_text("WHEEL") or ""
    tags = [line.partition(": ")[2].split("-") for line in wheel.splitlines() if line.startswith("Tag:")]
    tag = "-".join(".".join(dict.fromkeys(part)) for part in zip(*tags, strict=True))
    with zipfile.ZipFile(folder / f"{_file_name(found)}-{tag}.whl", "w") as archive:
        record = ""
        for file in found.files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts and file.name not in INSTALLED:
                archive.write(str(found.locate_file(file)), file.as_posix())
                record += f"{file.as_posix()},,\n"
        place = next(file.parts[0] for file in found.files or () if file.name == "METADATA")
        archive.writestr(f"{place}/RECORD", f"{record}{place}/RECORD,,\n")


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Wheelhouse:
    """Holds the core, what it requires, pytest, and what builds projects that name no backend."""
    house = Wheelhouse(tmp_path_factory.mktemp("wheelhouse"))
    house.build(ROOT)
    house.add("click", "msgspec", "pluggy", "stevedore", "tomlkit", "pytest", "setuptools", "wheel")
    return house
