"""What an `if` or `while` asks, and the answer where the text alone decides it."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, Final, NamedTuple

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
#: What stands between comparisons.
JOINERS: Final = frozenset({"&&", "||"})


class Clause(NamedTuple):
    """`left compare right`, or `left` alone, which asks whether it is above zero; with `!` as `compare`,
    whether it is not."""

    left: str
    compare: str = ""
    right: str = ""


class Condition(NamedTuple):
    """Clauses with the one operator between them; `fault` if asar would not read it."""

    clauses: tuple[Clause, ...]
    joiner: str = ""
    fault: str = ""


def condition(words: list[str]) -> Condition:
    """The condition that `words` spell; each value is one word."""
    clauses: list[Clause] = []
    joiner = ""
    at = 0
    while at < len(words):
        if at + 1 == len(words) or words[at + 1] in JOINERS:
            negated = words[at][:1] == "!"
            clauses.append(Clause(words[at][negated:], "!" if negated else ""))
            at += 1
        elif at + 2 == len(words) or words[at + 1] not in COMPARISONS:
            return Condition(tuple(clauses), joiner, f"a comparison was expected at `{words[at + 1][:24]}`")
        else:
            clauses.append(Clause(*words[at : at + 3]))
            at += 3
        if at == len(words):
            return Condition(tuple(clauses), joiner)
        if words[at] not in JOINERS or joiner not in ("", words[at]):
            return Condition(tuple(clauses), joiner, f"`{words[at][:24]}` cannot follow here")
        joiner = words[at]
        at += 1
    return Condition(tuple(clauses), joiner, "a value is missing at the end")


def asked_values(asked: Condition, words: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The values among the `words` of a condition, each with its index; without the `!` before it."""
    texts = {text for clause in asked.clauses for text in (clause.left, clause.right) if text}
    found = []
    for word, start in words:
        if word in texts:
            found.append((word, start))
        elif word[:1] == "!" and word[1:] in texts:
            found.append((word[1:], start + 1))
    return found


def truth(asked: Condition, value: Callable[[str], float | None]) -> bool | None:
    """Whether the condition holds, None where a value is not known. Decided from left to right."""
    for clause in asked.clauses:
        answer = _clause(clause, value)
        if answer is None:
            return None
        if asked.joiner and answer is (asked.joiner == "||"):
            return answer
    return answer


def _clause(clause: Clause, value: Callable[[str], float | None]) -> bool | None:
    left = value(clause.left)
    if not clause.right:
        return None if left is None else (left > 0) != (clause.compare == "!")
    right = value(clause.right)
    return None if left is None or right is None else COMPARISONS[clause.compare](left, right)


class Evaluator:
    """Values of expressions as asar computes them, None where a name or function is not known here."""

    def __init__(self, name: Callable[[str], float | None], defined: Callable[[str], bool]) -> None:
        self._name = name
        self._defined = defined
        self.priorities = self.exact = False

    def value(self, text: str) -> float | None:
        try:
            return self._of(parse_formula(text, self.priorities))
        except (Broken, ArithmeticError, ValueError):
            return None

    def _of(self, tree: Formula) -> float | None:
        if tree.kind == "number":
            return self._cut(tree.value)
        if tree.kind == "name":
            return self._name(tree.value)
        if tree.kind == "call":
            return self._call(tree)
        values = [self._of(part) for part in tree.parts]
        known = [value for value in values if value is not None]
        if not tree.parts or len(known) < len(values) or tree.kind not in _OPERATIONS:
            return None
        return self._cut(_OPERATIONS[tree.kind](*known))

    def _cut(self, value: float) -> float:
        return value if self.exact else math.trunc(value)

    def _call(self, tree: Formula) -> float | None:
        name = str(tree.value).removeprefix("_")
        texts = [str(part.value) for part in tree.parts if part.kind == "string"]
        if name == "defined" and len(texts) == 1:
            return float(self._defined(texts[0]))
        if name in ("stringsequal", "stringsequalnocase") and len(texts) == 2:
            left, right = (text.lower() if name.endswith("nocase") else text for text in texts)
            return float(left == right)
        values = [self._of(part) for part in tree.parts]
        known = [value for value in values if value is not None]
        if name not in _FUNCTIONS or len(known) < len(values):
            return None
        return float(_FUNCTIONS[name](*known))


def _shift(left: float, right: float) -> int:
    return int(left) << int(right) if right < 64 else 0


#: What needs more than arithmetic on two numbers stays unknown.
_OPERATIONS: Final[dict[str, Callable[..., float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
    "<<": _shift,
    ">>": lambda left, right: int(left) >> int(right),
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
