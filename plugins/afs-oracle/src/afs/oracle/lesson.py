"""One thing to be taught, before it is put in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

__all__ = ["LOOKUPS", "Lesson", "code", "listed", "named"]

#: Kinds whose answer is a value: their length says nothing about their quality.
LOOKUPS = frozenset(
    {
        "address",
        "symbol",
        "routine-name",
        "heading",
        "constant",
        "bit",
        "field",
        "entry",
        "row",
        "order",
        "hooked",
    }
)


class Lesson(msgspec.Struct, frozen=True):
    """``key`` is what is asked about, ``answer`` what is right, ``file`` with ``start`` and ``end`` where
    it stands.

    ``told`` is the share of the answer that its author wrote, ``facts`` how many things it states.
    ``fact`` says that key and answer are a fact that may be asked for again; ``wording`` names the
    questions where several kinds of things share a kind.
    """

    kind: str
    key: str
    answer: str
    file: str
    start: int
    end: int
    input: str = ""
    group: str = ""
    wording: str = ""
    told: float = 1.0
    facts: int = 1
    fact: bool = False
    metadata: dict[str, Any] = {}


def listed(items: Sequence[str]) -> str:
    """``a, b and c``, each as code."""
    shown = [named(item) for item in items]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


def code(text: str) -> str:
    return f"`{text}`"


def named(item: str) -> str:
    """A name as code; what is described rather than named stays as it is."""
    return item if " " in item and item[:1].isalpha() else code(item)
