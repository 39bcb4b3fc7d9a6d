"""Corruptions of lines as such, whatever they say."""

from __future__ import annotations

from random import Random

__all__ = ["repeated", "shuffled", "spliced", "truncated"]


def shuffled(lines: list[str], rng: Random, first: int = 0) -> list[str] | None:
    """Some four to eight neighbours in another order; those before ``first`` stay."""
    size = min(rng.randint(4, 8), len(lines) - first)
    if size < 3:
        return None
    start = rng.randint(first, len(lines) - size)
    window = lines[start : start + size]
    moved = rng.sample(window, size)
    return None if moved == window else [*lines[:start], *moved, *lines[start + size :]]


def spliced(lines: list[str], others: list[str], rng: Random) -> list[str] | None:
    """The beginning of one text and the end of another, about as long as the first."""
    if len(lines) < 4 or len(others) < 4:
        return None
    head = rng.randint(2, len(lines) - 2)
    tail = min(len(lines) - head, len(others) - 2)
    return [*lines[:head], *others[-tail:]]


def truncated(text: str, rng: Random) -> str | None:
    """The first half to nine tenths of the characters, cut wherever that falls."""
    cut = int(len(text) * rng.uniform(0.5, 0.9))
    kept = text[:cut].rstrip()
    return kept if cut > 20 and len(kept) < len(text.rstrip()) else None


def repeated(lines: list[str], rng: Random, first: int = 0) -> list[str] | None:
    """A run of one to four lines that comes again and again, up to the length of the text."""
    size = rng.randint(1, 4)
    if len(lines) - first < size + 3:
        return None
    start = rng.randint(first, len(lines) - size - 2)
    run = lines[start : start + size]
    room = len(lines) - start - size
    again = (run * (room // size + 1))[: max(room, size)]
    return [*lines[: start + size], *again]
