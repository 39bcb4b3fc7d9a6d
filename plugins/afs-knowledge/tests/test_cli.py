"""The commands, as processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from afs_core.testing.commandline import Cli


@pytest.fixture
def ram(tmp_path: Path) -> Path:
    file = tmp_path / "ram.asm"
    file.write_text("RaftHealth = $7EF36D ; hearts of the raft\nTide = $7F5123\n")
    return file


def test_lookup_tells_names_and_addresses(afs_cli: Cli, ram: Path) -> None:
    done = afs_cli("knowledge", "lookup", "$7EF36D", "Tide", "Link_ReceiveItem", "--symbols", ram)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.index("RaftHealth") < done.stdout.index("player_health") < done.stdout.index("Tide")
    assert "0x0399AD" in done.stdout and "ram.asm:1" in done.stdout


def test_lookup_of_something_unknown_ends_with_2_and_tells_the_rest(afs_cli: Cli) -> None:
    done = afs_cli("knowledge", "lookup", "player_helth", "$2100")
    assert done.exit_code == 2 and "INIDISP" in done.stdout
    assert "player_helth" in done.stderr and "player_health" in done.stderr


def test_lookup_as_json(afs_cli: Cli) -> None:
    done = afs_cli("knowledge", "lookup", "$0D12", "--json")
    (found,) = done.envelope["data"]
    assert (found["name"], found["address"], found["start"]) == ("sprite_x_low+2", "$7E0D12", "$7E0D10")
    failed = afs_cli("knowledge", "lookup", "$7F5123", "--json")
    assert failed.exit_code == 2 and failed.envelope["error"]["type"] == "UnknownName"


def test_search_shows_the_best_first(afs_cli: Cli, ram: Path) -> None:
    done = afs_cli("knowledge", "search", "hearts", "raft", "--limit", "2", "--symbols", ram)
    assert done.exit_code == 0 and "RaftHealth" in done.stdout.splitlines()[1]
    assert "2 shown of" in done.stderr
    none = afs_cli("knowledge", "search", "qqqqzzzz", "--json")
    assert none.exit_code == 0 and none.envelope["data"] == []


def test_stats_count_the_users_own(afs_cli: Cli, ram: Path) -> None:
    done = afs_cli("knowledge", "stats", "--symbols", ram, "--json")
    assert done.envelope["data"]["own"] == 2
    assert afs_cli("knowledge", "stats", "--game", "none").stdout.count("register") >= 5


def test_settings_come_from_the_project(afs_cli: Cli, ram: Path) -> None:
    (afs_cli.folder / "afs.toml").write_text(f'[plugins.knowledge]\nsymbols = ["{ram}"]\n')
    done = afs_cli("knowledge", "lookup", "Tide")
    assert done.exit_code == 0, done.stderr


def test_a_file_that_is_not_there_is_named(afs_cli: Cli) -> None:
    done = afs_cli("knowledge", "stats", "--symbols", "gone.asm")
    assert done.exit_code == 1 and "gone.asm" in done.stderr
