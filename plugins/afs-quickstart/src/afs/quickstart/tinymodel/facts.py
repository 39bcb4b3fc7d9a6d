"""Named addresses to learn by heart, in a pool that keeps changing.

A base model whose adapter must learn new facts quickly should have learned facts before: not a
fixed list, but a stream of them. The pool holds a few hundred at a time, each asked in ever new
words in both directions and without its answer in sight; a fact that has been asked often enough
makes room for a new one.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from afs.quickstart.tinymodel import phrases
from afs.quickstart.tinymodel.names import address, invented_word, join_words, symbol

NOTES = [
    "{a} {b}",
    "{a} of the {b}",
    "number of {a}s left",
    "current {a} of the {b}",
    "timer of the {a}, in frames",
    "set while the {a} is {b}",
    "{a} index, 0 to {n}",
    "{a} flags, bit {n}: {b}",
    "1 = {a}, 2 = {b}",
    "low byte of the {a} {b}",
    "{a} counter, wraps at {n}",
    "pointer to the {a} table",
    "nonzero when the {a} {b} is open",
    "{a} state machine, see {b}",
    "copy of the {a} for the {b}",
    "{a} in {b}s, a word",
    "{b} that the {a} wakes, {n} when none",
    "{a} of each {b}, {n} bytes",
    "0 {a}, 1 {b}, {n} none",
]
SHORT_SUFFIXES = ["x", "y", "0", "1", "2", "max", "low", "high"]


@dataclass(frozen=True)
class Fact:
    """What one line of a memory map says."""

    name: str
    address: str
    note: str

    @property
    def line(self) -> str:
        return f"{self.name} = {self.address} ; {self.note}"


@dataclass(frozen=True)
class Family:
    """Variables that belong together: one prefix, and addresses close to each other."""

    prefix: str
    base: int


def invent(rng: random.Random, words: Sequence[str]) -> Fact:
    """A fact about nothing."""
    return Fact(symbol(rng, words), address(rng), note(rng, words))


def invent_member(rng: random.Random, words: Sequence[str], family: Family, suffixes: Sequence[str]) -> Fact:
    """A fact that only its suffix and its last digits tell from its relatives."""
    parts = [family.prefix, rng.choice(suffixes)]
    if rng.random() < 0.3:
        parts.append(rng.choice((*SHORT_SUFFIXES, rng.choice(suffixes))))
    return Fact(join_words(rng, parts), f"${family.base + rng.randrange(0x60):06X}", note(rng, words))


def note(rng: random.Random, words: Sequence[str]) -> str:
    """A short comment as memory maps have them."""
    nouns = [rng.choice(words) if rng.random() < 0.8 else invented_word(rng) for _ in range(2)]
    return rng.choice(NOTES).format(a=nouns[0], b=nouns[1], n=rng.choice((3, 7, 15, 31, 60, 99, 255)))


def ask(rng: random.Random, fact: Fact) -> tuple[str, str]:
    """A question about the fact, and its answer."""
    luck = rng.random()
    if luck < 0.4:
        return phrases.phrase(rng, rng.choice(phrases.ADDRESS_QUESTIONS), name=fact.name), fact.address
    if luck < 0.78:
        return phrases.phrase(rng, rng.choice(phrases.SYMBOL_QUESTIONS), address=fact.address), fact.name
    if luck < 0.95:
        return phrases.phrase(rng, rng.choice(phrases.NOTE_QUESTIONS), name=fact.name), fact.note
    return phrases.phrase(rng, rng.choice(phrases.LINE_QUESTIONS), name=fact.name), fact.line


class FactPool:
    """Facts in circulation: `draw` asks one, and replaces it once it has been asked `lifetime` times.

    Most of them belong to one of a dozen families, so that names and addresses are easily mistaken
    for each other, as those of a real memory map are.
    """

    def __init__(self, rng: random.Random, words: Sequence[str], size: int, lifetime: int) -> None:
        self.rng, self.words, self.lifetime = rng, words, lifetime
        self.families = [self.new_family() for _ in range(12)]
        self.suffixes = [rng.choice(words) for _ in range(40)]
        self.facts: list[Fact] = []
        while len(self.facts) < size:
            self.facts.append(self.new_fact())
        self.asked = [rng.randrange(lifetime) for _ in range(size)]

    def draw(self) -> tuple[str, str]:
        slot = self.rng.randrange(len(self.facts))
        if self.asked[slot] >= self.lifetime:
            self.facts[slot], self.asked[slot] = self.new_fact(), 0
        self.asked[slot] += 1
        return ask(self.rng, self.facts[slot])

    def new_fact(self) -> Fact:
        """A fact whose name and address nobody else in the pool has; sometimes it founds a family."""
        if self.rng.random() < 0.1:
            self.families[self.rng.randrange(len(self.families))] = self.new_family()
            self.suffixes[self.rng.randrange(len(self.suffixes))] = self.rng.choice(self.words)
        while True:
            fact = self.candidate()
            if all(fact.name != other.name and fact.address != other.address for other in self.facts):
                return fact

    def candidate(self) -> Fact:
        if self.rng.random() < 0.3:
            return invent(self.rng, self.words)
        return invent_member(self.rng, self.words, self.rng.choice(self.families), self.suffixes)

    def new_family(self) -> Family:
        return Family(
            invented_word(self.rng), int(address(self.rng)[1:], 16) & 0xFFFF00 | self.rng.randrange(0xA0)
        )
