"""Long texts in parts that are cut where the pieces are cut anyway, so that nothing changes but the time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["segments"]

#: Characters from which a text is cut.
LENGTH: Final = 1 << 14
#: The end of a line, before which a piece always ends: no other piece holds one.
_BORDER: Final = re.compile(r"(?<=[^ \t\r\n])(?=\r?\n)")


def segments(text: str, length: int = LENGTH) -> Iterator[str]:
    """``text`` in parts of about ``length`` characters, longer where lines are."""
    start = 0
    while len(text) - start > length:
        border = _BORDER.search(text, start + length)
        if border is None:
            break
        yield text[start : border.start()]
        start = border.start()
    yield text[start:]
