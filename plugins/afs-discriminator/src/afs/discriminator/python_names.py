"""Names that a Python function uses before it gives them a value."""

from __future__ import annotations

import ast

__all__ = ["unbound_names"]

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def unbound_names(tree: ast.AST) -> set[str]:
    """Names that are read before the line that first binds them in their function, or bound nowhere.

    A name that nothing in the text binds may be the module's: what counts is whether a change adds one.
    Loops may run a line before it, so that names bound in the body of a loop count as bound at its head.
    """
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        found |= _of_function(node) if isinstance(node, _FUNCTIONS) else unbound_names(node)
    return found


def _of_function(function: ast.AST) -> set[str]:
    """The names of one function; what stands within it sees its names."""
    bound: dict[str, int] = {}
    loops: list[tuple[int, int]] = []
    reads: list[ast.Name] = []
    updated: set[int] = set()
    binds: list[tuple[str, int]] = []
    for node in ast.walk(function):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            reads.append(node.target)
            updated.add(id(node.target))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            reads.append(node)
        elif id(node) in updated:
            continue
        elif isinstance(node, ast.arg):
            bound[node.arg] = 0
        elif isinstance(node, _LOOPS):
            loops.append((node.lineno, node.end_lineno or node.lineno))
        else:
            binds += [(name, getattr(node, "lineno", 0)) for name in _bound_by(node)]
    for name, line in binds:
        line = min([line, *(first for first, last in loops if first <= line <= last)])
        bound[name] = min(line, bound.get(name, line))
    return {node.id for node in reads if bound.get(node.id, node.lineno + 1) > node.lineno}


def _bound_by(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        return [node.name]
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return list(node.names)
    return []
