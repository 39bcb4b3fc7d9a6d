"""Which plugins are loaded: configuration decides before any import, and a project may only take away."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

#: Says on stderr that it was imported.
LOUD = "import sys\nprint('IMPORTED', __name__, file=sys.stderr)"


def test_a_disabled_plugin_is_not_imported(sandbox: Any) -> None:
    sandbox.install("loud", LOUD)
    assert "IMPORTED" in sandbox.afs("plugins", "list").stderr
    sandbox.configure("[plugins]\ndisabled = ['loud']\n")
    result = sandbox.afs("plugins", "list")
    assert "IMPORTED" not in result.stderr
    loud = sandbox.plugins()["loud"]
    assert loud["state"] == "disabled" and loud["remedy"] == "afs plugins enable loud"
    assert "config.toml:2" in loud["error"]


@pytest.mark.parametrize("text", ["[plugins]\nenabled = ['good']", "[general]\nenabled_plugins = ['good']"])
def test_only_enabled_plugins_are_imported(sandbox: Any, text: str) -> None:
    sandbox.install("loud", LOUD)
    sandbox.configure(text)
    result = sandbox.afs("plugins", "list")
    assert "IMPORTED" not in result.stderr
    states = {name: status["state"] for name, status in sandbox.plugins().items()}
    assert states == {"good": "loaded", "loud": "disabled"}


def test_an_empty_list_enables_all(sandbox: Any) -> None:
    sandbox.configure("[general]\nenabled_plugins = []\nplugin_dirs = []\n")
    assert sandbox.plugins()["good"]["state"] == "loaded"


def test_no_plugins_imports_none(sandbox: Any) -> None:
    sandbox.install("loud", LOUD)
    result = sandbox.afs("--no-plugins", "plugins", "list")
    assert result.returncode == 0 and "IMPORTED" not in result.stderr
    assert "loud" in result.stdout and "loaded" not in result.stdout
    hello = sandbox.afs("good", "hello", "--no-plugins")
    assert hello.returncode == 5 and "left out by --no-plugins" in hello.stderr
    assert sandbox.afs("good", "hello").returncode == 0


def test_a_project_cannot_enable_what_its_user_did_not(sandbox: Any) -> None:
    sandbox.install("loud", LOUD)
    sandbox.configure("[plugins]\nenabled = ['good']\n")
    (sandbox.work / "afs.toml").write_text("[plugins]\nenabled = ['good', 'loud']\n")
    result = sandbox.afs("plugins", "list")
    assert "IMPORTED" not in result.stderr
    assert sandbox.plugins()["loud"]["state"] == "disabled"


def test_a_project_cannot_bring_code(sandbox: Any) -> None:
    (sandbox.work / "mine").mkdir()
    (sandbox.work / "mine" / "intruder.py").write_text(LOUD)
    (sandbox.work / "afs.toml").write_text("[general]\nplugin_dirs = ['mine']\n")
    result = sandbox.afs("plugins", "list")
    assert "IMPORTED" not in result.stderr and "intruder" not in sandbox.plugins()


def test_a_project_may_disable(sandbox: Any) -> None:
    (sandbox.work / "afs.toml").write_text("[plugins]\ndisabled = ['good']\n")
    result = sandbox.afs("good", "hello")
    assert result.returncode == 5
    assert "disabled by plugins.disabled" in result.stderr and "afs.toml:2" in result.stderr
    assert sandbox.afs("good", "hello", cwd=sandbox.root).returncode == 0


FOLDER_PLUGIN = """
import click
from afs_core import Command, hookimpl

@hookimpl
def afs_commands():
    return [Command(path="{0} go", target="{0}:go")]

@click.command()
def go():
    click.echo("{0} went")
"""


def test_files_and_packages_of_a_plugin_folder(sandbox: Any) -> None:
    folder = sandbox.home / "mine"
    (folder / "packed").mkdir(parents=True)
    (folder / "single.py").write_text(FOLDER_PLUGIN.format("single"))
    (folder / "packed" / "__init__.py").write_text(FOLDER_PLUGIN.format("packed"))
    (folder / "_private.py").write_text(LOUD)
    (folder / "notes.txt").write_text("no plugin")
    sandbox.configure("[general]\nplugin_dirs = ['~/mine']\n")
    for _ in range(2):  # out of discovery, then out of the catalogue
        assert sandbox.afs("single", "go").stdout == "single went\n"
        assert sandbox.afs("packed", "go").stdout == "packed went\n"
    statuses = sandbox.plugins()
    assert set(statuses) == {"good", "single", "packed"}
    assert statuses["single"]["distribution"] == str(folder / "single.py")


def test_a_relative_plugin_folder_lies_beside_the_configuration(sandbox: Any) -> None:
    folder = sandbox.config_file.parent / "mine"
    folder.mkdir(parents=True)
    (folder / "single.py").write_text(FOLDER_PLUGIN.format("single"))
    sandbox.configure("[plugins]\ndirs = ['mine']\n")
    assert sandbox.afs("single", "go").stdout == "single went\n"
    assert sandbox.afs("single", "go", cwd=sandbox.home).stdout == "single went\n"


def test_a_plugin_file_with_the_name_of_a_module(sandbox: Any) -> None:
    folder = sandbox.home / "mine"
    folder.mkdir()
    (folder / "json.py").write_text(FOLDER_PLUGIN.format("json"))
    sandbox.configure("[plugins]\ndirs = ['~/mine']\n")
    taken = sandbox.plugins()["json"]
    assert taken["state"] == "failed" and "its name is taken by the module" in taken["error"]


def test_a_plugin_file_with_the_name_of_an_installed_plugin(sandbox: Any) -> None:
    folder = sandbox.home / "mine"
    folder.mkdir()
    (folder / "good.py").write_text(LOUD)
    sandbox.configure("[plugins]\ndirs = ['~/mine']\n")
    twin = sandbox.plugins()["good"]
    assert twin["state"] == "duplicate"
    assert "afs-good 2.1" in twin["error"] and str(folder / "good.py") in twin["error"]


COMMENTED = """\
# what I use
[plugins]  # a table
disabled = [
    "old",  # too slow
]

