"""Corruptions of prose. No program can show that these are wrong: they are so by the way they are made."""

from __future__ import annotations

import re
from random import Random
from typing import Final

from afs.discriminator import line_edits
from afs.discriminator.corruption import corruption

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\"'(])")
_VERB = re.compile(r"\b(is|are|was|were|can|must|will|does|do|should|has|have)\b(?! not\b)(?!n't)")
_ADDRESS = re.compile(r"\$([0-9A-Fa-f]{4,6})\b")
_NUMBER = re.compile(r"(?<![\w.$#-])\d{1,5}(?![\w.])")
_CONTRARY: Final = {
    **{"always": "never", "never": "always", "first": "last", "last": "first", "before": "after"},
    **{"after": "before", "more": "less", "less": "more", "all": "none", "every": "no", "only": "also"},
    **{"high": "low", "low": "high", "above": "below", "below": "above", "increase": "decrease"},
    **{"left": "right", "right": "left", "up": "down", "down": "up", "with": "without", "without": "with"},
    **{"same": "different", "set": "clear", "true": "false", "false": "true", "open": "closed"},
    **{"largest": "smallest", "fewer": "more", "most": "least", "least": "most", "reads": "writes"},
    **{"writes": "reads", "kept": "lost", "early": "late", "fast": "slow", "old": "new", "new": "old"},
}
_HAS_CONTRARY = re.compile(rf"\b({'|'.join(_CONTRARY)})\b")


@corruption("prose-contradiction")
def contradiction(text: str, rng: Random, other: str) -> str | None:
    """A statement turned round: denied, or with a word's contrary, or with another number."""
    ways = [_denied, _contrary, _miscounted]
    for way in rng.sample(ways, len(ways)):
        found = way(text, rng)
        if found is not None and found != text:
            return found
    return None


@corruption("prose-wrong-address")
def wrong_address(text: str, rng: Random, other: str) -> str | None:
    found = list(_ADDRESS.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    at = rng.randrange(match.start(1) + (2 if len(match[1]) == 6 else 0), match.end(1))
    return text[:at] + rng.choice([d for d in "0123456789ABCDEF" if d != text[at].upper()]) + text[at + 1 :]


@corruption("prose-shuffled-sentences")
def shuffled_sentences(text: str, rng: Random, other: str) -> str | None:
    sentences = _SENTENCE.split(text)
    if len(sentences) < 3:
        return None
    moved = rng.sample(sentences, len(sentences))
    return None if moved == sentences else " ".join(moved)


@corruption("prose-splice")
def splice(text: str, rng: Random, other: str) -> str | None:
    """The beginning of one paragraph and the end of another, joined within a sentence."""
    words = line_edits.spliced(text.split(" "), other.split(" "), rng)
    return None if words is None else " ".join(words)


@corruption("prose-truncation")
def truncation(text: str, rng: Random, other: str) -> str | None:
    return line_edits.truncated(text, rng)


@corruption("prose-repetition")
def repetition(text: str, rng: Random, other: str) -> str | None:
    """A run of words, or a sentence, that comes again and again."""
    sentences = _SENTENCE.split(text)
    if len(sentences) > 4 and rng.random() < 0.5:
        lines = line_edits.repeated(sentences, rng)
        return None if lines is None else " ".join(lines)
    words = text.split(" ")
    size = rng.randint(2, 9)
    if len(words) < 3 * size:
        return None
    start = rng.randint(0, len(words) - 3 * size)
    run, room = words[start : start + size], len(words) - start
    return " ".join([*words[:start], *(run * (room // size + 1))[:room]])


def _denied(text: str, rng: Random) -> str | None:
    found = list(_VERB.finditer(text))
    if " not " in text and rng.random() < 0.5:
        return text.replace(" not ", " ", 1)
    if not found:
        return None
    match = rng.choice(found)
    return f"{text[: match.end()]} not{text[match.end() :]}"


def _contrary(text: str, rng: Random) -> str | None:
    found = list(_HAS_CONTRARY.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start()] + _CONTRARY[match[1]] + text[match.end() :]


def _miscounted(text: str, rng: Random) -> str | None:
    found = list(_NUMBER.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    value = int(match[0])
    wrong = rng.choice([value * 10, value + rng.randint(2, 9), max(0, value // 2 - 1)])
    return text[: match.start()] + str(wrong if wrong != value else value + 1) + text[match.end() :]
