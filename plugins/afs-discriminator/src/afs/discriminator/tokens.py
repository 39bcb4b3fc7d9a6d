"""Texts as numbers for the language models: words, and for assembly the shapes of its statements."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from zlib import crc32

from afs.asm.language.lines import code_end

__all__ = ["END", "LINE", "line_tokens", "number_of", "word_tokens"]

_WORD = re.compile(r"[.!%#?]*[A-Za-z_]\w*(?:'\w+)?|\$[0-9A-Fa-f]+|\d+|[^\w\s]")
_CACHED: Final = 1 << 16


@lru_cache(maxsize=_CACHED)
def number_of(text: str) -> int:
    """The same number for the same text, everywhere."""
    return crc32(text.encode("utf-8", "surrogatepass")) + 1


LINE: Final = number_of("\n")
END: Final = number_of("\x04")


@lru_cache(maxsize=_CACHED)
def line_tokens(line: str, domain: str) -> tuple[int, ...]:
    """The words of a line without their case; of assembly, those before the comment."""
    code = line[: code_end(line)] if domain == "asm" else line
    words = _WORD.findall(code if domain == "python" else code.lower())
    mark = domain[:1]
    return tuple([number_of(mark + word) for word in words])


def word_tokens(lines: list[str], domain: str) -> list[int]:
    """The words of a text; a mark between lines that have any, and one at its end."""
    found: list[int] = []
    for line in lines:
        words = line_tokens(line, domain)
        if words:
            found += words
            found.append(LINE)
    found.append(END)
    return found
