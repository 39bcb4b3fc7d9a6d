"""A lossless tokenizer for 65816 assembly and the prose around it.

>>> from afs.tokenizer import ASMTokenizer
>>> tokenizer = ASMTokenizer()
>>> tokenizer.tokenize("LDA #$00 ; Load zero")
['LDA', '#$00', '; Load zero']
>>> tokenizer.decode(tokenizer.encode("LDA #$00 ; Load zero"))
'LDA #$00 ; Load zero'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .asm_tokenizer import ASMTokenizer, Token
    from .lexemes import Lexeme, read_lexemes

__all__ = ["ASMTokenizer", "Lexeme", "Token", "read_lexemes"]

_HOMES = {
    "ASMTokenizer": "asm_tokenizer",
    "Lexeme": "lexemes",
    "Token": "asm_tokenizer",
    "read_lexemes": "lexemes",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
