"""Help comes out of the catalogue: it imports next to nothing, and it is never out of date."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import afs_core
from afs_core import catalogue

ROOT = Path(__file__).parents[2]

LAZY = ("click", "stevedore", "pluggy", "importlib.metadata", "msgspec")
HEAVY = ("torch", "transformers", "numpy", "requests", "httpx", "aiohttp", "urllib3", "http.client")

SHOW_MODULES = """
import sys
from afs_core.cli import main
code = main({!r})
print(*sorted(sys.modules), sep="\\n", file=sys.stderr)
sys.exit(code)
"""

ONE_COMMAND = """
    from afs_core import Command, hookimpl

    @hookimpl
    def afs_commands():
        return [Command(path="tiny {0}", target="x:y", summary="Version {0}.")]
"""


def imported(sandbox: Any, *args: str) -> set[str]:
    result = sandbox.run("-c", SHOW_MODULES.format(list(args)))
    assert result.returncode == 0, result.stderr
    return set(result.stderr.splitlines())


def is_kept(sandbox: Any) -> bool:
    """Whether help comes out of the catalogue now."""
    return "click" not in imported(sandbox, "--help")


@pytest.mark.parametrize(
    "args", [["--help"], ["-h"], [], ["--version"], ["good", "--help"], ["plugins", "--help"]]
)
def test_a_second_help_imports_nearly_nothing(sandbox: Any, args: list[str]) -> None:
    sandbox.afs("--help")
    modules = imported(sandbox, *args)
    assert not modules & {*LAZY, "good_plugin", "afs_core.registry", "afs_core.config"}
    assert len([name for name in modules if name.startswith("afs_core")]) <= 4


def test_help_is_the_same_out_of_discovery_and_out_of_the_catalogue(sandbox: Any) -> None:
    sandbox.install("bad", "raise ValueError")
    sandbox.configure("[general]\nnonsense = 1\n")
    for args in (["--help"], ["good", "--help"]):
        shutil.rmtree(sandbox.home / ".cache", ignore_errors=True)
        first = sandbox.afs(*args).stdout
        assert is_kept(sandbox)
        assert sandbox.afs(*args).stdout == first
        assert "1 plugin failed: afs plugins list" in first
        assert "1 problem in the configuration: afs config validate" in first


def test_version_needs_neither_catalogue_nor_a_sound_configuration(sandbox: Any) -> None:
    sandbox.configure("[[[")
    assert sandbox.afs("--version").stdout == f"afs {afs_core.__version__}\n"
    assert not imported(sandbox, "--version") & set(LAZY)
    project = (ROOT / "pyproject.toml").read_text()
    assert f'version = "{afs_core.__version__}"' in project


def test_first_party_declarations_import_nothing_heavy(tmp_path: Path) -> None:
    code = """
import json, sys
from afs_core.config import Config
from afs_core.discovery import discover
statuses, _ = discover(Config.load())
print(json.dumps([[s.name, s.state, s.error] for s in statuses]))
print(json.dumps(sorted(sys.modules)))
"""
    env = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    statuses, modules = map(json.loads, done.stdout.splitlines())
    assert not set(HEAVY) & set(modules)
    assert [status for status in statuses if status[1] != "loaded"] == []


def test_the_core_exports_lazily_what_it_promises(sandbox: Any) -> None:
    code = """
import sys, afs_core
assert not [name for name in sys.modules if name.startswith("afs_core.")]
for name in afs_core.__all__:
    getattr(afs_core, name)
