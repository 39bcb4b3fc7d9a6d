from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from afs.experts import EXPERTS
from afs.experts.plugin import NAMES


def afs(*words: str, config: str = "", folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = None
    if folder is not None:
        import os

        (folder / "config.toml").write_text(config)
        environment = {**os.environ, "AFS_CONFIG_PATH": str(folder / "config.toml")}
    command = [sys.executable, "-m", "afs_core.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_what_is_declared_is_what_there_is() -> None:
    assert tuple(EXPERTS) == NAMES


@pytest.mark.parametrize(
    ("name", "port"), [("majora", 5000), ("nayru", 5001), ("veran", 5002), ("agahnim", 5003), ("hylia", 5004)]
)
def test_the_documented_ports(name: str, port: int) -> None:
    assert EXPERTS[name].port == port


def test_list_and_show() -> None:
    listed = afs("experts", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    assert [expert["name"] for expert in json.loads(listed.stdout)["data"]] == list(NAMES)
    assert "65816 assembly" in afs("experts", "show", "nayru").stdout
    assert afs("experts", "show", "link").returncode == 2


def test_a_user_names_another_base(tmp_path: Path) -> None:
    config = '[plugins.experts.nayru]\nbase_model = "models/mine"\n'
    shown = afs("experts", "show", "nayru", "--json", config=config, folder=tmp_path)
    assert json.loads(shown.stdout)["data"]["base_model"] == "models/mine"
