"""Folders that come to be while something is made, and are not left behind empty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["taken_back"]


@contextmanager
def taken_back(output: Path, mark: Path) -> Iterator[None]:
    """Where an error leaves nothing in ``output`` but the file ``mark``, both go again, and so do the
    folders above that were not there before."""
    made = [folder for folder in (output, *output.parents) if not folder.exists()]
    try:
        yield
    except BaseException:
        with suppress(OSError):
            if made and list(output.iterdir()) == [mark]:
                mark.unlink()
            for folder in made:
                folder.rmdir()
        raise
