"""Typed values of a GGUF header, and their bytes."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

__all__ = ["Field", "Kind", "boolean", "f32", "i32s", "string", "strings", "u32"]


class Kind(IntEnum):
    U8 = 0
    I8 = 1
    U16 = 2
    I16 = 3
    U32 = 4
    I32 = 5
    F32 = 6
    BOOL = 7
    STRING = 8
    ARRAY = 9
    U64 = 10
    I64 = 11
    F64 = 12


#: Format of each kind of fixed size, for :mod:`struct`.
SCALARS = {
    Kind.U8: "B",
    Kind.I8: "b",
    Kind.U16: "H",
    Kind.I16: "h",
    Kind.U32: "I",
    Kind.I32: "i",
    Kind.F32: "f",
    Kind.BOOL: "?",
    Kind.U64: "Q",
    Kind.I64: "q",
    Kind.F64: "d",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One value: ``kind`` ARRAY has a list as ``value`` and its items' kind in ``items``.

    ``length`` is the true length of an array of which only the beginning was read.
    """

    kind: Kind
    value: Any
    items: Kind | None = None
    length: int = 0

    def encode(self) -> bytes:
        """The value as the file holds it: its kind, then its bytes."""
        if self.kind is not Kind.ARRAY:
            return struct.pack("<I", self.kind) + _encode(self.kind, self.value)
        assert self.items is not None
        head = struct.pack("<IIQ", self.kind, self.items, len(self.value))
        if self.items is Kind.STRING:
            return head + b"".join(encode_string(item) for item in self.value)
        return head + struct.pack(f"<{len(self.value)}{SCALARS[self.items]}", *self.value)


def _encode(kind: Kind, value: Any) -> bytes:
    return encode_string(value) if kind is Kind.STRING else struct.pack("<" + SCALARS[kind], value)


def encode_string(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def u32(value: int) -> Field:
    return Field(Kind.U32, value)


def f32(value: float) -> Field:
    return Field(Kind.F32, value)


def boolean(value: bool) -> Field:
    return Field(Kind.BOOL, value)


def string(value: str) -> Field:
    return Field(Kind.STRING, value)


def strings(values: Sequence[str]) -> Field:
    return Field(Kind.ARRAY, list(values), Kind.STRING, len(values))


def i32s(values: Sequence[int]) -> Field:
    return Field(Kind.ARRAY, list(values), Kind.I32, len(values))
