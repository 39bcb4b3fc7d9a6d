"""What the core knows about first-party plugins is what they declare, and the install line works."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from afs_core import firstparty
from afs_core.capability import CONTRACT_KINDS
from afs_core.config import Config
from afs_core.registry import Registry
from afs_core.status import PluginStatus

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def present() -> list[PluginStatus]:
    """First-party plugins of this environment that load."""
    statuses = Registry.load(Config.load(ROOT, ROOT / "none"), refresh=True).statuses
    return [s for s in statuses if s.state == "loaded" and s.distribution == f"afs-{s.name}"]


def test_every_declared_command_is_known_with_its_owner(present: list[PluginStatus]) -> None:
    declared = [(command.path, plugin.name) for plugin in present for command in plugin.commands]
    assert [pair for pair in declared if firstparty.owner_of_command(pair[0]) != pair[1]] == []


def test_every_declared_capability_is_known_with_its_owner(present: list[PluginStatus]) -> None:
    everything = [(item, plugin.name) for plugin in present for item in plugin.capabilities]
    declared = [(item, name) for item, name in everything if item.kind in CONTRACT_KINDS]
    owner = firstparty.owner_of_capability
    unknown = [f"{name}: {i.kind}/{i.name}" for i, name in declared if owner(i.kind, i.name) != name]
    assert unknown == []
    assert {item.kind for item, _ in everything} <= {*CONTRACT_KINDS, *firstparty.KINDS}


def test_every_plugin_of_the_checkout_is_known() -> None:
    found = {file.parent.name.removeprefix("afs-") for file in ROOT.glob("plugins/afs-*/pyproject.toml")}
    assert found <= firstparty.PLUGINS


def test_no_command_has_two_owners() -> None:
    paths = [path for paths in firstparty.COMMANDS.values() for path in paths]
    assert sorted(set(paths)) == sorted(paths)


def test_the_install_line_names_a_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firstparty, "_checkout", lambda: None)
    assert firstparty.install_line("training") == "pip install afs-training"


def test_from_a_checkout_the_install_line_names_the_whole_closure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs = {
        "afs-top": ["afs-core>=0.1", "afs-middle>=1,<2", "numpy"],
        "afs-middle": ["afs-low[extra]"],
        "afs-low": ["afs-middle"],
    }
    root = tmp_path / "a checkout"
    for name, dependencies in needs.items():
        (root / "plugins" / name).mkdir(parents=True)
        lines = ", ".join(f'"{dependency}"' for dependency in dependencies)
        (root / "plugins" / name / "pyproject.toml").write_text(f"[project]\ndependencies = [{lines}]\n")
    monkeypatch.setattr(firstparty, "_checkout", lambda: root)
    line = firstparty.install_line("top")
    paths = [f"'{root}/plugins/afs-{name}'" for name in ("low", "middle", "top")]
    assert line == f"pip install {' '.join(paths)}"
    assert firstparty.install_line("nowhere") == "pip install afs-nowhere"


def test_dependencies_between_plugins_are_declared_as_the_line_needs_them() -> None:
    for file in ROOT.glob("plugins/afs-*/pyproject.toml"):
        project = tomllib.loads(file.read_text())["project"]
        assert project["name"] == file.parent.name
        named = {part for part in project.get("dependencies", []) if part.startswith("afs-")}
        assert len(firstparty._dependencies(file)) >= len(named)
