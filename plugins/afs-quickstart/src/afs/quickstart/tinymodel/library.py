"""The Python standard library as text: its modules, its words, and its docstrings as short chats."""

from __future__ import annotations

import ast
import re
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SKIPPED = {
    *("test", "tests", "idle_test", "idlelib", "lib2to3", "encodings", "turtledemo"),
    *("site-packages", "dist-packages", "__pycache__"),
}
HELD_OUT = {
    "asyncio.mixins",
    "concurrent.futures.process",
    "distutils.command.bdist",
    "distutils.version",
    "ftplib",
    "importlib.resources._itertools",
    "multiprocessing.queues",
    "re",
    "tempfile",
    "unittest.result",
    "xml.etree.cElementTree",
}

Source = tuple[str, str]
"""(dotted name, text) of a module."""


def modules() -> list[Source]:
    """Every module, in a fixed order."""
    root = Path(sysconfig.get_paths()["stdlib"])
    paths = sorted(path.relative_to(root) for path in root.rglob("*.py"))
    kept = [path for path in paths if not SKIPPED & set(path.parts)]
    return [(dotted(path), (root / path).read_text("utf-8", errors="ignore")) for path in kept]


def dotted(path: Path) -> str:
    return ".".join(part for part in path.with_suffix("").parts if part != "__init__")


def split(sources: list[Source]) -> tuple[list[Source], list[Source]]:
    """(train, held out)."""
    train = [source for source in sources if source[0] not in HELD_OUT]
    return train, [source for source in sources if source[0] in HELD_OUT]


def common_words(sources: list[Source], count: int) -> list[str]:
    """The most frequent lower-case words of three to nine letters."""
    counts = Counter(word for _, text in sources for word in re.findall(r"\b[a-z]{3,9}\b", text))
    return [word for word, _ in counts.most_common(count)]


def documented(sources: list[Source]) -> Iterator[Source]:
    """(dotted name, first sentence of its docstring) of every function and class."""
    for module, text in sources:
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                continue
            if summary := first_sentence(ast.get_docstring(node)):
                yield f"{module}.{node.name}", summary


def first_sentence(docstring: str | None) -> str:
    """The first paragraph up to its first full stop, on one line, if it is short."""
    paragraph = " ".join((docstring or "").split("\n\n")[0].split())
    sentence = re.split(r"(?<=[.!?])\s", paragraph)[0]
    return sentence if 15 <= len(sentence) <= 160 else ""
