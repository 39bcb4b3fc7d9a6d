"""Byte ranges of files, each readable alone: a line belongs to the range in which it begins."""

from __future__ import annotations

import io
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
    before = min(1, span.start)  # a line begins here if the byte before ends one
    stream.seek(span.start - before)
    block = stream.read(span.stop - span.start + before)
    if before:
        end = block.find(b"\n")
        if end < 0:
            return []
        block = block[end + 1 :]
    if not block:
        return []
    if not block.endswith(b"\n"):
        block += stream.readline(max(0, span.size - stream.tell()))
    return io.BytesIO(block).readlines()
