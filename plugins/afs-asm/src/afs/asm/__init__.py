"""65816 assembly in asar syntax: instruction table, parser, check, symbols, assembler, processor, verdicts.

>>> from afs.asm import check
>>> check("STZ $10,Y").syntax_ok
False

Inside, each room builds on those before it: `language` (lines, operands, instructions), `assembling`,
`checking`, `sources` (what files define), `machine` (processor and memory), `verdicts` (contracts,
equivalence), `asar` (the user's own).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .asar.engine import open_engine
    from .asar.program import find_asar
    from .assembling.assembler import assemble, assemble_file
    from .assembling.assembly import AssembleLimits, Assembly, AssemblyFinding, Block, LineAddress
    from .checking.checker import CheckResult, check, check_line, check_lines
    from .language.answer_code import code_texts, reads_as_code
    from .language.fences import code_blocks
    from .language.findings import Finding
    from .language.instructions import Instruction, instruction_set, mnemonics
    from .language.statements import Statement, parse_statement
    from .machine.calls import Limits, Outcome, TraceEntry
    from .machine.cpu import Cpu
    from .machine.disassembly import disassemble
    from .machine.memory import FlatMemory, HiRom, LoRom, Memory
    from .mapping import MAPPERS, Mapper
    from .sources.code_base import known_names
    from .sources.source import Define, LabelDefinition, Macro, Placed, Routine, Source, Symbol, Table
    from .sources.symbol_files import SymbolEntry, parse_symbols, read_symbols, source_symbols
    from .sources.symbol_table import Definition, Reference, SymbolTable, references
    from .verdicts.contract import Contract, Vector
    from .verdicts.equivalence import Equivalence, equivalent
    from .verdicts.ladder import Failure, Verdict, code_in, judge
    from .verdicts.workbench import Workbench

_HOMES = {
    "AssembleLimits": "assembling.assembly",
    "Assembly": "assembling.assembly",
    "AssemblyFinding": "assembling.assembly",
    "Block": "assembling.assembly",
    "CheckResult": "checking.checker",
    "Contract": "verdicts.contract",
    "Cpu": "machine.cpu",
    "Define": "sources.source",
    "Definition": "sources.symbol_table",
    "Equivalence": "verdicts.equivalence",
    "Failure": "verdicts.ladder",
    "Finding": "language.findings",
    "FlatMemory": "machine.memory",
    "HiRom": "machine.memory",
    "Instruction": "language.instructions",
    "LabelDefinition": "sources.source",
    "Limits": "machine.calls",
    "LineAddress": "assembling.assembly",
    "LoRom": "machine.memory",
    "MAPPERS": "mapping",
    "Macro": "sources.source",
    "Mapper": "mapping",
    "Memory": "machine.memory",
    "Outcome": "machine.calls",
    "Placed": "sources.source",
    "Reference": "sources.symbol_table",
    "Routine": "sources.source",
    "Source": "sources.source",
    "Statement": "language.statements",
    "Symbol": "sources.source",
    "SymbolEntry": "sources.symbol_files",
    "SymbolTable": "sources.symbol_table",
    "Table": "sources.source",
    "TraceEntry": "machine.calls",
    "Vector": "verdicts.contract",
    "Verdict": "verdicts.ladder",
    "Workbench": "verdicts.workbench",
    "assemble": "assembling.assembler",
    "assemble_file": "assembling.assembler",
    "check": "checking.checker",
    "check_line": "checking.checker",
    "check_lines": "checking.checker",
    "code_blocks": "language.fences",
    "code_in": "verdicts.ladder",
    "code_texts": "language.answer_code",
    "disassemble": "machine.disassembly",
    "equivalent": "verdicts.equivalence",
    "find_asar": "asar.program",
    "instruction_set": "language.instructions",
    "judge": "verdicts.ladder",
    "known_names": "sources.code_base",
    "mnemonics": "language.instructions",
    "open_engine": "asar.engine",
    "parse_statement": "language.statements",
    "parse_symbols": "sources.symbol_files",
    "read_symbols": "sources.symbol_files",
    "reads_as_code": "language.answer_code",
    "references": "sources.symbol_table",
    "source_symbols": "sources.symbol_files",
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
