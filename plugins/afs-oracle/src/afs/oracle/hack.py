"""A checkout of a ROM hack, found by what its files are and not by what its folders are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from afs.asm import Source
from afs.asm.sources.code_base import ENDINGS
from afs.asm.sources.encoding import decoded
from afs.generators.markdown import document, prose
from afs.generators.sources import SourceFile, walk
from afs.oracle.addresses import Address, Addresses
from afs.oracle.comments import Comments
from afs.oracle.forms import is_form, tells
from afs.oracle.org_mode import markdown_of
from afs.oracle.routines import Explained, Routines
from afs.oracle.texts import Text
from afs_core import DataError

if TYPE_CHECKING:
    from afs_core import Run

__all__ = ["DOCUMENTS", "Hack", "Text", "read_hack"]

MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkd", ".org"})
DOCUMENTS = MARKDOWN | {".txt", ".text", ".rst"}
_SHORTEST = 16
_SHOWN = 5
_HEAD = 8192


class Hack(msgspec.Struct, frozen=True):
    """What a checkout holds, in the order of its paths.

    ``placed`` are labels whose address an ``org`` tells, ``constants`` names for numbers, ``pages``
    those of them that are used as places in the direct page, ``local`` the definitions that every file
    makes for itself, ``comments`` those of each source. ``noted`` counts files by type, and what
    teaches nothing by reason.
    """

    addresses: tuple[Address, ...]
    routines: tuple[Explained, ...]
    texts: tuple[Text, ...]
    noted: dict[str, int]
    placed: tuple[Address, ...] = ()
    constants: tuple[Address, ...] = ()
    pages: tuple[Address, ...] = ()
    local: tuple[Address, ...] = ()
    sources: tuple[Source, ...] = ()
    comments: dict[str, Comments] = {}
    documents: tuple[str, ...] = ()


def read_hack(root: Path, run: Run) -> Hack:
    """Read every file of assembly and every document below ``root``.

    What cannot be read, and names that are defined differently in two places, are left out and
    named in a warning. Raises DataError where ``root`` is no folder.
    """
    reader = _Reader(run)
    for file in walk(root, ENDINGS | DOCUMENTS):
        run.check_cancelled()
        reader.take(file)
    return reader.hack()


class _Reader:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._noted: Counter[str] = Counter()
        self._passed_over: dict[str, list[str]] = {}
        self._addresses, self._routines = Addresses(), Routines()
        self._sources: list[Source] = []
        self._comments: dict[str, Comments] = {}
        self._texts: list[Text] = []
        self._documents: list[str] = []

    def take(self, file: SourceFile) -> None:
        try:
            text = self._source(file) if file.suffix in ENDINGS else file.text()
        except DataError as fault:
            self._passed_over.setdefault(fault.reason, []).append(file.relative)
            return
        self._noted[f"{file.suffix} files"] += 1
        if file.suffix in ENDINGS:
            self._take_source(Source.parse(text, file.relative))
        else:
            self._take_document(text, file)

    def _source(self, file: SourceFile) -> str:
        """Assembly of an older encoding is read all the same: only its comments may suffer."""
        try:
            return file.text()
        except DataError:
            data = b"\0" if file.problem else _bytes(file.path)
            if b"\0" in data[:_HEAD]:
                raise
        self._noted["files not in UTF-8"] += 1
        return decoded(data).replace("\r\n", "\n").replace("\r", "\n")

    def _take_source(self, source: Source) -> None:
        comments = Comments(source)
        self._sources.append(source)
        self._comments[source.file] = comments
        self._addresses.add(source, comments)
        self._routines.add(source, comments)

    def _take_document(self, text: str, file: SourceFile) -> None:
        markup = file.suffix in MARKDOWN
        text = markdown_of(text) if file.suffix == ".org" else text
        sections = (document if markup else prose)(text).sections
        self._documents.append(file.relative)
        if is_form(text, sections, file.relative):
            self._noted["forms to be filled in"] += 1
            return
        told = [section for section in sections if len(section.text.strip()) >= _SHORTEST and tells(section)]
        self._noted["sections that tell nothing"] += len(sections) - len(told)
        name = "" if any(section.title for section in sections) else _words(file.relative)
        self._texts += [Text(section, section.title or name, file.relative, markup) for section in told]

    def hack(self) -> Hack:
        for reason, names in self._passed_over.items():
            self._run.warn(f"passed over, {reason}: {_some(names)}")
        if torn := [*_places(self._addresses.torn.values()), *_places(self._routines.torn.values())]:
            self._run.warn(f"left out, defined differently in two places: {_some(torn)}")
        self._noted["routines without a comment"] += self._routines.silent
        return Hack(
            self._addresses.found(),
            self._routines.found(),
            tuple(self._texts),
            {name: count for name, count in sorted(self._noted.items()) if count},
            self._addresses.placed(),
            self._addresses.constants(),
            self._addresses.pages(),
            self._addresses.local(),
            tuple(self._sources),
            self._comments,
            tuple(self._documents),
        )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b"\0"


def _words(file: str) -> str:
    return PurePosixPath(file).stem.replace("_", " ").replace("-", " ").strip()


def _places(torn: Iterable[tuple[Address | Explained, Address | Explained]]) -> Iterator[str]:
    for one, other in torn:
        yield f"{one.name} ({one.file}:{one.line} and {other.file}:{other.line})"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
