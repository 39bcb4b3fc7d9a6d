"""Whose fault it is: an error that comes out of a capability at work is said of that capability."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from afs_core.errors import AfsError, PluginError

__all__ = ["culprit", "working"]

_MARK = "afs_culprit"


@contextmanager
def working(label: str) -> Iterator[None]:
    """Mark what is raised inside as ``label``'s, unless something further in is to blame.

    A ``sys.exit`` would end the command as if all were well; it becomes a PluginError.
    """
    try:
        yield
    except AfsError:
        raise
    except SystemExit as fault:
        raise PluginError(f"{label}: asked the process to end (exit code {fault.code})") from fault
    except Exception as fault:
        fault.__dict__.setdefault(_MARK, label)
        raise


def culprit(fault: BaseException) -> str:
    """The capability that raised ``fault``; empty where none was at work."""
    return str(fault.__dict__.get(_MARK, ""))
