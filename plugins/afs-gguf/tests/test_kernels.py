"""Encoded rows against two independent implementations: ggml's own and gguf-py's."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from afs.gguf import kernels
from afs.gguf.element import BLOCKS, Element, row_bytes
from afs_core.errors import DataError, Missing

needs_ggml = pytest.mark.skipif(
    importlib.util.find_spec("xllamacpp") is None, reason="xllamacpp is not installed"
)
NUMBERS = st.floats(-1e4, 1e4, width=32).filter(lambda x: x == 0 or abs(x) > 1e-30)
ROWS = hnp.arrays(np.float32, (3, 64), elements=NUMBERS)


@pytest.fixture
def no_kernels(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An installation without xllamacpp."""
    kernels._kernel.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    yield
    kernels._kernel.cache_clear()


def reference(values: np.ndarray[Any, Any], element: Element) -> bytes:
    gguf = pytest.importorskip("gguf")
    return bytes(gguf.quantize(values, gguf.GGMLQuantizationType(int(element))).tobytes())


def test_block_sizes_are_those_of_the_format() -> None:
    gguf = pytest.importorskip("gguf")
    for element, block in BLOCKS.items():
        assert gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType(int(element))] == block, element


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_q8_0_is_the_same_bytes_three_ways(values: np.ndarray[Any, Any]) -> None:
    assert kernels._q8_0(values) == reference(values, Element.Q8_0)
    if kernels.available():
        assert kernels.encode(values, Element.Q8_0) == kernels._q8_0(values)


@settings(max_examples=60, deadline=None)
@given(ROWS)
@pytest.mark.parametrize("element", [Element.F16, Element.BF16, Element.F32])
def test_plain_types_equal_gguf_py(element: Element, values: np.ndarray[Any, Any]) -> None:
    assert kernels.encode(values, element) == reference(values, element)


@needs_ggml
@pytest.mark.parametrize(
    ("element", "error"),
    [(Element.Q4_K, 0.09), (Element.Q5_K, 0.045), (Element.Q6_K, 0.025), (Element.Q5_0, 0.06)],
)
def test_k_types_are_genuine(element: Element, error: float) -> None:
    gguf = pytest.importorskip("gguf")
    values = np.random.default_rng(0).standard_normal((16, 512)).astype(np.float32)
    raw = kernels.encode(values, element)
    assert len(raw) == 16 * row_bytes(element, 512)
    data = np.frombuffer(raw, np.uint8).reshape(16, -1)
    back = gguf.dequantize(data, gguf.GGMLQuantizationType(int(element)))
    assert 0.2 * error < float(np.sqrt(np.mean((back - values) ** 2))) < error


@needs_ggml
def test_importance_moves_the_error_where_it_matters_less() -> None:
    gguf = pytest.importorskip("gguf")
    values = np.random.default_rng(1).standard_normal((64, 256)).astype(np.float32)
    weights = np.full(256, 1e-3, np.float32)
    weights[::8] = 1.0

    def error(importance: Any) -> float:
        raw = np.frombuffer(kernels.encode(values, Element.Q4_K, importance), np.uint8)
        back = gguf.dequantize(raw.reshape(64, -1), gguf.GGMLQuantizationType.Q4_K)
        return float(np.mean((back - values)[:, ::8] ** 2))

    assert error(weights) < 0.8 * error(None)


def test_q8_0_takes_a_vanishing_block_for_zero() -> None:
    raw = kernels._q8_0(np.full((1, 32), 1e-44, np.float32))
    assert raw == bytes(34)


def test_without_kernels_the_missing_engine_is_named(no_kernels: None) -> None:
    with pytest.raises(Missing, match=r"Q4_K, Q6_K cannot be made: xllamacpp") as caught:
        kernels.require({Element.Q4_K, Element.Q6_K, Element.F32})
    assert "pip install" in caught.value.hint
    kernels.require({Element.F32, Element.F16, Element.BF16, Element.Q8_0})
    values = np.ones((1, 32), np.float32)
    assert kernels.encode(values, Element.Q8_0) == kernels._q8_0(values)


def test_a_library_without_the_symbol_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctypes

    kernels._kernel.cache_clear()
    monkeypatch.setattr(kernels, "_library", lambda: ctypes.CDLL(None))
    with pytest.raises(Missing, match="ggml_quantize_chunk"):
        kernels.require({Element.Q4_K})
    kernels._kernel.cache_clear()


def test_a_weight_too_large_for_f16_is_refused() -> None:
    with pytest.raises(DataError, match="65504"):
        kernels.encode(np.full((1, 32), 7e4, np.float32), Element.F16)


def test_rows_that_do_not_fit_blocks_are_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 256"):
        row_bytes(Element.Q4_K, 288)
