"""What every vocabulary holds, whatever it was trained on: bytes, hexadecimal bytes, mnemonics.

Their merges stand before all others, so that each seed is one token wherever it is a piece.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import pairwise, product
from typing import Final

from afs.asm import mnemonics

__all__ = ["BYTES", "Merges", "seed_words"]


_DIGITS: Final = "0123456789ABCDEFabcdef"


def _byte_characters() -> list[str]:
    """A printable character for each byte, as GPT-2 and `tokenizers.pre_tokenizers.ByteLevel` have it:
    printable bytes stand for themselves, the others follow from U+0100 on."""
    kept = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in kept else next(others)) for byte in range(256)]


#: The character that stands for each byte in `tokenizer.json`.
BYTES: Final = _byte_characters()


@cache
def seed_words() -> tuple[str, ...]:
    """Hexadecimal bytes in any case, four binary digits, mnemonics in both cases, suffixes, and the
    forms of addresses, indentations and rulers, in byte characters."""
    pairs = ["".join(pair) for pair in product(_DIGITS, repeat=2)]
    nibbles = [f"{number:04b}" for number in range(16)]
    names = sorted(mnemonics())
    return (*pairs, *nibbles, *(name.upper() for name in names), *names, *_FORMS.split())


#: A blank is `Ġ`, a tab `ĉ`, the end of a line `Ċ`, a carriage return `č`.
_FORMS: Final = (
    ".b .w .l .B .W .L #$ Ġ# Ġ$ Ġ#$ Ġ($ Ġ[$ ,$ ,Ġ$ ,x ,X ,y ,Y ,s ,S ,Ġx ,ĠX ,Ġy ,ĠY ),y ),Y ],y ],Y "
    "ĠĠ ĠĠĠĠ ĠĠĠĠĠĠĠĠ ĊĠĠ ĊĠĠĠĠ ĊĠĠĠĠĠĠĠĠ Ċĉ Ċĉĉ ĊĊ čĊ čĊĠĠ čĊĠĠĠĠ čĊĉ ĊĠĠĠĠĠĠ "
    "== ==== ======== ================ -- ---- -------- ----------------"
)


class Merges:
    """Byte pair merges in order of rank, and the tokens that they make."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.pairs: list[tuple[str, str]] = []
        self.tokens: dict[str, None] = dict.fromkeys(BYTES)
        self._ranks: dict[tuple[str, str], int] = {}
        self.add_words(words)

    def add(self, left: str, right: str) -> None:
        if (left, right) not in self._ranks:
            self._ranks[left, right] = len(self.pairs)
            self.pairs.append((left, right))
            self.tokens[left + right] = None

    def add_words(self, words: Iterable[str]) -> None:
        """Make each word one token. A merge that is added later never undoes what an earlier one joins."""
        for word in words:
            parts = self.parts(word)
            while len(parts) > 1:
                self.add(parts[0], parts[1])
                parts[:2] = [parts[0] + parts[1]]

    def parts(self, word: str) -> list[str]:
        """The tokens of a word, the pair of the lowest rank merged first."""
        parts, none = list(word), len(self.pairs)
        while len(parts) > 1:
            pairs = pairwise(parts)
            rank, at = min((self._ranks.get(pair, none), at) for at, pair in enumerate(pairs))
            if rank == none:
                break
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return parts
