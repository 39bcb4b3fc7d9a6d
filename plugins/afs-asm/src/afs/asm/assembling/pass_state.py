"""The state of one pass over a text: where it is, what names mean, what is written and said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from afs.asm.language.defines import BUILT_IN
from afs.asm.language.faults import Broken, Fatal
from afs.asm.language.findings import ERROR, WARNING
from afs.asm.mapping import LOROM, Mapper

from .assembly import AssemblyFinding, LineAddress
from .characters import Characters
from .define_text import Defined
from .evaluation import Evaluation
from .macros import Call
from .math_functions import BUILTINS, Builtin
from .open_blocks import OpenBlock
from .place import NOWHERE, Place
from .scopes import Label, Scopes
from .sound_blocks import SoundBlock
from .structs import OpenStruct

if TYPE_CHECKING:
    from .assembly_pass import Pass
    from .session import Session

__all__ = ["PassState"]


class PassState:
    """What statements read and change while a text is run over: places, names, and what is said."""

    def __init__(self, session: Session, number: int) -> None:
        self.session, self.number = session, number
        self.is_last = number == 2
        self.limits = session.limits
        self.files, self.structs, self.spaces = session.files, session.structs, session.spaces
        self.mapper: Mapper = LOROM
        self.mapper_set = False
        self.place = Place()
        self.labels: Scopes = Scopes()
        self.defines: dict[str, str] = {**BUILT_IN, **session.defines}
        self.define_text = Defined(cast("Pass", self))
        self.evaluation = Evaluation(cast("Pass", self))
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
        self.arch = "65816"
        self.sound_block: SoundBlock | None = None
        self.inline_block: SoundBlock | None = None
        self.inline_start = 0
        self.fill = self.pad = b"\0"
        self.fill_free = 0
        self.repeat = 1
        self.written = self.bytes = self.space_bytes = 0
        self.space_number = self.space_extra = self.space_start = 0
        self.code_space = True
        self.space_stack: list[tuple[int, bool, str]] = []
        self.tag_state = ""
        self.warning_states = 0
        self.printed: list[str] = []
        self.lines: list[LineAddress] = []
        self.file, self.line, self.column, self.line_index = "", 0, 1, -1
        self.begins_line, self.more_on_line = True, False
        self.begins_file = True
        self._called_from: list[str] = []
        self._included: list[str] = []
        self._statements = self._loops = self._macro_number = 0
        self._jump: int | None = None
        self._ended = False

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
        if name[0] != "." or name[1:2] == ".":
            raise Broken("label-name", f"`{name[:40]}`: the fields of a struct begin with one dot")
        label = Label(self.place.seen, self.struct.static)
        self.set_label(self.labels.prefix + self.struct.label + name, label)

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
            self.store(self.place.real, piece)
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

    def store(self, address: int, data: bytes) -> None:
        """Put ``data`` at a place of the ROM, wherever the code has come to."""
        offset = self.mapper.offset(address & 0xFFFFFF)
        if offset is None and self.session.wants_rom and self.number:
            raise Broken(
                "outside-rom", f"${address & 0xFFFFFF:06X} is no address of the ROM in {self.mapper.name}"
            )
        if self.is_last:
            self.session.image.write(address & 0xFFFFFF, data, offset)
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
