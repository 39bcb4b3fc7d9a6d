"""Training samples out of a person's notes and records.

>>> from afs.generators import sections
>>> [(part.title, part.start, part.text) for part in sections("# Rooms\\n\\nA room has doors.\\n")]
[('Rooms', 1, 'A room has doors.')]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afs.generators.base import BaseGenerator
    from afs.generators.markdown import Document, Section, document, sections
    from afs.generators.memory import Memory
    from afs.generators.notes import Notes
    from afs.generators.sources import SourceFile, census, walk
    from afs.generators.wording import Questions

__all__ = [
    "BaseGenerator",
    "Document",
    "Memory",
    "Notes",
    "Questions",
    "Section",
    "SourceFile",
    "census",
    "document",
    "sections",
    "walk",
]

_HOMES = {
    "BaseGenerator": "base",
    "Document": "markdown",
    "Memory": "memory",
    "Notes": "notes",
    "Questions": "wording",
    "Section": "markdown",
    "SourceFile": "sources",
    "census": "sources",
    "document": "markdown",
    "sections": "markdown",
    "walk": "sources",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
