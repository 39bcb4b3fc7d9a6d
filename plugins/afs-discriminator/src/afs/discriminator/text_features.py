"""Figures of texts of any kind, of prose, and of Python."""

from __future__ import annotations

import ast
import itertools
import operator
import re
import string
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Final

from afs.discriminator.python_names import unbound_names
from afs.discriminator.words import words

__all__ = ["PROSE", "PYTHON", "SURFACE", "prose_of", "python_of", "surface_of"]

SURFACE: Final = words(
    "characters lines repeated_lines adjacent_repeats last_share letters digits open_brackets"
)
PROSE: Final = words(
    """sentences ends_well begins_well repeated_runs longest_cycle backward_starts cohesion weakest_cohesion
    nots double_nots both_ways backticks_open quotes_open words_a_sentence shortest_sentence odd_capitals"""
)
PYTHON: Final = words("parses unbound fault_place statements_after_end last_indent")

_SENTENCE = re.compile(r"(?<=[.!?:])\s+")
_WORD = re.compile(r"[A-Za-z][\w']*")
_BACKWARD: Final = frozenset(
    words(
        """it its this that these those they them he she such also then however therefore thus but so instead
        otherwise both neither either here there another"""
    )
)
_COMMON: Final = frozenset(
    words(
        """the a an of to in on at by for with and or is are was be it its as that this which not no from has
        have one two can may must will where there than then into what when who all any each"""
    )
)
_EXTREMES: Final = (
    ("always", "never"),
    ("before", "after"),
    ("more", "less"),
    ("all", "none"),
    ("true", "false"),
)
_LETTERS: Final = string.ascii_letters.encode()
_DIGITS: Final = string.digits.encode()
_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_BODIES: Final = ("body", "orelse", "finalbody")
_OPEN: Final = {"(": ")", "[": "]", "{": "}"}


def surface_of(text: str, lines: Sequence[str]) -> list[float]:
    """The figures of :data:`SURFACE`."""
    bare = [line.strip() for line in lines if line.strip()]
    count = max(1, len(bare))
    adjacent = sum(one == other for one, other in itertools.pairwise(bare))
    plain = text.encode("utf-8", "replace")
    size = max(1, len(plain))
    return [
        float(len(text)),
        float(len(bare)),
        1 - len(set(bare)) / count,
        adjacent / count,
        len(bare[-1]) / (size / count) if bare else 0.0,
        1 - len(plain.translate(None, _LETTERS)) / size,
        1 - len(plain.translate(None, _DIGITS)) / size,
        float(sum(text.count(left) - text.count(right) for left, right in _OPEN.items())),
    ]


def prose_of(text: str) -> list[float]:
    """The figures of :data:`PROSE`."""
    sentences = [part for part in _SENTENCE.split(text) if part]
    spoken = [[word.lower() for word in _WORD.findall(part)] for part in sentences]
    flat = [word for part in spoken for word in part]
    lengths = [len(part) for part in spoken] or [0]
    starts = [part[0] in _BACKWARD for part in spoken if part]
    shared = [_shared(one, other) for one, other in itertools.pairwise(spoken)]
    pairs = Counter(zip(flat, flat[1:], flat[2:], strict=False))
    present = set(flat)
    return [
        float(len(sentences)),
        float(text.rstrip()[-1:] in ".!?:\"')`"),
        float(text[:1].isupper() or text[:1] in "`\"'(*"),
        sum(number - 1 for number in pairs.values()) / max(1, len(flat)),
        float(_longest_cycle(flat) if len(pairs) < len(flat) - 2 else 0),
        float(bool(starts) and starts[0]),
        sum(shared) / len(shared) if shared else -1.0,
        min(shared) if shared else -1.0,
        sum(map(flat.count, ("not", "no", "never", "none", "cannot"))) / max(1, len(flat)),
        float(sum(one == other == "not" for one, other in itertools.pairwise(flat))),
        float(sum(one in present and other in present for one, other in _EXTREMES)),
        float(text.count("`") % 2),
        float(text.count('"') % 2),
        sum(lengths) / len(lengths),
        float(min(lengths)),
        float(sum(part[:1].islower() for part in sentences[1:])),
    ]


def _shared(one: Sequence[str], other: Sequence[str]) -> float:
    """How many words of content two sentences have in common, of those of the shorter."""
    first, second = set(one) - _COMMON, set(other) - _COMMON
    return len(first & second) / max(1, min(len(first), len(second)))


def _longest_cycle(flat: Sequence[str]) -> int:
    """The most words in a row that are those of up to nine places before."""
    longest = 0
    for shift in range(1, 10):
        alike = bytes(map(operator.eq, flat, flat[shift:]))
        longest = max(longest, *map(len, alike.split(b"\0")))
    return longest


def python_of(text: str, lines: Sequence[str]) -> list[float]:
    """The figures of :data:`PYTHON`."""
    tree, place = _parsed(text)
    last = next((line for line in reversed(lines) if line.strip()), "")
    return [
        float(tree is not None),
        float(len(unbound_names(tree))) if tree is not None else -1.0,
        place / max(1, len(lines)),
        float(_after_end(tree)) if tree is not None else -1.0,
        float(len(last) - len(last.lstrip())),
    ]


def _parsed(text: str) -> tuple[ast.Module | None, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text), -1.0
        except SyntaxError as fault:
            return None, float(fault.lineno or 0)
        except (ValueError, RecursionError, MemoryError):
            return None, 0.0


def _after_end(tree: ast.Module) -> int:
    """Statements that follow one which leaves their block."""
    found = 0
    bodies: list[Sequence[ast.stmt]] = [tree.body]
    while bodies:
        body = bodies.pop()
        found += sum(isinstance(statement, _ENDS) for statement in body[:-1])
        for statement in body:
            bodies += [inner for name in _BODIES if (inner := getattr(statement, name, None))]
    return found
