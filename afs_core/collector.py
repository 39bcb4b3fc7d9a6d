"""Python's garbage collector while samples stream by."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["patient_collector"]

#: Containers that live at once before cycles are looked for; a batch of samples holds some hundred,
#: and Python would look after 700.
_ALIVE = 20_000


@contextmanager
def patient_collector() -> Iterator[None]:
    """Look for cycles less often: samples hold none, and looking through a batch costs some percent."""
    before = gc.get_threshold()
    gc.set_threshold(_ALIVE, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
