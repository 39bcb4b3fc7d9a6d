"""Names across files: who defines them, who uses them and how, and which nobody defines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from afs.asm.language.arguments import split_arguments
from afs.asm.language.expressions import STUB, expression
from afs.asm.language.legality import BRANCHES, judge
from afs.asm.language.operands import operand

from .source import Placed, Routine, Source

#: Mnemonics by what they do to the memory that they name.
_ACCESSES: Final[dict[str, str]] = {
    "read": "lda ldx ldy adc sbc and ora eor cmp cpx cpy bit pei",
    "write": "sta stx sty stz",
    "modify": "inc dec asl lsr rol ror tsb trb",
    "call": "jsr jsl",
    "jump": "jmp jml",
    "branch": "bcc bcs beq bmi bne bpl bra brl bvc bvs",
}
_ACCESS: Final = {word: access for access, words in _ACCESSES.items() for word in words.split()}
_DEFINE = re.compile(r"!\^*(?:\{(\w+)\}|(\w+))", re.A)


class Definition(NamedTuple):
    """Where a name is defined; `kind` is symbol, define, label, macro."""

    name: str
    kind: str
    file: str
    line: int
    value: int | None
    comment: str


class Reference(NamedTuple):
    """One use. `access` is call, jump, branch, read, write, modify, address, data or macro.

    `name` is a full name, `!name` for a define, or "" for a bare number, which is then `address`.
    """

    name: str
    address: int | None
    access: str
    form: str
    file: str
    line: int


def references(routine: Routine) -> tuple[Reference, ...]:
    """What the routine's body uses, in the order of the text."""
    scope = [routine.name]
    found: list[Reference] = []
    for placed in routine.body:
        for label in placed.statement.labels:
            level = len(label.name) - len(label.name.lstrip("."))
            if label.kind == "sub" and level <= len(scope):
                scope = [*scope[:level], f"{scope[level - 1]}_{label.name[level:]}"]
        found += _of_statement(placed, scope)
    return tuple(found)


def _of_statement(placed: Placed, scope: list[str]) -> Iterator[Reference]:
    statement = placed.statement
    if statement.kind == "macro-call":
        yield Reference(statement.name, None, "macro", "", placed.file, placed.line)
    for define in _DEFINE.finditer(statement.operand):
        access = _access(statement.name, statement.operand) if statement.kind == "instruction" else "data"
        yield Reference("!" + (define[1] or define[2]), None, access, "", placed.file, placed.line)
    if statement.kind == "instruction" and statement.operand:
        yield from _of_instruction(placed, _DEFINE.sub(STUB, statement.operand), scope)
    elif statement.kind == "data":
        for item, _ in split_arguments(_DEFINE.sub(STUB, statement.operand)):
            for name in expression(item.lstrip("#")).symbols:
                yield Reference(_full(name, scope), None, "data", "", placed.file, placed.line)


def _of_instruction(placed: Placed, text: str, scope: list[str]) -> Iterator[Reference]:
    statement = placed.statement
    verdict = judge(statement.name, statement.suffix, text)
    access = _access(statement.name, text)
    for name in verdict.symbols:
        if name.strip("?")[:1] not in "+-":
            yield Reference(_full(name, scope), None, access, verdict.form, placed.file, placed.line)
    if not verdict.symbols and verdict.form not in ("", "a", "#e", "e,s", "(e,s),y", "e,e"):
        value = expression(operand(text).bodies[0]).literal
        if value is not None and statement.name not in BRANCHES:
            yield Reference("", value, access, verdict.form, placed.file, placed.line)


def _access(mnemonic: str, text: str) -> str:
    return "address" if text[:1] == "#" else _ACCESS.get(mnemonic, "address")


def _full(name: str, scope: list[str]) -> str:
    level = len(name) - len(name.lstrip("."))
    return f"{scope[level - 1]}_{name[level:]}" if 0 < level <= len(scope) else name


class SymbolTable:
    """The names of many files. Files are taken in the order given, so results are, too."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources = tuple(sources)
        self.definitions: dict[str, tuple[Definition, ...]] = {}
        self.routines: dict[str, Routine] = {}
        for source in self.sources:
            for definition in _definitions(source):
                known = self.definitions.get(definition.name, ())
                self.definitions[definition.name] = (*known, definition)
            for routine in source.routines:
                self.routines.setdefault(routine.name, routine)
        self.references = {name: self._resolved(routine) for name, routine in self.routines.items()}
        self._users: dict[str, list[tuple[str, Reference]]] = {}
        for name, uses in self.references.items():
            for reference in uses:
                self._users.setdefault(reference.name, []).append((name, reference))

    def _resolved(self, routine: Routine) -> tuple[Reference, ...]:
        """The routine's references, names as they are seen from its namespace."""
        uses = references(routine)
        if not routine.namespace:
            return uses
        space = routine.namespace + "_"
        return tuple(
            use._replace(name=space + use.name) if space + use.name in self.definitions else use
            for use in uses
        )

    def resolve(self, name: str, namespace: str = "") -> tuple[Definition, ...]:
        """The definitions of `name`, first as seen from `namespace`; empty if nobody defines it."""
        inner = self.definitions.get(f"{namespace}_{name}") if namespace else None
        return inner or self.definitions.get(name, ())

    def users(self, name: str, *accesses: str) -> tuple[tuple[str, Reference], ...]:
        """The routines that use `name` (by one of `accesses`, if any are given), with each use."""
        found = self._users.get(name, [])
        return tuple(use for use in found if not accesses or use[1].access in accesses)

    def unresolved(self) -> tuple[Reference, ...]:
        """Uses of names that no file defines, in order."""
        return tuple(
            use
            for uses in self.references.values()
            for use in uses
            if use.name and (f"%{use.name}" if use.access == "macro" else use.name) not in self.definitions
        )


def _definitions(source: Source) -> Iterator[Definition]:
    file = source.file
    for symbol in source.symbols:
        note = symbol.comment or symbol.above
        yield Definition(symbol.name, "symbol", file, symbol.line, symbol.value, note)
    for define in source.defines:
        value = expression(define.value).literal if define.value else None
        yield Definition(
            "!" + define.name, "define", file, define.line, value, define.comment or define.above
        )
    for label in source.labels:
        yield Definition(label.name, "label", file, label.line, None, label.comment or label.above)
    for macro in source.macros:
        yield Definition("%" + macro.name, "macro", file, macro.line, None, macro.above)
