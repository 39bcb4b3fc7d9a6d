"""From statements and comments to what a file defines."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

from afs.asm.language.arguments import split_arguments
from afs.asm.language.defines import unquoted_value
from afs.asm.language.directives import READS_FILE
from afs.asm.language.expressions import expression
from afs.asm.language.lines import Comment

from .source import Define, Include, LabelDefinition, Macro, Placed, Routine, Source, Symbol, Table, place

#: Instructions after which nothing is reached except by a label.
ENDS: Final = frozenset(["rts", "rtl", "rti", "jmp", "jml", "bra", "brl", "stp"])
#: Directives that end a routine or table because what follows is elsewhere or something else.
_BREAKING = """org base pushpc pullpc freespace freecode freedata macro endmacro struct endstruct namespace
    incsrc function spcblock endspcblock lorom hirom exlorom exhirom sa1rom"""
_BREAKS: Final = frozenset(_BREAKING.split())
_RULE = re.compile(r"[\s=\-*_#~+./\\|<>]*\Z")
#: A label that only says at which address its line stands: ``#_05EA08:``.
_STAMP = re.compile(r"_?[0-9A-Fa-f]{6}\Z")
_EMITTING: Final = frozenset(["instruction", "data", "macro-call"])
_SKIP = re.compile(r"skip (.+)\Z", re.I)


def outline(text: str, file: str) -> Source:
    """Parse `text` into a Source."""
    text = text.replace("\r\n", "\n")
    statements, comments = place(text, file)
    return _Outline(text, file, statements, comments).source()


class _Block(NamedTuple):
    """The statements from one top-level label to the next; without a name, those that belong to none."""

    name: str
    namespace: str
    body: list[Placed]
    labels: list[str]


class _Outline:
    def __init__(
        self, text: str, file: str, statements: tuple[Placed, ...], comments: tuple[Comment, ...]
    ) -> None:
        self.text, self.file = text, file
        self.statements, self.comments = statements, comments
        self.lines = text.split("\n")
        self.own = {comment.line: comment for comment in comments if comment.own_line}
        self.symbols: list[Symbol] = []
        self.defines: list[Define] = []
        self.labels: list[LabelDefinition] = []
        self.includes: list[Include] = []
        self.macros: list[Macro] = []
        self.blocks: list[_Block] = []
        self.label_on: dict[int, str] = {}
        self.scope: list[str] = []
        self.namespace: list[str] = []
        self.nested = False
        self.macro: Placed | None = None
        self.struct = ""
        self.offset: int | None = None
        self.struct_ends: dict[str, int | None] = {}

    def source(self) -> Source:
        for placed in self.statements:
            self._take(placed)
        routines = [found for block in self.blocks if (found := self._routine(block))]
        tables = [found for block in self.blocks for found in self._tables(block)]
        return Source(
            self.file,
            self.text,
            self.statements,
            self.comments,
            tuple(self.symbols),
            tuple(self.defines),
            tuple(self.labels),
            tuple(routines),
            tuple(tables),
            tuple(self.includes),
            tuple(self.macros),
        )

    def above(self, line: int) -> str:
        """The comment block that ends directly above `line`, without its rules."""
        texts: list[str] = []
        while (comment := self.own.get(line - 1)) is not None:
            texts.append(comment.text)
            line -= 1
        kept = [text for text in reversed(texts) if not _RULE.match(text)]
        return "\n".join(kept)

    # -- one statement --------------------------------------------------------------------------

    def _take(self, placed: Placed) -> None:
        statement = placed.statement
        if statement.kind == "directive" and statement.name in ("macro", "endmacro"):
            self._take_macro(placed)
        elif self.macro is not None:
            return
        elif self.struct:
            self._take_field(placed)
        else:
            for label in statement.labels:
                self._take_label(label.name, label.kind, placed)
            self._take_command(placed)

    def _take_command(self, placed: Placed) -> None:
        statement = placed.statement
        if statement.kind == "assign":
            value = expression(statement.operand).literal
            above = self.above(placed.line)
            name = "".join(space + "_" for space in self.namespace) + statement.name
            self.symbols.append(
                Symbol(name, value, statement.operand, placed.comment, above, self.file, placed.line)
            )
        elif statement.kind == "define":
            value_text, _ = unquoted_value(statement.operand)
            above = self.above(placed.line)
            define = Define(
                statement.name, statement.suffix, value_text, placed.comment, above, self.file, placed.line
            )
            self.defines.append(define)
        elif statement.kind == "directive":
            self._take_directive(placed)
        if self.blocks:
            self.blocks[-1].body.append(placed)

    def _take_directive(self, placed: Placed) -> None:
        name, operand = placed.statement.name, placed.statement.operand
        if name in READS_FILE:
            path = operand[1:].partition('"')[0] if operand[:1] == '"' else operand.partition(" ")[0]
            self.includes.append(Include(name, path, self.file, placed.line))
        elif name == "namespace":
            self._take_namespace(operand)
        elif name == "struct":
            self._take_struct(operand.split())
        if name in _BREAKS:
            self.blocks.append(_Block("", "", [], []))

    def _take_struct(self, words: list[str]) -> None:
        self.struct = words[0] if words else "?"
        self.offset = expression(words[1]).literal if len(words) == 2 else 0 if len(words) == 1 else None
        if len(words) == 3:
            self.struct = f"{words[2]}.{words[0]}"
            self.offset = self.struct_ends.get(words[2])

    def _take_namespace(self, operand: str) -> None:
        words = operand.strip('"').split()
        if len(words) == 2 and words[0].lower() == "nested":
            self.nested = words[1].lower() == "on"
        elif not words or words[0].lower() == "off":
            self.namespace = self.namespace[:-1] if self.nested else []
        else:
            self.namespace = [*(self.namespace if self.nested else ()), words[0]]

    def _take_label(self, name: str, kind: str, placed: Placed) -> None:
        if kind in ("plus", "minus", "macro"):
            return
        level = len(name) - len(name.lstrip("."))
        parent = self.scope[level - 1] if 0 < level <= len(self.scope) else ""
        full = f"{parent}_{name[level:]}" if level else name
        prefix = "".join(part + "_" for part in self.namespace)
        if kind != "aside":
            self.scope = [*self.scope[:level], full]
        name, line = prefix + full, placed.line
        self.label_on[line] = name
        above = self.above(line)
        parent = parent and prefix + parent
        self.labels.append(LabelDefinition(name, kind, parent, placed.comment, above, self.file, line))
        if level:
            if self.blocks:
                self.blocks[-1].labels.append(name)
        elif kind != "aside" or self._stands_apart(full):
            self.blocks.append(_Block(name, "_".join(self.namespace), [], []))

    def _stands_apart(self, name: str) -> bool:
        """Whether a `#label` begins something of its own: the code above it does not lead into it."""
        if _STAMP.match(name):
            return False
        if not self.blocks or not self.blocks[-1].name:
            return True
        emitted = (p.statement for p in reversed(self.blocks[-1].body) if p.statement.kind in _EMITTING)
        last = next(emitted, None)
        return last is not None and (last.kind == "data" or last.name in ENDS)

    def _take_macro(self, placed: Placed) -> None:
        if placed.statement.name == "macro":
            self.macro = placed
            self.blocks.append(_Block("", "", [], []))
            return
        if self.macro is None:
            return
        first = self.macro
        name, _, rest = first.statement.operand.partition("(")
        parameters = tuple(part.strip() for part in rest.rstrip(") ").split(",") if part.strip())
        text = self._lines(first.line, placed.end_line)
        above = self.above(first.line)
        self.macros.append(
            Macro(name.strip(), parameters, above, self.file, first.line, placed.end_line, text)
        )
        self.macro = None

    def _take_field(self, placed: Placed) -> None:
        statement = placed.statement
        if statement.kind == "directive" and statement.name == "endstruct":
            self.struct_ends[self.struct] = self.offset
            self.struct = ""
            return
        for label in statement.labels:
            if label.kind == "sub":
                name = f"{self.struct}{label.name}"
                above = self.above(placed.line)
                self.symbols.append(
                    Symbol(name, self.offset, statement.text, placed.comment, above, self.file, placed.line)
                )
        match = _SKIP.search(statement.text)
        if statement.kind == "directive" and statement.name == "base":
            self.offset = expression(statement.operand).literal
        elif match and self.offset is not None:
            size = expression(match[1]).literal
            self.offset = None if size is None else self.offset + size

    # -- blocks: from one top-level label to the next --------------------------------------------

    def _lines(self, first: int, last: int) -> str:
        return "\n".join(self.lines[first - 1 : last])

    def _routine(self, block: _Block) -> Routine | None:
        emitting = [placed for placed in _within_braces(block.body) if placed.statement.kind in _EMITTING]
        code = [placed for placed in emitting if placed.statement.kind == "instruction"]
        if not block.name or not code or emitting[0].statement.kind == "data":
            return None
        first, last = block.body[0].line, emitting[-1].end_line
        return Routine(
            block.name,
            block.namespace,
            self.above(first),
            tuple(self.comments_between(first, last)),
            tuple(placed for placed in block.body if placed.start <= emitting[-1].start),
            tuple(block.labels),
            code[-1].statement.name not in ENDS,
            self.file,
            first,
            last,
            self._lines(first, last),
        )

    def comments_between(self, first: int, last: int) -> list[Comment]:
        """The comments on lines `first` to `last`."""
        begin = bisect_left(self.comments, first, key=lambda comment: comment.line)
        end = bisect_right(self.comments, last, key=lambda comment: comment.line)
        return list(self.comments[begin:end])

    def _tables(self, block: _Block) -> list[Table]:
        """Runs of data rows, each under the label that stands before it."""
        found: list[Table] = []
        rows: list[Placed] = []
        owner, above, comment, line = block.name, "", "", 0
        for at, placed in enumerate(block.body):
            starts = any(label.kind in ("global", "sub") for label in placed.statement.labels)
            starts = starts or (at == 0 and bool(block.name))
            if starts or placed.statement.kind != "data":
                found += self._table(owner, line, rows, comment, above)
                rows = []
            if starts:
                owner, line = self.label_on[placed.line], placed.line
                above, comment = self.above(line), placed.comment
            if placed.statement.kind == "data":
                rows.append(placed)
        return found + self._table(owner, line, rows, comment, above)

    def _table(self, name: str, line: int, rows: list[Placed], comment: str, above: str) -> list[Table]:
        if not rows or not name:
            return []
        values = tuple(item for row in rows for item, _ in split_arguments(row.statement.operand))
        directive = rows[0].statement.name
        first, last = rows[0].line, rows[-1].end_line
        return [Table(name, directive, values, comment, above, self.file, first, last, line)]


def _within_braces(body: Sequence[Placed]) -> Sequence[Placed]:
    """Code without what stands behind the brace that closes it, unless that goes on with it."""
    depth = 0
    braces = [
        (at, placed.statement.text) for at, placed in enumerate(body) if placed.statement.kind == "brace"
    ]
    for at, brace in braces:
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if brace == "}" and depth == 0:
            rest = [one.statement for one in body[at + 1 :]]
            goes_on = any(one.kind in ("instruction", "data") or one.labels for one in rest)
            is_code = any(one.statement.kind == "instruction" for one in body[:at])
            return body if goes_on or not is_code else body[:at]
        if depth < 0:
            break
    return body