[training]
batch_size = 2  # small card
"""


def test_disable_and_enable_keep_comments(sandbox: Any) -> None:
    sandbox.install("old", "")
    sandbox.configure(COMMENTED)
    result = sandbox.afs("plugins", "disable", "good")
    assert result.returncode == 0 and "plugin good is disabled" in result.stdout
    text = sandbox.config_file.read_text()
    assert tomllib.loads(text)["plugins"]["disabled"] == ["old", "good"]
    for comment in ("# what I use", "# a table", "# too slow", "# small card"):
        assert comment in text
    assert sandbox.plugins()["good"]["state"] == "disabled"

    result = sandbox.afs("plugins", "enable", "good")
    assert result.returncode == 0 and "plugin good is loaded" in result.stdout
    assert tomllib.loads(sandbox.config_file.read_text())["plugins"]["disabled"] == ["old"]
    assert sandbox.afs("good", "hello").returncode == 0


def test_disable_makes_the_file(sandbox: Any) -> None:
    assert sandbox.afs("plugins", "disable", "afs-good").returncode == 0
    assert tomllib.loads(sandbox.config_file.read_text()) == {"plugins": {"disabled": ["good"]}}
    before = sandbox.config_file.read_bytes()
    assert sandbox.afs("plugins", "disable", "good").returncode == 0
    assert sandbox.config_file.read_bytes() == before


def test_enable_adds_to_the_list_that_is_there(sandbox: Any) -> None:
    sandbox.install("other", "")
    sandbox.configure("[general]\nenabled_plugins = ['good']\n")
    assert sandbox.afs("plugins", "enable", "other").returncode == 0
    assert tomllib.loads(sandbox.config_file.read_text()) == {
        "general": {"enabled_plugins": ["good", "other"]}
    }
    assert sandbox.plugins()["other"]["state"] == "loaded"


def test_enable_says_what_still_disables(sandbox: Any) -> None:
    (sandbox.work / "afs.toml").write_text("[plugins]\ndisabled = ['good']\n")
    result = sandbox.afs("plugins", "enable", "good")
    assert "plugin good is disabled" in result.stdout
    assert "afs.toml:2" in result.stderr


def test_a_name_that_is_not_installed_can_be_taken_out(sandbox: Any) -> None:
    sandbox.configure("[plugins]\nenabled = ['good', 'ghost']\n")
    remedy = sandbox.plugins()["ghost"]["remedy"].split()
    assert sandbox.afs(*remedy[1:]).returncode == 0
    assert tomllib.loads(sandbox.config_file.read_text()) == {"plugins": {"enabled": ["good"]}}


def test_the_last_enabled_name_is_not_taken_out(sandbox: Any) -> None:
    sandbox.configure("[plugins]\nenabled = ['ghost']\n")
    result = sandbox.afs("plugins", "disable", "ghost")
    assert result.returncode == 2 and "an empty list means all plugins" in result.stderr


def test_switches_work_with_every_plugin_and_the_file_broken(sandbox: Any) -> None:
    sandbox.install("good", "raise SystemExit", distribution="afs-good", version="2.1")
    assert sandbox.afs("plugins", "disable", "good").returncode == 0
    sandbox.configure("[plugins\n")
    for command in (["--version"], ["--help"], ["plugins", "list"], ["plugins", "info", "good"]):
        assert sandbox.afs(*command).returncode == 0
    result = sandbox.afs("plugins", "enable", "good")
    assert result.returncode == 2 and "config.toml" in result.stderr
    assert sandbox.config_file.read_text() == "[plugins\n"


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [("goood", 2, "did you mean 'good'?"), ("training", 5, "pip install afs-training")],
)
def test_names_that_are_not_there(sandbox: Any, name: str, code: int, words: str) -> None:
    for command in ("info", "enable", "disable"):
        result = sandbox.afs("plugins", command, name)
        assert result.returncode == code and words in result.stderr


def test_info_tells_what_a_plugin_offers(sandbox: Any) -> None:
    shown = sandbox.afs("plugins", "info", "good").stdout
    for words in ("afs-good 2.1", "generators/echo", "Counts aloud.", "afs good hello", "afs_commands"):
        assert words in shown
    data = sandbox.json("plugins", "info", "good")["data"]
    assert data["capabilities"][0]["kind"] == "generators"
