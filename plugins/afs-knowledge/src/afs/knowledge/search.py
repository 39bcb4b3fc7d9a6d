"""Entries by words: of their names and descriptions, also where a word is misspelt.

An entry's rank is the mean, over the words of the query, of the best that each finds in it: a word of
its name counts 1, of an alias .9, of its group or description .6; one that only begins with the query's
word 3/4 of that, one that is close to it by letters half. A name that is the query as a whole is first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

from afs.knowledge.entry import Entry
from afs.knowledge.words import fold, words_of

__all__ = ["SearchIndex"]

_NAME, _ALIAS, _TEXT = 1.0, 0.9, 0.6
_BEGINS, _CLOSE = 0.75, 0.5
_WHOLE: Final = 2.0
#: Similarity from which a word counts as a misspelling, and how many spellings are tried.
_CUTOFF, _SPELLINGS = 0.75, 4
_STOP: Final = frozenset(
    words_of("a an and at by for from in into is it of on or that the to what where which")
)


class SearchIndex:
    """Words of entries, each with the entries it is in and what it counts there."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries: Sequence[Entry] = tuple(entries)
        self._places: dict[str, dict[int, float]] = {}
        self._names: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries):
            for name in entry.names:
                self._names.setdefault(fold(name), []).append(number)
            self._add(number, (entry.group, entry.description), _TEXT)
            self._add(number, entry.aliases, _ALIAS)
            self._add(number, (entry.name,), _NAME)

    def search(self, query: str, limit: int = 10) -> list[Entry]:
        """The best entries, best first; the same query gives the same order."""
        words = [word for word in words_of(query) if word not in _STOP] or list(words_of(query))
        ranks: dict[int, float] = {}
        for word in dict.fromkeys(words):
            for number, value in self._found(word).items():
                ranks[number] = ranks.get(number, 0.0) + value / len(words)
        for number in self._names.get(fold("".join(query.split())), ()):
            ranks[number] = ranks.get(number, 0.0) + _WHOLE
        best = sorted(ranks, key=lambda number: (-round(ranks[number], 9), *self._order(number)))
        return [self.entries[number] for number in best[:limit]]

    def nearest(self, name: str, limit: int = 3) -> list[str]:
        """Names that look like ``name``, best first."""
        close = get_close_matches(fold(name), self._names, limit, 0.6)
        found = [self.entries[self._names[key][0]] for key in close]
        found += self.search(name, limit)
        return list(dict.fromkeys(entry.name for entry in found))[:limit]

    def _add(self, number: int, texts: Iterable[str], value: float) -> None:
        for text in texts:
            for word in words_of(text):
                self._places.setdefault(word, {})[number] = value

    def _order(self, number: int) -> tuple[int, str, int]:
        entry = self.entries[number]
        return len(entry.name), entry.name, entry.address

    def _found(self, word: str) -> dict[int, float]:
        """What ``word`` counts in each entry that it is found in."""
        best = dict(self._places.get(word, {}))
        spellings = [(other, _BEGINS) for other in self._places if len(word) > 2 and other.startswith(word)]
        if not best and not spellings:
            spellings = [
                (other, _CLOSE) for other in get_close_matches(word, self._places, _SPELLINGS, _CUTOFF)
            ]
        for other, share in spellings:
            for number, value in self._places[other].items():
                best[number] = max(best.get(number, 0.0), value * share)
        return best
