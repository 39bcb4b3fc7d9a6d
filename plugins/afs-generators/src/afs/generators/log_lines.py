"""The records of a log: one JSON object a line, perhaps still being written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from afs.generators.entries import json_value
from afs.generators.faults import Faults
from afs.generators.sources import SourceFile
from afs_core import DataError
from afs_core.jsonl import Fault, open_binary

__all__ = ["log_lines"]

_BOM = b"\xef\xbb\xbf"


def log_lines(
    file: SourceFile, faults: Faults, noted: dict[str, int]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers from 1 and the objects that stand there.

    A last line without its newline that is no JSON is one that the program had not finished; it
    is noted. Any other line that holds no object goes to ``faults``.
    """
    with open_binary(file.path) as stream:
        for number, line in enumerate(stream, 1):
            raw = line.removeprefix(_BOM) if number == 1 else line
            if not raw.strip():
                continue
            try:
                value = json_value(raw)
            except DataError as fault:
                if not raw.endswith(b"\n"):
                    noted["unfinished last lines"] = noted.get("unfinished last lines", 0) + 1
                    return
                faults.line(Fault(file.relative, number, fault.reason, line))
                continue
            if isinstance(value, dict):
                yield number, value
            else:
                reason = f"expected an object, got {type(value).__name__}"
                faults.line(Fault(file.relative, number, reason, line))
