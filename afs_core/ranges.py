"""Byte ranges of files, each readable alone: a line belongs to the range in which it begins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

__all__ = ["RANGE", "Range", "lines_in", "ranges_of"]

#: Bytes of a range. What comes of a file does not depend on who reads which range, but the order
#: of rejects within one does depend on where it ends, so this is the same for every run.
RANGE = 1 << 20


class Range(msgspec.Struct, frozen=True):
    """Bytes ``start`` to ``stop`` of the first ``size`` bytes of a file."""

    path: Path
    start: int
    stop: int
    size: int


def ranges_of(path: Path, size: int) -> Iterator[Range]:
    """The ranges of the first ``size`` bytes of ``path``, in order."""
    for start in range(0, size, RANGE):
        yield Range(path, start, min(start + RANGE, size), size)


def lines_in(span: Range, stream: BinaryIO) -> list[bytes]:
    """The lines that begin in ``span``, with their ends; the last may reach beyond it."""
    start = span.start
    if start:  # the rest of a line that began before, with its end if that is here
        stream.seek(start - 1)
        rest = stream.readline(span.stop - start + 1)
        if not rest.endswith(b"\n"):
            return []
        start += len(rest) - 1
    else:
        stream.seek(0)
    if start >= span.stop:
        return []
    lines = stream.readlines(span.stop - start)  # as many as begin before it
    beyond = stream.tell() - span.size
    if beyond > 0:  # the file has grown
        lines[-1] = lines[-1][:-beyond]
    return lines
