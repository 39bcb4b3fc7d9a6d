"""Text and token ids as files hold them."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from afs_core import DataError, atomic_write
from afs_core.jsonl import STANDARD_STREAM, open_binary

__all__ = ["read_ids", "read_text", "write_text"]

_BETWEEN: Final = re.compile(rb"[\s,\[\]]+")


def read_text(path: Path) -> str:
    """A text as it stands, ends of lines included; bytes that are no UTF-8 are surrogates."""
    with open_binary(path) as stream:
        return stream.read().decode("utf-8", "surrogateescape")


def write_text(text: str, path: Path | None) -> None:
    """The bytes that :func:`read_text` read, on standard output where ``path`` is None or ``-``."""
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "surrogatepass")
    if path is None or path == STANDARD_STREAM:
        sys.stdout.buffer.write(raw)
        sys.stdout.buffer.flush()
        return
    with atomic_write(path) as stream:
        stream.write(raw)


def read_ids(path: Path, count: int) -> list[int]:
    """Token ids below ``count``; raises DataError with the line of what is none."""
    ids: list[int] = []
    with open_binary(path) as stream:
        for number, line in enumerate(stream, 1):
            for word in _BETWEEN.split(line):
                if word:
                    ids.append(_id(word, count, path, number))
    return ids


def _id(word: bytes, count: int, path: Path, line: int) -> int:
    if not word.isdigit() or len(word) > 9 or int(word) >= count:
        shown = word[:24].decode("utf-8", "backslashreplace")
        hint = "give the --tokenizer that the ids were made with"
        raise DataError(
            f"expected a token id from 0 to {count - 1}, got {shown!r}", path=path, line=line, hint=hint
        )
    return int(word)