"""
    result = sandbox.run("-c", code)
    assert result.returncode == 0, result.stderr
    with pytest.raises(AttributeError):
        afs_core.nonsense  # noqa: B018


def test_help_on_a_terminal_that_lacks_characters(sandbox: Any) -> None:
    source = ONE_COMMAND.format("one").replace("Version one.", "Größe →\\n  zwei.")
    sandbox.install("tiny", source)
    for _ in range(2):
        result = sandbox.afs("--help", env={"PYTHONIOENCODING": "latin-1"}, encoding="latin-1")
        assert result.returncode == 0 and "tiny one         Größe \\u2192 zwei\n" in result.stdout


# What must be seen at once


def test_changes_of_the_configuration_are_seen(sandbox: Any) -> None:
    assert "good hello" in sandbox.afs("--help").stdout and is_kept(sandbox)
    sandbox.configure("[plugins]\ndisabled = ['good']\n")
    assert "good hello" not in sandbox.afs("--help").stdout and is_kept(sandbox)
    sandbox.configure("[plugins]\ndisabled = ['nice']\n")
    assert "good hello" in sandbox.afs("--help").stdout and is_kept(sandbox)
    sandbox.config_file.unlink()
    assert "1 plugin failed" not in sandbox.afs("--help").stdout

    project = sandbox.work / "afs.toml"
    project.write_text("[plugins]\ndisabled = ['good']\n")
    assert "good hello" not in sandbox.afs("--help").stdout and is_kept(sandbox)
    deeper = sandbox.work / "deep" / "er"
    deeper.mkdir(parents=True)
    assert "good hello" not in sandbox.afs("--help", cwd=deeper).stdout
    assert "good hello" in sandbox.afs("--help", cwd=sandbox.root).stdout
    (deeper / "afs.toml").write_text("")
    assert "good hello" in sandbox.afs("--help", cwd=deeper).stdout
    project.unlink()
    assert "good hello" in sandbox.afs("--help").stdout


def test_changes_of_the_environment_are_seen(sandbox: Any) -> None:
    other = sandbox.root / "other.toml"
    other.write_text("[plugins]\ndisabled = ['good']\n")
    for env in ({"AFS_PLUGINS__DISABLED": "good"}, {"AFS_CONFIG_PATH": str(other)}, {"AFS_NO_PLUGINS": "1"}):
        assert "good hello" in sandbox.afs("--help").stdout
        assert "good hello" not in sandbox.afs("--help", env=env).stdout
    other.write_text("")
    assert "good hello" in sandbox.afs("--help", env={"AFS_CONFIG_PATH": str(other)}).stdout


def test_changes_of_a_plugin_folder_are_seen(sandbox: Any) -> None:
    folder = sandbox.home / "mine"
    sandbox.configure("[plugins]\ndirs = ['~/mine']\n")
    sandbox.afs("--help")
    folder.mkdir()
    file = folder / "tiny.py"
    file.write_text(textwrap.dedent(ONE_COMMAND.format("one")))
    assert "tiny one" in sandbox.afs("--help").stdout and is_kept(sandbox)
    file.write_text(textwrap.dedent(ONE_COMMAND.format("two")))
    assert "tiny two" in sandbox.afs("--help").stdout and is_kept(sandbox)
    file.unlink()
    assert "tiny" not in sandbox.afs("--help").stdout


def test_a_mended_declaration_is_seen(sandbox: Any) -> None:
    file = sandbox.install("tiny", "def (")
    assert "1 plugin failed" in sandbox.afs("--help").stdout and is_kept(sandbox)
    file.write_text("import helper_of_tiny")
    assert "1 plugin failed" in sandbox.afs("--help").stdout and is_kept(sandbox)
    helper = sandbox.site / "helper_of_tiny.py"
    helper.write_text("raise ValueError")
    assert "1 plugin failed" in sandbox.afs("--help").stdout and is_kept(sandbox)
    helper.write_text("")
    assert "failed" not in sandbox.afs("--help").stdout and is_kept(sandbox)
    helper.write_text("raise ValueError")
    assert "1 plugin failed" in sandbox.afs("--help").stdout


def test_a_fault_in_the_catalogue_is_looked_at_again_by_commands(sandbox: Any) -> None:
    flag = sandbox.root / "flag"
    sandbox.install("moody", f"import pathlib\nassert pathlib.Path({str(flag)!r}).exists()")
    assert sandbox.plugins()["moody"]["state"] == "failed"
    flag.write_text("")
    assert sandbox.plugins()["moody"]["state"] == "loaded"


class Environment:
    """A real virtual environment that pip installs into; the core and its libraries come by a path file."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox, self.folder = sandbox, sandbox.root / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.folder], check=True)
        site = next(self.folder.glob("lib/python*/site-packages"))
        (site / "libraries.pth").write_text(f"{sandbox.libraries}\n")
        sandbox.python = [str(self.folder / "bin" / "python"), "-P"]
        sandbox.env = {k: v for k, v in sandbox.env.items() if not k.startswith("PYTHON")}

    def pip(self, command: str, *args: str | Path) -> None:
        pip = [sys.executable, "-m", "pip", "--python", str(self.folder / "bin" / "python"), command]
        quiet = ["--quiet", "--disable-pip-version-check"]
        env = {**self.sandbox.env, "PIP_NO_INDEX": "1"}
        subprocess.run([*pip, *quiet, *map(str, args)], check=True, env=env)

    def wheel(self, version: str, word: str) -> Path:
        """A wheel of ``tiny``, whose command is named ``word``."""
        path: Path = self.sandbox.root / f"afs_tiny-{version}-py3-none-any.whl"
        info = f"afs_tiny-{version}.dist-info"
        files = {
            "tiny.py": textwrap.dedent(ONE_COMMAND.format(word)),
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: afs-tiny\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/entry_points.txt": "[afs.plugins]\ntiny = tiny\n",
        }
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
            archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"]))
        return path

    def help(self) -> str:
        """Help twice, so that the second comes out of the catalogue; both must say the same."""
        first = self.sandbox.afs("--help").stdout
        assert self.sandbox.afs("--help").stdout == first
        return str(first)


@pytest.fixture
def environment(sandbox: Any) -> Iterator[Environment]:
    yield Environment(sandbox)


