"""Corruptions of Python functions."""

from __future__ import annotations

from random import Random

from afs.discriminator import line_edits
from afs.discriminator.corruption import corruption


@corruption("python-shuffled-lines")
def shuffled_lines(text: str, rng: Random, other: str) -> str | None:
    return _joined(line_edits.shuffled(text.split("\n"), rng, first=1))


@corruption("python-splice")
def splice(text: str, rng: Random, other: str) -> str | None:
    return _joined(line_edits.spliced(text.split("\n"), other.split("\n"), rng))


@corruption("python-truncation")
def truncation(text: str, rng: Random, other: str) -> str | None:
    return line_edits.truncated(text, rng)


@corruption("python-dropped-line")
def dropped_line(text: str, rng: Random, other: str) -> str | None:
    """Without one line, so that a name is not set or a block has no body."""
    lines = text.split("\n")
    if len(lines) < 4:
        return None
    at = rng.randrange(1, len(lines))
    return "\n".join(lines[:at] + lines[at + 1 :])


def _joined(lines: list[str] | None) -> str | None:
    return None if lines is None else "\n".join(lines)
