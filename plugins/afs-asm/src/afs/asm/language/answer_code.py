"""Which parts of an answer are assembly: its fenced blocks, or all of it where it reads as code.

Prose is never taken for code, even where it begins with a word that is also a mnemonic: a line of code has
at most an operand behind its mnemonic, and the text as a whole must have lines that cannot be prose.
"""

from __future__ import annotations

import re
from typing import Final

from .directives import DATA, DIRECTIVES
from .fences import Block, fenced_blocks
from .instructions import mnemonics
from .lines import code_end, parts, tidy

#: Languages of fences that say assembly; `_SILENT` ones say nothing.
_ASSEMBLY: Final = frozenset(("asm", "65816", "65c816", "asar", "assembly", "snes", "asm65816", "ca65", "s"))
_SILENT: Final = frozenset(("", "text", "txt", "code", "plaintext"))
_ELIDED = re.compile(r"[ \t]*(?:;[ \t]*)?(?:\.{3,}|…|\[(?:omitted|snip|\.\.\.)[^\]]*\])[ \t]*\Z", re.I)
_OPERAND = re.compile(r"[#$(\[!<%]|[-+]+\Z|\w*[\d_.,]")
_WORD = re.compile(r"[A-Za-z]{2,5}(?:\.[A-Za-z])?\Z")
_LABEL = re.compile(r"(?:[.?#]*[A-Za-z_]\w*:?|\++|-+)\Z", re.A)
_SETS = re.compile(r"!?\w+ (?:[:+#?]?=) \S", re.A)
#: Mnemonics that are words or names as well.
_WORDS: Final = frozenset(
    ("and", "bit", "cop", "dec", "inc", "ora", "per", "rep", "sec", "sed", "sep", "tax", "wai")
)
#: Share of lines that must look like code.
_MOSTLY: Final = 0.8


def code_texts(text: str) -> tuple[Block, ...]:
    """The assembly in `text`, each piece with the number of its first line.

    >>> [block.text for block in code_texts("Use this:\\n```asm\\nLDA #$12\\n```")]
    ['LDA #$12']
    >>> code_texts("And then it stores the result.")
    ()
    """
    blocks = list(fenced_blocks(text))
    if blocks:
        return tuple(block for block in blocks if _of_assembly(block))
    return (Block(1, "", text),) if reads_as_code(text) else ()


def _of_assembly(block: Block) -> bool:
    if block.language in _ASSEMBLY:
        return bool(block.text.strip())
    return block.language in _SILENT and reads_as_code(block.text)


def reads_as_code(text: str) -> bool:
    """Whether a text without a stated language is assembly, right or wrong."""
    lines = [line for line in text.split("\n") if line.strip() and not _ELIDED.match(line)]
    codes = [line[: code_end(line)].strip() for line in lines]
    codes = [code for code in codes if code]
    looks = [_looks(code) for code in codes]
    sure = looks.count(2)
    return (
        sure > 0 and sum(look > 0 for look in looks) >= _MOSTLY * len(looks) and (len(codes) > 1 or sure == 1)
    )


def _looks(code: str) -> int:
    """0 if a line is no code, 1 if it may be, 2 if it cannot well be anything else."""
    looks = [_statement(tidy(part.text).split(" ")) for part in parts(code)]
    if not looks or 0 in looks:
        return 0
    return 2 if len(looks) > 1 and max(looks) else max(looks)


def _statement(words: list[str]) -> int:
    while len(words) > 1 and words[0].endswith(":") and _LABEL.match(words[0]):
        words = words[1:]
    first, rest = words[0], words[1:]
    name = first.lower().partition(".")[0]
    if first[0] == "!" or _SETS.match(" ".join(words)):
        return 2 if _SETS.match(" ".join(words)) else 1
    if first[0] == "%" and "(" in first:
        return 2
    if not rest:
        if name in mnemonics():
            return 1 if name in _WORDS else 2
        return 1 if first in "{}" or first.lower() in DIRECTIVES or _label(first) else 0
    if name in DATA:
        return 2 if _OPERAND.match(rest[0]) else len(rest) == 1
    if len(rest) == 1 and _WORD.match(first):
        return _instruction(name, rest[0])
    return 1 if name in DIRECTIVES and len(rest) <= 6 and not rest[-1].endswith(".") else 0


def _label(word: str) -> bool:
    return bool(_LABEL.match(word)) and (word[0] in ".?#+-" or word[-1] == ":")


def _instruction(name: str, operand: str) -> int:
    """A word and an operand: surely code where a sign or a digit stands in the operand."""
    if operand[-1] in ".?;" and operand[0] not in "#$([":
        return 0
    if operand[0] in "#$([!":
        return 2
    if name in _WORDS or name not in mnemonics():
        return 1 if _OPERAND.match(operand) or name in _WORDS else 0
    return 2 if _OPERAND.match(operand) or re.fullmatch(r"\w+", operand) else 0


def without_elisions(code: str) -> str:
    """The code with the lines blank that only say that something is left out."""
    if "..." not in code and "…" not in code and "[" not in code:
        return code
    return "\n".join("" if _ELIDED.match(line) else line for line in code.split("\n"))
