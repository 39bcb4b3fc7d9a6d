"""Structs: fields as labels counted from a base, and the sizes of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from afs.asm.language.faults import Broken

if TYPE_CHECKING:
    from .assembly_pass import Pass

__all__ = ["OpenStruct", "Struct", "Structs"]


class Struct(NamedTuple):
    """``whole`` is the size with that of the longest struct that extends it."""

    end: int
    size: int
    whole: int
    static: bool


class OpenStruct(NamedTuple):
    """A struct that is being defined. ``label`` is the start of its fields' names."""

    name: str
    label: str
    parent: str
    base: int
    static: bool


class Structs:
    """Those that are known, by name; an extension is known as ``Parent.Child``."""

    def __init__(self) -> None:
        self.known: dict[str, Struct] = {}

    def size(self, name: str, *, whole: bool, run: Pass) -> int:
        struct = self.known.get(name)
        if struct is None:
            if not run.number:
                return 0
            raise Broken("unknown-struct", f"there is no struct `{name[:40]}`", late=True)
        return struct.whole if whole else struct.size

    def close(self, opened: OpenStruct, end: int, alignment: int) -> None:
        size = -(-(end - opened.base) // alignment) * alignment
        struct = Struct(end, size, size, opened.static)
        if not opened.parent:
            self.known[opened.name] = struct
            return
        parent = self.known[opened.parent]
        self.known[f"{opened.parent}.{opened.name}"] = struct
        self.known[opened.parent] = parent._replace(whole=max(parent.whole, parent.size + size))
