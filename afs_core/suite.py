"""Items of a test suite: samples, or rows that ask by ``prompt``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from afs_core.jsonl import open_binary, samples_of
from afs_core.sample import TrainingSample
from afs_core.sources import sample_files

__all__ = ["suite_items"]

_PROMPT = b'"prompt"'
#: Where rows that ask by ``prompt`` keep the reference answer.
_ANSWERS = ("output", "expected", "reference", "answer", "completion", "response")


def suite_items(path: Path) -> Iterator[TrainingSample]:
    """The items of a file, or of a folder with splits, in order. Raises DataError with file and line.

    A row without ``instruction`` asks by its ``prompt``, a text. Its answer is the first of ``output,
    expected, reference, answer, completion, response`` that it has, which need not be there, and
    a ``check`` beside them is one of ``_metadata``.
    """
    for file in sample_files(path):
        with open_binary(file) as stream:
            for number, line in enumerate(stream, 1):
                yield from samples_of((_asked(line),), file, before=number - 1)


def _asked(line: bytes) -> bytes:
    """The line, as a sample where it asks by ``prompt``."""
    if _PROMPT not in line:
        return line
    with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        row = msgspec.json.decode(line.lstrip(b"\xef\xbb\xbf"))
        if isinstance(row, dict) and isinstance(row.get("prompt"), str) and "instruction" not in row:
            return msgspec.json.encode(_sample(row))
    return line


def _sample(row: dict[str, Any]) -> dict[str, Any]:
    row = {"instruction": row.pop("prompt"), "output": "", **row}
    answer = next((name for name in _ANSWERS if isinstance(row.get(name), str) and row[name]), "output")
    row["output"] = row.pop(answer)
    metadata = row.get("_metadata")
    if "check" in row and (metadata is None or isinstance(metadata, dict)):
        row["_metadata"] = {"check": row.pop("check"), **(metadata or {})}
    return row
