"""Protobuf messages read without their schema: field numbers, wire types, nothing more.

https://protobuf.dev/programming-guides/encoding/ describes the encoding.
"""

from __future__ import annotations

from collections.abc import Iterator

from afs_core import DataError

__all__ = ["Message", "fields"]

_VARINT_BYTES = 10
_FIXED = {1: 8, 5: 4}


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field: an int, or bytes for a text, a message or packed numbers.

    Values of fixed width come as bytes. Raises DataError where ``data`` is no message.
    """
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if not number:
            raise DataError("no protobuf message: a field without a number")
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if wire == 2:
            length, at = _varint(data, at)
        elif wire in _FIXED:
            length = _FIXED[wire]
        else:
            raise DataError(f"no protobuf message: wire type {wire}")
        if length > len(data) - at:
            raise DataError("no protobuf message: a field goes beyond the end")
        yield number, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(_VARINT_BYTES):
        if at >= len(data):
            raise DataError("no protobuf message: a number breaks off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
    raise DataError("no protobuf message: a number without an end")


class Message:
    """The fields of a message by number. What is absent, or of another type, is empty.

    Raises DataError where the bytes are no message.
    """

    def __init__(self, data: bytes = b"") -> None:
        self._fields: dict[int, list[int | bytes]] = {}
        for number, value in fields(data):
            self._fields.setdefault(number, []).append(value)

    def number(self, *path: int) -> int:
        """The number at ``path``, 0 where there is none."""
        found = [value for value in self._holder(path)._fields.get(path[-1], ()) if isinstance(value, int)]
        return found[-1] if found else 0

    def text(self, *path: int) -> str:
        """The text at ``path``, empty where there is none."""
        found = self._holder(path).texts(path[-1])
        return found[-1] if found else ""

    def texts(self, number: int) -> list[str]:
        """Every text of a field that repeats."""
        return [value.decode("utf-8", "replace") for value in self._bytes(number)]

    def message(self, number: int) -> Message:
        """The message in a field, an empty one where there is none."""
        found = self.messages(number)
        return found[-1] if found else Message()

    def messages(self, number: int) -> list[Message]:
        """Every message of a field that repeats."""
        return [Message(value) for value in self._bytes(number)]

    def _bytes(self, number: int) -> list[bytes]:
        return [value for value in self._fields.get(number, ()) if isinstance(value, bytes)]

    def _holder(self, path: tuple[int, ...]) -> Message:
        holder = self
        for number in path[:-1]:
            holder = holder.message(number)
        return holder
