"""Finds secrets in text and puts placeholders in their place.

One RE2 set holds the triggers of all rules: a text that none of them matches, which is nearly
every text, costs one pass. Time is linear in the text, whatever it holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import sha256

import re2  # type: ignore[import-untyped]

from afs.redaction.judgement import is_password, is_token, name_kind
from afs.redaction.placeholder import PLACEHOLDER, Placeholders
from afs.redaction.rule import Rule
from afs.redaction.rules import RULES

__all__ = ["Redactor"]

_MEMORY = 64 << 20
_NAMED = r"(?i)(?:pass|pwd|secret|token|key|credentials?|auth|authorization|cookie)[0-9_ -]*\\*\"\s*:"
_MARK = r"<[A-Z][0-9A-Z_]*_[0-9]+>"
_EXTRA = 3
_NOTHING = [0]
_ALWAYS = ""  # matches everywhere: a set that reports no match at all ran out of memory


class Redactor:
    """Redacts the texts of one dataset.

    ``allow`` holds SHA-256 digests, in hexadecimal, of values that are to stay. ``counts`` says
    how many places were redacted since it was last cleared, by kind.
    """

    def __init__(self, rules: Iterable[Rule] = RULES, *, allow: Iterable[str] = ()) -> None:
        self._rules = tuple(rules)
        self._allow = frozenset(digest.lower() for digest in allow)
        self._placeholders = Placeholders()
        self._triggers = _set_of((_ALWAYS, _MARK, _NAMED, *(rule.trigger for rule in self._rules)))
        self.counts: Counter[str] = Counter()

    def suspects(self, data: bytes) -> bool:
        """Whether ``data`` may hold something; a text that holds something is always suspect."""
        hits: list[int] | None = self._triggers.Match(data)
        return hits != _NOTHING

    def text(self, text: str) -> str:
        """``text`` without its secrets; the same object where it holds none."""
        before = data = _bytes(text)
        # Each replacement leaves less that is not a placeholder, so this ends; a second call
        # then changes nothing.
        while (redacted := self._pass(data)) is not data:
            data = redacted
        return text if data is before else data.decode("utf-8", "surrogatepass")

    def value(self, name: str, text: str) -> str:
        """``text`` as what a key called ``name`` holds: ``password`` gives a secret away."""
        kind = name_kind(name)
        if not kind:
            return self.text(text)
        data = _bytes(text)
        judge = is_password if kind == "PASSWORD" else is_token
        # A value that was taken apart before, such as a path with a name in it, stays so.
        if PLACEHOLDER.search(data) or not self._is_secret(judge, data):
            return self.text(text)
        return self._replacement(self._whole_kind(data) or kind, data).decode()

    def holds(self, text: str) -> bool:
        """Whether :meth:`text` would change ``text``; takes no note of anything."""
        data = _bytes(text)
        return any(
            self._is_secret(rule.accept, data[start:end])
            for rule in self._triggered(data)
            for start, end in rule.spans(data)
        )

    def _pass(self, data: bytes) -> bytes:
        for rule in self._triggered(data):
            data = self._apply(rule, data)
        return data

    def _triggered(self, data: bytes) -> list[Rule]:
        hits = self._triggers.Match(data)
        if hits == _NOTHING:
            return []
        self._placeholders.reserve(data)
        if hits is None:
            return list(self._rules)
        return [self._rules[hit - _EXTRA] for hit in sorted(hits) if hit >= _EXTRA]

    def _apply(self, rule: Rule, data: bytes) -> bytes:
        parts: list[bytes] = []
        last = 0
        for start, end in rule.spans(data):
            if self._is_secret(rule.accept, data[start:end]):
                parts += data[last:start], self._replacement(rule.kind, data[start:end])
                last = end
        return b"".join((*parts, data[last:])) if parts else data

    def _is_secret(self, judge: Callable[[str], bool], found: bytes) -> bool:
        bare = PLACEHOLDER.sub(b"", found)
        if not bare or not judge(bare.decode("utf-8", "replace")):
            return False
        return not self._allow or sha256(found).hexdigest() not in self._allow

    def _replacement(self, kind: str, secret: bytes) -> bytes:
        self.counts[kind] += 1
        return self._placeholders.of(kind, secret)

    def _whole_kind(self, data: bytes) -> str:
        for rule in self._triggered(data):
            if (0, len(data)) in rule.spans(data) and self._is_secret(rule.accept, data):
                return rule.kind
        return ""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@lru_cache(maxsize=8)
def _set_of(triggers: tuple[str, ...]) -> re2.Set:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    triggered = re2.Set.SearchSet(options)
    for trigger in triggers:
        triggered.Add(trigger.encode())
    triggered.Compile()
    return triggered
