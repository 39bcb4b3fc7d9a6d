"""Assembly: three passes over a text, as asar 1.91 makes them.

The first finds labels, the second sizes what names them and gives free spaces their place, the
third writes. Each pass runs the text anew: conditions, loops and macros included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from .assembly import AssembleLimits, Assembly, AssemblyFinding, Block, LineAddress
from .characters import Characters
from .commands import COMMANDS, emit_values
from .define_text import Defined
from .directives import DATA
from .encoder import encode, refuse
from .evaluation import Evaluation
from .faults import Broken, Fatal
from .findings import ERROR, WARNING
from .freespace import FreeSpaces
from .image import Image, with_checksum
from .lines import LogicalLine, logical_lines, parts, tidy
from .macros import Call, Macro, called, declared, parse_call, with_arguments
from .mapping import LOROM, Mapper
from .math_functions import BUILTINS, Builtin
from .open_blocks import CONDITIONALS, OpenBlock
from .place import NOWHERE, Place
from .scopes import Label, Scopes
from .source_files import SourceFiles
from .statements import Statement, parse_statement
from .structs import OpenStruct, Structs

__all__ = ["assemble", "assemble_file"]

_MACRO_START = re.compile(r"\s*macro\s", re.I)
_MACRO_END = re.compile(r"\s*endmacro\s*\Z", re.I)
_FRAGMENT: Final = ":fragment"
_UNIT: Final = 256


def assemble(
    code: str,
    address: int = 0x008000,
    *,
    symbols: Mapping[str, int] | None = None,
    defines: Mapping[str, str] | None = None,
    root: Path | None = None,
    rom: bytes = b"",
    limits: AssembleLimits = AssembleLimits(),  # noqa: B008  (frozen)
) -> Assembly:
    """Assemble ``code`` as it would stand at the SNES address ``address``, in RAM as well as in ROM.

    ``symbols`` are labels that it may name, ``defines`` the values of `!names`. Files are read below
    ``root`` only, none without it; ``rom`` is what `read1` and free space look at. Sub-labels before
    the first label have a hidden parent. Never raises for what the text says: see ``findings``.
    """
    files = SourceFiles(root)
    session = _Session(files, rom, limits, symbols, defines)
    session.start = address & 0xFFFFFF
    lines = tuple(logical_lines(_normalised(code)))
    return session.run("", lines)


def assemble_file(
    path: Path,
    *,
    root: Path | None = None,
    search: Iterable[Path] = (),
    symbols: Mapping[str, int] | None = None,
    defines: Mapping[str, str] | None = None,
    rom: bytes = b"",
    limits: AssembleLimits = AssembleLimits(),  # noqa: B008  (frozen)
) -> Assembly:
    """Assemble the file ``path`` and what it includes onto ``rom``, the image that it patches.

    Files are read below ``root`` only (the file's own folder unless given): from the folder of the
    file that asks, then from the ``search`` folders. Raises OSError where ``path`` cannot be read.
    """
    path = path.resolve()
    files = SourceFiles(root or path.parent, search)
    text = path.read_bytes()
    session = _Session(files, rom, limits, symbols, defines)
    session.wants_rom = True
    name = path.relative_to(files.root).as_posix() if files.root and path.is_relative_to(files.root) else ""
    return session.run(name or path.name, tuple(logical_lines(_decoded(text))))


def _decoded(data: bytes) -> str:
    try:
        return _normalised(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _normalised(data.decode("cp1252", "replace"))


def _normalised(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


class _Session:
    """What lasts from pass to pass."""

    def __init__(
        self,
        files: SourceFiles,
        rom: bytes,
        limits: AssembleLimits,
        symbols: Mapping[str, int] | None,
        defines: Mapping[str, str] | None,
    ) -> None:
        self.files, self.rom, self.limits = files, rom, limits
        self.given = {name: Label(value) for name, value in (symbols or {}).items()}
        self.defines = dict(defines or {})
        self.labels: dict[str, Label] = dict(self.given)
        self.macros: dict[str, Macro] = {}
        self.structs = Structs()
        self.image = Image()
        self.spaces = FreeSpaces(rom)
        self.findings: dict[tuple[object, ...], AssemblyFinding] = {}
        self.start = NOWHERE
        self.wants_rom = False
        self.modern = False
        self.sources: dict[str, tuple[LogicalLine, ...]] = {}

    def run(self, file: str, lines: tuple[LogicalLine, ...]) -> Assembly:
        last = None
        for number in range(3):
            last = Pass(self, number)
            if not last.whole(file, lines):
                break
        assert last is not None
        return self._outcome(last)

    def find(self, finding: AssemblyFinding) -> None:
        key = (finding.file, finding.line, finding.column, finding.code, finding.reason)
        self.findings.setdefault(key, finding)

    @property
    def failed(self) -> bool:
        return any(finding.severity == ERROR for finding in self.findings.values())

    def _outcome(self, last: Pass) -> Assembly:
        findings = sorted(
            self.findings.values(), key=lambda finding: (finding.file, finding.line, finding.column)
        )
        ok = not self.failed
        labels = {name: label.value & 0xFFFFFF for name, label in self.labels.items() if _is_shown(name)}
        rom = b""
        if self.wants_rom and ok:
            rom = with_checksum(
                self.image.rom(bytes(self.spaces.rom), last.mapper, last.fill_free), last.mapper
            )
        return Assembly(
            ok,
            self._blocks(last),
            {name: value for name, value in labels.items() if name not in self.given},
            tuple(last.lines),
            tuple(findings),
            tuple(last.printed),
            last.mapper.name,
            rom,
        )

    def _blocks(self, last: Pass) -> tuple[Block, ...]:
        return self.image.blocks() if last.is_last else ()


def _is_shown(name: str) -> bool:
    return ":" not in name


class Pass:
    """One run over the text: the state that statements read and change."""

    def __init__(self, session: _Session, number: int) -> None:
        self.session, self.number = session, number
        self.is_last = number == 2
        self.limits = session.limits
        self.files, self.structs, self.spaces = session.files, session.structs, session.spaces
        self.mapper: Mapper = LOROM
        self.mapper_set = False
        self.place = Place()
        self.labels: Scopes = Scopes()
        self.defines: dict[str, str] = dict(session.defines)
        self.define_text = Defined(self)
        self.evaluation = Evaluation(self)
        self.evaluation.priorities = self.evaluation.exact = session.modern
        self.functions: dict[str, tuple[tuple[str, ...], str]] = {}
        self.builtins: dict[str, Builtin] = BUILTINS
        self.table: Characters = Characters()
        self.blocks: list[OpenBlock] = []
        self.block_floor = 0
        self.returning: OpenBlock | None = None
        self.calls: list[Call] = []
        self.struct: OpenStruct | None = None
        self.struct_return: tuple[object, ...] = ()
        self.once: set[str] = set()
        self.bank: int | None = None
        self.direct_page = 0
        self.optimize_direct_page = "none"
        self.optimize_address = "default"
        self.foreign = ""
        self.fill = self.pad = b"\0"
        self.fill_free = 0
        self.repeat = 1
        self.written = self.bytes = self.space_bytes = 0
        self.space_number = self.space_extra = self.space_start = 0
        self.code_space = True
        self.space_stack: list[tuple[int, bool, int]] = []
        self.tag_state = ""
        self.printed: list[str] = []
        self.lines: list[LineAddress] = []
        self.file, self.line, self.column, self.line_index = "", 0, 1, -1
        self.more_on_line = False
        self._called_from: list[str] = []
        self._included: list[str] = []
        self._statements = self._loops = self._macro_number = 0
        self._jump: int | None = None
        self._ended = False

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
        ):
            if unbalanced:
                self.report(Broken("unbalanced", f"`{name}` is not closed"))
        self.end_space()

    def run_file(self, file: str, lines: tuple[LogicalLine, ...]) -> None:
        """The lines of one file, from its first to its last."""
        if len(self._included) >= self.limits.depth:
            raise Fatal("limit", f"files include each other deeper than {self.limits.depth}")
        self._included.append(file)
        outer = self.file, self.line, self.line_index
        self.file = file
        try:
            self._run_lines(lines, declares=True)
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
            lines = tuple(logical_lines(_decoded(self.files.read(name, self.file))))
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

    def _run_line(self, line: LogicalLine) -> None:
        code = line.code
        if not code or code.isspace():
            return
        self.column = 1
        self._guard(self._line, line)

    def _line(self, line: LogicalLine) -> None:
        code = line.code
        counts = self.counts
        if counts and self.calls and "<" in code:
            code = with_arguments(code, self.calls[-1], self)
        if counts and ("!" in code or "\\" in code):
            code = self.define_text.resolve_line(tidy(code))
        if code.count('"') % 2 and _open_quote(code):
            raise Broken("quotes", "a quote is not closed")
        same = code is line.code
        self._statements_of(_split(code), line if same and not self.calls else None)

    def _statements_of(self, found: tuple[tuple[Statement, int], ...], line: LogicalLine | None) -> None:
        depth = len(self.blocks)
        outer = self.more_on_line
        for number, (statement, start) in enumerate(found):
            self.more_on_line = number + 1 < len(found)
            if line is not None:
                place = line.at(start)
                self.line, self.column = place.line, place.column
            repeat, self.repeat = self.repeat, 1
            for _ in range(repeat):
                self._guard(self._statement, statement)
                self.place.check_banks(self.mapper)
        self.more_on_line = outer
        if len(self.blocks) > depth and self.blocks[-1].inline:
            self.blocks.pop()

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
        if kind == "directive" and statement.name in CONDITIONALS:
            self._conditional(statement)
            return
        if not self.counts:
            return
        for label in statement.labels:
            self._define_label(label.name, label.kind)
        if self.foreign and not (kind == "directive" and statement.name in ("arch", "endspcblock")):
            return
        if kind == "instruction":
            data = encode(self, statement.name, statement.suffix, statement.operand)
            self.emit(data)
        elif kind == "data":
            emit_values(self, DATA[statement.name], statement.operand)
        elif kind != "label":
            self._other(statement)

    def _conditional(self, statement: Statement) -> None:
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
            COMMANDS[statement.name](self, statement.operand)
        elif kind != "brace":
            raise refuse(statement.name, statement.operand)

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
        finally:
            self.calls.pop()
            self._called_from.pop()
            self.labels.leave_macro()
            self.file, self.line, self.column, self.line_index, self._jump = outer

    def variadic_count(self) -> int:
        if not self.calls or not self.calls[-1].macro.variadic:
            raise Broken("macro-parameter", "`sizeof(...)` stands in no macro that takes any arguments")
        return self.calls[-1].variadic_count

    def _assign(self, statement: Statement) -> None:
        name, text = statement.name, statement.operand
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
        self.set_label(self.labels.prefix + full, Label(value & 0xFFFFFFFF, static=True))

    # -- labels

    def _define_label(self, name: str, kind: str) -> None:
        if kind in ("plus", "minus") or name.lstrip("?")[:1] in "+-":
            self._set_here(self.labels.nearby(name, define=True))
            return
        if self.struct is not None:
            self._define_field(name)
            return
        full = self.labels.aside(name) if kind == "aside" else self.labels.full(name, enter=True)
        self._set_here(self.labels.prefix + full)

    def _define_field(self, name: str) -> None:
        assert self.struct is not None
        if name[0] != ".":
            raise Broken("label-name", f"`{name[:40]}`: the fields of a struct begin with a dot")
        label = Label(self.place.seen, self.struct.static)
        self.set_label(self.labels.prefix + self.struct.label + "." + name.lstrip("."), label)

    def set_global(self, name: str) -> None:
        """A label outside of every namespace."""
        self.need_place()
        self.set_label(name, Label(self.place.seen))

    def _set_here(self, name: str) -> None:
        self.need_place()
        self.set_label(name, Label(self.place.seen))

    def set_label(self, name: str, label: Label) -> None:
        labels = self.session.labels
        known = labels.get(name)
        if self.number == 0:
            if known is not None and name not in self.session.given:
                raise Broken("label-redefined", f"the label `{name[:60]}` is defined twice")
            labels[name] = label
        elif self.number == 1:
            labels[name] = label
        elif (known is None or known.value != label.value) and not self.session.failed:
            raise Broken("label-moves", f"`{name[:60]}` lies at different places in two passes")

    def look(self, name: str) -> Label | None:
        """The label of that full name, as seen from the current namespace."""
        labels = self.session.labels
        prefix = self.labels.prefix
        return (labels.get(prefix + name) if prefix else None) or labels.get(name)

    def find(self, name: str) -> Label | None:
        """As ``look``; from the second pass on, Broken is raised for what is not known."""
        label = self.look(name)
        if label is None and self.number:
            shown = name.rpartition(":")[2]
            raise Broken("unknown-label", f"there is no label `{shown[:60]}`", late=True)
        return label

    def known_labels(self) -> Iterable[Label]:
        return self.session.labels.values()

    def bank_of_place(self, here: int) -> int:
        if here >> 24:
            return 0 if self.code_space else 0x40
        return here >> 16

    def unknown_size(self) -> None:
        """A label of unknown place may take a byte more in the next pass."""
        self.space_extra += 1

    # -- output

    def value(self, text: str) -> int:
        """A number to write; only the last pass looks at it."""
        return self.evaluation.number(text) if self.is_last else 0

    def need_place(self) -> None:
        if self.place.seen == NOWHERE:
            self.warn("no-org", "nothing says where this goes; $008000 is taken", "org $008000")
            self.place.go(0x008000)

    def emit(self, data: bytes) -> None:
        """Write ``data`` here."""
        if not data:
            return
        self.need_place()
        if self.is_last:
            self._map_line()
        self.count_bytes(len(data))
        at = 0
        while at < len(data):
            room = 0x10000 - (self.place.real & 0xFFFF)
            piece = data[at : at + room]
            self._store(self.place.real, piece)
            self.skip(len(piece))
            at += len(piece)
        self.bytes += len(data)

    def _map_line(self) -> None:
        last = self.lines[-1] if self.lines else None
        if last is None or (last.file, last.line) != (self.file, self.line):
            self.lines.append(LineAddress(self.place.real & 0xFFFFFF, self.file, self.line))

    def skip(self, count: int) -> None:
        self.place.step(count, self.mapper)
        self.tag_state = ""

    def count_bytes(self, count: int) -> None:
        self.written += count
        if self.written > self.limits.bytes:
            raise Fatal("limit", f"more than {self.limits.bytes} bytes are written")

    def _store(self, address: int, data: bytes) -> None:
        offset = self.mapper.offset(address & 0xFFFFFF)
        if offset is None and self.session.wants_rom and self.number:
            raise Broken(
                "outside-rom", f"${address & 0xFFFFFF:06X} is no address of the ROM in {self.mapper.name}"
            )
        if self.is_last:
            self.session.image.write(address & 0xFFFFFF, data)
        elif self.number == 1 and offset is not None and not address >> 24 and self.spaces.spaces:
            self.spaces.take(offset, len(data))

    def put(self, offset: int, data: bytes) -> None:
        if self.is_last:
            self.session.image.put(offset, data)

    def end_space(self) -> None:
        """Leave the free space that is being filled."""
        if self.place.space and self.space_number:
            space = self.spaces.space(self.place.space)
            space.length = self.place.real - self.space_start + self.space_extra
            self.place.go(NOWHERE)
        self.space_extra = 0

    def read_rom(self, address: int, size: int) -> bytes | None:
        """Bytes of the ROM as it was before the assembly."""
        offset = self.mapper.offset(address & 0xFFFFFF)
        rom = self.session.rom
        if offset is None or size < 0 or offset + size > len(rom):
            return None
        return rom[offset : offset + size]

    # -- words

    def resolved(self, text: str) -> str:
        """``text`` with its defines replaced."""
        return self.define_text.resolve(text) if "!" in text or "\\" in text else text

    def warn(self, code: str, reason: str, fix: str = "") -> None:
        if self.is_last or code == "no-org":
            self._note(WARNING, code, reason, fix)

    def report(self, fault: Broken) -> None:
        if not fault.late or self.is_last or isinstance(fault, Fatal):
            self._note(ERROR, fault.code, fault.reason, fault.fix)

    def _note(self, severity: str, code: str, reason: str, fix: str) -> None:
        called_from = self._called_from[0] if self._called_from else ""
        self.session.find(
            AssemblyFinding(self.line, self.column, severity, code, reason, fix, self.file, called_from)
        )


@lru_cache(50_000)
def _split(code: str) -> tuple[tuple[Statement, int], ...]:
    """The statements of a line, and where each begins in it."""
    return tuple((parse_statement(tidy(part.text).lstrip("@ ")), part.start) for part in parts(code))


def _open_quote(code: str) -> bool:
    return re.sub(r"'\"'", "", code).count('"') % 2 == 1
