"""Stages from a TOML file, run in order, and taken up again where they stopped."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afs.pipeline.file import Pipeline, parse_pipeline, read_pipeline
    from afs.pipeline.graph import stages_of
    from afs.pipeline.runner import run_stages
    from afs.pipeline.state import PipelineState, read_state

__all__ = [
    "Pipeline",
    "PipelineState",
    "parse_pipeline",
    "read_pipeline",
    "read_state",
    "run_stages",
    "stages_of",
]

_HOMES = {
    "Pipeline": "file",
    "PipelineState": "state",
    "parse_pipeline": "file",
    "read_pipeline": "file",
    "read_state": "state",
    "run_stages": "runner",
    "stages_of": "graph",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
