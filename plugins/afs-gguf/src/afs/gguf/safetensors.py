"""Reads safetensors row block by row block, so that memory follows the block and not the model.

Everything a header claims is checked against the file before a weight is read: offsets, sizes,
element types, overlaps. The file's pages are read, not mapped, because mapped pages count as
resident memory.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from afs_core.errors import DataError

__all__ = ["Checkpoint", "Floats", "StoredTensor", "read_header", "round_bf16"]

Floats = NDArray[np.float32]

_WIDTH = {"BF16": 2, "F16": 2, "F32": 4}
_MAX_HEADER = 100 << 20
_INDEX = "model.safetensors.index.json"


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """Where one tensor lies: ``start`` counts from the beginning of ``path``."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    path: Path
    start: int

    @property
    def columns(self) -> int:
        return self.shape[-1]

    @property
    def rows(self) -> int:
        return math.prod(self.shape[:-1])

    @property
    def width(self) -> int:
        return _WIDTH[self.dtype]

    @property
    def size(self) -> int:
        return math.prod(self.shape) * self.width


class Checkpoint:
    """All tensors of a model folder (one file, or shards with their index) or of one file.

    Use as a context manager; ``tensors`` maps names in header order.
    """

    def __init__(self, files: list[Path]) -> None:
        self.tensors: dict[str, StoredTensor] = {}
        self._files: dict[Path, BinaryIO] = {}
        for path in files:
            self._add(path)

    @classmethod
    def of_folder(cls, folder: Path, single: str = "model.safetensors") -> Self:
        """Open ``folder/model.safetensors`` or the shards that its index lists."""
        index = folder / _INDEX
        if index.is_file():
            return cls._of_index(index)
        if (folder / single).is_file():
            return cls([folder / single])
        raise DataError(
            f"expected {single} or {_INDEX}, found neither",
            path=folder,
            hint="afs reads safetensors only; save the model with save_pretrained",
        )

    @classmethod
    def _of_index(cls, index: Path) -> Self:
        places = read_json(index).get("weight_map")
        if not isinstance(places, dict) or not places:
            raise DataError("expected a weight_map that names the shards, found none", path=index)
        shards = sorted({str(shard) for shard in places.values()})
        for shard in shards:
            if Path(shard).name != shard:
                raise DataError(f"shard {shard!r} lies outside the model's folder", path=index)
            if not (index.parent / shard).is_file():
                raise DataError(f"shard {shard} of the index is not there", path=index)
        checkpoint = cls([index.parent / shard for shard in shards])
        checkpoint._compare(places, index)
        return checkpoint

    def _compare(self, places: Mapping[str, str], index: Path) -> None:
        for name, shard in places.items():
            tensor = self.tensors.get(name)
            if tensor is None or tensor.path.name != shard:
                raise DataError(f"index puts {name} in {shard}, but it is not there", path=index)
        if stray := sorted(set(self.tensors) - set(places)):
            raise DataError(f"shards hold tensors that the index omits: {stray[:3]}", path=index)

    def _add(self, path: Path) -> None:
        for tensor in read_header(path):
            if tensor.name in self.tensors:
                other = self.tensors[tensor.name].path.name
                raise DataError(f"tensor {tensor.name} is already in {other}", path=path)
            self.tensors[tensor.name] = tensor

    def rows(self, tensor: StoredTensor, start: int, stop: int) -> Floats:
        """Rows ``start:stop`` as float32, shape (rows, columns)."""
        raw = self.raw(tensor, start, stop)
        return _to_float32(raw, tensor.dtype).reshape(stop - start, tensor.columns)

    def whole(self, tensor: StoredTensor) -> Floats:
        """The whole tensor as float32, in its own shape."""
        return self.rows(tensor, 0, tensor.rows).reshape(tensor.shape)

    def raw(self, tensor: StoredTensor, start: int, stop: int) -> bytes:
        """Bytes of rows ``start:stop`` as stored; DataError where the file ends early."""
        step = tensor.columns * tensor.width
        source = self._open(tensor.path)
        source.seek(tensor.start + start * step)
        raw = source.read((stop - start) * step)
        if len(raw) != (stop - start) * step:
            raise DataError(f"file ends inside tensor {tensor.name}", path=tensor.path)
        return raw

    def _open(self, path: Path) -> BinaryIO:
        if path not in self._files:
            self._files[path] = path.open("rb")
        return self._files[path]

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file of a model folder; DataError names the file."""
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise DataError("file is missing", path=path) from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"not JSON: {error}", path=path) from None
    if not isinstance(value, dict):
        raise DataError(f"expected a JSON object, got {type(value).__name__}", path=path)
    return value


def read_header(path: Path) -> list[StoredTensor]:
    """The tensors that ``path`` declares, in the order of their bytes, all checked."""
    size = path.stat().st_size
    with path.open("rb") as source:
        length = int.from_bytes(source.read(8), "little")
        if size < 8 or length > min(_MAX_HEADER, size - 8):
            raise DataError(f"not a whole safetensors file: {size} bytes, header of {length}", path=path)
        header = _parse(source.read(length), path)
    tensors = [_tensor(name, entry, path, 8 + length) for name, entry in header.items()]
    tensors.sort(key=lambda tensor: (tensor.start, tensor.size))
    _check_spans(tensors, 8 + length, size, path)
    return tensors


def _parse(raw: bytes, path: Path) -> dict[str, Any]:
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise DataError(f"safetensors header is not JSON: {error}", path=path) from None
    if not isinstance(header, dict):
        raise DataError("safetensors header is not a JSON object", path=path)
    header.pop("__metadata__", None)
    return header


def _tensor(name: str, entry: object, path: Path, data: int) -> StoredTensor:
    match entry:
        case {"dtype": str(dtype), "shape": [*shape], "data_offsets": [int(begin), int(end)]}:
            pass
        case _:
            raise DataError(f"tensor {name}: expected dtype, shape and offsets", path=path)
    if dtype not in _WIDTH:
        raise DataError(f"tensor {name} is {dtype}; expected {', '.join(_WIDTH)}", path=path)
    if not shape or not all(isinstance(n, int) and n > 0 for n in shape):
        raise DataError(f"tensor {name} has shape {shape}; expected positive sizes", path=path)
    tensor = StoredTensor(name, dtype, tuple(shape), path, data + begin)
    if begin < 0 or end - begin != tensor.size:
        raise DataError(
            f"tensor {name}: {dtype} {shape} takes {tensor.size} bytes, header says {end - begin}",
            path=path,
        )
    return tensor


def _check_spans(tensors: list[StoredTensor], data: int, size: int, path: Path) -> None:
    place = data
    for tensor in tensors:
        if tensor.start != place:
            raise DataError(f"tensor {tensor.name} overlaps another or leaves a hole", path=path)
        place += tensor.size
    if place != size:
        what = "is cut short" if place > size else "has bytes that no tensor owns"
        raise DataError(f"file {what}: header describes {place} bytes, file has {size}", path=path)


def _to_float32(raw: bytes, dtype: str) -> Floats:
    if dtype == "F32":
        return np.frombuffer(raw, dtype="<f4").astype(np.float32)
    if dtype == "F16":
        return np.frombuffer(raw, dtype="<f2").astype(np.float32)
    wide = np.frombuffer(raw, dtype="<u2").astype(np.uint32)
    wide <<= 16
    return wide.view(np.float32)


def round_bf16(values: Floats) -> NDArray[np.uint16]:
    """Nearest bfloat16, ties to even, as its upper 16 bits; finite input."""
    bits = np.ascontiguousarray(values).view(np.uint32)
    rounded = bits + (((bits >> 16) & 1) + np.uint32(0x7FFF))
    return (rounded >> 16).astype(np.uint16)


def row_blocks(rows: int, columns: int, weights: int) -> Iterator[tuple[int, int]]:
    """Cut ``rows`` into ranges of about ``weights`` weights each, at least one row."""
    step = max(1, weights // columns)
    for start in range(0, rows, step):
        yield start, min(rows, start + step)
