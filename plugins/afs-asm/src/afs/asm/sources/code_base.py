"""The names that other files of a code base define, for the check of one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from afs_core import DataError

from .source import Source
from .symbol_files import read_symbols

Read = TypeVar("Read")

#: Endings of files that hold assembly.
ENDINGS: Final = frozenset({".asm", ".inc", ".s", ".65s", ".65c", ".65816", ".a65"})


def sources_below(folder: Path) -> list[Path]:
    """The files of assembly in a folder, in order; hidden folders are left out."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in ENDINGS
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    )


def known_names(folders: Iterable[Path], symbols: Iterable[Path] = ()) -> frozenset[str]:
    """All names that files below `folders` and symbol files define, written as `CheckResult.stubs` are.

    Raises DataError for a file that cannot be read.
    """
    names: set[str] = set()
    for folder in folders:
        for path in sources_below(folder):
            names.update(defined_names(_readable(Source.read, path)))
        names.update(_files(folder))
    for path in symbols:
        names.update(entry.name for entry in _readable(read_symbols, path))
    return frozenset(names)


def _readable(read: Callable[[Path], Read], path: Path) -> Read:
    try:
        return read(path)
    except OSError as fault:
        raise DataError(f"cannot be read: {fault.strerror}", path=path) from None


def defined_names(source: Source) -> Iterator[str]:
    """The names that a file defines."""
    for symbol in source.symbols:
        yield symbol.name
    for define in source.defines:
        yield "!" + define.name
    for label in source.labels:
        yield label.name
    for macro in source.macros:
        yield "%" + macro.name
    for placed in source.statements:
        statement = placed.statement
        if statement.kind == "directive" and statement.name == "function":
            yield statement.operand.partition("(")[0] + "()"
        elif statement.kind == "directive" and statement.name == "struct":
            yield statement.operand.partition(" ")[0]


def _files(folder: Path) -> Iterator[str]:
    """The files below a folder as texts may name them: from the folder, and from each folder in it."""
    for path in folder.rglob("*"):
        relative = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") for part in relative):
            yield from ("/".join(relative[start:]) for start in range(len(relative)))
