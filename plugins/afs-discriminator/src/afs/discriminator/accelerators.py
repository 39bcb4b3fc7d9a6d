"""Whether this machine may have a GPU, told without torch, whose import takes seconds."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

__all__ = ["may_have_accelerator"]

#: Of the drivers of NVIDIA, of AMD, and of Windows for Linux beside it.
_DRIVERS: Final = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")


def may_have_accelerator() -> bool:
    """False only where there is certainly none: Linux without a driver that torch could use."""
    return sys.platform != "linux" or any(Path(driver).exists() for driver in _DRIVERS)
