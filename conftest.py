"""For every test of the repository: loopback only, no file of the user's, and slow tests when asked for.

Plugins' own tests do not need this file: what they use comes with afs-core.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from afs_core.testing import loopback_only

#: Where an environment comes from, for tests that make one; no setting of afs.
INSTALLATION = ("AFS_PYTHON", "AFS_VENV", "AFS_VENV_EXTRAS", "AFS_TORCH_INDEX")
ATTEMPTS = pytest.StashKey[list[str]]()

# A busy machine is no fault of a property.
settings.register_profile("afs", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", settings.get_profile("afs"), derandomize=True)
settings.load_profile("afs")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run tests that take more than half a minute")


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is collected, as fixtures of a session and imports count too."""
    # A shell starts background jobs deaf to Ctrl-C, and every child would inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    home = Path(tempfile.mkdtemp(prefix="afs-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    patch.setenv("HOME", str(home))
    for name in ("config", "cache", "state"):
        patch.setenv(f"XDG_{name.upper()}_HOME", str(home / f".{name}"))
    for name in [name for name in os.environ if name.startswith("AFS_") and name not in INSTALLATION]:
        patch.delenv(name)
    patch.setenv("HF_HUB_OFFLINE", "1")
    guard = ExitStack()
    config.add_cleanup(guard.close)
    config.stash[ATTEMPTS] = guard.enter_context(loopback_only())


@pytest.fixture(autouse=True)
def network_attempts(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """What tried to leave the machine; a test that expects an attempt empties the list."""
    attempts = request.config.stash[ATTEMPTS]
    attempts.clear()
    yield attempts
    if attempts:
        pytest.fail(f"only loopback may be reached, tried: {', '.join(attempts)}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))
