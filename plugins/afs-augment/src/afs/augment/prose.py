"""Where the code of a sample stands, and what the rest of the sample says about it."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from afs.asm import Source, check, code_blocks
from afs.augment.names import names
from afs.augment.refusal import Refused
from afs_core import TrainingSample

__all__ = ["CodePlace", "code_place"]

_FIELDS: Final = ("instruction", "input", "output")
_CODE: Final = names("instruction label data directive define assign macro-call brace")
_WORD: Final = re.compile(r"[$%#]?[\w.]+", re.A)
#: What is said of the text itself, so that other instructions would make it false.
_OF_TEXT: Final = re.compile(
    r"\b(?:cycles?|faster|slower|shorter|smaller|optimi[sz]\w*|bug|bugs|debug\w*|fix(?:e[sd])?|mistakes?|crash\w*"
    r"|broken|incorrect\w*|wrong\w*|opcodes?|mnemonics?|addressing mode|registers? (?:is|are) (?:used|read)"
    r"|disassembl\w+|machine code|encod\w+)\b"
    r"|\b(?:\d+|how many|few(?:er)?|two|three|four) (?:bytes|instructions)\b",
    re.I,
)
_OF_LINES: Final = re.compile(r"\blines?\b|\bcolumns?\b|\bindent\w*|\bformat\w*|\bcomments?\b", re.I)


class CodePlace(NamedTuple):
    """The only piece of code in a sample: ``field[start:end]``.

    ``spoken`` are the words of everything else, in lower case. ``settled`` says that what stands there
    depends on the instructions themselves, ``lined`` on lines or comments.
    """

    field: str
    start: int
    end: int
    text: str
    spoken: frozenset[str]
    settled: bool
    lined: bool

    def replaced(self, sample: TrainingSample, text: str) -> str:
        """The field with other code."""
        whole: str = getattr(sample, self.field)
        return whole[: self.start] + text + whole[self.end :]


def code_place(sample: TrainingSample) -> CodePlace | None:
    """Where the code stands; None where there is none. Raises Refused where it may not be touched."""
    found = [place for field in _FIELDS for place in _places(field, getattr(sample, field))]
    if not found:
        return None
    if len(found) > 1:
        raise Refused("several pieces of code")
    field, start, end = found[0]
    whole: str = getattr(sample, field)
    others = [getattr(sample, other) for other in _FIELDS if other != field]
    prose = "\n".join([whole[:start], whole[end:], *others, sample.thinking or ""])
    return CodePlace(
        field,
        start,
        end,
        whole[start:end],
        frozenset(_spoken(prose)),
        bool(_OF_TEXT.search(prose)),
        bool(_OF_LINES.search(prose)),
    )


def _spoken(prose: str) -> set[str]:
    """Words and numbers; a number in all its notations."""
    found: set[str] = set()
    for word in _WORD.findall(prose.lower()):
        word = word.strip("#.")
        found |= {word, word.rpartition(".")[2], word.partition(".")[0], word.rpartition("_")[2]}
    return found - {""}


def _places(field: str, text: str) -> list[tuple[str, int, int]]:
    if "```" in text or "~~~" in text:
        blocks = [block for block in code_blocks(text) if block.strip() and is_code(block)]
        if any(text.count(block) > 1 for block in blocks):
            raise Refused("code that is repeated")
        return [(field, start := text.index(block), start + len(block)) for block in blocks]
    return [(field, 0, len(text))] if "\n" in text and is_code(text) else []


def is_code(text: str) -> bool:
    """Whether all of ``text`` reads as assembly, with two instructions or more."""
    statements = Source.parse(text).statements
    kinds = [placed.statement.kind for placed in statements]
    if kinds.count("instruction") < 2 or not set(kinds) <= _CODE:
        return False
    return check(text).syntax_ok
