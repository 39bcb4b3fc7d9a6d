"""Names and words as a search compares them."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["fold", "words_of"]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+[A-Z]*")


def fold(name: str) -> str:
    """The name without case, underscores and a define's mark: ``LinkX``, ``link_x``, ``!LINK_X`` are one."""
    return name.lstrip("!").replace("_", "").casefold()


@lru_cache(maxsize=1 << 16)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a name or sentence, without case and plural: ``SpritePosXLow`` has four."""
    return tuple(_singular(word.casefold()) for word in _WORD.findall(text))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] not in "su" else word
