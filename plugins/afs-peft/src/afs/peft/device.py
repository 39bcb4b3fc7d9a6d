"""Where the training runs, and in what arithmetic."""

from __future__ import annotations

from collections.abc import Mapping

import torch

__all__ = ["chosen_device", "uses_bfloat16"]

_INSTRUCTIONS = ("avx512_bf16", "amx_bf16")


def chosen_device(wanted: str) -> str:
    """``cpu``, ``cuda`` or ``mps``; ``auto`` is the fastest there is."""
    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def uses_bfloat16(dtype: str, device: str) -> bool:
    """Whether products are made in bfloat16; sums and the adapter's weights stay float32."""
    if dtype == "fast" and device == "cpu":
        has: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
        return any(has.get(name) for name in _INSTRUCTIONS)
    return dtype == "bfloat16" or (dtype in ("auto", "fast") and device == "cuda")
