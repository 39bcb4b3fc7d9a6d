"""Whether the value of a symbol or define is an address, by how it is written, its name and its comment.

==================  ===================================  ==========================================
written as          ``NAME = …``                         ``!NAME = …``
==================  ===================================  ==========================================
``$7E0022`` (5, 6)  an address                           an address
``$0022`` (3, 4)    an address                           an address in work RAM or of a register,
                                                         unless its name says that it is a value
``$22`` (1, 2)      an address (direct page),            a value, unless its comment says address,
                    unless its name says value           RAM, register, pointer or direct page
other               a value                              a value
==================  ===================================  ==========================================

A name says value by its last word: count, size, length, mask, max, min, color and the like.
"""

from __future__ import annotations

import re
from typing import Final

from afs.knowledge.bus import area
from afs.knowledge.words import words_of

__all__ = ["address_of"]

_HEX = re.compile(r"\$([0-9A-Fa-f]{1,6})\Z")
_SAYS_VALUE: Final = frozenset(
    words_of(
        "bit color colour const constant count default duration height len length limit mask max min size "
        "speed width"
    )
)
_SAYS_ADDRESS = re.compile(r"\b(?:address|s?w?ram|register|pointer|direct page)\b", re.I)


def address_of(name: str, text: str, comment: str, *, define: bool) -> int | None:
    """The address that ``NAME = text`` (or ``!NAME = text``) stands for; None where it is a value."""
    match = _HEX.match(text.strip())
    if match is None:
        return None
    value, digits = int(match[1], 16), len(match[1])
    if digits > 4:
        return value
    says_value = (words_of(name) or ("",))[-1] in _SAYS_VALUE
    says_address = bool(_SAYS_ADDRESS.search(comment))
    if digits > 2:
        plausible = area(value) in ("wram", "register") and (not says_value or says_address)
        return value if plausible or not define else None
    return value if says_address or not (define or says_value) else None
