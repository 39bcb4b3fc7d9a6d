"""What pytest loads by itself wherever afs-core is installed: it adds the fixtures, and imports nothing else.

The rewrite is asked for before any other module of this package is imported, so that a failing
check of a conformance class shows its values as an assertion of the author's own test would.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("afs_core.testing.fixtures", "afs_core.testing.conformance")


def pytest_configure(config: pytest.Config) -> None:
    """Add the fixtures now and not at import, so that a coverage plugin sees them."""
    from afs_core.testing import fixtures

    config.pluginmanager.register(fixtures, "afs_fixtures")
