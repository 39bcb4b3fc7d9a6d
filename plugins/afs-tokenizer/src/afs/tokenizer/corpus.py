"""The texts that a vocabulary is learned from: sources, prose, and the texts of samples."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from afs_core import DataError, read_rows
from afs_core.jsonl import open_binary

__all__ = ["Corpus"]

#: What of a folder is read.
_SOURCES: Final = (".asm", ".s", ".inc", ".65c", ".65s", ".md", ".txt")
_SAMPLES: Final = ".jsonl"
_FIELDS: Final = ("system", "instruction", "input", "thinking", "output", "text")


class Corpus:
    """Texts of files and folders, counted as they are read."""

    def __init__(self, inputs: Sequence[Path]) -> None:
        self._inputs = inputs
        self.files = self.read = self.characters = 0
        #: Files that were not read, by reason.
        self.passed_over: dict[str, int] = {}

    def texts(self) -> Iterator[str]:
        """Raises DataError for an input that cannot be read, or a row that holds no text."""
        for path in self._inputs:
            if path.is_dir():
                files = list(_below(path))
                if not files:
                    expected = ", ".join((*_SOURCES, _SAMPLES))
                    raise DataError(f"expected a folder with files of {expected}", path=path)
                for file in files:
                    yield from self._of_file(file)
            else:
                yield from self._of_file(path)

    def _of_file(self, path: Path) -> Iterator[str]:
        self.files += 1
        for text in _rows(path) if path.suffix.lower() == _SAMPLES else self._whole(path):
            self.read += 1
            self.characters += len(text)
            yield text

    def _whole(self, path: Path) -> Iterator[str]:
        with open_binary(path) as stream:
            raw = stream.read()
        if b"\0" in raw:
            self.files -= 1
            self.passed_over["binary"] = self.passed_over.get("binary", 0) + 1
            return
        yield raw.decode("utf-8-sig", "replace")


def _below(folder: Path) -> Iterator[Path]:
    """Files of the known types, in an order that does not change; hidden ones are left out."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] != ".")
        for name in sorted(names):
            if name[0] != "." and Path(name).suffix.lower() in (*_SOURCES, _SAMPLES):
                yield Path(root, name)


def _rows(path: Path) -> Iterator[str]:
    for number, row in enumerate(read_rows(path), 1):
        found = [row[field] for field in _FIELDS if isinstance(row.get(field), str)]
        found += _turns(row.get("messages"))
        if not found:
            wanted = ", ".join((*_FIELDS, "messages"))
            raise DataError(f"expected a text in one of {wanted}", path=path, line=number)
        yield from filter(None, found)


def _turns(messages: Any) -> list[str]:
    turns = messages if isinstance(messages, list) else []
    return [
        turn["content"] for turn in turns if isinstance(turn, dict) and isinstance(turn.get("content"), str)
    ]
