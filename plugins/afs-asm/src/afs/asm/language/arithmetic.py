"""What asar's operators and its functions of numbers give.

Numbers are doubles in asar; whole ones are kept exactly here as long as 64 bits hold them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

__all__ = ["FUNCTIONS", "OPERATIONS", "PREFIXES", "NoValue", "cut", "signed32", "whole32", "word32"]

Number = int | float
_LOW: Final = -(1 << 63)
_HIGH: Final = (1 << 63) - 1


class NoValue(ArithmeticError):
    """What asar refuses to compute."""


def cut(value: Number, exact: bool) -> Number:
    """A value as it is kept: whole unless ``exact``. Raises NoValue for what is no number."""
    if isinstance(value, int):
        return value if -(1 << 64) <= value <= 1 << 64 else float(value)
    if math.isnan(value):
        raise NoValue("the result is no number")
    if math.isinf(value) or (exact and not (value.is_integer() and abs(value) < 1 << 53)):
        return value
    return int(value)


def whole32(value: Number) -> int:
    """A number as a signed one of 32 bits; of those that do not fit the processor makes the smallest."""
    return int(value) if -(1 << 31) <= value < 1 << 31 else -(1 << 31)


def word32(value: int) -> int:
    """The 32 bits that asar keeps of a number of 64."""
    return min(max(value, _LOW), _HIGH) & 0xFFFFFFFF


def signed32(value: int) -> int:
    """The same with a sign."""
    word = word32(value)
    return word - (word >> 31 << 32)


def _whole(value: Number) -> int:
    return int(value) if _LOW <= value <= _HIGH else _LOW


def _divided(left: Number, right: Number) -> Number:
    if right == 0:
        raise NoValue("asar divides by zero here")
    exactly = isinstance(left, int) and isinstance(right, int) and left % right == 0
    return left // right if exactly else left / right


def _remainder(left: Number, right: Number) -> Number:
    if right == 0:
        raise NoValue("asar divides by zero here")
    return _real(math.fmod)(left, right)


def _shift(count: Number) -> int:
    if count < 0:
        raise NoValue("a number cannot be shifted by less than nothing")
    return int(min(count, 127))


def _signed(value: int) -> int:
    """What is left of a number in 64 bits."""
    value &= (1 << 64) - 1
    return value - (value >> 63 << 64)


def _real(function: Callable[..., float]) -> Callable[..., float]:
    """A function of the C library: where Python has no value, that has infinity or what is no number."""

    def real(*values: Number) -> float:
        try:
            return function(*values)
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return real


def _power(left: Number, right: Number) -> float:
    return math.inf if left == 0 and right < 0 else _real(math.pow)(left, right)


def _logarithm(function: Callable[[Number], float]) -> Callable[[Number], float]:
    return lambda value: -math.inf if value == 0 else _real(function)(value)


def _step(function: Callable[[Number], int]) -> Callable[[Number], Number]:
    return lambda value: value if math.isinf(value) else function(value)


def _rounded(value: float, digits: float) -> float:
    """As printing with so many decimals gives it: of two as near, the even one."""
    return float(f"{value:.{int(min(max(digits, 0), 100))}f}")


OPERATIONS: Final[dict[str, Callable[[Number, Number], Number]]] = {
    "**": _power,
    "*": lambda left, right: left * right,
    "/": _divided,
    "%": _remainder,
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "<<": lambda left, right: _signed(_whole(left) << _shift(right)),
    ">>": lambda left, right: _whole(left) >> _shift(right),
    "&": lambda left, right: _whole(left) & _whole(right),
    "|": lambda left, right: _whole(left) | _whole(right),
    "^": lambda left, right: _whole(left) ^ _whole(right),
}

PREFIXES: Final[dict[str, Callable[[Number], Number]]] = {
    "-": lambda value: -value,
    "+": lambda value: value,
    "~": lambda value: ~whole32(value),
    "<:": lambda value: whole32(value) >> 16,
}

#: Functions of numbers alone, and how many each takes.
FUNCTIONS: Final[dict[str, tuple[Callable[..., Any], int]]] = {
    **{
        name: (_real(getattr(math, name)), 1)
        for name in ("sqrt", "sin", "cos", "tan", "asin", "acos", "atan")
    },
    **{f"arc{name}": (_real(getattr(math, "a" + name)), 1) for name in ("sin", "cos", "tan")},
    **{name: (_logarithm(getattr(math, name)), 1) for name in ("log", "log10", "log2")},
    **{name: (_step(getattr(math, name)), 1) for name in ("ceil", "floor")},
    "max": (max, 2),
    "min": (min, 2),
    "clamp": (lambda value, low, high: max(low, min(high, value)), 3),
    "safediv": (lambda value, by, default: value / by if by else default, 3),
    "select": (lambda chooser, yes, no: yes if chooser else no, 3),
    "bank": (lambda value: whole32(value) >> 16, 1),
    "not": (lambda value: int(not _whole(value)), 1),
    "equal": (lambda left, right: int(left == right), 2),
    "notequal": (lambda left, right: int(left != right), 2),
    "less": (lambda left, right: int(left < right), 2),
    "lessequal": (lambda left, right: int(left <= right), 2),
    "greater": (lambda left, right: int(left > right), 2),
    "greaterequal": (lambda left, right: int(left >= right), 2),
    "and": (lambda left, right: int(bool(_whole(left) and _whole(right))), 2),
    "or": (lambda left, right: int(bool(_whole(left) or _whole(right))), 2),
    "nand": (lambda left, right: int(not (left and right)), 2),
    "nor": (lambda left, right: int(not (left or right)), 2),
    "xor": (lambda left, right: int(bool(left) != bool(right)), 2),
    "round": (_rounded, 2),
}
