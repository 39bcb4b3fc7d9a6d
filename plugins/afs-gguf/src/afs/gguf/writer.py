"""Writes GGUF version 3 front to back: header first, then each tensor's bytes in its order.

Sizes are known before a weight is read, so the header is final when it is written and the data
streams. Layout: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from afs_core.errors import AfsError

from .element import Element, row_bytes
from .metadata import Field, encode_string

__all__ = ["ALIGNMENT", "Entry", "GgufWriter"]

ALIGNMENT = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """One tensor to come: ``shape`` as numpy says it, rows first."""

    name: str
    shape: tuple[int, ...]
    element: Element

    @property
    def size(self) -> int:
        return math.prod(self.shape[:-1]) * row_bytes(self.element, self.shape[-1])


class GgufWriter:
    """One file in the making, beside its final name until :meth:`commit`.

    ``write`` appends bytes of the current tensor; ``finish`` closes it and checks its size. A
    writer that is left without ``commit`` removes its part file: the old file or the new one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f".{path.name}.part")
        self._file: BinaryIO = self._part.open("wb", buffering=1 << 20)
        self._entries: Sequence[Entry] = ()
        self._next = 0
        self._written = 0

    def begin(self, metadata: Mapping[str, Field], entries: Sequence[Entry]) -> None:
        """Write the header that describes ``entries``."""
        self._entries = entries
        self._file.write(b"GGUF" + struct.pack("<IQQ", 3, len(entries), len(metadata)))
        for key, field in metadata.items():
            self._file.write(encode_string(key) + field.encode())
        offset = 0
        for entry in entries:
            self._file.write(_info(entry, offset))
            offset += entry.size + -entry.size % ALIGNMENT
        self._pad()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._written += len(data)

    def finish(self) -> None:
        """End the current tensor."""
        entry = self._entries[self._next]
        if self._written != entry.size:
            raise AfsError(f"{entry.name}: wrote {self._written} bytes, expected {entry.size}")
        self._next += 1
        self._written = 0
        self._pad()

    def close(self) -> None:
        """Put everything on the disk, still under the part name."""
        if self._next != len(self._entries):
            raise AfsError(f"tensor {self._entries[self._next].name} was never written")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def commit(self) -> None:
        """Give the closed file its name."""
        self._part.replace(self.path)
        sync_folder(self.path.parent)

    def discard(self) -> None:
        """Forget the part file; nothing happens after :meth:`commit`."""
        with suppress(OSError):  # a full disk also refuses the last flush
            self._file.close()
        self._part.unlink(missing_ok=True)

    def _pad(self) -> None:
        self._file.write(bytes(-self._file.tell() % ALIGNMENT))


def _info(entry: Entry, offset: int) -> bytes:
    sizes = entry.shape[::-1]
    head = encode_string(entry.name) + struct.pack("<I", len(sizes))
    return head + struct.pack(f"<{len(sizes)}QIQ", *sizes, entry.element, offset)


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
