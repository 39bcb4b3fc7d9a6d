"""Samples out of facts: one function for each thing that a hack holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from afs.generators.wording import Questions
from afs.oracle.addresses import Address
from afs.oracle.hack import Hack, Text
from afs.oracle.routines import Explained
from afs.oracle.wording import QUESTIONS
from afs_core import Provenance, TrainingSample

if TYPE_CHECKING:
    import random

    from afs_core import Run

__all__ = ["Lessons"]

_SENTENCE = re.compile(r"(?s)(.{20,}?[.!?])(?:\s|$)")
_LONGEST_CUE = 160
#: Tables, code, pictures and markup say too little to be known again.
_NO_PROSE = re.compile(r"\s*(?:\||```|~~~|!\[|<)")

#: Kinds whose answer is a value: their length says nothing about their quality.
VALUES = frozenset({"address", "symbol", "routine-name", "heading"})


class Lessons:
    """Turns facts of ``hack`` into samples, ``variants`` wordings each, no two with the same question.

    A description that fits two routines, or an opening of two sections, asks for neither.
    """

    def __init__(self, run: Run, kinds: Sequence[str], variants: int, hack: Hack) -> None:
        self._run, self._kinds, self._variants = run, frozenset(kinds), variants
        self._asked = Questions()
        self._sharing: dict[str, list[Address]] = {}
        for address in hack.addresses:
            self._sharing.setdefault(address.value, []).append(address)
        self._told: set[str] = set()
        routines = ((_cue(routine.comment), routine.name) for routine in hack.routines)
        texts = ((_opening(text), text.title) for text in hack.texts)
        self._unclear = {"routine-name": _unclear(routines), "heading": _unclear(texts)}

    def of_address(self, address: Address) -> Iterator[TrainingSample]:
        """Forward and back; where several symbols share an address, the way back names them all."""
        shared = self._sharing[address.value]
        group = shared[0].name
        prov = _prov(address.file, address.line, address.line, group)
        yield from self._facts("address", address.name, address.value, prov, self._variants)
        if address.value not in self._told:
            self._told.add(address.value)
            yield from self._back(shared)
        if address.comment:
            prov = _prov(address.file, address.start, address.line, group)
            yield from self._facts("purpose", address.name, _sentence(address.comment), prov, 1)

    def _back(self, shared: Sequence[Address]) -> Iterator[TrainingSample]:
        """The symbols at an address; the places of those behind the first are kept as metadata."""
        first, *others = shared
        names = ", ".join(address.name for address in shared)
        prov = _prov(first.file, first.line, first.line, group=first.name)
        also = {"also": [f"{other.file}:{other.line}" for other in others]} if others else {}
        yield from self._facts("symbol", first.value, names, prov, self._variants, metadata=also)

    def of_routine(self, explained: Explained) -> Iterator[TrainingSample]:
        """The comment above a routine explains it."""
        routine, name, comment = explained.routine, explained.name, explained.comment
        prov = _prov(explained.file, explained.start, routine.end_line)
        yield from self._facts("routine", name, comment, prov, 1)
        yield from self._facts("code", name, comment, prov, 1, input=routine.text.rstrip())
        yield from self._facts("routine-name", _cue(comment), name, prov, 1)

    def of_text(self, text: Text) -> Iterator[TrainingSample]:
        """A section answers its heading, and its opening names its heading."""
        section = text.section
        prov = _prov(text.file, section.start, section.end)
        if "section" in self._kinds:
            rng = self._rng("section", f"{text.file}:{section.start}")
            question = self._asked.ask(section.path, text.file, rng, part=section.part, parts=section.parts)
            yield _sample(question, section.text.strip("\n"), "section", prov)
        if section.part == 1:
            yield from self._facts("heading", _opening(text), text.title, prov, 1)

    def _facts(
        self,
        kind: str,
        key: str,
        value: str,
        prov: dict[str, Any],
        variants: int,
        *,
        input: str = "",
        metadata: dict[str, Any] | None = None,
    ) -> Iterator[TrainingSample]:
        if kind not in self._kinds or not key or not value or key in self._unclear.get(kind, ()):
            return
        wordings = list(QUESTIONS[kind])
        self._rng(kind, key).shuffle(wordings)
        asked = 0
        for wording in wordings:
            question = wording.format(key=key)
            if asked < variants and self._asked.claim(question):
                asked += 1
                fact = {"kind": kind, "key": key, "value": value}
                yield _sample(question, value, kind, prov, {"fact": fact, **(metadata or {})}, input)

    def _rng(self, kind: str, key: str) -> random.Random:
        return self._run.rng(f"oracle:{kind}:{key}")


def _sample(
    question: str,
    answer: str,
    kind: str,
    prov: dict[str, Any],
    metadata: dict[str, Any] | None = None,
    input: str = "",
) -> TrainingSample:
    if kind in VALUES:
        metadata = {**(metadata or {}), "answer": "value"}
    return TrainingSample(
        instruction=question,
        output=answer,
        input=input,
        domain="oracle",
        source=prov["source"],
        _metadata=metadata or {},
        prov=Provenance(kind=kind, generator="oracle", **prov),
    )


def _prov(file: str, start: int, end: int, group: str = "") -> dict[str, Any]:
    return {"source": file, "start": start, "end": end, "group": group}


def _sentence(comment: str) -> str:
    return comment[0].upper() + comment[1:] + ("" if comment.endswith((".", "!", "?")) else ".")


def _opening(text: Text) -> str:
    """How a section begins, empty where it begins with something else than prose."""
    return "" if _NO_PROSE.match(text.section.text) else _cue(text.section.text)


def _cue(text: str) -> str:
    """The first sentence of a text, or as much of it as a question can carry."""
    flat = " ".join(text.split())
    match = _SENTENCE.match(flat)
    sentence = match[1] if match else flat
    return sentence if len(sentence) <= _LONGEST_CUE else sentence[:_LONGEST_CUE].rpartition(" ")[0] + " ..."


def _unclear(facts: Iterable[tuple[str, str]]) -> set[str]:
    """Keys with more than one value."""
    known: dict[str, str] = {}
    return {key for key, value in facts if known.setdefault(key, value) != value}
