"""The Python standard library as text: its modules, its words, and its docstrings as short chats."""

from __future__ import annotations

import ast
import re
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SKIPPED = {"test", "tests", "idle_test", "idlelib", "lib2to3", "encodings", "turtledemo", "site-packages", "dist-packages", "__pycache__"}
HELD_OUT_EVERY = 40


def modules() -> list[tuple[str, str]]:
    """(dotted name, source) of every module, in a fixed order."""
    root = Path(sysconfig.get_paths()["stdlib"])
    paths = sorted(path for path in root.rglob("*.py") if not SKIPPED & set(path.relative_to(root).parts))
    return [(dotted(path.relative_to(root)), path.read_text("utf-8", errors="ignore")) for path in paths]


def dotted(path: Path) -> str:
    return ".".join(part for part in path.with_suffix("").parts if part != "__init__")


def split(sources: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(train, held out): every fortieth module is held out."""
    held_out = sources[HELD_OUT_EVERY - 1 :: HELD_OUT_EVERY]
    return [source for source in sources if source not in held_out], held_out


def common_words(sources: list[tuple[str, str]], count: int) -> list[str]:
    """The most frequent lower-case words of three to nine letters."""
    counts = Counter(word for _, text in sources for word in re.findall(r"\b[a-z]{3,9}\b", text))
    return [word for word, _ in counts.most_common(count)]


def documented(sources: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(dotted name, first sentence of its docstring) of every function and class."""
    for module, text in sources:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and (summary := first_sentence(ast.get_docstring(node))):
                yield f"{module}.{node.name}", summary


def first_sentence(docstring: str | None) -> str:
    """The first paragraph up to its first full stop, on one line, if it is short."""
    paragraph = " ".join((docstring or "").split("\n\n")[0].split())
    sentence = re.split(r"(?<=[.!?])\s", paragraph)[0]
    return sentence if 15 <= len(sentence) <= 160 else ""
