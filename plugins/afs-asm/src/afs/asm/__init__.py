"""65816 assembly in asar syntax: instruction table, parser, legality check, symbols.

>>> from afs.asm import check
>>> check("STZ $10,Y").syntax_ok
False
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .calls import Limits, Outcome, TraceEntry
    from .checker import CheckResult, check, check_line, check_lines
    from .cpu import Cpu
    from .fences import code_blocks
    from .findings import Finding
    from .instructions import Instruction, instruction_set, mnemonics
    from .memory import FlatMemory, HiRom, LoRom, Memory
    from .source import Define, LabelDefinition, Macro, Placed, Routine, Source, Symbol, Table
    from .statements import Statement, parse_statement
    from .symbol_table import Definition, Reference, SymbolTable, references

_HOMES = {
    "CheckResult": "checker",
    "Cpu": "cpu",
    "Define": "source",
    "Definition": "symbol_table",
    "Finding": "findings",
    "FlatMemory": "memory",
    "HiRom": "memory",
    "Instruction": "instructions",
    "LabelDefinition": "source",
    "Limits": "calls",
    "LoRom": "memory",
    "Macro": "source",
    "Memory": "memory",
    "Outcome": "calls",
    "Placed": "source",
    "Reference": "symbol_table",
    "Routine": "source",
    "Source": "source",
    "Statement": "statements",
    "Symbol": "source",
    "SymbolTable": "symbol_table",
    "Table": "source",
    "TraceEntry": "calls",
    "check": "checker",
    "check_line": "checker",
    "check_lines": "checker",
    "code_blocks": "fences",
    "instruction_set": "instructions",
    "mnemonics": "instructions",
    "parse_statement": "statements",
    "references": "symbol_table",
}

__all__ = [
    "CheckResult",
    "Cpu",
    "Define",
    "Definition",
    "Finding",
    "FlatMemory",
    "HiRom",
    "Instruction",
    "LabelDefinition",
    "Limits",
    "LoRom",
    "Macro",
    "Memory",
    "Outcome",
    "Placed",
    "Reference",
    "Routine",
    "Source",
    "Statement",
    "Symbol",
    "SymbolTable",
    "Table",
    "TraceEntry",
    "check",
    "check_line",
    "check_lines",
    "code_blocks",
    "instruction_set",
    "mnemonics",
    "parse_statement",
    "references",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
