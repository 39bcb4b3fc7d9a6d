"""Models asked a suite of questions, graded, and compared with a paired test."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afs.evaluation.asking import Answer, ask
    from afs.evaluation.compare import Compare
    from afs.evaluation.exact import ExactMatch
    from afs.evaluation.grading import grade
    from afs.evaluation.suite import Question, read_suite

__all__ = ["Answer", "Compare", "ExactMatch", "Question", "ask", "grade", "read_suite"]

_HOMES = {
    "Answer": "asking",
    "Compare": "compare",
    "ExactMatch": "exact",
    "Question": "suite",
    "ask": "asking",
    "grade": "grading",
    "read_suite": "suite",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
