"""What real code writes at a place, against what else could stand there.

For each instruction the others are weighed that people mistake for it: the contrary, another register, a
store for a load. How often each was seen with the same neighbours, operand, last use of that operand and
words of the comment is put together as if these were independent of each other (naive Bayes, every log
ratio counted half, as they are not), with counts smoothed towards those of the instruction alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from afs.asm.language.lines import code_end
from afs.discriminator.asm_line import BRANCHES, Op, ops_of
from afs.discriminator.asm_ways import JUMPS
from afs.discriminator.tokens import number_of
from afs.discriminator.words import words

__all__ = ["HABITS", "Choices", "Habits", "choices_of"]

#: The figures, in the order of :meth:`Habits.figures`: how much likelier the likeliest other instruction is
#: than the one that is there (natural logarithm), where it is so most, by everything, by neighbours, by
#: operands, by comments; and how unlikely instructions are.
HABITS: Final = words(
    """other_first other_second other_third other_mean other_share other_count other_sure
    around_first around_mean operand_first operand_mean comment_first comment_mean
    unlikely_first unlikely_second unlikely_mean"""
)
_PAIRS: Final = words(
    """adc-sbc asl-lsr rol-ror and-ora ora-eor and-eor inc-dec inx-dex iny-dey lda-sta ldx-stx ldy-sty
    beq-bne bcc-bcs bpl-bmi bvc-bvs clc-sec sep-rep pha-pla phx-plx phy-ply php-plp phb-plb rts-rtl rts-rti
    jsr-jsl jsr-jmp jsl-jml cmp-lda cmp-bit stz-sta tsb-trb lda-ldx lda-ldy ldx-ldy sta-stx sta-sty stx-sty
    cmp-cpx cmp-cpy cpx-cpy inx-iny dex-dey tax-tay tax-txa tay-tya txa-tya phx-phy phx-pha phy-pha plx-ply
    plx-pla ply-pla txy-tyx and-bit lda-and"""
)
_OTHERS: Final = {
    name: tuple(
        one if name == other else other
        for one, other in (pair.split("-") for pair in _PAIRS)
        if name in (one, other)
    )
    for name in {name for pair in _PAIRS for name in pair.split("-")}
}
_MOST: Final = 6  # others that are weighed
_CALLS: Final = frozenset(("jsr", "jsl"))
_COLUMNS: Final = 5 + 1 + _MOST  # name, class, operand, its last word, as a neighbour; itself; the others
_BITS: Final = 20
_MASK: Final = np.uint64((1 << _BITS) - 1)
_P: Final = tuple(
    np.uint64(prime)
    for prime in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)
)
_COUNTED: Final = 0.5  # of each log ratio
_STRENGTH: Final = 2.0
_FIRST: Final = 0.2
_SURE: Final = 1.5

_SAID = re.compile(r"[A-Za-z]+|\d+")
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")

Floats = NDArray[np.float64]
Numbers = NDArray[np.uint64]


class Choices(NamedTuple):
    """``rows`` has :data:`_COLUMNS` numbers for each statement or label, ``before`` the instruction that used
    the same operand last, ``said`` the rows and the words of comments in turns."""

    rows: list[int]
    before: list[int]
    said: list[int]


def choices_of(lines: Sequence[str]) -> Choices:
    """What each instruction of a text could have been, and what stands around it."""
    rows: list[int] = []
    before: list[int] = []
    said: list[int] = []
    last: dict[str, int] = {}
    for line in lines:
        numbers, operands, comment = _line(line)
        for word in comment:
            said += (len(before), word)
        rows += numbers
        for name, operand in operands:
            before.append(last.get(operand, 0))
            if operand:
                last[operand] = name
    return Choices(rows, before, said)


@lru_cache(maxsize=1 << 16)
def _line(line: str) -> tuple[tuple[int, ...], tuple[tuple[int, str], ...], tuple[int, ...]]:
    """The rows of a line, names and operands of them, and the words of a comment on one instruction."""
    numbers: list[int] = []
    operands: list[tuple[int, str]] = []
    ops = ops_of(line)
    for op in ops:
        if op.labels:
            numbers += _MARK
            operands.append((0, ""))
        if op.kind == "instruction":
            numbers += _row(op)
            operands.append((numbers[-_COLUMNS], op.operand))
        elif op.kind != "label":
            numbers += _NEITHER
            operands.append((0, ""))
    alone = len(ops) == len(operands) == 1 and ops[0].kind == "instruction"
    comment = _SAID.findall(line[code_end(line) :]) if alone else ()
    return tuple(numbers), tuple(operands), tuple(dict.fromkeys(number_of("c" + w.lower()) for w in comment))


_MARK: Final = (number_of("label"), 0, 0, 0, number_of("label"), *(0,) * (1 + _MOST))
_NEITHER: Final = (number_of("directive"), 0, 0, 0, number_of("directive"), *(0,) * (1 + _MOST))


def _row(op: Op) -> tuple[int, ...]:
    name, form = op.name, op.form
    others = [number_of(f"{other} {form}") for other in _OTHERS.get(name, ())]
    if form[-2:] in (",x", ",y"):
        others.append(number_of(f"{name} {form[:-1]}{'y' if form[-1] == 'x' else 'x'}"))
    parts = _PART.findall(op.symbols[0] if op.symbols else op.operand)
    word = number_of("w" + parts[-1].lower()) if parts else 0
    operand = number_of("o" + op.operand) if op.operand else 0
    own = number_of(f"{name} {form}")
    return number_of(name), number_of(_class(op)), operand, word, own, own, *(others + [0] * _MOST)[:_MOST]


def _class(op: Op) -> str:
    if op.name in BRANCHES or op.name in ("bra", "brl"):
        return "branch"
    if op.name in JUMPS or op.name in _CALLS:
        return "call"
    return "implied" if op.form in ("", "a") else "immediate" if op.form == "#e" else "memory"


class _Joined(NamedTuple):
    """All rows of some texts, two empty ones before each and behind the last.

    ``which`` is the text of each, ``kind`` its class, ``targets`` the instruction and its others, ``keys``
    its surroundings, shape (rows, surroundings), and ``used`` which of them there are; ``words`` are the keys
    of words in comments, ``place`` their rows.
    """

    which: NDArray[np.intp]
    kind: Numbers
    targets: Numbers
    keys: Numbers
    used: NDArray[np.bool_]
    place: NDArray[np.intp]
    words: Numbers

    @classmethod
    def of(cls, texts: Sequence[Choices]) -> _Joined:
        rows: list[int] = []
        before: list[int] = []
        place: list[int] = []
        said: list[int] = []
        which: list[int] = []
        for number, text in enumerate(texts):
            rows += _EMPTY
            before += (0, 0)
            place += [row + len(before) for row in text.said[::2]]
            said += text.said[1::2]
            rows += text.rows
            before += text.before
            which += [number] * (len(before) - len(which))
        table = np.array([*rows, *_EMPTY], np.uint64).reshape(-1, _COLUMNS)
        last = np.array([*before, 0, 0], np.uint64)
        kind = table[:, 1]
        keys, used = _surroundings(table, last)
        where = np.array(place, np.intp)
        return cls(
            np.array([*which, 0, 0], np.intp),
            kind,
            np.ascontiguousarray(table[:, 5:]),
            keys + (kind * _P[1])[:, None],
            used & (kind > 0)[:, None],
            where,
            np.array(said, np.uint64) * _P[3] + kind[where] * _P[1] + np.uint64(77),
        )


_EMPTY: Final = (0,) * 2 * _COLUMNS
#: Surroundings of neighbours come first, those of the operand behind them.
_AROUND: Final = 5


def _surroundings(table: Numbers, last: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    name, operand, word, shape = table[:, 0], table[:, 2], table[:, 3], table[:, 4]
    before, behind = _moved(name, 1), _moved(name, -1)
    found = [
        _moved(shape, 1) * _P[2],
        _moved(shape, -1) * _P[3],
        before * _P[2] + _moved(name, 2) * _P[0],
        behind * _P[3] + _moved(name, -2) * _P[0],
        before * _P[2] + behind * _P[3],
        operand * _P[0],
        operand * _P[0] + before * _P[2],
        operand * _P[0] + behind * _P[3],
        word * _P[2],
        word * _P[2] + before * _P[3],
        last * _P[0] + before * _P[2],
    ]
    there = [np.ones(len(table), bool)] * _AROUND + [operand > 0] * 3 + [word > 0] * 2 + [last > 0]
    marked = [key + np.uint64(1_000_003 * number) for number, key in enumerate(found)]
    return np.stack(marked, axis=1), np.stack(there, axis=1)


def _moved(column: Numbers, by: int) -> Numbers:
    """Each row has the value of the one ``by`` rows before it; the first and last rows are empty anyhow."""
    return np.roll(column, by)


class Habits(NamedTuple):
    """How often surroundings were seen, alone and with each instruction, in a table by hash."""

    counts: NDArray[np.int32]

    @classmethod
    def fit(cls, texts: Sequence[Choices]) -> Habits:
        one = _Joined.of(texts)
        own, real = one.targets[:, 0] * _P[2], one.kind > 0
        keys = one.keys[one.used]
        kind = one.kind[real] * _P[0]
        also = np.broadcast_to(own[:, None], one.keys.shape)[one.used]
        seen = [kind, kind + own[real], keys, keys + also, one.words, one.words + own[one.place]]
        places = _hashed(np.concatenate(seen))
        return cls(np.bincount(places, minlength=1 << _BITS).astype(np.int32))

    @classmethod
    def empty(cls) -> Habits:
        return cls(np.zeros(1 << _BITS, np.int32))

    def without(self, other: Habits) -> Habits:
        """The habits of those that had never seen what ``other`` was fitted on."""
        return Habits(self.counts - other.counts)

    def figures(self, texts: Sequence[Choices]) -> Floats:
        """A row of :data:`HABITS` for each text; NaN for those without an instruction that has others."""
        found = np.full((len(texts), len(HABITS)), np.nan)
        one = _Joined.of(texts)
        own = np.flatnonzero(one.targets[:, 1] > 0)
        if not len(own):
            return found
        kind, targets = one.kind[own, None] * _P[0], one.targets[own]
        share = (self._seen(kind + targets * _P[2]) + _FIRST) / (self._seen(kind) + 60 * _FIRST)
        alone = np.log(share)
        ratios = self._ratios(one.keys[own], targets, share) * one.used[own][:, :, None]
        around, operand = ratios[:, :_AROUND].sum(axis=1), ratios[:, _AROUND:].sum(axis=1)
        comment = self._by_comments(one, own, targets, share)
        every = alone + around + operand + comment
        starts = np.flatnonzero(np.diff(one.which[own], prepend=-1))
        there = targets > 0
        parts = around + operand + comment, around, operand, comment
        others = [_contrast(alone + part, there) for part in parts]
        found[one.which[own][starts]] = _summed(others, -every[:, 0], starts)
        return found

    def _ratios(self, keys: Numbers, targets: Numbers, share: Floats) -> Floats:
        """For each surrounding and instruction how much likelier they are together, as half a logarithm."""
        seen = self._seen(keys)[:, :, None]
        both = self._seen(keys[:, :, None] + (targets * _P[2])[:, None, :])
        chance = (both + _STRENGTH * share[:, None, :]) / (seen + _STRENGTH)
        found: Floats = _COUNTED * np.log(chance / share[:, None, :])
        return found

    def _by_comments(self, one: _Joined, own: NDArray[np.intp], targets: Numbers, share: Floats) -> Floats:
        found = np.zeros(share.shape)
        place = np.searchsorted(own, one.place)
        fits = place < len(own)
        fits[fits] = own[place[fits]] == one.place[fits]
        place, keys = place[fits], one.words[fits]
        if len(place):
            ratios = self._ratios(keys[:, None], targets[place], share[place])
            np.add.at(found, place, ratios[:, 0])
        return found

    def _seen(self, keys: Numbers) -> NDArray[np.int32]:
        seen: NDArray[np.int32] = self.counts[_hashed(keys)]
        return seen


def _hashed(keys: Numbers) -> NDArray[np.intp]:
    mixed = keys * _P[0]
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _P[1]
    return ((mixed ^ (mixed >> np.uint64(31))) & _MASK).astype(np.intp)


def _contrast(chances: Floats, there: NDArray[np.bool_]) -> Floats:
    """How much likelier the likeliest other is than the first."""
    others: Floats = np.where(there[:, 1:], chances[:, 1:], -np.inf).max(axis=1) - chances[:, 0]
    return others


def _summed(others: Sequence[Floats], unlikely: Floats, starts: NDArray[np.intp]) -> Floats:
    """The figures of texts whose first rows are ``starts``."""
    every, *parts = others
    sizes = np.diff(np.append(starts, len(every)))
    which = np.repeat(np.arange(len(starts)), sizes)

    def nth(values: Floats, number: int) -> Floats:
        ordered = values[np.lexsort((-values, which))]
        found: Floats = ordered[starts + np.minimum(number, sizes - 1)]
        return found

    def mean(values: Floats | NDArray[np.bool_]) -> Floats:
        found: Floats = np.add.reduceat(values.astype(float), starts) / sizes
        return found

    likelier = mean(every > 0)
    columns = [nth(every, 0), nth(every, 1), nth(every, 2), mean(every), likelier, likelier * sizes]
    columns += [mean(every > _SURE) * sizes]
    for values in parts:
        columns += [nth(values, 0), mean(values)]
    columns += [nth(unlikely, 0), nth(unlikely, 1), mean(unlikely)]
    return np.stack(columns, axis=1)
