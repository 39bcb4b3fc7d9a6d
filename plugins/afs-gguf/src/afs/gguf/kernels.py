"""Encodes float32 rows: numpy for the plain types, ggml's own kernels for the K types.

The kernels are those inside the ``xllamacpp`` wheel, reached by symbol at run time; its Python
module is never imported. Where they are missing, BF16, F16 and Q8_0 still work and the other
types raise :class:`~afs_core.errors.Missing` with the symbol's name. Q8_0 is the same bytes both ways.
"""

from __future__ import annotations

import ctypes
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from afs_core.errors import DataError, Missing

from .element import Element, row_bytes
from .safetensors import Floats, round_bf16

__all__ = ["encode", "require"]

_NUMPY = frozenset({Element.F32, Element.F16, Element.BF16, Element.Q8_0})
_F16_MAX = 65504.0


class _InitParams(ctypes.Structure):
    _fields_ = (
        ("mem_size", ctypes.c_size_t),
        ("mem_buffer", ctypes.c_void_p),
        ("no_alloc", ctypes.c_bool),
    )


def require(elements: set[Element]) -> None:
    """Raise :class:`~afs_core.errors.Missing` now if one of ``elements`` cannot be encoded here."""
    if needed := sorted(elements - _NUMPY):
        try:
            _kernel()
        except Missing as fault:
            names = ", ".join(element.name for element in needed)
            raise Missing(f"{names} cannot be made: {fault.message}", hint=fault.hint) from None


def encode(values: Floats, element: Element, importance: Floats | None = None) -> bytes:
    """``values`` of shape (rows, columns), C order and finite, as blocks of ``element``.

    ``importance`` weighs the columns, shape (columns,); only K types use it.
    Raises DataError where a value does not fit an F16.
    """
    match element:
        case Element.F32:
            return values.astype("<f4", copy=False).tobytes()
        case Element.BF16:
            return round_bf16(values).astype("<u2", copy=False).tobytes()
        case Element.F16:
            return _f16(values)
        case Element.Q8_0 if not available():
            return _q8_0(values)
    return _ggml(values, element, importance)


def available() -> bool:
    """Whether ggml's kernels can be reached."""
    try:
        _kernel()
    except Missing:
        return False
    return True


def _f16(values: Floats) -> bytes:
    if np.abs(values).max(initial=0) > _F16_MAX:
        raise DataError("a weight is above 65504, the largest F16", hint="use BF16 instead")
    return values.astype("<f2").tobytes()


def _q8_0(values: Floats) -> bytes:
    blocks = values.reshape(-1, 32)
    scale = np.abs(blocks).max(axis=1, keepdims=True) / np.float32(127)
    # Below the smallest normal number the inverse overflows; as F16 such a scale is 0 anyway.
    scale[scale < np.finfo(np.float32).tiny] = 0
    inverse = np.divide(np.float32(1), scale, where=scale > 0, out=np.zeros_like(scale))
    scaled = blocks * inverse
    size = np.abs(scaled)
    floor = np.floor(size)
    # ggml rounds halves away from zero, numpy to even.
    rounded = np.copysign(floor + (size - floor >= 0.5), scaled)
    packed = np.empty((len(blocks), 34), np.uint8)
    packed[:, :2] = scale.astype("<f2").view(np.uint8)
    packed[:, 2:] = rounded.astype(np.int8).view(np.uint8)
    return packed.tobytes()


def _ggml(values: Floats, element: Element, importance: Floats | None) -> bytes:
    rows, columns = values.shape
    size = rows * row_bytes(element, columns)
    target = ctypes.create_string_buffer(size)
    weights = None if importance is None else importance.ctypes.data
    source = np.ascontiguousarray(values, np.float32)
    written = _kernel()(int(element), source.ctypes.data, target, 0, rows, columns, weights)
    if written != size:
        raise DataError(f"ggml wrote {written} bytes of {element.name}, expected {size}")
    return target.raw


@cache
def _kernel() -> Any:
    """``ggml_quantize_chunk``, its tables initialised."""
    library = _library()
    try:
        function, init, free = (
            getattr(library, name) for name in ("ggml_quantize_chunk", "ggml_init", "ggml_free")
        )
    except AttributeError as fault:
        raise Missing(
            f"the installed xllamacpp does not export a needed symbol ({fault})", hint=_INSTALL
        ) from None
    init.argtypes, init.restype = [_InitParams], ctypes.c_void_p
    free.argtypes, free.restype = [ctypes.c_void_p], None
    free(init(_InitParams(1 << 16, None, True)))
    function.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p] + [ctypes.c_int64] * 3
    function.argtypes += [ctypes.c_void_p]
    function.restype = ctypes.c_size_t
    return function


_INSTALL = "pip install 'xllamacpp>=2026.10'; BF16, F16 and Q8_0 work without it"


def _library() -> ctypes.CDLL:
    spec = importlib.util.find_spec("xllamacpp")
    folders = [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
    found = [file for place in folders for file in sorted(place.glob("xllamacpp*"))]
    for file in found:
        if file.suffix in {".so", ".pyd", ".dylib"}:
            try:
                return ctypes.CDLL(str(file))
            except OSError as fault:
                raise Missing(f"{file.name} does not load: {fault}", hint=_INSTALL) from None
    raise Missing("xllamacpp, which holds ggml_quantize_chunk, is not installed", hint=_INSTALL)