def test_install_upgrade_and_removal_are_seen(environment: Environment) -> None:
    assert "tiny" not in environment.help()
    environment.pip("install", environment.wheel("1.0", "one"))
    assert "tiny one" in environment.help() and is_kept(environment.sandbox)
    environment.pip("install", environment.wheel("1.1", "two"))
    assert "tiny two" in environment.help()
    assert environment.sandbox.plugins()["tiny"]["version"] == "1.1"
    environment.pip("install", "--force-reinstall", environment.wheel("1.1", "six"))
    assert "tiny six" in environment.help()
    environment.pip("uninstall", "--yes", "afs-tiny")
    assert "tiny" not in environment.help()


def test_an_edit_of_an_editable_declaration_is_seen(environment: Environment) -> None:
    project = environment.sandbox.root / "project"
    package = project / "src" / "tiny_editable"
    package.mkdir(parents=True)
    (project / "pyproject.toml").write_text(
        textwrap.dedent("""
        [build-system]
        requires = ["uv_build"]
        build-backend = "uv_build"
        [project]
        name = "tiny-editable"
        version = "1"
        [project.entry-points."afs.plugins"]
        tiny = "tiny_editable.plugin"
        """)
    )
    (package / "__init__.py").touch()
    declaration = package / "plugin.py"
    declaration.write_text(textwrap.dedent(ONE_COMMAND.format("one")))
    environment.pip("install", "--no-build-isolation", "--no-deps", "-e", project)
    assert "tiny one" in environment.help() and is_kept(environment.sandbox)
    declaration.write_text(textwrap.dedent(ONE_COMMAND.format("two")))
    assert "tiny two" in environment.help() and is_kept(environment.sandbox)
    declaration.unlink()
    assert "1 plugin failed" in environment.help()
    declaration.write_text(textwrap.dedent(ONE_COMMAND.format("three")))
    assert "tiny three" in environment.help()


# What may be wrong with the cache itself


def cache_files(sandbox: Any) -> list[Path]:
    return sorted((sandbox.home / ".cache" / "afs").iterdir())


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-7],
        lambda data: b"{}" + data,
        lambda data: data[:60] + bytes([data[60] ^ 1]) + data[61:],
        lambda data: os.urandom(len(data)),
    ],
)
def test_a_damaged_catalogue_is_ignored_and_replaced(sandbox: Any, damage: Any) -> None:
    before = sandbox.afs("--help").stdout
    (file,) = cache_files(sandbox)
    file.write_bytes(damage(file.read_bytes()))
    assert not is_kept(sandbox)
    assert is_kept(sandbox)
    assert sandbox.afs("--help").stdout == before


def test_a_foreign_catalogue_is_ignored(sandbox: Any) -> None:
    sandbox.afs("--help")
    (file,) = cache_files(sandbox)
    data = file.read_bytes()
    other = sandbox.afs("--help", env={"AFS_PLUGINS__DISABLED": "good"})
    assert "good hello" not in other.stdout
    (foreign,) = set(cache_files(sandbox)) - {file}
    foreign.write_bytes(data)
    again = sandbox.afs("--help", env={"AFS_PLUGINS__DISABLED": "good"})
    assert again.stdout == other.stdout


def test_a_cache_that_cannot_be_written_is_no_fault(sandbox: Any) -> None:
    (sandbox.home / ".cache").write_text("a file where a folder should be")
    for _ in range(2):
        result = sandbox.afs("good", "hello")
        assert (result.returncode, result.stdout, result.stderr) == (0, "hello\n", "")
    assert sandbox.afs("--help").returncode == 0


def test_many_starts_at_once_leave_one_whole_catalogue(sandbox: Any) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: sandbox.afs("--help"), range(8)))
    assert len({result.stdout for result in results}) == 1
    assert [result.returncode for result in results] == [0] * 8
    assert len(cache_files(sandbox)) == 1 and is_kept(sandbox)


def test_the_catalogue_is_private_and_holds_no_secret(sandbox: Any) -> None:
    sandbox.afs("--help", env={"AFS_OPENAI_API_KEY": "hunter2", "AFS_X__TOKEN": "hunter3"})
    (file,) = cache_files(sandbox)
    assert b"hunter" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


def test_old_catalogues_are_removed(sandbox: Any) -> None:
    for number in range(20):
        sandbox.run(
            "-c",
            f"import os; os.environ['AFS_N']='{number}'\nfrom afs_core import catalogue\n"
            "catalogue.write({}, [], catalogue.key(), 0)",
        )
    assert len(cache_files(sandbox)) <= 16


def test_a_change_during_discovery_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    watched = tmp_path / "plugin.py"
    watched.touch()
    changed = watched.stat().st_mtime_ns
    catalogue.write({"plugins": []}, [str(watched)], catalogue.key(), changed)
    assert catalogue.read() is None
    catalogue.write({"plugins": []}, [str(watched)], catalogue.key(), changed + 1)
    assert catalogue.read() is not None
    watched.write_text("x")
    assert catalogue.read() is None


def test_the_bars_of_a_start(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "benchmarks" / "startup.py"
    env = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, script, "--runs", "8", "--json"], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
