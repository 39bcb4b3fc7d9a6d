"""Where an ELECTRA runs, and in what arithmetic."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from transformers.utils import logging

from afs_core import UsageError

__all__ = ["chosen_device", "chosen_precision", "quiet", "threads"]

_PRECISIONS = ("auto", "fp32", "bf16", "int8")


def chosen_device(wanted: str) -> str:
    """``cpu``, ``cuda`` or ``mps``; ``auto`` is the fastest there is. Raises UsageError for another."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(name for name, usable in there.items() if usable)
    if not there.get(wanted, False):
        raise UsageError(
            f"expected a device of this machine ({', '.join(name for name in there if there[name])}), "
            f"got {wanted!r}",
            hint="use --device auto",
        )
    return wanted


def chosen_precision(wanted: str, device: str) -> str:
    """``fp32``, ``bf16`` or ``int8``; ``auto`` is bf16 on a CUDA device that has it, else fp32."""
    if wanted not in _PRECISIONS:
        raise UsageError(f"expected a precision of {', '.join(_PRECISIONS)}, got {wanted!r}")
    if wanted == "auto":
        half = device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        return "bf16" if half else "fp32"
    if wanted == "int8" and device != "cpu":
        raise UsageError(f"int8 runs on the CPU only, got the device {device!r}", hint="use --device cpu")
    return wanted


@contextmanager
def threads(wanted: int) -> Iterator[None]:
    """So many threads of torch; 0 leaves them as they are."""
    before = torch.get_num_threads()
    torch.set_num_threads(wanted or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def quiet() -> Iterator[None]:
    """No bars, hints and deprecations of transformers: afs shows its own."""
    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
