"""Values of expressions that a text tells, as asar computes them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import msgspec

from .arithmetic import FUNCTIONS, OPERATIONS, PREFIXES, NoValue, cut
from .character_table import CharacterTable
from .faults import Broken
from .formula import Formula, parse_formula
from .functions import SIGNATURES

__all__ = ["Evaluator", "StructSize", "constant", "never_has_value"]

_MAX_DEPTH: Final = 32
_MAX_CALLS: Final = 1024  # of functions by one another
_LABEL_BITS: Final = 0xFFFFFF
#: What has no value for some numbers on its right, whatever is on its left.
_CHOOSY: Final = frozenset({"/", "%", "<<", ">>"})


class StructSize(msgspec.Struct, frozen=True, gc=False):
    """What is known of a struct: its end, its size, and its size with that of the longest that extends it."""

    end: int | None = None
    size: int | None = None
    whole: int | None = None
    static: bool = True


class Evaluator(msgspec.Struct):
    """Values of expressions, None where a name or function is not known here.

    `name` gives the value of a label, `defined` whether there is such a define, if that is known. With
    `priorities` operators bind as usual, with `exact` fractions are kept. `functions` are those of the text
    so far, parameters and body; `here` is the address of the code that is being read, and `more` how many
    more values the macro call has that is being read, each where it is known. `undecided` is set where a
    value that is not known here decides whether there is one at all. `characters` is what characters stand
    for, where the text has said so, and `structs` has the sizes of those so far.
    """

    name: Callable[[str], float | None]
    defined: Callable[[str], bool | None]
    priorities: bool = False
    exact: bool = False
    functions: dict[str, tuple[tuple[str, ...], str]] = {}
    here: float | None = None
    more: int | None = None
    undecided: bool = False
    characters: CharacterTable | None = None
    structs: dict[str, StructSize] = {}
    _bound: dict[str, float] = {}
    _depth: int = 0
    _calls: int = 0

    def value(self, text: str) -> float | None:
        try:
            value = self.known(parse_formula(text, self.priorities))
        except (Broken, NoValue):
            return None
        return None if value is None or math.isinf(value) else value

    def fault(self, text: str) -> str:
        """Why asar refuses to compute `text`, or nothing. It goes from left to right, and once more by the
        usual order, to compare; that alone if there are `priorities`."""
        self.undecided = False
        try:
            for priorities in (True,) if self.priorities else (False, True):
                self.known(parse_formula(text, priorities))
        except (Broken, NoValue) as fault:
            return str(fault)
        return ""

    def known(self, tree: Formula) -> float | None:
        """The value of a tree. Raises NoValue where it has none."""
        if tree.kind == "number":
            return cut(tree.value, self.exact)
        if tree.kind == "name":
            return self._named(tree.value)
        if tree.kind == "call":
            return self._call(tree)
        if tree.kind == "character":
            return self.characters.value(tree.value) if self.characters else ord(tree.value)
        if tree.kind == "element":
            return self._element(tree)
        if tree.kind in OPERATIONS:
            return self._chain(tree)
        if tree.kind[:6] != "prefix":
            return None
        value = self.known(tree.parts[0])
        return None if value is None else cut(PREFIXES[tree.kind[7:]](value), self.exact)

    def _named(self, name: str) -> float | None:
        bound = self._bound.get(name.lower()) if self._bound else None
        value = self.name(name) if bound is None else bound
        return value if value is None or bound is not None else int(value) & _LABEL_BITS

    def _element(self, tree: Formula) -> float | None:
        """The place of an element of a struct, `Name[index].field`."""
        struct, name = tree.value
        first, index, size = self._named(name), self.known(tree.parts[0]), self._size(struct, whole=True)
        return None if first is None or index is None or size is None else first + int(index * size)

    def _size(self, name: str, *, whole: bool) -> int | None:
        known = self.structs.get(name)
        return None if known is None else known.whole if whole else known.size

    def _chain(self, tree: Formula) -> float | None:
        """The value of operators in a row, which may be many."""
        row = []
        while tree.kind in OPERATIONS:
            row.append(tree)
            tree = tree.parts[0]
        value = self.known(tree)
        for term in reversed(row):
            value = self._applied(term.kind, value, self.known(term.parts[1]))
        return value

    def _applied(self, kind: str, left: float | None, right: float | None) -> float | None:
        if left is not None and right is not None:
            return cut(OPERATIONS[kind](left, right), self.exact)
        if kind in _CHOOSY:
            if right is None:
                self.undecided = True
            else:
                OPERATIONS[kind](1, right)
        return None

    def _call(self, tree: Formula) -> float | None:
        name = str(tree.value).removeprefix("_")
        texts = [str(part.value) for part in tree.parts if part.kind == "string"]
        if name == "pc" and not tree.parts:
            return self.here
        if name == "sizeof" and [part.value for part in tree.parts] == ["..."]:
            return self.more
        if name in ("sizeof", "objectsize") and [part.kind for part in tree.parts] in (["name"], ["string"]):
            return self._size(str(tree.parts[0].value), whole=name == "objectsize")
        if name == "defined" and len(texts) == 1:
            return self.defined(texts[0])
        if name in ("stringsequal", "stringsequalnocase") and len(texts) == 2:
            left, right = (text.lower() if name.endswith("nocase") else text for text in texts)
            return float(left == right)
        values = [self.known(part) for part in tree.parts]
        known = [value for value in values if value is not None]
        parameters, body = self.functions.get(tree.value, ((), ""))
        if len(known) < len(values) or not (body or name in SIGNATURES):
            self.undecided = self.undecided or name not in SIGNATURES
            return None
        if body:
            return self._user(parameters, body, known)
        function, count = FUNCTIONS.get(name, (None, 0))
        return cut(function(*known), self.exact) if function and len(known) == count else None

    def _user(self, parameters: tuple[str, ...], body: str, values: list[float]) -> float | None:
        """What a function of the text comes to."""
        self._calls = self._calls + 1 if self._depth else 0
        if len(values) != len(parameters) or self._depth >= _MAX_DEPTH or self._calls >= _MAX_CALLS:
            return None
        outer, self._bound = self._bound, dict(zip(map(str.lower, parameters), values, strict=True))
        self._depth += 1
        try:
            return self.known(parse_formula(body, self.priorities))
        except Broken:
            return None
        finally:
            self._bound = outer
            self._depth -= 1


def constant(text: str) -> float | None:
    """The value of `text` if it needs nothing but itself."""
    return Evaluator(_unknown, _unknown).value(text)


def never_has_value(text: str) -> tuple[str, bool]:
    """Why asar refuses to compute `text` whatever it was told of the order and of fractions, if it does;
    and whether what it was told, or a name in it, decides."""
    faults, undecided = [], False
    for priorities in (False, True):
        for exact in (False, True):
            evaluator = Evaluator(_unknown, _unknown, priorities=priorities, exact=exact)
            faults.append(evaluator.fault(text))
            undecided = undecided or evaluator.undecided
    return (faults[0], False) if all(faults) else ("", undecided or any(faults))


def _unknown(name: str) -> None:
    return None
