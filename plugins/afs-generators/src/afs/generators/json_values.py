"""JSON as people and programs write it: what is strictly none is read where its meaning is plain."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from afs_core import DataError

__all__ = ["json_text", "json_value", "repaired"]

_SURROGATE = re.compile("[\ud800-\udfff]")
_decode = msgspec.json.Decoder().decode


def json_value(line: bytes) -> Any:
    """The JSON value of a line; lone surrogates become U+FFFD. Raises DataError with the reason."""
    try:
        return _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:  # what JavaScript writes and msgspec refuses: lone surrogates, huge numbers
        return repaired(json.loads(line.decode("utf-8")))
    except UnicodeDecodeError as fault:
        raise DataError(f"not UTF-8 at byte {fault.start}") from None
    except (ValueError, RecursionError) as fault:
        raise DataError(f"not JSON: {fault}") from None


def json_text(value: Any) -> str:
    """A text as it is, any other value as JSON; raises DataError where it is nested too deep."""
    try:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise DataError("nested too deep") from None


def repaired(value: Any) -> Any:
    """``value`` with U+FFFD for lone surrogates."""
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text))
