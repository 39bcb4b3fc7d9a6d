"""Invented symbols and addresses: nothing here can occur in a real ROM hack.

Every symbol holds an invented word of at least two syllables, and every address lies outside the
banks where a 65816 game keeps its working and save memory ($70 to $7F). So whatever a project
calls its variables and wherever it puts them, the base model has not seen it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

# fmt: off
ONSETS = [
    "b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "br",
    "cl", "dr", "fl", "gr", "kl", "pr", "qu", "sk", "sl", "st", "th", "tr", "vr", "zh",
]
# fmt: on
VOWELS = ["a", "e", "i", "o", "u", "ae", "ei", "ou"]
CODAS = ["", "", "", "l", "m", "n", "r", "s", "x", "k", "nd", "rn", "th"]
RESERVED_BANKS = range(0x70, 0x80)


def invented_word(rng: random.Random) -> str:
    """A pronounceable word of two or three syllables that no dictionary holds."""
    syllables = [rng.choice(ONSETS) + rng.choice(VOWELS) for _ in range(rng.choice((2, 2, 2, 3)))]
    return "".join(syllables) + rng.choice(CODAS)


def symbol(rng: random.Random, words: Sequence[str]) -> str:
    """An identifier of one to three words, at least one of them invented."""
    parts = [invented_word(rng)]
    for _ in range(rng.choice((1, 1, 1, 1, 2))):
        parts.insert(rng.randrange(len(parts) + 1), rng.choice(words))
    return join_words(rng, parts)


def join_words(rng: random.Random, parts: Sequence[str]) -> str:
    """The words in one of the casings that assembly sources use."""
    capitals = [part.capitalize() for part in parts]
    style = rng.random()
    if style < 0.75:
        return "".join(capitals)
    if style < 0.85:
        return "_".join(parts)
    if style < 0.9:
        return "_".join(parts).upper()
    return (".", "_")[style < 0.95].join(capitals)


def address(rng: random.Random) -> str:
    """A 24-bit address as asar writes it, outside the reserved banks."""
    bank = rng.choice([bank for bank in range(0x100) if bank not in RESERVED_BANKS])
    return f"${bank:02X}{rng.randrange(0x10000):04X}"
