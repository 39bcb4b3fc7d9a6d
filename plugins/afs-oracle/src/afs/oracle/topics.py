"""How the sections of all documents are called, so that each name means one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from afs.oracle.texts import Text

__all__ = ["Topics"]


class Topics:
    """A section is called by its heading, the one above, and its file: by its path where names are shared."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._names = Counter(PurePosixPath(file).name for file in {text.file for text in texts})
        first = [text for text in texts if text.section.part == 1]
        self._titles = Counter(text.title.casefold() for text in first)
        self._files: dict[tuple[str, ...], set[str]] = {}
        self._starts: dict[tuple[str, ...], list[int]] = {}
        for text in first:
            self._files.setdefault(_key(text), set()).add(text.file)
            self._starts.setdefault((text.file, *_key(text)), []).append(text.section.start)

    def name(self, file: str) -> str:
        name = PurePosixPath(file).name
        return file if self._names[name] > 1 else name

    def of(self, text: Text) -> str:
        """Empty where another section of the file is called the same."""
        path = _path(text)
        shown = " > ".join(path) if path else text.title
        return "" if self._is_repeated(text) else f"“{shown}” ({self.name(text.file)})"

    def title(self, text: Text) -> str:
        """The heading, with the one above it where others have the same."""
        return " > ".join(_path(text)) if self._is_shared(text) and _path(text) else text.title

    def asked(self, text: Text) -> tuple[str, ...]:
        """The headings that a question for the section names: none that several sections have."""
        path = text.section.path
        if self._is_shared(text) and len(path) > 1 and path[-2]:
            path = (*path[:-1], f"{path[-1].rstrip(' :')} of {path[-2].rstrip(' :')}")
        if not path:
            return path
        if self._is_repeated(text):
            number = sum(start <= text.section.start for start in self._starts[(text.file, *_key(text))])
            return (*path[:-1], f"{path[-1]} (no. {number} in {self.name(text.file)})")
        elsewhere = len(self._files.get(_key(text), ())) > 1
        return (*path[:-1], f"{path[-1]} ({self.name(text.file)})") if elsewhere else path

    def _is_shared(self, text: Text) -> bool:
        return self._titles[text.title.casefold()] > 1

    def _is_repeated(self, text: Text) -> bool:
        return len(self._starts.get((text.file, *_key(text)), ())) > 1


def _path(text: Text) -> tuple[str, ...]:
    return tuple(title.rstrip(" :") for title in text.section.path if title)[-2:]


def _key(text: Text) -> tuple[str, ...]:
    return tuple(title.casefold() for title in _path(text))
