"""What an `if` or `while` asks, and the answer where the text alone decides it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final, NamedTuple

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
