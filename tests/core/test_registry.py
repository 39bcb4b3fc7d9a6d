"""Lookup, creation and settings of capabilities, and the commands of plugins that are not installed."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from afs_core.capability import Capability, Command
from afs_core.config import Config
from afs_core.errors import ConfigError, DuplicateName, Missing, PluginError, UnknownName
from afs_core.registry import Registry
from afs_core.status import PluginStatus


class Echo:
    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        count: int = 3
        where: Path = Path("here")

    def __init__(self, config: Config, run: Any) -> None:
        self.config, self.run = config, run


class Loud(Echo):
    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        volume: int = 1


def plain(config: None, run: Any) -> tuple[None, Any]:
    return config, run


def one_argument(config: None) -> None: ...


def breaks(config: None, run: Any) -> None:
    raise RuntimeError("at once")


@pytest.fixture(autouse=True)
def targets(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("tested_targets")
    vars(module).update(Echo=Echo, Loud=Loud, plain=plain, one_argument=one_argument, breaks=breaks)
    monkeypatch.setitem(sys.modules, "tested_targets", module)


def capability(name: str, target: str = "Echo", **fields: Any) -> Capability:
    return Capability(name=name, kind="generators", target=f"tested_targets:{target}", **fields)


def plugin(name: str, *capabilities: Capability, state: str = "loaded", **fields: Any) -> PluginStatus:
    return PluginStatus(
        name=name,
        state=state,
        distribution=f"afs-{name}",
        version="1.2",
        capabilities=capabilities,
        **fields,
    )


def settings(tmp_path: Path, text: str) -> Config:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return Config.load(tmp_path, file)


RUN: Any = object()


def test_find_by_bare_and_by_qualified_name() -> None:
    registry = Registry([plugin("one", capability("echo")), plugin("two", capability("other"))])
    assert registry.find("generators", "echo").plugin == "one"
    entry = registry.find("generators", "two/other")
    assert (entry.plugin, entry.distribution, entry.version) == ("two", "afs-two", "1.2")
    assert [entry.name for entry in registry.entries("generators")] == ["echo", "other"]
    assert registry.entries("scorers") == []


def test_a_name_of_two_plugins_must_be_qualified() -> None:
    registry = Registry([plugin("one", capability("echo")), plugin("two", capability("echo"))])
    with pytest.raises(DuplicateName, match=r"afs-one 1\.2.*afs-two 1\.2") as caught:
        registry.find("generators", "echo")
    assert caught.value.hint == "write one/echo or two/echo"
    assert registry.find("generators", "two/echo").plugin == "two"


def test_an_unknown_name_has_a_suggestion_and_names_plugins_at_fault() -> None:
    registry = Registry([plugin("one", capability("echo")), plugin("bad", state="failed")])
    with pytest.raises(UnknownName, match="did you mean 'echo'") as caught:
        registry.find("generators", "ehco")
    assert "bad (afs plugins list)" in caught.value.hint


def test_a_first_party_capability_that_is_not_installed_has_an_install_line() -> None:
    with pytest.raises(Missing, match="plugin redaction") as caught:
        Registry([]).find("transforms", "redaction")
    assert "afs-redaction" in caught.value.hint


def test_a_first_party_capability_that_is_disabled() -> None:
    status = plugin("redaction", state="disabled", error="off", remedy="afs plugins enable redaction")
    with pytest.raises(Missing) as caught:
        Registry([status]).find("transforms", "redaction")
    assert caught.value.hint == "afs plugins enable redaction"


def test_a_capability_of_a_failed_plugin_says_so() -> None:
    status = plugin("redaction", state="failed", error="boom", remedy="r")
    with pytest.raises(PluginError, match=r"plugin redaction \(afs-redaction 1\.2\) is failed: boom"):
        Registry([status]).find("transforms", "redaction")


def test_create_gives_config_and_run() -> None:
    made = Registry([plugin("one", capability("echo"))]).create("generators", "echo", RUN, {"where": "~/x"})
    assert made.run is RUN
    assert made.config == Echo.Config(where=Path("~/x").expanduser())


def test_a_factory_without_config_receives_none() -> None:
    registry = Registry([plugin("one", capability("plain", "plain"))])
    assert registry.create("generators", "plain", RUN) == (None, RUN)
    with pytest.raises(ConfigError, match="unknown setting 'count'"):
        registry.create("generators", "plain", RUN, {"count": 1})


def test_settings_win_over_the_capability_win_over_the_plugin(tmp_path: Path) -> None:
    config = settings(tmp_path, "[plugins.one]\ncount = 5\nwhere = 'wide'\n[plugins.one.echo]\ncount = 6\n")
    registry = Registry([plugin("one", capability("echo"), capability("other"))], config)
    assert registry.config_for("generators", "other") == Echo.Config(count=5, where=Path("wide"))
    assert registry.config_for("generators", "echo") == Echo.Config(count=6, where=Path("wide"))
    assert registry.config_for("generators", "echo", {"count": 7}).count == 7
    assert registry.configured("generators", "echo") == {"count": 6, "where": "wide"}


def test_a_dashed_name_matches_its_section(tmp_path: Path) -> None:
    for section in ("recall-probes", "recall_probes"):
        config = settings(tmp_path, f"[plugins.one.{section}]\ncount = 6\n")
        registry = Registry([plugin("one", capability("recall-probes"))], config)
        assert registry.config_for("generators", "recall-probes").count == 6


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "[plugins.one.echo]\ncuont = 1\n",
            "config.toml:2: plugins.one.echo: unknown setting 'cuont'; did you mean",
        ),
        ("[plugins.one]\ncuont = 1\n", "config.toml:2: plugins.one: unknown setting 'cuont'; did you mean"),
        ("[plugins.one.ehco]\ncount = 1\n", "plugins.one: unknown setting 'ehco'; did you mean 'echo'"),
        ("[plugins.one.echo]\n\ncount = 'three'\n", "config.toml:3"),
    ],
)
def test_wrong_settings_name_their_line_and_harm_nobody_else(tmp_path: Path, text: str, words: str) -> None:
    registry = Registry(
        [plugin("one", capability("echo")), plugin("two", capability("fine"))], settings(tmp_path, text)
    )
    with pytest.raises(ConfigError) as caught:
        registry.create("generators", "echo", RUN)
    assert words in str(caught.value)
    assert registry.create("generators", "fine", RUN).config == Echo.Config()


def test_a_plugin_wide_key_may_belong_to_another_capability(tmp_path: Path) -> None:
    config = settings(tmp_path, "[plugins.one]\nvolume = 9\n")
    registry = Registry([plugin("one", capability("echo"), capability("loud", "Loud"))], config)
    assert registry.config_for("generators", "echo") == Echo.Config()
    assert registry.config_for("generators", "loud").volume == 9


def test_requirements_come_before_the_import() -> None:
    absent = capability("echo", "nowhere", requires=("os", "not_there.deeper: pip install not-there[x]"))
    with pytest.raises(Missing, match=r"of plugin one \(afs-one 1\.2\) needs the module not_there") as caught:
        Registry([plugin("one", absent)]).create("generators", "echo", RUN)
    assert caught.value.hint == "pip install not-there[x]"


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("one_argument", "is no factory (config, run)"),
        ("breaks", "could not be made: RuntimeError: at once"),
        ("nowhere", "could not be imported"),
    ],
)
def test_broken_promises_name_the_plugin(target: str, words: str) -> None:
    with pytest.raises(PluginError) as caught:
        Registry([plugin("one", capability("echo", target))]).create("generators", "echo", RUN)
    assert "generators/echo of plugin one (afs-one 1.2)" in str(caught.value)
    assert words in str(caught.value)


def test_commands_that_two_offer_are_left_out() -> None:
    go, other = Command(path="go", target="x:y"), Command(path="other", target="x:y")
    registry = Registry([plugin("one", commands=(go,)), plugin("two", commands=(go, other))])
    assert registry.commands() == {"other": other}
    assert [status.name for status, _ in registry.offered_commands()["go"]] == ["one", "two"]


OBSERVER = """
    from afs_core import hookimpl

    @hookimpl
    def afs_run_started(run):
        print("started", run.seed)

    @hookimpl
    def afs_run_finished(outcome):
        print("finished", outcome)
