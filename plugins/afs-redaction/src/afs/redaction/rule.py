"""A rule: what a kind of secret looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import re2  # type: ignore[import-untyped]

from afs_core import UsageError

__all__ = ["Rule", "compiled"]


def compiled(pattern: str) -> Any:
    """An RE2 over the bytes of UTF-8, so that offsets need no translation."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    try:
        return re2.compile(pattern.encode(), options)
    except re2.error as fault:
        raise UsageError(f"not a pattern that RE2 takes: {pattern!r}: {fault}") from None


def _anything(_: str) -> bool:
    return True


class Rule:
    """One kind of secret.

    ``pattern`` is RE2 syntax; the secret is its last group that took part in the match, or the
    whole match where it has none. ``trigger`` is a cheaper RE2 that matches in every text in which
    ``pattern`` does. ``accept`` judges a candidate that the pattern found. With ``within``, the
    pattern is sought only inside what that RE2 finds. ``group`` names the secret's group instead. ``spare``
    says of a text, the match in it (start and end) and the secret whether it is to stay.
    """

    def __init__(
        self,
        kind: str,
        trigger: str,
        pattern: str,
        *,
        accept: Callable[[str], bool] = _anything,
        within: str = "",
        group: int | None = None,
        spare: Callable[[bytes, int, int, str], bool] | None = None,
    ) -> None:
        self.kind = kind
        self.trigger = trigger
        self.pattern = pattern
        self.accept = accept
        self.within = within
        self.group = group
        self.spare = spare

    def __repr__(self) -> str:
        return f"Rule({self.kind!r}, pattern={self.pattern!r})"

    @cached_property
    def _regex(self) -> Any:
        return compiled(self.pattern)

    @cached_property
    def _groups(self) -> int:
        return int(self._regex.groups)

    @cached_property
    def _region(self) -> Any:
        return compiled(self.within)

    def spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Where candidates lie in ``data``, left to right, without overlap."""
        if not self.within:
            yield from self._spans(data)
            return
        for region in self._region.finditer(data):
            start, end = _last_group(region, self._region.groups)
            for first, last in self._spans(data[start:end]):
                yield start + first, start + last

    def _spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        for match in self._regex.finditer(data):
            span = _last_group(match, self._groups) if self.group is None else match.span(self.group)
            if span[0] < span[1] and not self._is_spared(data, match, span):
                yield span

    def _is_spared(self, data: bytes, match: Any, span: tuple[int, int]) -> bool:
        if self.spare is None:
            return False
        start, end = match.span()
        return self.spare(data, start, end, data[slice(*span)].decode("utf-8", "replace"))


def _last_group(match: Any, groups: int) -> tuple[int, int]:
    for group in range(groups, 0, -1):
        span: tuple[int, int] = match.span(group)
        if span[0] >= 0:
            return span
    whole: tuple[int, int] = match.span()
    return whole
