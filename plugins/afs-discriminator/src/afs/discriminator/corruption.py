"""What can be wrong with a text: a register of corruptions by kind, each a small function."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from random import Random
from typing import Final, NamedTuple

__all__ = ["Corruption", "corruption", "corruptions"]

#: A corrupted text from a text, a source of chance, and another text of the same domain; None where
#: the text has nothing to corrupt.
Make = Callable[[str, Random, str], str | None]
_HOMES: Final = ("asm_corruptions", "python_corruptions", "prose_corruptions")


class Corruption(NamedTuple):
    """``kind`` is ``DOMAIN-WHAT``, such as ``asm-splice``."""

    kind: str
    domain: str
    make: Make


_REGISTER: dict[str, Corruption] = {}


def corruption(kind: str) -> Callable[[Make], Make]:
    """Enter a function under ``DOMAIN-WHAT``."""

    def enter(make: Make) -> Make:
        _REGISTER[kind] = Corruption(kind, kind.partition("-")[0], make)
        return make

    return enter


@cache
def corruptions() -> dict[str, Corruption]:
    """All of them by kind, in the order of their names."""
    for home in _HOMES:
        import_module(f"afs.discriminator.{home}")
    return dict(sorted(_REGISTER.items()))
