"""The files that a text may read: those below one folder, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from afs.asm.language.faults import Broken

__all__ = ["MAX_FILE", "SourceFiles", "decoded", "normalised"]

#: Larger files are refused.
MAX_FILE: Final = 32 << 20


class SourceFiles:
    """Reads files below ``root``, once each. Without a root none can be read.

    Names are taken from the folder of the file that asks, then from the ``search`` folders.
    """

    def __init__(self, root: Path | None, search: Iterable[Path] = ()) -> None:
        self.root = None if root is None else root.resolve()
        self._search = tuple(folder.resolve() for folder in search)
        self._found: dict[tuple[str, str], Path] = {}
        self._data: dict[Path, bytes] = {}

    def read(self, name: str, asker: str) -> bytes:
        """The bytes of ``name`` as the file ``asker`` (a name from the root) means it. Raises Broken."""
        path = self.path(name, asker)
        if path not in self._data:
            try:
                if not path.is_file():
                    raise Broken("file", f"`{name[:80]}` is no regular file")
                if path.stat().st_size > MAX_FILE:
                    raise Broken("file", f"`{name[:80]}` is larger than {MAX_FILE >> 20} MiB")
                self._data[path] = path.read_bytes()
            except OSError as fault:
                raise Broken("file", f"`{name[:80]}` cannot be read: {fault.strerror}") from None
        return self._data[path]

    def name(self, name: str, asker: str) -> str:
        """What the file is called in findings: its path from the root."""
        path = self.path(name, asker)
        return path.relative_to(self.root).as_posix() if self.root else name

    def path(self, name: str, asker: str) -> Path:
        known = self._found.get((name, asker))
        if known is None:
            known = self._found[name, asker] = self._find(name, asker)
        return known

    def _find(self, name: str, asker: str) -> Path:
        if self.root is None:
            raise Broken("file", f"`{name[:80]}` is not read: no folder to read from is given")
        if "\0" in name or not name:
            raise Broken("file", "the file has no name")
        tried = [folder / name for folder in ((self.root / asker).parent, *self._search)]
        for path in tried:
            try:
                resolved = path.resolve()
                if resolved.is_relative_to(self.root) and resolved.exists():
                    return resolved
            except (OSError, RuntimeError):
                continue
        if any(not path.resolve().is_relative_to(self.root) for path in tried[:1]):
            raise Broken("file", f"`{name[:80]}` lies outside of the folder that may be read")
        raise Broken("file", f"there is no file `{name[:80]}`")


def decoded(data: bytes) -> str:
    """A file's text: UTF-8, or what Windows wrote before it."""
    try:
        return normalised(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return normalised(data.decode("cp1252", "replace"))


#: What Python takes for a blank and asar does not, and texts in quotes, which keep it.
_ODD_BLANK = re.compile(r"""("[^"\n]*"|'[^'\n]*')|[^\S \t\n]""")


def normalised(text: str) -> str:
    """Lines end with one character, as asar reads them; blanks that are none for asar are not blank."""
    text = text.removeprefix("\ufeff").replace("\r", "").replace("\0", "\ufffd")
    if text.isascii() and "\v" not in text and "\f" not in text:
        return text
    return _ODD_BLANK.sub(lambda match: match[1] or "\ufffd", text)
