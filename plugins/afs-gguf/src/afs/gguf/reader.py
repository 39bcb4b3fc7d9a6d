"""Reads a GGUF header, treating the file as hostile: every count and length is checked first.

No claim of the file is believed before the bytes it speaks of are known to be there, so neither
time nor memory grows beyond what the file really holds, and arrays keep ``keep`` items at most.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from afs_core.errors import DataError

from .element import BLOCKS, Element, row_bytes
from .metadata import SCALARS, Field, Kind

__all__ = ["GgufFile", "TensorInfo", "read_gguf"]

_MAX_ENTRIES = 1 << 16
_MAX_ITEMS = 1 << 23
_MAX_STRING = 16 << 20
_MAX_NAME = 1 << 10
_MAX_DIMENSIONS = 4


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor of a file: ``shape`` rows first, ``start`` from the file's beginning."""

    name: str
    shape: tuple[int, ...]
    element: Element
    start: int

    @property
    def size(self) -> int:
        return math.prod(self.shape[:-1]) * row_bytes(self.element, self.shape[-1])


@dataclass(frozen=True, slots=True)
class GgufFile:
    """What a header says, all of it checked against the file."""

    path: Path
    version: int
    size: int
    metadata: dict[str, Field]
    tensors: dict[str, TensorInfo]

    def value(self, key: str) -> Any:
        """The plain value of ``key``, or None."""
        field = self.metadata.get(key)
        return None if field is None else field.value

    def elements(self) -> dict[str, int]:
        """How many tensors have each element type."""
        counts: dict[str, int] = {}
        for tensor in self.tensors.values():
            counts[tensor.element.name] = counts.get(tensor.element.name, 0) + 1
        return counts


def read_gguf(path: Path, keep: int = _MAX_ITEMS) -> GgufFile:
    """The header of ``path``; DataError says what is wrong and at which byte."""
    try:
        with path.open("rb") as source:
            return _Reader(path, source, keep).read()
    except FileNotFoundError:
        raise DataError("file is missing", path=path) from None
    except IsADirectoryError:
        raise DataError("is a folder; expected a GGUF file", path=path) from None


