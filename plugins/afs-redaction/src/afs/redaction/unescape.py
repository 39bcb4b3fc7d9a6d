r"""How a text reads once its escapes are resolved, and where in the text each byte of that stands.

A secret hides behind ``%40`` in a URL, ``\u0040`` or ``\/`` in JSON that is quoted in prose, ``&#64;`` in
HTML, and a line break where a terminal, a mail or a shell folded a line. Escapes of escapes count as one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from afs.redaction.rule import compiled
from afs.redaction.words import is_name

__all__ = ["HIDING", "Reading", "folds"]

_ENTITIES = {b"quot": b'"', b"apos": b"'", b"amp": b"&", b"lt": b"<", b"gt": b">"}
#: RE2 of the escapes that can hide something.
HIDING = r"%(?:25)*[2-7][0-9A-Fa-f]|\\u00[2-7][0-9A-Fa-f]|\\/|&(?:amp;)*(?:#[0-9xX]|quot;|apos;|lt;)|=3D"
# A long line that may go on in the next.
_FOLD = compiled(r"[^\r\n]{44}[0-9A-Za-z+/_.=~$-]{16}([\\=]?\r?\n[ \t]*)[0-9A-Za-z+/_.~$-]")
# Escapes of ASCII characters, as secrets are made of them.
_ESCAPE = compiled(
    r"%(?:25)*(?:[2-7][0-9A-Fa-f]|0[AaDd])|\\{1,15}(?:(?:u00|x)[2-7][0-9A-Fa-f]|/)|=3D"
    r"|&(?:amp;)*(?:#[0-9]{1,6}|#[xX][0-9A-Fa-f]{1,5}|quot|apos|amp|lt|gt);"
)
_VARIED = 8
_LAST_WORD = re.compile(rb"[0-9A-Za-z+/_.=~$-]+\Z")
#: What goes on is a word by itself, not the name in an assignment or a call.
_REST = re.compile(
    rb"(?![A-Za-z_][0-9A-Za-z_]{0,40}+=[^=\s])[0-9A-Za-z+/_.=~$-]{1,4096}+(?:[\s\"'`,;)&\\<|]|\Z)"
)


class Reading:
    """``data`` as it reads; ``text`` holds that. Not ``escaped``: only folded lines are joined."""

    def __init__(self, data: bytes, *, escaped: bool = True) -> None:
        parts: list[bytes] = []
        # Offsets in the text and in the data where an escape begins and ends, in turns.
        self._here: list[int] = [0]
        self._there: list[int] = [0]
        last = size = 0
        for start, end, plain in _escapes(data, escaped):
            if start < last:
                continue
            size += start - last
            self._mark(size, start)
            size += len(plain)
            self._mark(size, end)
            parts += data[last:start], plain
            last = end
        self.text = b"".join((*parts, data[last:])) if parts else data

    def _mark(self, here: int, there: int) -> None:
        self._here.append(here)
        self._there.append(there)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the bytes ``start:end`` of the text stand in the data."""
        return self._place(start), self._place(end - 1, after=True)

    def _place(self, offset: int, after: bool = False) -> int:
        turn = bisect_right(self._here, offset) - 1
        if turn % 2:  # inside an escape: all of it
            return self._there[turn + after]
        return self._there[turn] + offset - self._here[turn] + after


def _escapes(data: bytes, escaped: bool) -> Iterator[tuple[int, int, bytes]]:
    """Start and end of each escape, and what it stands for."""
    spans = [match.span() for match in _ESCAPE.finditer(data)] if escaped else []
    found = [(start, end, _resolved(data[start:end])) for start, end in spans]
    found += [(start, end, b"") for start, end in folds(data)]
    yield from sorted(found)


def folds(data: bytes) -> list[tuple[int, int]]:
    """The line breaks that part what looks like one token, with the indent that follows."""
    if b"\n" not in data:
        return []
    found = (match.span(1) for match in _FOLD.finditer(data))
    return [(start, end) for start, end in found if _goes_on(data, start, end)]


def _goes_on(data: bytes, start: int, end: int) -> bool:
    word = _LAST_WORD.search(data, start - 40, start)
    varied = word is not None and len(set(word[0])) >= _VARIED
    return (
        word is not None and varied and _REST.match(data, end) is not None and not is_name(word[0].decode())
    )


def _resolved(escape: bytes) -> bytes:
    first = escape[:1]
    if first == b"=":
        return first
    if first == b"%":
        return bytes.fromhex(escape[-2:].decode())
    body = escape.lstrip(b"\\").rpartition(b"&")[2].removesuffix(b";").rpartition(b"amp;")[2].lower()
    if body in _ENTITIES:
        return _ENTITIES[body]
    if body == b"/":
        return body
    code = int(body[1:]) if body[:1] == b"#" and body[1:].isdigit() else int(body.lstrip(b"#")[1:], 16)
    return chr(code).encode("utf-8", "surrogatepass") if code < 0x110000 else b"?"
