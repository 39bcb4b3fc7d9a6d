"""How the sections of all documents are called, so that each name means one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

from afs.oracle.document_questions import answered
from afs.oracle.texts import Text

__all__ = ["Topics"]

#: ``1.`` and ``2.1`` before a heading.
_NUMBER = re.compile(r"\A(?:\d+[.)]\s+|\d+(?:\.\d+)+[.)]?\s+)(?=\S)")
_ASKS = re.compile(r"(?i)(?:who|what|when|where|why|which|how|is|are|do|does|can|should|will)\b")


class Topics:
    """A section is called by its heading, the one above, and its file: by its path where names are shared."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._names = Counter(PurePosixPath(file).name for file in {text.file for text in texts})
        first = [text for text in texts if text.section.part == 1]
        self._titles = Counter(text.title.casefold() for text in first)
        #: What each document is called.
        self.titles: dict[str, str] = {}
        self._documents: dict[str, set[str]] = defaultdict(set)
        for text in texts:
            first_title = next((title for title in text.section.path if title), text.title)
            self._documents[first_title.rstrip(" :").casefold()].add(text.file)
            self.titles.setdefault(text.file, first_title.rstrip(" :"))
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

    def document(self, text: Text) -> str:
        """What the whole is called of which a text is a part."""
        path = [title for title in text.section.path if title]
        title = path[0].rstrip(" :") if path else text.title
        return title if len(self._documents[title.casefold()]) == 1 else f"{title}, {self.name(text.file)}"

    def asked(self, text: Text) -> str:
        """What a question for the section names: its heading, and the document that it is part of."""
        path = [title for title in text.section.path if title]
        title = answered(_NUMBER.sub("", text.title).rstrip(" :"))[0]
        if len(path) > 2 and (self._is_shared(text) or " " not in title):
            title = f"{title} of {_NUMBER.sub('', path[-2]).rstrip(' :')}"
        if self._is_repeated(text):
            number = sum(start <= text.section.start for start in self._starts[(text.file, *_key(text))])
            title = f"{title} (no. {number} in {self.name(text.file)})"
        context = self.document(text) if len(path) > 1 else self._file_of_a_word(text)
        return _in(title, context)

    def _file_of_a_word(self, text: Text) -> str:
        """A document that is called by one word, or as another one, is known by its file."""
        known = len(self._documents[text.title.casefold()]) == 1 and len(text.title.split()) > 1
        return "" if known else self.name(text.file)

    def _is_shared(self, text: Text) -> bool:
        return self._titles[text.title.casefold()] > 1

    def _is_repeated(self, text: Text) -> bool:
        return len(self._starts.get((text.file, *_key(text)), ())) > 1


def _in(title: str, context: str) -> str:
    """A heading that asks is left to ask; others are quoted."""
    if _ASKS.match(title) and (title.endswith("?") or title.casefold().startswith("how to ")):
        stop = "?" if title.endswith("?") else ""
        return f"{title.rstrip('?')} ({context}){stop}" if context else title
    return f"“{title}” in “{context}”" if context else f"“{title}”"


def _path(text: Text) -> tuple[str, ...]:
    return tuple(title.rstrip(" :") for title in text.section.path if title)[-2:]


def _key(text: Text) -> tuple[str, ...]:
    return tuple(title.casefold() for title in _path(text))
