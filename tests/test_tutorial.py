"""The commands of the tutorial work on what a quickstart leaves behind.

The quickstart itself is tested by its plugin; here its pipeline trains for two steps.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from afs import quickstart

ROOT = Path(__file__).parents[1]
TUTORIAL = ROOT / "docs" / "tutorial" / "first-run.md"
COMMANDS = re.findall(r"^\$ (.*)$", TUTORIAL.read_text(), re.MULTILINE)
LATER = [command for command in COMMANDS if " quickstart " not in f"{command} "]


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "HF_HUB_OFFLINE": "1"}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with ``scripts/afs`` and a finished run in ``runs/quickstart``."""
    folder = tmp_path_factory.mktemp("tutorial")
    launcher = folder / "scripts" / "afs"
    launcher.parent.mkdir()
    launcher.write_text(f'#!/bin/sh\nexec "{Path(sys.executable).parent}/afs" "$@"\n')
    launcher.chmod(0o755)
    shipped = Path(quickstart.__file__).with_name("quickstart.toml").read_text()
    text = shipped.partition('[[stage]]\nname = "compared"')[0]
    assert text != shipped
    trainer = 'uses = "trainers/peft"\n'
    assert trainer in text
    short = re.sub(r"^(epochs|max_steps) = .*\n", "", text, flags=re.MULTILINE)
    (folder / "short.toml").write_text(short.replace(trainer, f"{trainer}max_steps = 2\n"))
    source = quickstart.sample_folder()
    done = shell(
        f"afs pipeline run --config short.toml --output runs/quickstart --set source='{source}'", folder
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_the_tutorial_types_what_is_tested_here() -> None:
    assert COMMANDS[0] == "scripts/afs quickstart" and len(LATER) >= 6


@pytest.mark.parametrize("command", LATER)
def test_a_command_of_the_tutorial_works(command: str, folder: Path) -> None:
    done = shell(command, folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_stages_are_those_that_the_tutorial_explains(folder: Path) -> None:
    state = json.loads((folder / "runs" / "quickstart" / "pipeline.json").read_text())
    explained = re.findall(r"^\| `(\w+)` \|", TUTORIAL.read_text(), re.MULTILINE)
    assert [*(stage["name"] for stage in state["stages"]), "compared"] == explained
