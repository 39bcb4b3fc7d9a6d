"""One pass: lines, statements, blocks, macros and files, in the order in which they count."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from afs.asm.language.arguments import quoted_blanks, words_of
from afs.asm.language.directives import DATA, DIRECTIVES, NOT_IN_SPCBLOCK, opened_on_line
from afs.asm.language.faults import Broken, Fatal
from afs.asm.language.lines import LogicalLine, logical_lines, open_quote, parts, tidy
from afs.asm.language.statements import Statement, parse_statement

from .commands import COMMANDS, emit_values
from .encoder import encode, refuse
from .macros import Call, Macro, called, declared, parse_call, with_arguments
from .open_blocks import CONDITIONALS, OpenBlock
from .pass_state import PassState
from .place import NOWHERE
from .scopes import Label
from .sound_blocks import INLINE, leave_inline
from .sound_encoder import encode_sound
from .source_files import decoded

__all__ = ["Pass"]

_MACRO_START = re.compile(r"\s*macro\s", re.I)
_MACRO_END = re.compile(r"\s*endmacro\s*\Z", re.I)
_FRAGMENT: Final = ":fragment"
_UNIT: Final = 256
#: What is read though a condition on the line does not hold.
_RESUMES: Final = frozenset({"elseif", "else", "endif", "endwhile"})


class Pass(PassState):
    """Runs the text of a session once."""

    # -- running text

    def whole(self, file: str, lines: tuple[LogicalLine, ...]) -> bool:
        """The whole text; whether another pass makes sense."""
        if self.session.start != NOWHERE:
            self.place.go(self.session.start)
            self.labels.adopt(_FRAGMENT)
        try:
            self.run_file(file, lines)
            self._finish()
        except Fatal:
            return False
        return True

    def _finish(self) -> None:
        self.line, self.column = max(self.line, 1), 1
        for unbalanced, name in (
            (self.struct is not None, "struct"),
            (self.place.is_pushed, "pushpc"),
            (self.labels.is_pushed, "pushns"),
            (self.warning_states > 0, "warnings push"),
            (self.sound_block is not None, "spcblock"),
        ):
            if unbalanced:
                self.report(Broken("unbalanced", f"`{name}` is not closed"))
        self.end_space()
        if self.arch == "spc700-inline":
            self._guard(leave_inline, self)

    def run_file(self, file: str, lines: tuple[LogicalLine, ...]) -> None:
        """The lines of one file, from its first to its last."""
        if len(self._included) >= self.limits.depth:
            raise Fatal("limit", f"files include each other deeper than {self.limits.depth}")
        self._included.append(file)
        outer = self.file, self.line, self.line_index
        self.file, self.begins_file = file, True
        try:
            self._run_lines(lines, declares=True)
            if self.repeat != 1:
                self.repeat = 1
                self.report(Broken("repeat-end", "`rep` at the end of a file has nothing to repeat"))
        finally:
            self._included.pop()
            self.file, self.line, self.line_index = outer

    def include(self, name: str) -> None:
        """The file ``name``, as the current one means it."""
        file = self.files.name(name, self.file)
        if file in self.once:
            return
        lines = self.session.sources.get(file)
        if lines is None:
            lines = tuple(logical_lines(decoded(self.files.read(name, self.file))))
            self.session.sources[file] = lines
        self.run_file(file, lines)

    def _run_lines(self, lines: Sequence[LogicalLine], *, declares: bool) -> None:
        floor, self.block_floor = self.block_floor, len(self.blocks)
        index = 0
        while index < len(lines):
            line = lines[index]
            self.line_index, self._jump = index, None
            self.line = line.at(0).line
            if declares and self.counts and _MACRO_START.match(line.code):
                index = self._declare(lines, index)
                continue
            self._run_line(line)
            index = index + 1 if self._jump is None else self._jump
        if len(self.blocks) > self.block_floor:
            kind = self.blocks[-1].kind
            del self.blocks[self.block_floor :]
            self.report(Broken("block", f"`{kind}` is not closed"))
        self.block_floor = floor

    def _declare(self, lines: Sequence[LogicalLine], first: int) -> int:
        """Take a macro's declaration; the index of the line behind it."""
        last = next((at for at in range(first + 1, len(lines)) if _MACRO_END.match(lines[at].code)), None)
        end = len(lines) if last is None else last
        body = tuple(lines[first + 1 : end])
        if self.number == 0:
            self._guard(self._keep_macro, lines[first].code.strip(), body, last is None)
        return end + 1

    def _keep_macro(self, code: str, body: tuple[LogicalLine, ...], unclosed: bool) -> None:
        name, parameters, variadic = declared(tidy(code))
        if unclosed:
            raise Broken("block", f"the macro `{name}` is not closed", "endmacro")
        if name in self.session.macros:
            raise Broken("macro", f"the macro `{name}` is declared twice")
        if any(_MACRO_START.match(line.code) for line in body):
            raise Broken("macro", f"a macro is declared within `{name}`; asar 1.91 has no such thing")
        self.session.macros[name] = Macro(name, parameters, variadic, body, self.file)
        for line in body:
            if open_quote(line.code) >= 0:
                self.line = line.at(0).line
                self.report(Broken("quotes", "a quote is not closed"))

    def _run_line(self, line: LogicalLine) -> None:
        code = line.code
        if not code or code.isspace():
            self.repeat = 1  # a blank line is what is repeated
            return
        self.column = 1
        self._guard(self._line, line)

    def _line(self, line: LogicalLine) -> None:
        code = line.code
        counts = self.counts
        if counts:
            code = self.filled(code)
        if counts and ("!" in code or "\\" in code):
            code = self.define_text.resolve_line(tidy(code).strip())
        if open_quote(code) >= 0:
            raise Broken("quotes", "a quote is not closed")
        same = code is line.code
        self._statements_of(_split(code), line if same and not self.calls else None)

    def _statements_of(self, found: tuple[tuple[Statement, int], ...], line: LogicalLine | None) -> None:
        """The statements of a line. Where a condition on it does not hold, asar passes over the rest up to
        an `else`, what stands behind its `endif` too; and an `if` that is not closed ends with its line."""
        outer = self.more_on_line
        opened, passing = 0, False
        for number, (statement, start) in enumerate(found):
            if passing and not (statement.kind == "directive" and statement.name in _RESUMES):
                continue
            counted = self.counts
            self.begins_line, self.more_on_line = number == 0, number + 1 < len(found)
            if line is not None:
                place = line.at(start)
                self.line, self.column = place.line, place.column
            repeat, self.repeat = self.repeat, 1
            for _ in range(repeat):
                self._guard(self._statement, statement)
                self.place.check_banks()
                if statement.kind == "directive":
                    opened = opened_on_line(statement.name, opened, more=number + 1 < len(found))
            if statement.kind == "directive":
                passing = self._passes(statement.name, passing, counted, number + 1 < len(found))
        self.more_on_line = outer
        if opened and len(self.blocks) > self.block_floor:
            self.blocks.pop()

    def _passes(self, name: str, passing: bool, counted: bool, more: bool) -> bool:
        """Whether what follows the directive ``name`` on its line is passed over."""
        if name in ("if", "while"):
            return passing or (more and counted and not self.counts)
        return passing and not (name == "else" or (name == "elseif" and more and self.counts))

    def _guard(self, work: Callable[..., None], *arguments: object) -> None:
        try:
            work(*arguments)
        except RecursionError:
            raise Fatal("limit", "the text is nested too deeply") from None
        except Fatal as fault:
            if not self._ended:
                self._ended = True
                self.report(fault)
            raise
        except Broken as fault:
            self.report(fault)

    @property
    def is_main_file(self) -> bool:
        return len(self._included) == 1

    @property
    def counts(self) -> bool:
        """Whether statements here count: every block around them is in its active branch."""
        return not self.blocks or self.blocks[-1].active

    def go_back(self, block: OpenBlock) -> None:
        """Let a loop run again from its first line."""
        if block.first == self.line_index and block.kind == "while":
            return  # asar runs a loop on one line once
        self.count_loop()
        self.returning = block if block.kind == "for" else None
        self._jump = block.first

    def count_loop(self) -> None:
        self._loops += 1
        if self._loops > self.limits.loops:
            raise Fatal(
                "limit", f"more than {self.limits.loops} turns of loops and calls of macros or functions"
            )

    # -- statements

    def _statement(self, statement: Statement) -> None:
        self._statements += 1 + len(statement.text) // _UNIT
        if self._statements > self.limits.statements:
            raise Fatal("limit", f"more than {self.limits.statements} statements are run")
        kind = statement.kind
        if statement.name not in ("asar", "include", "includefrom"):
            self.begins_file = False
        if kind == "directive" and statement.name in CONDITIONALS:
            self._conditional(statement)
            return
        if not self.counts:
            return
        for label in statement.labels:
            self._define_label(label.name, label.kind)
        if kind in ("instruction", "unknown") and (self.arch != "65816" or self.sound_block):
            self._other_processor(statement)
        elif kind == "instruction":
            data = encode(self, statement.name, statement.suffix, statement.operand)
            self.emit(data)
        elif kind == "data":
            emit_values(self, DATA[statement.name], statement.operand)
        elif kind not in ("label", "dropped"):
            self._other(statement)

    def _other_processor(self, statement: Statement) -> None:
        """An instruction of the sound chip; those of the SuperFX are passed over."""
        if self.arch != "superfx" or self.sound_block:
            word = f"{statement.name}.{statement.suffix}" if statement.suffix else statement.name
            self.emit(encode_sound(self, word, statement.operand))

    def _conditional(self, statement: Statement) -> None:
        if statement.labels and not self.counts:
            return  # which asar takes for no condition then
        if self.counts:
            for label in statement.labels:
                self._define_label(label.name, label.kind)
        CONDITIONALS[statement.name](self, statement)

    def _other(self, statement: Statement) -> None:
        kind = statement.kind
        if kind == "macro-call":
            self._call(statement)
        elif kind == "assign":
            self._assign(statement)
        elif kind == "directive":
            self._command(statement)
        elif kind != "brace":
            raise refuse(statement.name, statement.operand)

    def _command(self, statement: Statement) -> None:
        least, most = DIRECTIVES[statement.name]
        count = len(words_of(statement.operand))
        if not least <= count <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise Broken("directive", f"{statement.name} takes {wanted} words after it, not {count}")
        if self.sound_block and statement.name in NOT_IN_SPCBLOCK:
            raise Broken("block", f"`{statement.name}` cannot stand in a spcblock")
        commands = INLINE if self.arch == "spc700-inline" and count == 1 else COMMANDS
        (commands.get(statement.name) or COMMANDS[statement.name])(self, statement.operand)

    def _call(self, statement: Statement) -> None:
        name, arguments = parse_call(f"%{statement.name}({statement.operand})")
        macro = self.session.macros.get(name)
        if macro is None:
            raise Broken("unknown-macro", f"there is no macro `{name}`")
        self.count_loop()
        if len(self.calls) >= self.limits.depth:
            raise Fatal("limit", f"macros call each other deeper than {self.limits.depth}")
        self._run_macro(called(macro, arguments))

    def _run_macro(self, call: Call) -> None:
        outer = self.file, self.line, self.column, self.line_index, self._jump
        self._macro_number += 1
        self.labels.enter_macro(self._macro_number)
        self.calls.append(call)
        self._called_from.append(f"{self.file}:{self.line}" if self.file else str(self.line))
        self.file = call.macro.file
        try:
            self._run_lines(call.macro.lines, declares=False)
            if self.repeat != 1:
                self.repeat = 1
                raise Broken(
                    "block", f"`rep` at the end of the macro `{call.macro.name}` has nothing to repeat"
                )
        finally:
            self.calls.pop()
            self._called_from.pop()
            self.labels.leave_macro()
            self.file, self.line, self.column, self.line_index, self._jump = outer

    def filled(self, text: str) -> str:
        """``text`` with the arguments of the macro call that it stands in."""
        return with_arguments(text, self.calls[-1], self) if self.calls and "<" in text else text

    def variadic_count(self) -> int:
        if not self.calls or not self.calls[-1].macro.variadic:
            raise Broken("macro-parameter", "`sizeof(...)` stands in no macro that takes any arguments")
        return self.calls[-1].variadic_count

    def _assign(self, statement: Statement) -> None:
        name, text = statement.name, statement.operand
        if not quoted_blanks(text):
            raise Broken("operand-blank", "asar takes a blank in an expression for its end")
        if len(name) == 3 and name[0] == name[2] == "'":
            self.table.set(name[1], self.evaluation.fixed(text, "a character") & 0xFFFFFFFF)
            return
        if name.lstrip("?").startswith(".") or not re.fullmatch(r"\??[A-Za-z_]\w*", name, re.A):
            raise Broken(
                "label-name", f"`{name[:40]}` cannot be assigned to: a name has letters, digits and _"
            )
        value = self.evaluation.number(text)
        if self.evaluation.moving:
            raise Broken(
                "label-moves", f"`{name[:40]}` cannot be assigned an address that moves; write a label"
            )
        full = self.labels.full(name) if name[0] == "?" else name
        value &= 0xFFFFFFFF
        if value == 0xFFFFFFFF:  # for asar this is no place, and means the current one
            self.need_place()
            value = self.place.seen
        self.set_label(self.labels.prefix + full, Label(value, static=True))


@lru_cache(50_000)
def _split(code: str) -> tuple[tuple[Statement, int], ...]:
    """The statements of a line, and where each begins in it."""
    return tuple((_parsed(tidy(part.text)), part.start) for part in parts(code))


def _parsed(text: str) -> Statement:
    """A statement; asar passes over one that is marked by `@` and that it does not know."""
    if text[:1] != "@":
        return parse_statement(text)
    statement = parse_statement(text[1:].lstrip())
    return statement if statement.kind != "unknown" else parse_statement("")
