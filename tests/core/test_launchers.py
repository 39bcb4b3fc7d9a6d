"""``scripts/afs`` and ``scripts/afs-venv`` in a small checkout, with real environments and a real pip."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROJECT = """
[build-system]
requires = ["uv_build"]
build-backend = "uv_build"
[project]
name = "afs-{name}"
version = "0.1.0"
dependencies = [{needs}]
[project.optional-dependencies]
more = ["not-on-any-index"]
[project.entry-points."afs.plugins"]
{name} = "afs.{name}.plugin"
[tool.uv.build-backend]
module-name = "afs.{name}"
"""

DECLARATION = """
from afs_core import Command, hookimpl

@hookimpl
def afs_commands():
    return [Command(path="{name} go", target="afs.{name}.cli:go", summary="Go.")]
"""

CODE = """
import click

@click.command()
def go():
    click.echo("{name} went")
"""

#: A Python whose environments find the core's libraries without an index.
PYTHON = """#!/bin/sh
"{python}" "$@" || exit
if [ "$1 $2" = "-m venv" ]; then
    for environment; do :; done
    for site in "$environment"/lib/python*/site-packages; do echo "{libraries}" >"$site/libraries.pth"; done
fi
"""


class Checkout:
    """A copy of what the launchers touch, with one small plugin."""

    def __init__(self, root: Path, libraries: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        shutil.copytree(ROOT / "afs_core", root / "afs_core", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, root / name)
        (root / "scripts").mkdir()
        for name in ("afs", "afs-venv"):
            shutil.copy(ROOT / "scripts" / name, root / "scripts" / name)
        self.add("mini")
        python = root / "python"
        python.write_text(PYTHON.format(python=sys.executable, libraries=libraries))
        python.chmod(0o755)
        index = root / "empty"
        index.mkdir()
        self.env = {
            "HOME": str(root / "home"),
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "AFS_PYTHON": str(python),
            "PIP_INDEX_URL": index.as_uri(),
        }

    def add(self, name: str, needs: str = "") -> Path:
        """A plugin under plugins/."""
        folder = self.root / "plugins" / f"afs-{name}"
        package = folder / "src" / "afs" / name
        package.mkdir(parents=True)
        (folder / "pyproject.toml").write_text(PROJECT.format(name=name, needs=needs))
        (package / "__init__.py").touch()
        (package / "plugin.py").write_text(DECLARATION.format(name=name))
        (package / "cli.py").write_text(CODE.format(name=name))
        return folder

    def command(self, script: str, *args: str) -> list[str]:
        return [str(self.root / "scripts" / script), *args]

    def run(self, script: str, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(script, *args),
            env=self.env | env,
            cwd=self.root.parent,
            capture_output=True,
            text=True,
            timeout=300,
        )


@pytest.fixture
def checkout(tmp_path: Path, libraries: Path) -> Iterator[Checkout]:
    others = tmp_path / "libraries"
    others.mkdir()
    for entry in libraries.iterdir():
        if entry.name != "afs_core":
            (others / entry.name).symlink_to(entry.resolve())
    root = tmp_path / "a checkout"
    root.mkdir()
    yield Checkout(root, others)


def cpu(command: list[str], env: dict[str, str]) -> float:
    """The least CPU time of several runs, in seconds."""
    times = []
    for _ in range(12):
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
        usage = os.wait4(process.pid, 0)[2]
        process.returncode = 0
        times.append(usage.ru_utime + usage.ru_stime)
    return min(times)


def test_first_use_prepares_later_use_is_quick_and_changes_are_seen(checkout: Checkout) -> None:
    first = checkout.run("afs", "--version")
    assert (first.returncode, first.stdout) == (0, "afs 0.1.0\n"), first.stderr
    assert "afs-venv: making" in first.stderr and "afs-venv: ready" in first.stderr

    second = checkout.run("afs", "mini", "go")
    assert (second.returncode, second.stdout, second.stderr) == (0, "mini went\n", "")
    assert checkout.run("afs", "mini", "stop").returncode == 2
    assert list((checkout.root / "afs_core" / "__pycache__").glob("registry.*.pyc"))

    link = checkout.root.parent / "afs-link"
    link.symlink_to(checkout.root / "scripts" / "afs")
    linked = subprocess.run([link, "mini", "go"], env=checkout.env, capture_output=True, text=True)
    assert linked.stdout == "mini went\n"

    launched = cpu(checkout.command("afs", "--version"), checkout.env)
    direct = cpu([str(checkout.venv / "bin" / "afs"), "--version"], checkout.env)
    assert launched - direct < 0.010

    started = time.monotonic()
    again = checkout.run("afs-venv")
    assert (again.returncode, again.stderr) == (0, "") and time.monotonic() - started < 3

    checkout.add("second")
    third = checkout.run("afs", "second", "go")
    assert (third.returncode, third.stdout) == (0, "second went\n"), third.stderr

    extra = checkout.run("afs-venv", AFS_VENV_EXTRAS="second,mini[more]")
    assert extra.returncode != 0 and "not-on-any-index" in extra.stderr
    assert checkout.run("afs", "mini", "go").stdout == "mini went\n"


def test_an_interrupted_preparation_is_repaired(checkout: Checkout) -> None:
    process = subprocess.Popen(
        checkout.command("afs-venv"),
        env=checkout.env,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None and "making" in process.stderr.readline()
    while not (checkout.venv / "bin" / "python").exists():
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert (checkout.root / ".venv.lock").is_dir()

    repaired = checkout.run("afs", "mini", "go")
    assert (repaired.returncode, repaired.stdout) == (0, "mini went\n"), repaired.stderr
    assert not (checkout.root / ".venv.lock").exists()

    (info,) = checkout.venv.glob("lib/python*/site-packages/afs_mini-*.dist-info")
    (info / "RECORD").unlink()
    (checkout.venv / "bin" / "afs").unlink()
    again = checkout.run("afs", "mini", "go")
    assert (again.returncode, again.stdout) == (0, "mini went\n"), again.stderr
    assert (info / "RECORD").exists()

    (checkout.venv / "bin" / "python").unlink()
    anew = checkout.run("afs", "mini", "go")
    assert (anew.returncode, anew.stdout) == (0, "mini went\n"), anew.stderr


def fake_torch(folder: Path) -> None:
    """An index with a wheel that only has the name of a large one."""
    name = "torch-2.0-py3-none-any.whl"
    (folder / "torch").mkdir(parents=True)
    info = "torch-2.0.dist-info"
    with zipfile.ZipFile(folder / "torch" / name, "w") as archive:
        archive.writestr("torch.py", "small = True\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: torch\nVersion: 2.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    (folder / "torch" / "index.html").write_text(f'<a href="{name}">{name}</a>')


def test_two_at_once_and_an_index_for_torch(checkout: Checkout) -> None:
    (checkout.root / "plugins" / "afs-mini" / "pyproject.toml").write_text(
        PROJECT.format(name="mini", needs='\n    "torch>=1",\n')
    )
    fake_torch(checkout.root.parent / "index")
    env = checkout.env | {"AFS_TORCH_INDEX": (checkout.root.parent / "index").as_uri()}
    both = [
        subprocess.Popen(
            checkout.command("afs", "mini", "go"),
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=300) for process in both]
    assert [output for output, _ in outputs] == ["mini went\n"] * 2, outputs
    talk = "".join(errors for _, errors in outputs)
    assert talk.count("afs-venv: making") == 1 and "afs-venv: waiting for process" in talk
    assert "PyTorch comes next" in talk and "200 MB" in talk
    assert list(checkout.venv.glob("lib/python*/site-packages/torch.py"))


@pytest.mark.parametrize("named", [True, False])
def test_a_python_that_is_too_old(tmp_path: Path, named: bool) -> None:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    for name in ("afs", "afs-venv"):
        shutil.copy(ROOT / "scripts" / name, scripts / name)
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "readlink", "mkdir", "rm", "cat", "cksum", "mv", "sleep"):
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    old = tools / "python3"
    old.write_text(textwrap.dedent("#!/bin/sh\nexit 1\n"))
    old.chmod(0o755)
    env = {"HOME": str(tmp_path), "PATH": str(tools)} | ({"AFS_PYTHON": str(old)} if named else {})
    result = subprocess.run([scripts / "afs", "status"], env=env, capture_output=True, text=True)
    assert result.returncode == 1 and result.stdout == ""
    assert "Python 3.11 or newer" in result.stderr
    assert not (tmp_path / ".venv.lock").exists()


def test_a_place_that_cannot_be_written_is_told() -> None:
    done = subprocess.run(
        [ROOT / "scripts/afs-venv"],
        env={"PATH": os.environ["PATH"], "AFS_VENV": "/proc/venv"},  # closed to root, too
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1 and "/proc/venv.lock" in done.stderr and "AFS_VENV=FOLDER" in done.stderr


def test_the_scripts_are_portable_shell() -> None:
    for name in ("afs", "afs-venv"):
        script = ROOT / "scripts" / name
        assert script.read_text().startswith("#!/bin/sh\n") and os.access(script, os.X_OK)
        subprocess.run(["sh", "-n", script], check=True)
