"""Variants of one piece of code, each held against it.

>>> import random
>>> shop = Workshop("Clear:\\n  LDA #$00\\n  STA $10\\n  LDA $11\\n  RTS", random.Random(0))
>>> variant = shop.variant(["instructions"], random.Random(0))
>>> print(variant.text)
Clear:
  STZ $10
  LDA $11
  RTS
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from afs.asm import Assembly
from afs.augment.listing import Edit, apply_edits, rows_of
from afs.augment.machine import Reference, compared, starts
from afs.augment.names import names
from afs.augment.program import ORIGIN, Program, assembled
from afs.augment.refusal import Refused
from afs.augment.rules import ADDRESSING, INSTRUCTIONS, REGISTERS, View
from afs.augment.spelling import SPELLINGS
from afs.augment.surroundings import Surroundings

__all__ = ["BEHAVIOUR", "SPELLING", "CodeVariant", "Workshop"]

#: Kinds that change bytes, and kinds that do not.
BEHAVIOUR: Final = ("instructions", "addressing", "registers")
SPELLING: Final = tuple(SPELLINGS)
_STATES: Final = 64
_MOST_EDITS: Final = 6
_TRIES: Final = 8
_LONGEST: Final = 20_000
_MOST_LINES: Final = 400
_BLOCKS: Final = names("instruction label data define assign")
_MOVES_PAGE: Final = names("tcd pld plb mvn mvp")
_WORD: Final = re.compile(r"[$%]?[\w.]+", re.A)


class CodeVariant(NamedTuple):
    """``changes`` names what was done, such as `clear` or `notation`; ``tested`` that it gives other
    bytes, and does the same in all states that were tried."""

    text: str
    changes: tuple[str, ...]
    tested: bool
    assumes: str = ""


class Workshop:
    """Makes variants of ``text``. ``spoken`` are words that are said about it elsewhere, in lower case:
    what they name stays.

    Raises Refused where the code cannot be assembled by itself. ``notes`` counts what was refused later.
    """

    def __init__(self, text: str, rng: random.Random, spoken: Collection[str] = ()) -> None:
        if len(text) > _LONGEST or text.count("\n") > _MOST_LINES:
            raise Refused("code that is too long")
        self.text, self.spoken, self._rng = text, frozenset(spoken), rng
        self.rows = rows_of(text)
        if not any(row.instruction for row in self.rows):
            raise Refused("no instructions")
        self.around = Surroundings.of(text, self.rows)
        self.assembly = assembled(text, self.around)
        self.notes: Counter[str] = Counter()
        self._references: dict[bool, Reference] = {}

    # -- what can be changed ---------------------------------------------------------------------

    @cached_property
    def view(self) -> View | str:
        """The code as steps, or why it cannot be run."""
        kinds = {row.statement.kind for row in self.rows if row.statement}
        try:
            if not kinds <= _BLOCKS:
                raise Refused("code with directives")
            return View(self.rows, Program(self.assembly, self.rows))
        except Refused as refusal:
            return refusal.reason

    def _reference(self, usual: bool) -> Reference:
        if usual not in self._references:
            assert isinstance(self.view, View)
            states = starts(self.view.program, self._rng, _STATES, usual=usual)
            self._references[usual] = Reference(self.assembly, states)
        return self._references[usual]

    def _edits(self, kind: str) -> list[Edit]:
        view = self.view
        assert isinstance(view, View)
        if kind == "registers":
            found = list(REGISTERS[0](view)) if not {"x", "y"} & self.spoken else []
            return found if all(self._unspoken(edit) for edit in found) else []
        if kind == "addressing" and any(
            step.op.mnemonic in _MOVES_PAGE for step in view.program.steps.values()
        ):
            return []
        rules = ADDRESSING if kind == "addressing" else INSTRUCTIONS
        return [
            edit
            for at in view.program.at_row
            for rule in rules
            for edit in rule(view, at)
            if self._unspoken(edit)
        ]

    def _unspoken(self, edit: Edit) -> bool:
        """Whether nothing that is said of the code speaks of what the edit takes away."""
        old = Counter(_words(row.code for row in self.rows[edit.first : edit.first + edit.size]))
        return not (old - Counter(_words(edit.codes))).keys() & self.spoken

    # -- making ----------------------------------------------------------------------------------

    def variant(self, kinds: Sequence[str], rng: random.Random) -> CodeVariant | None:
        """A variant with changes of some of ``kinds``, or None where none holds."""
        behaviour = [kind for kind in kinds if kind in BEHAVIOUR]
        spelling = [kind for kind in kinds if kind in SPELLING]
        text, assembly, assumes = self.text, self.assembly, ""
        changes: list[str] = []
        if behaviour and (found := self._behaving(rng.sample(behaviour, len(behaviour)), rng)):
            text, assembly, changes, assumes = found
        tested = bool(changes)
        for kind in rng.sample(spelling, rng.randint(0 if tested else 1, len(spelling)) if spelling else 0):
            respelled = self._respelled(text, kind, rng)
            if respelled != text and self._same_bytes(respelled, assembly):
                text = respelled
                changes.append(kind)
        return CodeVariant(text, tuple(dict.fromkeys(changes)), tested, assumes) if changes else None

    def _respelled(self, text: str, kind: str, rng: random.Random) -> str:
        try:
            return SPELLINGS[kind](text, self.spoken, rng)
        except Refused:
            return text

    def _same_bytes(self, text: str, assembly: Assembly) -> bool:
        try:
            other = assembled(text, self.around)
        except Refused:
            self.notes["a spelling that does not assemble"] += 1
            return False
        if (other.blocks, _public(other)) != (assembly.blocks, _public(assembly)):
            self.notes["a spelling with other bytes"] += 1
            return False
        return True

    def _behaving(self, kinds: list[str], rng: random.Random) -> tuple[str, Assembly, list[str], str] | None:
        if isinstance(self.view, str):
            return None
        for kind in kinds:
            edits = self._edits(kind)
            if not edits:
                continue
            usual = kind == "addressing"
            chosen = (
                edits
                if kind == "registers"
                else _apart(rng.sample(edits, len(edits)), rng.randint(1, _MOST_EDITS))
            )
            if kept := self._kept(chosen, usual, whole=kind == "registers"):
                text, assembly, edits = kept
                assumes = "D = 0 and a data bank that shows low RAM" if usual else ""
                return text, assembly, [edit.kind for edit in edits], assumes
        return None

    def _kept(
        self, edits: list[Edit], usual: bool, *, whole: bool
    ) -> tuple[str, Assembly, list[Edit]] | None:
        """The edits that hold, together; each by itself where all together do not."""
        try:
            reference = self._reference(usual)
        except Refused as refusal:
            self.notes[refusal.reason] += 1
            return None
        if found := self._tried(edits, reference):
            return found
        if whole or len(edits) == 1:
            return None
        good = [edit for edit in edits[:_TRIES] if self._tried([edit], reference)]
        return self._tried(good, reference) if good else None

    def _tried(self, edits: list[Edit], reference: Reference) -> tuple[str, Assembly, list[Edit]] | None:
        text, touched = apply_edits(self.rows, edits)
        try:
            assembly = assembled(text, self.around)
        except Refused:
            self.notes["a variant that does not assemble"] += 1
            return None
        if (
            assembly.blocks == self.assembly.blocks
            or _public(assembly).keys() != _public(self.assembly).keys()
        ):
            return None
        fault = compared(reference, assembly, _places(assembly, touched))
        if fault:
            self.notes[f"a variant that {fault}"] += 1
            return None
        return text, assembly, edits


def _words(texts: Sequence[str] | Iterator[str]) -> list[str]:
    return [word.lower() for text in texts for word in _WORD.findall(text)]


def _apart(edits: list[Edit], most: int) -> list[Edit]:
    """Some of ``edits`` that do not overlap, in order."""
    kept: list[Edit] = []
    for edit in edits:
        if all(edit.first + edit.size <= one.first or one.first + one.size <= edit.first for one in kept):
            kept.append(edit)
        if len(kept) == most:
            break
    return sorted(kept, key=lambda edit: edit.first)


def _public(assembly: Assembly) -> dict[str, int]:
    """Labels that other files may name: those of the top level."""
    return {name: value for name, value in assembly.labels.items() if "_" not in name}


def _places(assembly: Assembly, touched: dict[int, Edit]) -> list[range]:
    """The addresses of each line that was written."""
    lines = [line for line in assembly.lines if line.address >> 14 == ORIGIN >> 14]
    ends = [*(line.address for line in lines[1:]), ORIGIN + len(assembly.blocks[0].data)]
    return [range(line.address, end) for line, end in zip(lines, ends, strict=True) if line.line in touched]
