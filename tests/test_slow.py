"""Slow tests run only where they are asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(("asked", "outcome"), [([], "1 passed, 1 skipped"), (["--slow"], "2 passed")])
def test_slow_tests_wait_to_be_asked_for(asked: list[str], outcome: str, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = slow\n")
    (tmp_path / "test_two.py").write_text(
        "import pytest\n"
        "@pytest.mark.slow\n"
        "def test_slow(): pass\n"
        "def test_quick(): pass\n"
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", *asked, tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert outcome in done.stdout, done.stdout + done.stderr
