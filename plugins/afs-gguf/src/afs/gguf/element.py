"""Element types of a GGUF file: number, weights per block, bytes per block (from ``ggml.h``)."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["BLOCKS", "Element", "row_bytes"]


class Element(IntEnum):
    F32 = 0
    F16 = 1
    Q4_0 = 2
    Q4_1 = 3
    Q5_0 = 6
    Q5_1 = 7
    Q8_0 = 8
    Q8_1 = 9
    Q2_K = 10
    Q3_K = 11
    Q4_K = 12
    Q5_K = 13
    Q6_K = 14
    Q8_K = 15
    IQ2_XXS = 16
    IQ2_XS = 17
    IQ3_XXS = 18
    IQ1_S = 19
    IQ4_NL = 20
    IQ3_S = 21
    IQ2_S = 22
    IQ4_XS = 23
    I8 = 24
    I16 = 25
    I32 = 26
    I64 = 27
    F64 = 28
    IQ1_M = 29
    BF16 = 30
    TQ1_0 = 34
    TQ2_0 = 35
    MXFP4 = 39


BLOCKS: dict[Element, tuple[int, int]] = {
    Element.F32: (1, 4),
    Element.F16: (1, 2),
    Element.Q4_0: (32, 18),
    Element.Q4_1: (32, 20),
    Element.Q5_0: (32, 22),
    Element.Q5_1: (32, 24),
    Element.Q8_0: (32, 34),
    Element.Q8_1: (32, 40),
    Element.Q2_K: (256, 84),
    Element.Q3_K: (256, 110),
    Element.Q4_K: (256, 144),
    Element.Q5_K: (256, 176),
    Element.Q6_K: (256, 210),
    Element.Q8_K: (256, 292),
    Element.IQ2_XXS: (256, 66),
    Element.IQ2_XS: (256, 74),
    Element.IQ3_XXS: (256, 98),
    Element.IQ1_S: (256, 50),
    Element.IQ4_NL: (32, 18),
    Element.IQ3_S: (256, 110),
    Element.IQ2_S: (256, 82),
    Element.IQ4_XS: (256, 136),
    Element.I8: (1, 1),
    Element.I16: (1, 2),
    Element.I32: (1, 4),
    Element.I64: (1, 8),
    Element.F64: (1, 8),
    Element.IQ1_M: (256, 56),
    Element.BF16: (1, 2),
    Element.TQ1_0: (256, 54),
    Element.TQ2_0: (256, 66),
    Element.MXFP4: (32, 17),
}


def row_bytes(element: Element, columns: int) -> int:
    """Bytes that one row of ``columns`` weights takes; ValueError where blocks do not fit."""
    weights, size = BLOCKS[element]
    if columns % weights:
        raise ValueError(f"{element.name} needs rows of a multiple of {weights}, got {columns}")
    return columns // weights * size
