"""Finds secrets in text and puts placeholders in their place.

A text that no trigger of a rule matches, which is nearly every text, costs two passes. Time is
linear in the text, whatever it holds.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from afs.redaction.judgement import is_password, is_token, name_kind
from afs.redaction.placeholder import PLACEHOLDER, Placeholders
from afs.redaction.rule import Rule
from afs.redaction.rules import RULES
from afs.redaction.triggers import triggers_of
from afs.redaction.unescape import HIDING, Reading, folds

__all__ = ["Found", "Redactor"]

_NAMED = r"(?i)(?:pass|pwd|secret|token|key|credentials?|auth|authorization|cookie)[0-9_ -]*\\*\"\s*:"
_EXTRA = (_NAMED, HIDING)
_ESCAPED = 1
_SHORT, _MANY, _FEW = 40, 4096, 8
_MAY_ESCAPE = re.compile(rb"[%\\&=]|\n")


class Found(NamedTuple):
    """A secret: its kind, and its bytes ``start:end`` of the text in UTF-8."""

    kind: str
    start: int
    end: int


class Redactor:
    """Redacts the texts of one dataset.

    ``allow`` holds SHA-256 digests, in hexadecimal, of values that are to stay. ``salt`` keys the
    tags of placeholders. ``counts`` says how many places were redacted since it was last cleared, by kind.
    """

    def __init__(
        self, rules: Iterable[Rule] = RULES, *, allow: Iterable[str] = (), salt: bytes = b""
    ) -> None:
        self._rules = tuple(rules)
        self._allow = frozenset(digest.lower() for digest in allow)
        self._placeholders = Placeholders(salt)
        self._triggers = triggers_of((*_EXTRA, *(rule.trigger for rule in self._rules)))
        #: Short texts, and the last of the long ones, that were found to hold nothing.
        self.harmless: set[str] = set()
        self._recent: set[str] = set()
        self.counts: Counter[str] = Counter()

    def suspects(self, data: bytes) -> bool:
        """Whether ``data`` may hold something; a text that holds something is always suspect."""
        return bool(self._triggers.match(data))

    def text(self, text: str) -> str:
        """``text`` without its secrets; the same object where it holds none."""
        if text in self.harmless or text in self._recent:
            return text
        before = data = _bytes(text)
        # Each replacement leaves less that is not a placeholder, so this ends; a second call
        # then changes nothing.
        while (redacted := self._pass(data)) is not data:
            data = redacted
        if data is not before:
            return data.decode("utf-8", "surrogatepass")
        self._remember(text)
        return text

    def value(self, name: str, text: str) -> str:
        """``text`` as what a key called ``name`` holds, or what follows a command: both give secrets away."""
        kind = name_kind(name)
        if not kind:
            return self._argument(name, text) if " " in name else self.text(text)
        data = _bytes(text)
        judge = is_password if kind == "PASSWORD" else is_token
        # A value that was taken apart before, such as a path with a name in it, stays so.
        if PLACEHOLDER.search(data) or not self._is_secret(judge, data):
            return self.text(text)
        return self._replacement(self._whole_kind(data) or kind, data).decode()

    def _argument(self, command: str, text: str) -> str:
        """``text`` as it is redacted behind ``command``."""
        before = command.rstrip() + " "
        clean = self.text(before + text)
        return clean.removeprefix(before) if clean != before + text else text

    def find(self, text: str) -> list[Found]:
        """Where :meth:`text` would put placeholders, left to right; takes no note of anything."""
        data = _bytes(text)
        rules, escaped = self._triggered(data)
        hidden = self._hidden(data, escaped) if self._may_hide(data, rules, escaped) else []
        return _apart([*hidden, *self._found(data, rules)])

    def _remember(self, text: str) -> None:
        """Keys, roles and the like come again in every row, an answer as the value of its fact."""
        known, most = (self.harmless, _MANY) if len(text) <= _SHORT else (self._recent, _FEW)
        if len(known) >= most:
            known.clear()
        known.add(text)

    def _pass(self, data: bytes) -> bytes:
        rules, escaped = self._triggered(data)
        if not rules and not escaped:
            return data
        if self._may_hide(data, rules, escaped) and (hidden := self._hidden(data, escaped)):
            return self._replaced(data, hidden)
        for rule in rules:
            data = self._replaced(data, [Found(rule.kind, *span) for span in self._spans(rule, data)])
        return data

    def _triggered(self, data: bytes) -> tuple[Sequence[Rule], bool]:
        """The rules that may match, and whether there are escapes that may hide something."""
        hits = self._triggers.match(data)
        if not hits:
            return (), False
        first = len(_EXTRA)
        return [self._rules[hit - first] for hit in hits if hit >= first], _ESCAPED in hits

    @staticmethod
    def _may_hide(data: bytes, rules: Sequence[Rule], escaped: bool) -> bool:
        return escaped or (bool(rules) and bool(folds(data)))

    def _hidden(self, data: bytes, escaped: bool) -> list[Found]:
        """What shows once escapes are resolved."""
        reading = Reading(data, escaped=escaped)
        if reading.text is data:
            return []
        rules, _ = self._triggered(reading.text)
        found = self._found(reading.text, rules)
        return [Found(kind, *reading.span(start, end)) for kind, start, end in found]

    def _found(self, data: bytes, rules: Iterable[Rule]) -> list[Found]:
        """All that the rules find; where two overlap, the earlier rule is right."""
        kept: list[Found] = []
        starts: list[int] = []
        for rule in rules:
            for start, end in self._spans(rule, data):
                place = bisect(starts, start)
                free_before = place == 0 or kept[place - 1].end <= start
                if free_before and (place == len(kept) or end <= kept[place].start):
                    kept.insert(place, Found(rule.kind, start, end))
                    starts.insert(place, start)
        return kept

    def _spans(self, rule: Rule, data: bytes) -> list[tuple[int, int]]:
        return [
            (start, end)
            for start, end in rule.spans(data)
            if self._is_secret(rule.accept, data[start:end]) and not _is_placeheld(data, start, end)
        ]

    def _replaced(self, data: bytes, found: Iterable[Found]) -> bytes:
        parts: list[bytes] = []
        last = 0
        for kind, start, end in found:
            parts += data[last:start], self._replacement(kind, data[start:end])
            last = end
        return b"".join((*parts, data[last:])) if parts else data

    def _is_secret(self, judge: Callable[[str], bool], found: bytes) -> bool:
        bare = PLACEHOLDER.sub(b"", found)
        if not bare or not judge(bare.decode("utf-8", "replace")):
            return False
        return not self._allow or sha256(_plain(found)).hexdigest() not in self._allow

    def _replacement(self, kind: str, secret: bytes) -> bytes:
        self.counts[kind] += 1
        return self._placeholders.of(kind, _plain(secret))

    def _whole_kind(self, data: bytes) -> str:
        rules, _ = self._triggered(data)
        for rule in rules:
            if (0, len(data)) in self._spans(rule, data):
                return rule.kind
        return ""


def _apart(found: Iterable[Found]) -> list[Found]:
    """In order, without those that begin inside another."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda found: (found.start, -found.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _is_placeheld(data: bytes, start: int, end: int) -> bool:
    """Whether these bytes lie within a placeholder, whose kind may look like a name or a token."""
    near = PLACEHOLDER.finditer(data, max(0, start - 80), end + 80)
    return any(one.start() <= start and end <= one.end() for one in near)


def _plain(secret: bytes) -> bytes:
    """The secret itself, so that it has one tag however a text escapes it."""
    return Reading(secret).text if _MAY_ESCAPE.search(secret) else secret
