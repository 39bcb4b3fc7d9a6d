"""Where a label lies, as far as the text alone tells."""

from __future__ import annotations

import msgspec


class Place(msgspec.Struct, frozen=True, gc=False):
    """Bytes from the start of a section, in a bank that may be unknown. Places of one section have a known
    distance; a new section begins wherever the text does not tell the bytes between. `value` is that of
    an assigned number; `static` says that it is one."""

    section: int = -1
    offset: int = 0
    bank: int | None = None
    static: bool = False
    value: int | None = None
