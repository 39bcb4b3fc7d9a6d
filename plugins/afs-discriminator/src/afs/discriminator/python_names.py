"""Names that a Python function uses before it gives them a value."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from afs.discriminator.words import words

__all__ = ["unbound_names"]

_LOOPS: Final = frozenset(
    (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
)
_FUNCTIONS: Final = frozenset((ast.FunctionDef, ast.AsyncFunctionDef))
#: Where statements lie within others; expressions hold none.
_BODIES: Final = ("body", "handlers", "orelse", "finalbody", "cases")
#: Fields without names to read or to bind, or whose names are taken elsewhere.
_BARE: Final = frozenset(
    words(
        "ctx op ops attr arg names module level kind type_comment conversion simple is_async rest kwd_attrs"
    )
)
#: What to look into within a node of each type.
_PARTS: Final[Mapping[type[Any], tuple[str, ...]]] = {
    kind: tuple(name for name in kind._fields if name not in _BARE)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST) and kind is not ast.Constant
}


def unbound_names(tree: ast.AST) -> set[str]:
    """Names that are read before the line that first binds them in their function, or bound nowhere.

    A name that nothing in the text binds may be the module's: what counts is whether a change adds one.
    Loops may run a line before it, so that names bound in the body of a loop count as bound at its head.
    """
    found: set[str] = set()
    for name in _BODIES:
        inner = getattr(tree, name, ())
        for node in inner if isinstance(inner, list) else ():
            found |= _of_function(node) if type(node) in _FUNCTIONS else unbound_names(node)
    return found


def _of_function(function: ast.AST) -> set[str]:
    """The names of one function; what stands within it sees its names."""
    reads: list[ast.Name] = []
    binds: list[tuple[str, int]] = []
    loops: list[tuple[int, int]] = []
    waiting: list[Any] = [function]
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind is ast.Name:
            if type(node.ctx) is ast.Load:
                reads.append(node)
            else:
                binds.append((node.id, node.lineno))
            continue
        if kind is ast.AugAssign and type(node.target) is ast.Name:
            reads.append(node.target)
            waiting.append(node.value)
            continue
        if kind in _LOOPS:
            loops.append((node.lineno, node.end_lineno or node.lineno))
        elif kind in _BINDERS:
            binds += _BINDERS[kind](node)
        for name in _PARTS.get(kind, ()):
            part = getattr(node, name)
            if type(part) is list:
                waiting += part
            elif part is not None:
                waiting.append(part)
    bound = _first_lines(binds, loops)
    return {node.id for node in reads if bound.get(node.id, node.lineno + 1) > node.lineno}


def _first_lines(binds: Iterable[tuple[str, int]], loops: Sequence[tuple[int, int]]) -> dict[str, int]:
    """The line that first binds each name, or the head of the loop that it lies in."""
    bound: dict[str, int] = {}
    for name, line in binds:
        head = min([first for first, last in loops if first <= line <= last], default=line)
        bound[name] = min(head, bound.get(name, head))
    return bound


def _named(node: Any) -> list[tuple[str, int]]:
    return [(node.name, node.lineno)] if node.name else []


def _listed(node: Any) -> list[tuple[str, int]]:
    return [(name, node.lineno) for name in node.names]


def _imported(node: Any) -> list[tuple[str, int]]:
    return [((alias.asname or alias.name).partition(".")[0], node.lineno) for alias in node.names]


_BINDERS: Final[Mapping[type[Any], Callable[[Any], list[tuple[str, int]]]]] = {
    ast.arg: lambda node: [(node.arg, 0)],
    **dict.fromkeys((*_FUNCTIONS, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar), _named),
    **dict.fromkeys((ast.Import, ast.ImportFrom), _imported),
    **dict.fromkeys((ast.Global, ast.Nonlocal), _listed),
}
