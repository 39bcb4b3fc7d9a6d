"""65816 assembly in asar syntax: instruction table, parser, legality check, symbols.

    >>> from afs.asm import check
    >>> check("STZ $10,Y").syntax_ok
    False
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .checker import CheckResult, check, check_line, check_lines
    from .findings import Finding
    from .instructions import Instruction, instruction_set, mnemonics
    from .statements import Statement, parse_statement

_HOMES = {
    "CheckResult": "checker",
    "Finding": "findings",
    "Instruction": "instructions",
    "Statement": "statements",
    "check": "checker",
    "check_line": "checker",
    "check_lines": "checker",
    "instruction_set": "instructions",
    "mnemonics": "instructions",
    "parse_statement": "statements",
}

__all__ = [  # noqa: RUF022
    "CheckResult",
    "Finding",
    "Instruction",
    "Statement",
    "check",
    "check_line",
    "check_lines",
    "instruction_set",
    "mnemonics",
    "parse_statement",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
