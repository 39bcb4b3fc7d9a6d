"""The generator of planted secrets is shared with the benchmark."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

_FILE = Path(__file__).parents[1] / "benchmarks" / "planted.py"


def load_planted() -> ModuleType:
    name = "afs_redaction_planted"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, _FILE)
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``planted_kind`` is each kind of secret in turn, as (table, name)."""
    if "planted_kind" in metafunc.fixturenames:
        planted = load_planted()
        kinds = [(table, name) for table in ("TOKENS", "BLOCKS") for name in getattr(planted, table)]
        metafunc.parametrize("planted_kind", kinds, ids=[name for _, name in kinds])


@pytest.fixture(scope="session")
def planted() -> ModuleType:
    return load_planted()
