"""Samples out of facts: one function for each thing that a hack holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from afs.asm import Routine
from afs.generators.wording import Questions
from afs.oracle.hack import Address, Text
from afs.oracle.wording import QUESTIONS
from afs_core import Provenance, TrainingSample

if TYPE_CHECKING:
    import random

    from afs_core import Run

__all__ = ["Lessons"]

_RULER = re.compile(r"[\s=\-*#~_]*")
_SENTENCE = re.compile(r"(?s)(.{20,}?[.!?])(?:\s|$)")
_LONGEST_CUE = 160


class Lessons:
    """Turns facts into samples, ``variants`` wordings each, no two with the same question."""

    def __init__(self, run: Run, kinds: Sequence[str], variants: int) -> None:
        self._run, self._kinds, self._variants = run, frozenset(kinds), variants
        self._asked = Questions()

    def of_addresses(
        self, addresses: Sequence[Address], everything: Sequence[Address]
    ) -> Iterator[TrainingSample]:
        """Forward and back; where several symbols share an address, the way back names them all."""
        names: dict[str, list[str]] = {}
        for address in everything:
            names.setdefault(address.value, []).append(address.name)
        told: set[str] = set()
        for address in addresses:
            shared = names[address.value]
            prov = _prov(address.file, address.line, address.line, group=shared[0])
            yield from self._facts("address", address.name, address.value, prov, self._variants)
            if address.value not in told:
                told.add(address.value)
                yield from self._facts("symbol", address.value, ", ".join(shared), prov, self._variants)
            if address.comment:
                yield from self._facts("purpose", address.name, _sentence(address.comment), prov, 1)

    def of_routine(self, routine: Routine) -> Iterator[TrainingSample]:
        """The comment above a routine explains it; a routine without one teaches nothing."""
        comment = _told(routine)
        if not comment:
            return
        prov = _prov(routine.file, routine.line, routine.end_line)
        name = f"{routine.namespace}_{routine.name}" if routine.namespace else routine.name
        yield from self._facts("routine", name, comment, prov, 1)
        yield from self._facts("code", name, comment, prov, 1, input=routine.text.rstrip())
        yield from self._facts("routine-name", _cue(comment), name, prov, 1)

    def of_text(self, text: Text) -> Iterator[TrainingSample]:
        """A section answers its heading, and its opening names its heading."""
        section = text.section
        prov = _prov(text.file, section.start, section.end)
        if "section" in self._kinds:
            path = section.path or (section.title,)
            rng = self._rng("section", f"{text.file}:{section.start}")
            question = self._asked.ask(path, text.file, rng, part=section.part, parts=section.parts)
            yield _sample(question, section.text.strip("\n"), "section", prov)
        if section.title and section.part == 1:
            yield from self._facts("heading", _cue(section.text), section.title, prov, 1)

    def _facts(
        self, kind: str, key: str, value: str, prov: dict[str, Any], variants: int, *, input: str = ""
    ) -> Iterator[TrainingSample]:
        if kind not in self._kinds or not key:
            return
        wordings = list(QUESTIONS[kind])
        self._rng(kind, key).shuffle(wordings)
        asked = 0
        for wording in wordings:
            question = wording.format(key=key)
            if asked < variants and self._asked.claim(question):
                asked += 1
                fact = {"kind": kind, "key": key, "value": value}
                yield _sample(question, value, kind, prov, fact, input)

    def _rng(self, kind: str, key: str) -> random.Random:
        return self._run.rng(f"oracle:{kind}:{key}")


#: Kinds whose answer is a value: their length says nothing about their quality.
VALUES = frozenset({"address", "symbol", "routine-name", "heading"})


def _sample(
    question: str,
    answer: str,
    kind: str,
    prov: dict[str, Any],
    fact: dict[str, str] | None = None,
    input: str = "",
) -> TrainingSample:
    metadata: dict[str, Any] = {"fact": fact} if fact else {}
    if kind in VALUES:
        metadata["answer"] = "value"
    return TrainingSample(
        instruction=question,
        output=answer,
        input=input,
        domain="oracle",
        source=prov["source"],
        _metadata=metadata,
        prov=Provenance(kind=kind, generator="oracle", **prov),
    )


def _prov(file: str, start: int, end: int, group: str = "") -> dict[str, Any]:
    return {"source": file, "start": start, "end": end, "group": group}


def _sentence(comment: str) -> str:
    return comment[0].upper() + comment[1:] + ("" if comment.endswith((".", "!", "?")) else ".")


def _told(routine: Routine) -> str:
    """The comment above the routine without rulers and without its own name as a headline."""
    lines = [line.strip() for line in routine.above.splitlines()]
    lines = [line for line in lines if not _RULER.fullmatch(line)]
    if lines and lines[0].rstrip(":").strip() == routine.name:
        del lines[0]
    return "\n".join(lines)


def _cue(text: str) -> str:
    """The first sentence of a text, or as much of it as a question can carry."""
    flat = " ".join(text.split())
    match = _SENTENCE.match(flat)
    sentence = match[1] if match else flat
    return sentence if len(sentence) <= _LONGEST_CUE else sentence[:_LONGEST_CUE].rpartition(" ")[0] + " ..."