"""

BAD_OBSERVER = """
    from afs_core import hookimpl

    @hookimpl
    def afs_run_started():
        raise SystemExit("never")
"""

RUN_ONCE = """
from afs_core import Run
with Run.open(seed=7, on_warning=print):
    print("working")
"""


def test_observers_are_called_also_out_of_the_catalogue(sandbox: Any) -> None:
    sandbox.install("watcher", OBSERVER)
    sandbox.install("bad", BAD_OBSERVER)
    for _ in range(3):
        result = sandbox.run("-c", RUN_ONCE)
        assert "started 7\n" in result.stdout and "working\nfinished done\n" in result.stdout, result.stderr
        assert "plugin bad (afs-bad 1.0): afs_run_started raised SystemExit: never" in result.stdout
    registry = "from afs_core import Registry; print(Registry.load().observers)"
    assert "'watcher'" in sandbox.run("-c", registry).stdout


def test_a_documented_command_on_the_core_alone(sandbox: Any) -> None:
    for command in (["training", "prepare"], ["training", "prepare", "--input", "x"], ["train"]):
        result = sandbox.afs(*command)
        assert result.returncode == 5, result.stderr
        assert "pip install afs-training" in result.stderr and "Traceback" not in result.stderr
    group = sandbox.afs("training", "--help")
    assert group.returncode == 5 and "pip install afs-training" in group.stderr
    assert sandbox.json("lineage", "show")["error"]["exit_code"] == 5


def test_a_documented_command_of_a_disabled_plugin(sandbox: Any) -> None:
    sandbox.install("training", "", distribution="afs-training")
    sandbox.configure("[plugins]\ndisabled = ['training']\n")
    result = sandbox.afs("training", "prepare")
    assert result.returncode == 5 and "afs plugins enable training" in result.stderr


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["stauts"], "status"),
        (["plugins", "lsit"], "list"),
        (["trainin"], "train"),
        (["good", "hullo"], "hello"),
    ],
)
def test_an_unknown_command(sandbox: Any, words: list[str], near: str) -> None:
    result = sandbox.afs(*words)
    assert result.returncode == 2
    assert f"did you mean '{near}" in result.stderr
    envelope = sandbox.json(*words)
    assert envelope["ok"] is False and envelope["command"] == " ".join(words)
    assert envelope["error"]["exit_code"] == 2


def test_a_group_without_a_command_shows_its_help(sandbox: Any) -> None:
    result = sandbox.afs("plugins")
    assert result.returncode == 2 and result.stdout == "" and "disable" in result.stderr
    assert sandbox.afs().returncode == 0


def test_a_reader_that_goes_away_is_no_error(sandbox: Any) -> None:
    import subprocess

    command = f"{' '.join(sandbox.python)} -m afs_core plugins list --json | true"
    result = subprocess.run(
        command, shell=True, env=sandbox.env, cwd=sandbox.work, capture_output=True, text=True
    )
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("afs ", {"good", "plugins", "status"}),
        ("afs good h", {"hello"}),
        ("afs nowhere x", set()),
        ("afs gone ", set()),
    ],
)
def test_completion_imports_no_plugin_code(sandbox: Any, line: str, words: set[str]) -> None:
    declared = "def afs_commands(): return [Command(path='gone', target='x:y')]"
    sandbox.install("gone", f"from afs_core import Command, hookimpl\n@hookimpl\n{declared}")
    parts = line.split(" ")
    env = {"_AFS_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(parts) - 1)}
    result = sandbox.afs(env=env)
    found = {entry.partition(",")[2] for entry in result.stdout.splitlines() if entry}
    assert words <= found and (words or not found) and result.stderr == ""
