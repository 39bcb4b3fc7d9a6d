"""Assembly: three passes over a text, as asar 1.91 makes them.

The first finds labels, the second sizes what names them and gives free spaces their place, the
third writes. Each pass runs the text anew: conditions, loops and macros included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from afs.asm.language.lines import logical_lines

from .assembly import AssembleLimits, Assembly
from .session import Session
from .source_files import SourceFiles, decoded, normalised

__all__ = ["assemble", "assemble_file"]


def assemble(
    code: str,
    address: int = 0x008000,
    *,
    symbols: Mapping[str, int] | None = None,
    defines: Mapping[str, str] | None = None,
    root: Path | None = None,
    rom: bytes = b"",
    limits: AssembleLimits = AssembleLimits(),  # noqa: B008  (frozen)
) -> Assembly:
    """Assemble ``code`` as it would stand at the SNES address ``address``, in RAM as well as in ROM.

    ``symbols`` are labels that it may name, ``defines`` the values of `!names`. Files are read below
    ``root`` only, none without it; ``rom`` is what `read1` and free space look at. Sub-labels before
    the first label have a hidden parent. Never raises for what the text says: see ``findings``.
    """
    files = SourceFiles(root)
    session = Session(files, rom, limits, symbols, defines)
    session.start = address & 0xFFFFFF
    lines = tuple(logical_lines(normalised(code)))
    return session.run("", lines)


def assemble_file(
    path: Path | str,
    *,
    root: Path | str | None = None,
    search: Iterable[Path] = (),
    symbols: Mapping[str, int] | None = None,
    defines: Mapping[str, str] | None = None,
    rom: bytes = b"",
    limits: AssembleLimits = AssembleLimits(),  # noqa: B008  (frozen)
) -> Assembly:
    """Assemble the file ``path`` and what it includes onto ``rom``, the image that it patches.

    Files are read below ``root`` only (the file's own folder unless given): from the folder of the
    file that asks, then from the ``search`` folders. Raises OSError where ``path`` cannot be read.
    """
    path = Path(path).resolve()
    files = SourceFiles(Path(root) if root else path.parent, search)
    text = path.read_bytes()
    session = Session(files, rom, limits, symbols, defines)
    session.wants_rom = True
    name = path.relative_to(files.root).as_posix() if files.root and path.is_relative_to(files.root) else ""
    return session.run(name or path.name, tuple(logical_lines(decoded(text))))
