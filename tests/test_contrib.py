"""The example plugin: built, installed, run, tested and removed in a clean environment."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "write-a-plugin.md"
PLUGIN = Path(__file__).parents[1] / "contrib" / "afs-glossary"


@pytest.fixture(scope="module")
def clean(wheelhouse: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The core and pytest alone."""
    return wheelhouse.environment(tmp_path_factory.mktemp("clean") / "env", "afs-core", "pytest")


def what_is_there(clean: Any) -> list[str]:
    shown = [clean.run("afs", *words) for words in (["--help"], ["plugins", "list", "--json"])]
    assert [done.returncode for done in shown] == [0, 0]
    return [done.stdout for done in shown]


def test_it_takes_25_lines() -> None:
    files = (PLUGIN / "pyproject.toml", PLUGIN / "afs_glossary.py")
    assert sum(len(file.read_text().splitlines()) for file in files) <= 25


def test_installed_run_tested_and_removed(clean: Any, tmp_path: Path) -> None:
    before = what_is_there(clean)
    shutil.copytree(PLUGIN, tmp_path / "afs-glossary")
    clean.pip("install", "-q", tmp_path / "afs-glossary")

    assert "Asks what the terms of a file mean." in clean.run("afs", "generate", "--help").stdout
    options = clean.run("afs", "generate", "glossary", "--help").stdout
    assert "--source PATH" in options
    assert "--domain TEXT" in options

    terms = tmp_path / "terms.txt"
    terms.write_text("A heading\nSRAM: Memory that a battery keeps.\nOAM: The table of sprites.\n")
    done = clean.run(
        "afs", "generate", "glossary", "--source", terms, "--domain", "snes", "--no-redact", "--quiet"
    )
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["instruction"], row["output"], row["domain"], row["source"]) for row in rows] == [
        ("What is SRAM?", "Memory that a battery keeps.", "snes", "terms.txt"),
        ("What is OAM?", "The table of sprites.", "snes", "terms.txt"),
    ]

    _as_the_page_says(clean, tmp_path)
    tested = clean.run(
        "pytest", "-q", tmp_path / "afs-glossary" / "tests", "-p", "no:cacheprovider", cwd=tmp_path
    )
    assert tested.returncode == 0, tested.stdout
    assert "12 passed" in tested.stdout

    clean.pip("uninstall", "-q", "-y", "afs-glossary")
    assert what_is_there(clean) == before
    gone = clean.run("afs", "generate", "glossary", "--source", terms)
    assert gone.returncode == 2
    assert "glossary" in gone.stderr


def _as_the_page_says(clean: Any, folder: Path) -> None:
    """Its commands, where redaction is not installed: the last one refuses."""
    block = PAGE.read_text().partition("```sh\n")[2].partition("```")[0]
    install, *lines = block.splitlines()
    assert install == "pip install contrib/afs-glossary"
    done = [clean.shell(line, cwd=folder) for line in lines]
    assert [ended.returncode for ended in done] == [0, 0, 5]
    assert "--no-redact" in done[-1].stderr
    kept = clean.shell(f"{lines[-1]} --no-redact", cwd=folder)
    assert (kept.returncode, len((folder / "terms.jsonl").read_text().splitlines())) == (0, 2)
