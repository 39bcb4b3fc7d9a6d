"""Text of sources whose encoding nobody says."""

from __future__ import annotations

import re

__all__ = ["decoded"]

# A letter of Latin-1 stands between letters of ASCII; the double bytes of Shift-JIS do not.
_LATIN = re.compile(rb"[\x00-\x7f]*(?:[\xa0-\xff]{1,2}(?![\x80-\xff])[\x00-\x7f]*)*")
_DOUBLE = re.compile(rb"[\x80-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]{1,}[\x81-\x9f\xe0-\xfc]")


def decoded(data: bytes) -> str:
    """Line by line: UTF-8, else Latin-1 where its letters stand alone, else with what was lost marked; a byte
    order mark at the begin is left out."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "\n".join(_line(line) for line in data.split(b"\n")).removeprefix("\ufeff")


def _line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        latin = _LATIN.fullmatch(line) and not _DOUBLE.search(line)
        return line.decode("latin-1") if latin else line.decode("utf-8", "replace")
