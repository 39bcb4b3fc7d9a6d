"""What afs-reports offers: nothing by name; other plugins import it."""

from __future__ import annotations

__all__: list[str] = []
