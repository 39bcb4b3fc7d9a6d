"""65816 assembly in asar syntax: instruction table, parser, check, symbols, assembler, processor, verdicts.

>>> from afs.asm import check
>>> check("STZ $10,Y").syntax_ok
False
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answer_code import code_texts, reads_as_code
    from .asar_engine import open_engine
    from .asar_program import find_asar
    from .assembler import assemble, assemble_file
    from .assembly import AssembleLimits, Assembly, AssemblyFinding, Block, LineAddress
    from .calls import Limits, Outcome, TraceEntry
    from .checker import CheckResult, check, check_line, check_lines
    from .code_base import known_names
    from .contract import Contract, Vector
    from .cpu import Cpu
    from .disassembly import disassemble
    from .equivalence import Equivalence, equivalent
    from .fences import code_blocks
    from .findings import Finding
    from .instructions import Instruction, instruction_set, mnemonics
    from .ladder import Failure, Verdict, code_in, judge
    from .mapping import MAPPERS, Mapper
    from .memory import FlatMemory, HiRom, LoRom, Memory
    from .source import Define, LabelDefinition, Macro, Placed, Routine, Source, Symbol, Table
    from .statements import Statement, parse_statement
    from .symbol_files import SymbolEntry, parse_symbols, read_symbols, source_symbols
    from .symbol_table import Definition, Reference, SymbolTable, references
    from .workbench import Workbench

_HOMES = {
    "AssembleLimits": "assembly",
    "Assembly": "assembly",
    "AssemblyFinding": "assembly",
    "Block": "assembly",
    "CheckResult": "checker",
    "Contract": "contract",
    "Cpu": "cpu",
    "Define": "source",
    "Definition": "symbol_table",
    "Equivalence": "equivalence",
    "Failure": "ladder",
    "Finding": "findings",
    "FlatMemory": "memory",
    "HiRom": "memory",
    "Instruction": "instructions",
    "LabelDefinition": "source",
    "Limits": "calls",
    "LineAddress": "assembly",
    "LoRom": "memory",
    "MAPPERS": "mapping",
    "Macro": "source",
    "Mapper": "mapping",
    "Memory": "memory",
    "Outcome": "calls",
    "Placed": "source",
    "Reference": "symbol_table",
    "Routine": "source",
    "Source": "source",
    "Statement": "statements",
    "Symbol": "source",
    "SymbolEntry": "symbol_files",
    "SymbolTable": "symbol_table",
    "Table": "source",
    "TraceEntry": "calls",
    "Vector": "contract",
    "Verdict": "ladder",
    "Workbench": "workbench",
    "assemble": "assembler",
    "assemble_file": "assembler",
    "check": "checker",
    "check_line": "checker",
    "check_lines": "checker",
    "code_blocks": "fences",
    "code_in": "ladder",
    "code_texts": "answer_code",
    "disassemble": "disassembly",
    "equivalent": "equivalence",
    "find_asar": "asar_program",
    "instruction_set": "instructions",
    "judge": "ladder",
    "known_names": "code_base",
    "mnemonics": "instructions",
    "open_engine": "asar_engine",
    "parse_statement": "statements",
    "parse_symbols": "symbol_files",
    "read_symbols": "symbol_files",
    "reads_as_code": "answer_code",
    "references": "symbol_table",
    "source_symbols": "symbol_files",
}

__all__ = [
    "MAPPERS",
    "AssembleLimits",
    "Assembly",
    "AssemblyFinding",
    "Block",
    "CheckResult",
    "Contract",
    "Cpu",
    "Define",
    "Definition",
    "Equivalence",
    "Failure",
    "Finding",
    "FlatMemory",
    "HiRom",
    "Instruction",
    "LabelDefinition",
    "Limits",
    "LineAddress",
    "LoRom",
    "Macro",
    "Mapper",
    "Memory",
    "Outcome",
    "Placed",
    "Reference",
    "Routine",
    "Source",
    "Statement",
    "Symbol",
    "SymbolEntry",
    "SymbolTable",
    "Table",
    "TraceEntry",
    "Vector",
    "Verdict",
    "Workbench",
    "assemble",
    "assemble_file",
    "check",
    "check_line",
    "check_lines",
    "code_blocks",
    "code_in",
    "code_texts",
    "disassemble",
    "equivalent",
    "find_asar",
    "instruction_set",
    "judge",
    "known_names",
    "mnemonics",
    "open_engine",
    "parse_statement",
    "parse_symbols",
    "read_symbols",
    "reads_as_code",
    "references",
    "source_symbols",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
