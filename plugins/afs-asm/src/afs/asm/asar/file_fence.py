"""A fence around the files that this process and its children may reach, held by the kernel (Landlock).

Linux 5.13 and newer; elsewhere there is none, and `raise_fence` says so.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_NO_NEW_PRIVILEGES: Final = 38
_BENEATH: Final = 1
_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
#: All rights of the first version of the interface.
_ALL: Final = (1 << 13) - 1
_FILE: Final = _EXECUTE | _WRITE | _READ


def raise_fence(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """From now on and for ever only these files and folders can be opened; whether that holds."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    rules = ctypes.create_string_buffer(struct.pack("Q", _ALL))
    fence = libc.syscall(_CREATE, rules, ctypes.c_size_t(8), 0)
    if fence < 0:
        return False
    try:
        for path in readable:
            _allow(libc, fence, path, _EXECUTE | _READ | _LIST)
        for path in writable:
            _allow(libc, fence, path, _ALL)
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
            return False
        return bool(libc.syscall(_RESTRICT, fence, 0) == 0)
    finally:
        os.close(fence)


def _allow(libc: ctypes.CDLL, fence: int, path: Path, rights: int) -> None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rule = struct.pack("=Qi", rights if path.is_dir() else rights & _FILE, handle)
        libc.syscall(_ADD, fence, _BENEATH, ctypes.create_string_buffer(rule), 0)
    finally:
        os.close(handle)
