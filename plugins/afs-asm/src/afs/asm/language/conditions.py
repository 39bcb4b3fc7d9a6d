"""What an `if` or `while` asks, and the answer where the text alone decides it."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec

from .faults import Broken
from .formula import Formula, parse_formula

COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}
_MAX_CALLS: Final = 32
#: What stands between comparisons.
JOINERS: Final = frozenset({"&&", "||"})


Word = tuple[str, int]


class Reading(NamedTuple):
    """What asar makes of a condition, reading clauses from left to right, none behind the one that decides.

    `answer` is None where the values are not all known; `values` are the expressions that are looked at, and
    `fault` is what cannot be read, at index `at`.
    """

    answer: bool | None
    values: tuple[Word, ...]
    fault: str = ""
    at: int = 0


def read_condition(words: list[Word], value: Callable[[str], float | None]) -> Reading:
    """Read `a`, `!a`, `a == b`, `a && b > c` …; each word comes with its index. `&&` and `||` do not mix."""
    values: list[Word] = []
    joiner, unknown = "", False
    while words:
        fault, at = _misplaced(words, joiner)
        if fault:
            return Reading(None, tuple(values), fault, at)
        taken = 3 if len(words) > 1 and words[1][0] in COMPARISONS else 1
        answer = _clause(words[:taken], values, value)
        joiner = joiner or (words[taken][0] if len(words) > taken else "")
        if joiner and answer is (joiner == "||"):
            return Reading(answer, tuple(values))
        unknown = unknown or answer is None
        if len(words) == taken:
            return Reading(None if unknown else answer, tuple(values))
        words = words[taken + 1 :]
    return Reading(None, tuple(values), "a value is missing at the end")


def _misplaced(words: list[Word], joiner: str) -> tuple[str, int]:
    """What is wrong with the clause that `words` begin with, and what stands behind it."""
    link = words[1] if len(words) > 1 else ("", 0)
    if link[0] in COMPARISONS:
        if len(words) == 2:
            return f"a value is missing behind `{link[0]}`", link[1]
        link = words[3] if len(words) > 3 else ("", 0)
    elif link[0] and link[0] not in JOINERS:
        return f"a comparison was expected at `{link[0][:24]}`", link[1]
    if link[0] and (link[0] not in JOINERS or joiner not in ("", link[0])):
        return f"`{link[0][:24]}` cannot follow here", link[1]
    return "", 0


def _clause(words: list[Word], values: list[Word], value: Callable[[str], float | None]) -> bool | None:
    """Whether a clause holds: `left compare right`; `left` alone asks whether it is above zero."""
    (left, start), *rest = words
    negated = not rest and left[:1] == "!"
    asked = [(left[negated:], start + negated), *rest[1:]]
    values += asked
    numbers = [value(text) for text, _ in asked]
    if None in numbers:
        return None
    if rest:
        return COMPARISONS[rest[0][0]](*numbers)
    return bool((numbers[0] or 0) > 0) != negated


class Evaluator(msgspec.Struct):
    """Values of expressions as asar computes them, None where a name or function is not known here.

    `name` gives the value of a label, `defined` whether there is such a define. `functions` are those of the
    text so far, parameters and body; `here` is the address of the code that is being read, and `more` how
    many more values the macro call has that is being read, each where it is known.
    """

    name: Callable[[str], float | None]
    defined: Callable[[str], bool]
    priorities: bool = False
    exact: bool = False
    functions: dict[str, tuple[tuple[str, ...], str]] = {}
    here: float | None = None
    more: int | None = None
    _bound: dict[str, float] = {}
    _depth: int = 0

    def value(self, text: str) -> float | None:
        try:
            return self.known(parse_formula(text, self.priorities))
        except (Broken, ArithmeticError, ValueError):
            return None

    def known(self, tree: Formula) -> float | None:
        """The value of a tree. Raises ArithmeticError and ValueError where it has none."""
        if tree.kind == "number":
            return self._cut(tree.value)
        if tree.kind == "name":
            bound = self._bound.get(tree.value.lower())
            return self.name(tree.value) if bound is None else bound
        if tree.kind == "call":
            return self._call(tree)
        values = [self.known(part) for part in tree.parts]
        known = [value for value in values if value is not None]
        if not tree.parts or len(known) < len(values) or tree.kind not in _OPERATIONS:
            return None
        return self._cut(_OPERATIONS[tree.kind](*known))

    def _cut(self, value: float) -> float:
        return value if self.exact else math.trunc(value)

    def _call(self, tree: Formula) -> float | None:
        name = str(tree.value).removeprefix("_")
        texts = [str(part.value) for part in tree.parts if part.kind == "string"]
        if name == "pc" and not tree.parts:
            return self.here
        if name == "sizeof" and [part.value for part in tree.parts] == ["..."]:
            return self.more
        if name == "defined" and len(texts) == 1:
            return float(self.defined(texts[0]))
        if name in ("stringsequal", "stringsequalnocase") and len(texts) == 2:
            left, right = (text.lower() if name.endswith("nocase") else text for text in texts)
            return float(left == right)
        values = [self.known(part) for part in tree.parts]
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return None
        if tree.value in self.functions:
            return self._user(*self.functions[tree.value], known)
        return float(_FUNCTIONS[name](*known)) if name in _FUNCTIONS else None

    def _user(self, parameters: tuple[str, ...], body: str, values: list[float]) -> float | None:
        """What a function of the text comes to."""
        if len(values) != len(parameters) or self._depth >= _MAX_CALLS:
            return None
        outer, self._bound = self._bound, dict(zip(map(str.lower, parameters), values, strict=True))
        self._depth += 1
        try:
            return self.known(parse_formula(body, self.priorities))
        finally:
            self._bound = outer
            self._depth -= 1


def reason_for_no_value(text: str) -> str:
    """Why the expression `text` of numbers has no value in whatever order and precision it is computed."""
    reason = ""
    for exact in (True, False):
        evaluator = Evaluator(lambda name: None, lambda name: False)
        evaluator.exact = exact
        try:
            evaluator.known(parse_formula(text, True))
        except ZeroDivisionError:
            reason = "asar divides by zero here"
        except ValueError as fault:
            reason = str(fault)
        except (Broken, ArithmeticError):
            return ""
        else:
            return ""
    return reason


def _shift(left: float, right: float) -> tuple[int, int]:
    """Both as whole numbers. Raises ValueError for a negative count."""
    if right < 0:
        raise ValueError("a number cannot be shifted by less than nothing")
    return int(left), int(min(right, 127))


def _left(left: float, right: float) -> int:
    value, count = _shift(left, right)
    return value << count if count < 64 else 0


def _right(left: float, right: float) -> int:
    value, count = _shift(left, right)
    return value >> count


def _modulo(left: float, right: float) -> float:
    if right == 0:
        raise ZeroDivisionError
    return math.fmod(left, right)


#: What needs more than arithmetic on two numbers stays unknown.
_OPERATIONS: Final[dict[str, Callable[..., float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": _modulo,
    "<<": _left,
    ">>": _right,
    "&": lambda left, right: int(left) & int(right),
    "|": lambda left, right: int(left) | int(right),
    "^": lambda left, right: int(left) ^ int(right),
    "prefix -": operator.neg,
    "prefix +": operator.pos,
    "prefix ~": lambda value: ~int(value),
    "prefix <:": lambda value: int(value) >> 16,
}
_FUNCTIONS: Final[dict[str, Callable[..., float]]] = {
    "max": max,
    "min": min,
    "not": operator.not_,
    "equal": operator.eq,
    "notequal": operator.ne,
    "less": operator.lt,
    "lessequal": operator.le,
    "greater": operator.gt,
    "greaterequal": operator.ge,
    "and": lambda left, right: bool(left) and bool(right),
    "or": lambda left, right: bool(left) or bool(right),
    "bank": lambda value: int(value) >> 16,
    "floor": math.floor,
    "ceil": math.ceil,
    "select": lambda chosen, left, right: left if chosen else right,
}
