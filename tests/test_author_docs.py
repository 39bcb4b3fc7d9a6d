"""The pages for authors show the plugin as it is, and leave out no hook, check or fixture."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import afs_core.testing
from afs_core import hookspecs
from afs_core.testing import fixtures

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PLUGIN = ROOT / "contrib" / "afs-glossary"

HOOKS = [name for name in vars(hookspecs) if name.startswith("afs_")]
CLASSES = [name for name in afs_core.testing.__all__ if name.endswith("Conformance")]


@pytest.mark.parametrize("file", ["pyproject.toml", "afs_glossary.py", "tests/test_glossary.py"])
def test_the_plugin_is_shown_verbatim(file: str) -> None:
    page = (DOCS / "how-to" / "write-a-plugin.md").read_text()
    language = "toml" if file.endswith(".toml") else "python"
    assert f"```{language}\n{(PLUGIN / file).read_text()}```\n" in page


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_there_with_its_signature(hook: str) -> None:
    signature = inspect.signature(getattr(hookspecs, hook))
    page = (DOCS / "reference" / "hooks.md").read_text()
    assert f"#### `{hook}({', '.join(signature.parameters)}) -> {signature.return_annotation}`\n" in page


def test_every_field_of_a_capability_is_there() -> None:
    page = (DOCS / "reference" / "hooks.md").read_text()
    for field in afs_core.Capability.__struct_fields__:
        assert f"\n| `{field}` | " in page


def test_there_is_a_class_for_each_contract_kind() -> None:
    kinds = {getattr(afs_core.testing, name).kind for name in CLASSES}
    assert (len(CLASSES), kinds) == (8, set(afs_core.CONTRACT_KINDS))


@pytest.mark.parametrize("name", CLASSES)
def test_every_check_is_there(name: str) -> None:
    page = (DOCS / "reference" / "conformance.md").read_text()
    assert f"# {name}\n" in page
    checks = [check for check in dir(getattr(afs_core.testing, name)) if check.startswith("test_")]
    assert [check for check in checks if f"| `{check}` | " not in page] == []


def test_no_check_is_there_that_is_not() -> None:
    page = (DOCS / "reference" / "conformance.md").read_text()
    named = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `test_")}
    real = {check for name in CLASSES for check in dir(getattr(afs_core.testing, name))}
    assert named <= real


@pytest.mark.parametrize("fixture", fixtures.__all__)
def test_every_fixture_is_there(fixture: str) -> None:
    assert f"\n| `{fixture}` | " in (DOCS / "reference" / "conformance.md").read_text()
