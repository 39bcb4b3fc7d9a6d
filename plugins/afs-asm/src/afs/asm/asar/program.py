"""Where the user's asar is: `AFS_ASAR`, a program on the PATH, or the library."""

from __future__ import annotations

import ctypes.util
import os
import shutil
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from afs_core import Missing

#: Names of the program.
PROGRAMS: Final = ("asar", "asar.exe", "asar-cli")
_LIBRARIES: Final = (".so", ".dylib", ".dll")
_REMEDY: Final = "export AFS_ASAR=/path/to/asar"


class AsarProgram(NamedTuple):
    """`library` says whether `path` is loaded, or run."""

    path: str
    library: bool


def find_asar() -> AsarProgram | None:
    """The asar to use, None if there is none. Raises Missing if `AFS_ASAR` names nothing usable."""
    named = os.environ.get("AFS_ASAR", "")
    if named:
        return _named(Path(named).expanduser(), named)
    for name in PROGRAMS:
        found = shutil.which(name)
        if found:
            return AsarProgram(found, library=False)
    library = _library()
    return AsarProgram(library, library=True) if library else None


def _named(path: Path, named: str) -> AsarProgram:
    if path.is_file() and any(suffix in path.suffixes for suffix in _LIBRARIES):
        return AsarProgram(str(path.resolve()), library=True)
    found = shutil.which(path)
    if not found:
        message = f"AFS_ASAR={named} is neither a program that can be run nor a library"
        raise Missing(message, hint=_REMEDY)
    return AsarProgram(str(Path(found).resolve()), library=False)


@cache
def _library() -> str:
    """The system's libasar; Electron has a library of no such name."""
    return ctypes.util.find_library("asar") or ""
