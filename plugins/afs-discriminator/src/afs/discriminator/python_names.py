"""Names that a Python function uses before it gives them a value."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["unbound_names"]


def unbound_names(tree: ast.AST) -> set[str]:
    """Names that are read before the line that first binds them in their function, or bound nowhere.

    A name that nothing in the text binds may be the module's: what counts is whether a change adds one.
    Loops may run a line before it, so that names bound in the body of a loop count as bound at its head.
    """
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found |= _of_function(node)
    return found


def _of_function(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    bound = dict.fromkeys(_parameters(function), 0)
    for name, line in _bindings(function):
        bound[name] = min(line, bound.get(name, line))
    reads = [
        node for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    ]
    return {
        node.id for node in reads if bound.get(node.id, node.lineno + 1) > (node.end_lineno or node.lineno)
    }


def _parameters(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            yield node.arg


def _bindings(function: ast.AST) -> Iterator[tuple[str, int]]:
    """Every name that is bound, and the line from which it is."""
    heads = [(node.lineno, node.end_lineno or node.lineno) for node in ast.walk(function) if _loops(node)]
    for node in ast.walk(function):
        for name in _bound_by(node):
            line = getattr(node, "lineno", 0)
            inside = [first for first, last in heads if first <= line <= last]
            yield name, min([line, *inside])


def _loops(node: ast.AST) -> bool:
    return isinstance(
        node, (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    )


def _bound_by(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        return [node.id]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        return [node.name]
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return list(node.names)
    return []
