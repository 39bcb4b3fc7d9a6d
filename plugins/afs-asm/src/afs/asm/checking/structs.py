"""Structs of a text: where their fields lie and how large they are, as far as the text tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from afs.asm.language.evaluator import StructSize
from afs.asm.language.expressions import expression

from .places import Place

if TYPE_CHECKING:
    from .context import Context


class OpenStruct(msgspec.Struct):
    """The struct that is being defined: its base, where its next field lies, and whether asar takes its
    fields for numbers; `parent` is the struct that it extends."""

    name: str
    base: int | None
    at: int | None
    static: bool = True
    parent: str = ""

    def skip(self, count: float | None) -> None:
        """Pass over bytes, None if nobody knows how many."""
        self.at = None if self.at is None or count is None else self.at + int(count)


_UNKNOWN = StructSize()


def open_struct(context: Context, detail: str) -> OpenStruct:
    """The struct that `struct detail` begins."""
    name, *words = detail.split(" ")
    if len(words) == 2:
        parent = context.blocks.evaluator.structs.get(words[1], _UNKNOWN)
        return OpenStruct(f"{words[1]}.{name}", parent.end, parent.end, parent.static, words[1])
    if not words:
        return OpenStruct(name, None, None, static=False)
    value = context.blocks.value(words[0])
    base = None if value is None else int(value)
    return OpenStruct(name, base, base, static=_is_static(context, words[0]))


def _is_static(context: Context, text: str) -> bool:
    """Whether an expression names no label that may move; those that nobody knows may be numbers."""
    found = [context.found(context.names.candidates(name)) for name in expression(text).symbols]
    return all(place is None or place.static for place in found)


def field_place(opened: OpenStruct) -> Place:
    """Where the next field of a struct lies."""
    return Place(static=opened.static, value=opened.at if opened.static else None)


def close_struct(context: Context, alignment: str) -> None:
    """Note the size of the struct that ends."""
    opened, context.struct = context.struct, None
    if opened is None:
        return
    step = context.blocks.value(alignment) if alignment else 1
    size = None
    if opened.at is not None and opened.base is not None and step is not None and step >= 1:
        size = -(-(opened.at - opened.base) // int(step)) * int(step)
    structs = context.blocks.evaluator.structs
    structs[opened.name] = StructSize(opened.at, size, size, opened.static)
    parent = structs.get(opened.parent)
    if parent:
        whole = None
        if None not in (parent.size, parent.whole, size):
            whole = max(parent.whole or 0, (parent.size or 0) + (size or 0))
        structs[opened.parent] = msgspec.structs.replace(parent, whole=whole)
