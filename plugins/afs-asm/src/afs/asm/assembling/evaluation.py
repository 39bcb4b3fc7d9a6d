"""The value of an expression, as asar 1.91 computes it.

Numbers are doubles; unless ``math round off`` or ``asar 1.90`` says so, each step is cut to a whole
number, toward zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from afs.asm.language.faults import Broken
from afs.asm.language.formula import Formula, parse_formula

if TYPE_CHECKING:
    from .assembly_pass import Pass

__all__ = ["Evaluation"]

Number = int | float
_LOW, _HIGH = -(1 << 63), (1 << 63) - 1
_MASK: Final = 0xFFFFFF


class Evaluation:
    """Evaluates for one pass. After a call, ``found`` tells whether a label was used, ``moving`` whether
    one that is no assigned number, ``forward`` whether one that is not known yet."""

    def __init__(self, run: Pass) -> None:
        self.run = run
        self.priorities = self.exact = False
        self.found = self.moving = self.forward = False
        self._arguments: dict[str, Any] = {}
        self._depth = 0

    def number(self, text: str) -> int:
        """A whole number, within 64 bits."""
        value = self.double(text)
        return min(max(int(value), _LOW), _HIGH)

    def fixed(self, text: str, what: str) -> int:
        """A number that no label may decide, since it decides where labels are."""
        value = self.number(text)
        if self.moving:
            raise Broken("label-moves", f"{what} cannot depend on a label")
        return value

    def double(self, text: str) -> Number:
        self.found = self.moving = self.forward = False
        try:
            value = self._value(parse_formula(text, self.priorities))
        except (ArithmeticError, ValueError) as fault:
            raise Broken("expression", f"`{text[:40]}` has no value: {fault}", late=True) from None
        if isinstance(value, str):
            raise Broken("expression", f'"{value[:24]}" is no number', late=True)
        self._warn_of_order(text, value)
        number: Number = value
        return number

    def _warn_of_order(self, text: str, value: Number) -> None:
        """Tell where the usual order of operations would give another value."""
        if self.priorities or not self.run.is_last:
            return
        other = parse_formula(text, True)
        if other != parse_formula(text, False) and self._value(other) != value:
            reason = (
                f"`{text[:40]}` is computed from left to right; put parentheses, or `asar 1.90` at the top"
            )
            self.run.warn("math-order", reason)

    # -- trees

    def _value(self, tree: Formula) -> Any:
        kind = tree.kind
        if kind == "number":
            return self._cut(tree.value)
        if kind == "name":
            return self._named(tree.value)
        if kind == "nearby":
            return self._label(self.run.labels.nearby(tree.value, define=False))
        if kind in _OPERATIONS:
            left, right = self._number(tree.parts[0]), self._number(tree.parts[1])
            return self._cut(_OPERATIONS[kind](left, right))
        if kind.startswith("prefix"):
            return self._cut(_PREFIXES[kind[7:]](self._number(tree.parts[0])))
        if kind == "character":
            return self.run.table.value(tree.value)
        if kind == "string":
            return tree.value
        if kind == "element":
            return self._element(tree)
        return self._call(tree)

    def _number(self, tree: Formula) -> Number:
        value = self._value(tree)
        if isinstance(value, str):
            raise Broken("expression", f'"{value[:24]}" is no number', late=True)
        return value  # type: ignore[no-any-return]

    def _cut(self, value: Number) -> Number:
        if isinstance(value, int):
            return value if -(1 << 64) <= value <= 1 << 64 else float(value)
        if math.isnan(value):
            raise Broken("expression", "the result is no number", late=True)
        if not self.exact or (value.is_integer() and abs(value) < 1 << 53):
            return int(value) if math.isfinite(value) else value
        return value

    def _named(self, name: str) -> Any:
        if self._arguments and name.lower() in self._arguments:
            return self._arguments[name.lower()]
        return self._label(self.run.labels.full(name))

    def _label(self, name: str) -> int:
        self.found = True
        label = self.run.find(name)
        if label is None:
            self.forward = True
            self.moving = True
            return _MASK
        self.moving = self.moving or not label.static
        return label.value & _MASK

    def _element(self, tree: Formula) -> int:
        struct, name = tree.value
        index = self._number(tree.parts[0])
        return self._label(name) + int(index * self.run.structs.size(struct, whole=True, run=self.run))

    # -- functions

    def _call(self, tree: Formula) -> Any:
        name = tree.value
        function = self.run.functions.get(name)
        if function is not None:
            return self._user(name, function, tree)
        builtin = self.run.builtins.get(name.removeprefix("_"))
        if builtin is None:
            raise Broken("unknown-function", f"there is no function `{name}`", late=True)
        return self._cut_any(builtin(self, tree.parts))

    def _cut_any(self, value: Any) -> Any:
        return value if isinstance(value, str) else self._cut(value)

    def _user(self, name: str, function: tuple[tuple[str, ...], str], tree: Formula) -> Any:
        parameters, body = function
        if len(parameters) != len(tree.parts):
            reason = f"`{name}` takes {len(parameters)} arguments, not {len(tree.parts)}"
            raise Broken("function", reason, late=True)
        self.run.count_loop()
        if self._depth >= self.run.limits.depth:
            raise Broken("limit", f"functions call each other deeper than {self.run.limits.depth}")
        outer = self._arguments
        bound = {key: self._value(part) for key, part in zip(parameters, tree.parts, strict=True)}
        self._depth += 1
        try:
            self._arguments = bound
            return self._value(parse_formula(body, self.priorities))
        finally:
            self._arguments = outer
            self._depth -= 1


def _whole(value: Number) -> int:
    return min(max(int(value), _LOW), _HIGH)


def whole32(value: Number) -> int:
    """A number as a signed one of 32 bits; of those that do not fit the processor makes the smallest."""
    return int(value) if -(1 << 31) <= value < 1 << 31 else -(1 << 31)


def _divided(left: Number, right: Number) -> Number:
    if right == 0:
        raise Broken("expression", "division by zero", late=True)
    return left // right if _exactly(left, right) else left / right


def _exactly(left: Number, right: Number) -> bool:
    return type(left) is int and type(right) is int and left % right == 0


def _remainder(left: Number, right: Number) -> Number:
    if right == 0:
        raise Broken("expression", "division by zero", late=True)
    return math.fmod(left, right)


def _shift(count: Number) -> int:
    if count < 0:
        raise Broken("expression", "a shift cannot be negative", late=True)
    return min(int(count), 127)


def _signed(value: int) -> int:
    """What is left of a number in 64 bits."""
    value &= (1 << 64) - 1
    return value - (value >> 63 << 64)


def _power(left: Number, right: Number) -> Number:
    value = float(left) ** float(right)
    if isinstance(value, complex):
        raise ValueError("the root of a negative number")
    return value  # type: ignore[no-any-return]


_OPERATIONS: Final[dict[str, Callable[[Number, Number], Number]]] = {
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

_PREFIXES: Final[dict[str, Callable[[Number], Number]]] = {
    "-": lambda value: -value,
    "+": lambda value: value,
    "~": lambda value: ~whole32(value),
    "<:": lambda value: whole32(value) >> 16,
}
