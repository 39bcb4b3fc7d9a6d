"""Numbers as people write addresses.

>>> parse_number("7E:0022") == parse_number("$7E0022") == parse_number("0x7e0022")
True
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Number", "parse_number"]

_FORMS = re.compile(
    r"""(?:\$|0[xX])(?P<hex>[0-9A-Fa-f]{1,6})
    |\$?(?P<bank>[0-9A-Fa-f]{2})[:/]\$?(?P<offset>[0-9A-Fa-f]{4})
    |(?P<suffixed>[0-9][0-9A-Fa-f]{0,6})[hH]
    |(?P<decimal>[0-9]{7,8})
    |(?P<bare>[0-9A-Fa-f]{4}(?:[0-9A-Fa-f]{2})?)
    """,
    re.X,
)


class Number(NamedTuple):
    """A value and how many hexadecimal digits it was written with; 6 where it was decimal."""

    value: int
    digits: int


def parse_number(text: str) -> Number | None:
    """The address that ``text`` states, None where it states none.

    Without a mark, 4 and 6 digits are hexadecimal, 7 and 8 decimal (no address has so many hexadecimal
    digits); fewer are ambiguous, and so are none.
    """
    match = _FORMS.fullmatch(text.strip())
    if match is None:
        return None
    if match["decimal"]:
        value, digits = int(match["decimal"]), 6
    else:
        written = match["bank"] + match["offset"] if match["bank"] else match["hex"] or match["bare"]
        written = written or match["suffixed"].lstrip("0").rjust(1, "0")
        value, digits = int(written, 16), len(written)
    return Number(value, digits) if value <= 0xFFFFFF else None