class _Reader:
    def __init__(self, path: Path, source: BinaryIO, keep: int) -> None:
        self.path = path
        self.source = source
        self.keep = keep
        self.size = path.stat().st_size

    def read(self) -> GgufFile:
        magic = self.source.read(4)
        if magic != b"GGUF":
            self.fail(f"not a GGUF file: it begins with {magic!r}")
        version = self.number("I", "version")
        if version not in (2, 3):
            self.fail(f"GGUF version {version}; expected 2 or 3")
        tensors = self.count("tensor count", _MAX_ENTRIES, 24)
        fields = self.count("metadata count", _MAX_ENTRIES, 13)
        metadata = self.metadata(fields)
        infos = list(self.infos(tensors))
        return GgufFile(self.path, version, self.size, metadata, self.placed(infos, metadata))

    def metadata(self, count: int) -> dict[str, Field]:
        metadata: dict[str, Field] = {}
        for _ in range(count):
            key = self.string("metadata key", _MAX_NAME)
            if key in metadata:
                self.fail(f"metadata key {key!r} comes twice")
            metadata[key] = self.field(key)
        return metadata

    def field(self, key: str) -> Field:
        kind = self.kind(key)
        if kind is Kind.STRING:
            return Field(kind, self.string(key, _MAX_STRING))
        if kind is not Kind.ARRAY:
            return Field(kind, self.number(SCALARS[kind], key))
        items = self.kind(key)
        if items is Kind.ARRAY:
            self.fail(f"{key} is an array of arrays")
        width = 8 if items is Kind.STRING else struct.calcsize("<" + SCALARS[items])
        length = self.count(f"length of {key}", _MAX_ITEMS, width)
        return Field(kind, self.items(items, length, key), items, length)

    def items(self, kind: Kind, length: int, key: str) -> list[Any]:
        kept = min(length, self.keep)
        if kind is Kind.STRING:
            values = [self.string(key, _MAX_STRING) for _ in range(kept)]
            for _ in range(length - kept):
                self.skip(self.count(f"length of a string in {key}", _MAX_STRING, 1))
            return values
        form = SCALARS[kind]
        width = struct.calcsize("<" + form)
        values = list(struct.unpack(f"<{kept}{form}", self.take(kept * width, key)))
        self.skip((length - kept) * width)
        return values

    def infos(self, count: int) -> Iterator[tuple[str, tuple[int, ...], Element, int]]:
        for _ in range(count):
            name = self.string("tensor name", _MAX_NAME)
            dimensions = self.number("I", f"dimensions of {name!r}")
            if not 1 <= dimensions <= _MAX_DIMENSIONS:
                self.fail(f"tensor {name!r} has {dimensions} dimensions; expected 1 to 4")
            sizes = [self.number("Q", f"shape of {name!r}") for _ in range(dimensions)]
            element = self.element(name)
            if 0 in sizes or sizes[0] % BLOCKS[element][0]:
                self.fail(f"tensor {name!r}: shape {sizes} does not fit {element.name}")
            yield name, tuple(sizes[::-1]), element, self.number("Q", f"offset of {name!r}")

    def placed(
        self, infos: list[tuple[str, tuple[int, ...], Element, int]], metadata: dict[str, Field]
    ) -> dict[str, TensorInfo]:
        field = metadata.get("general.alignment", Field(Kind.U32, 32))
        if field.kind is not Kind.U32 or not field.value or field.value % 8:
            self.fail(f"general.alignment is {field.value!r}; expected a multiple of 8")
        data = self.source.tell()
        data += -data % field.value
        tensors: dict[str, TensorInfo] = {}
        for name, shape, element, offset in infos:
            tensor = TensorInfo(name, shape, element, data + offset)
            if name in tensors:
                self.fail(f"tensor {name!r} comes twice")
            if offset % field.value or tensor.start + tensor.size > self.size:
                self.fail(
                    f"tensor {name!r} of {tensor.size} bytes at {tensor.start} lies outside the "
                    f"file of {self.size} bytes: it is cut short or damaged"
                )
            tensors[name] = tensor
        self.apart(sorted(tensors.values(), key=lambda tensor: tensor.start))
        return tensors

    def apart(self, tensors: list[TensorInfo]) -> None:
        for before, after in pairwise(tensors):
            if before.start + before.size > after.start:
                self.fail(f"tensors {before.name!r} and {after.name!r} overlap")

    def kind(self, key: str) -> Kind:
        number = self.number("I", f"kind of {key}")
        try:
            return Kind(number)
        except ValueError:
            self.fail(f"{key} has value kind {number}, which GGUF does not define")

    def element(self, name: str) -> Element:
        number = self.number("I", f"element type of {name!r}")
        try:
            return Element(number)
        except ValueError:
            self.fail(f"tensor {name!r} has element type {number}, which afs does not know")

    def string(self, what: str, limit: int) -> str:
        length = self.count(f"length of {what}", limit, 1)
        # ggml does not ask for UTF-8 and some published vocabularies hold other bytes.
        return self.take(length, what).decode("utf-8", "backslashreplace")

    def count(self, what: str, limit: int, least: int) -> int:
        """A count whose items take ``least`` bytes each; it must fit what is left of the file."""
        count = int(self.number("Q", what))
        left = self.size - self.source.tell()
        if count > limit or count * least > left:
            self.fail(f"{what} is {count}: absurd for a file with {left} bytes left")
        return count

    def number(self, form: str, what: str) -> Any:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form), what))[0]

    def take(self, length: int, what: str) -> bytes:
        data = self.source.read(length)
        if len(data) != length:
            self.fail(f"file ends inside {what}")
        return data

    def skip(self, length: int) -> None:
        self.source.seek(length, 1)

    def fail(self, message: str) -> NoReturn:
        raise DataError(
            f"{message} (at byte {self.source.tell()})",
            path=self.path,
            hint="download or make the file again",
        )
