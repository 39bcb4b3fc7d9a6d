"""Questions and answers about entries, both ways; no two ask the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from zlib import crc32

import msgspec

from afs.knowledge import phrases
from afs.knowledge.entry import Entry
from afs.knowledge.notes import sure
from afs_core import Provenance, TrainingSample

__all__ = ["lessons"]

#: Kinds of questions whose answer is a value, so that its length says nothing.
_VALUES = frozenset(("name", "meaning", "element", "offset"))


def lessons(entries: Iterable[Entry], *, seed: int = 42, layout: str = "lorom") -> Iterator[TrainingSample]:
    """Samples of all entries, by address. Wordings vary by ``seed``; the answers name every entry that
    the question fits, and a description that fits several is not asked for."""
    return _Lessons(tuple(map(_told, entries)), seed, layout).all()


def _told(entry: Entry) -> Entry:
    """Without a description that its author is not sure of."""
    return entry if sure(entry.description) else msgspec.structs.replace(entry, description="")


class _Lessons:
    def __init__(self, entries: Sequence[Entry], seed: int, layout: str) -> None:
        self._entries, self._seed, self._layout = entries, seed, layout
        self._at: dict[int, list[Entry]] = {}
        self._named: dict[str, list[Entry]] = {}
        for entry in entries:
            self._at.setdefault(entry.address, []).append(entry)
            self._named.setdefault(entry.name.casefold(), []).append(entry)
        self._meanings = Counter(_folded(entry.description) for entry in entries)
        self._asked: set[str] = set()

    def all(self) -> Iterator[TrainingSample]:
        for entry in self._entries:
            for kind, question, answer in self._facts(entry):
                key = _folded(question)
                if key not in self._asked:
                    self._asked.add(key)
                    yield _sample(kind, question, answer, entry)

    def _facts(self, entry: Entry) -> Iterator[tuple[str, str, str]]:
        here, same = self._at[entry.address], self._named[entry.name.casefold()]
        address = phrases.shown(entry.address)
        yield "address", self._ask(phrases.AT, entry, address=address), phrases.aimed(here)
        yield "name", self._ask(phrases.PLACE, entry), "\n\n".join(map(phrases.location, same))
        if entry.description:
            yield "purpose", self._ask(phrases.PURPOSE, entry), phrases.aimed(same)
            if self._meanings[_folded(entry.description)] == 1:
                text = entry.description.rstrip(".?!")
                yield "meaning", self._ask(phrases.MEANING, entry, description=text), phrases.location(entry)
        if entry.count > 1 and len(same) == 1:
            yield self._element(entry)
        offset = phrases.offset_answer(entry, self._layout)
        if offset and len(same) == 1:
            yield "offset", self._ask(phrases.OFFSET, entry, address=address), offset

    def _element(self, entry: Entry) -> tuple[str, str, str]:
        width, index = entry.size // entry.count, 1 + self._number("element", entry) % (entry.count - 1)
        place = phrases.shown(entry.address + index * width)
        step = f"{index} × {width} bytes" if width > 1 else f"{index} byte{'s' * (index > 1)}"
        question = self._ask(phrases.ELEMENT, entry, address=phrases.shown(entry.address), index=index)
        return "element", question, f"{place}, {step} behind {phrases.shown(entry.address)}."

    def _ask(self, wordings: Sequence[str], entry: Entry, **words: object) -> str:
        wording = wordings[self._number(wordings[0], entry) % len(wordings)]
        question = wording.format(name=f"`{entry.name}`", **words)
        of_game = not entry.source and entry.kind != "register"
        return f"In A Link to the Past: {question}" if of_game else question

    def _number(self, what: str, entry: Entry) -> int:
        return crc32(f"{self._seed}:{what}:{entry.name}:{entry.address}".encode("utf-8", "surrogateescape"))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _sample(kind: str, question: str, answer: str, entry: Entry) -> TrainingSample:
    table = "registers.tsv" if entry.kind == "register" else "alttp.tsv"
    file, _, line = entry.source.rpartition(":")
    prov = Provenance(
        source=file or table,
        start=int(line or 0),
        end=int(line or 0),
        kind=kind,
        generator="addresses",
        group=f"address:{entry.address:06X}",
    )
    metadata = {"address": phrases.shown(entry.address), "kind": kind}
    if kind in _VALUES:
        metadata["answer"] = "value"
    return TrainingSample(
        instruction=question, output=answer, domain="asm", source=prov.source, _metadata=metadata, prov=prov
    )
