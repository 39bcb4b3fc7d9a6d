"""Fixtures that every test can ask for wherever afs-core is installed."""

from __future__ import annotations
