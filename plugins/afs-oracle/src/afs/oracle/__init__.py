"""Training samples out of a ROM hack, and probes of what was learnt from them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afs.oracle.generator import OracleGenerator
    from afs.oracle.hack import Hack, read_hack
    from afs.oracle.probes import RecallProbes
    from afs.oracle.training_generator import OracleTrainingGenerator

__all__ = ["Hack", "OracleGenerator", "OracleTrainingGenerator", "RecallProbes", "read_hack"]

_HOMES = {
    "Hack": "hack",
    "OracleGenerator": "generator",
    "OracleTrainingGenerator": "training_generator",
    "RecallProbes": "probes",
    "read_hack": "hack",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
