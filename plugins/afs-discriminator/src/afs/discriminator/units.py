"""Real texts: routines, fenced code, paragraphs and Python functions of files, pieces of samples' answers."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from afs.asm.language.fences import fenced_blocks
from afs.asm.sources.code_base import ENDINGS
from afs.asm.sources.source import Source
from afs.discriminator.domains import Piece, fits, one_line, pieces
from afs_core import DataError, TrainingSample, read_samples

__all__ = ["Unit", "files_of", "units_of"]

_PROSE: Final = frozenset((".md", ".markdown"))
_KINDS: Final = {".py", ".jsonl", *ENDINGS, *_PROSE}
_LAID_OUT = re.compile(r"\s*(?:[-*+>|#<]|\d+[.)]\s|!\[|\[\w+\]:|    |={3,}|:{3,}|\w+: \S+\Z)")


class Unit(NamedTuple):
    """One real text; ``source`` is the file relative to its root, ``start`` and ``end`` its lines there."""

    text: str
    domain: str
    source: str
    start: int
    end: int


def files_of(sources: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Every file to read, with its name relative to its root; hidden ones are passed over.

    Raises DataError for a source that is not there, or a file of no kind that is read.
    """
    for root in sources:
        if root.is_dir():
            found = (path for path in sorted(root.rglob("*")) if path.suffix.lower() in _KINDS)
            for path in found:
                name = path.relative_to(root)
                if path.is_file() and not any(part.startswith(".") for part in name.parts):
                    yield path, f"{root.resolve().name}/{name.as_posix()}"
        elif not root.is_file():
            raise DataError("expected a folder or a file of sources, found nothing", path=root)
        elif root.suffix.lower() not in _KINDS:
            raise DataError(f"expected one of {', '.join(sorted(_KINDS))}", path=root)
        else:
            yield root, root.name


def units_of(path: Path, name: str) -> Iterator[Unit]:
    """The units of one file, in order. Raises DataError where it cannot be read."""
    if path.suffix.lower() == ".jsonl":
        for sample in read_samples(path):
            yield from _of_sample(sample, name)
        return
    try:
        text = path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
    except OSError as fault:
        raise DataError(f"cannot be read: {fault.strerror}", path=path) from None
    reader = _READERS.get(path.suffix.lower(), _assembly)
    yield from (unit for unit in reader(text, name) if fits(Piece(unit.text, unit.domain, unit.start)))


def _of_sample(sample: TrainingSample, name: str) -> Iterator[Unit]:
    """The pieces of its answer; what belongs together stays together by its group."""
    prov = sample.prov
    source = f"{name}#{sample.group}"
    for piece in pieces(sample.output):
        if fits(piece):
            yield Unit(piece.text, piece.domain, source, prov.start if prov else 0, prov.end if prov else 0)


def _assembly(text: str, name: str) -> Iterator[Unit]:
    for routine in Source.parse(text, name).routines:
        yield Unit(routine.text.rstrip(), "asm", name, routine.line, routine.end_line)


def _markdown(text: str, name: str) -> Iterator[Unit]:
    lines = text.split("\n")
    for block in fenced_blocks(text):
        count = block.text.count("\n") + 1
        for number in range(max(block.line - 2, 0), min(block.line + count, len(lines))):
            lines[number] = ""
        fenced = f"```{block.language}\n{block.text}\n```"
        for piece in pieces(fenced):
            yield Unit(piece.text, piece.domain, name, block.line, block.line + count - 1)
    yield from _paragraphs(lines, name)


def _paragraphs(lines: list[str], name: str) -> Iterator[Unit]:
    """Runs of lines that are plain prose: no headings, lists, tables or front matter."""
    start = 0
    for number, line in enumerate([*lines, ""]):
        if line.strip():
            continue
        run = lines[start:number]
        if run and not any(_LAID_OUT.match(line) for line in run):
            yield Unit(one_line(" ".join(run)), "prose", name, start + 1, number)
        start = number + 1


def _python(text: str, name: str) -> Iterator[Unit]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
    lines = text.split("\n")
    for node in _functions(tree):
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        last = node.end_lineno or first
        body = textwrap.dedent("\n".join(lines[first - 1 : last]))
        yield Unit(body, "python", name, first, last)


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions and methods, not those within functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
        elif isinstance(node, (ast.ClassDef, ast.If, ast.Try)):
            yield from _functions(node)


_READERS = {".py": _python, ".md": _markdown, ".markdown": _markdown}
