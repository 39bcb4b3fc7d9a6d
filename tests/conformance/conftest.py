"""Plants plugins and sees what a conformance class says of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

Failures = dict[str, dict[str, str]]

HEAVY = """
import http.client
from afs_core import Capability, hookimpl

@hookimpl
def afs_{kind}():
    return [Capability(name="Heavy", target="planted:Good", summary="Its declaration imports too much.")]
"""


@pytest.fixture
def planted(tmp_path: Path) -> Callable[..., Failures]:
    """``planted(__file__, "scorers", "ScorerConformance", {Good: set(), Bad: {"test_x"}})``.

    The module is installed as the plugin ``planted``, beside one whose declaration imports too
    much; the conformance class is run on every capability of both, with what a class ``Given``
    of the module says. Each capability of the table has to fail exactly the checks stated, and
    each failure has to explain itself. Returns all failures: check and message by capability.
    """

    def run(path: str, kind: str, conformance: str, rejected: dict[type, set[str]]) -> Failures:
        site = tmp_path / "site"
        _install(site, "planted", Path(path).read_text())
        _install(site, "heavy", HEAVY.format(kind=kind))
        suite = tmp_path / "test_planted.py"
        suite.write_text(SUITE.format(kind=kind, conformance=conformance))
        failures = _failures(suite, site, tmp_path / "report.xml")
        expected = {tried.__name__: checks for tried, checks in rejected.items()}
        expected["Heavy"] = {"test_declaration_imports_nothing_heavy"}
        assert {name: set(failures[name]) for name in expected} == expected
        for name in expected:
            for check, message in failures[name].items():
                assert all(word in message for word in ("promised:", "came:", "to do:")), (name, check)
        return failures

    return run


SUITE = """
import planted
from afs_core.testing import {conformance}

given = getattr(planted, "Given", type("Given", (), {{}}))
for name in ["Heavy", *(item.name for item in planted.afs_{kind}())]:
    globals()["Test" + name] = type("Test" + name, (given, {conformance}), {{"capability": name}})
"""


def _install(site: Path, name: str, source: str) -> None:
    folder = site / f"afs_{name}-1.0.dist-info"
    folder.mkdir(parents=True)
    (site / f"{name}.py").write_text(source)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: afs-{name}\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(f"[afs.plugins]\n{name} = {name}\n")


def _failures(suite: Path, site: Path, report: Path) -> Failures:
    """Failed checks by capability, each with its message."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "afs_core.testing.register", f"--junitxml={report}", suite],
        env=os.environ
        | {"PYTHONPATH": str(site), "PYTHONHASHSEED": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        cwd=suite.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    failures: Failures = defaultdict(dict)
    for case in ElementTree.parse(report).iter("testcase"):
        found = failures[str(case.get("classname")).rpartition(".Test")[2]]
        for fault in (*case.findall("failure"), *case.findall("error")):
            found[str(case.get("name"))] = f"{fault.get('message')}\n{fault.text}"
    return failures
