"""The addresses and symbols that a text mentions, in code and in prose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from afs.asm.language.fences import LANGUAGES, fenced_blocks
from afs.knowledge.line_mentions import line_mentions

__all__ = ["Mentions", "mentions"]


class Mentions(NamedTuple):
    """Each once, in order: ``numbers`` as (value, digits as written), ``given`` addresses that the texts
    give a name to, ``names`` that count known or not, ``spoken`` names that count only if known,
    ``defined`` names that the texts define themselves."""

    numbers: tuple[tuple[int, int], ...]
    given: tuple[int, ...]
    names: tuple[str, ...]
    spoken: tuple[str, ...]
    defined: frozenset[str]


def mentions(texts: Iterable[str]) -> Mentions:
    """What ``texts``, which belong together, mention.

    Immediates, data rows, branch distances and offsets from the stack are no addresses. A direct page
    address counts unless the code sets D. An amount such as ``$2500`` and a name in prose count only beside
    code or a sure address. Blocks that state another language are passed over.
    """
    lines = [line_mentions(line, fenced) for text in texts for line, fenced in _lines(text)]
    numbers = list(chain.from_iterable(line.numbers for line in lines))
    spoken: list[str] = []
    if numbers or any(line.code for line in lines):
        numbers += chain.from_iterable(line.unsure for line in lines)
        spoken += chain.from_iterable(line.spoken for line in lines)
    if any(line.moves_direct for line in lines):
        numbers = [(value, digits) for value, digits in numbers if digits > 2]
    return Mentions(
        tuple(dict.fromkeys(numbers)),
        tuple(dict.fromkeys(chain.from_iterable(line.given for line in lines))),
        tuple(dict.fromkeys(chain.from_iterable(line.names for line in lines))),
        tuple(dict.fromkeys(spoken)),
        frozenset(chain.from_iterable(line.defined for line in lines)),
    )


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """The lines of ``text`` that may mention something, and whether they stand in a code block."""
    if "```" not in text and "~~~" not in text:
        yield from ((line, False) for line in text.splitlines() if line.strip())
        return
    lines = text.split("\n")
    for block in fenced_blocks(text):
        count = block.text.count("\n") + 1
        first = block.line - 1
        state = block.language in LANGUAGES
        for number in range(max(first - 1, 0), min(first + count + 1, len(lines))):
            inside = first <= number < first + count
            if inside and state and lines[number].strip():
                yield lines[number], bool(block.language)
            lines[number] = ""
    yield from ((line, False) for line in lines if line.strip())
