"""The value of an expression, as asar 1.91 computes it.

Numbers are doubles; unless ``math round off`` or ``asar 1.90`` says so, each step is cut to a whole
number, toward zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from afs.asm.language.arithmetic import OPERATIONS, PREFIXES, cut
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
        return int(min(max(self.double(text), _LOW), _HIGH))

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
            self._warn_of_order(text, value)
        except (ArithmeticError, ValueError) as fault:
            raise Broken("expression", f"`{text[:40]}` has no value: {fault}", late=True) from None
        if isinstance(value, str):
            raise Broken("expression", f'"{value[:24]}" is no number', late=True)
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
        if kind in OPERATIONS:
            return self._chain(tree)
        if kind.startswith("prefix"):
            return self._cut(PREFIXES[kind[7:]](self._number(tree.parts[0])))
        if kind == "character":
            return self.run.table.value(tree.value)
        if kind == "string":
            return tree.value
        if kind == "element":
            return self._element(tree)
        return self._call(tree)

    def _chain(self, tree: Formula) -> Number:
        """The value of operators in a row, which may be many."""
        row = []
        while tree.kind in OPERATIONS:
            row.append(tree)
            tree = tree.parts[0]
        value = self._number(tree)
        for term in reversed(row):
            value = self._cut(OPERATIONS[term.kind](value, self._number(term.parts[1])))
        return value

    def _number(self, tree: Formula) -> Number:
        value = self._value(tree)
        if isinstance(value, str):
            raise Broken("expression", f'"{value[:24]}" is no number', late=True)
        return value  # type: ignore[no-any-return]

    def _cut(self, value: Number) -> Number:
        return cut(value, self.exact)

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
