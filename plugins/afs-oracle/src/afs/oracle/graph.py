"""Who calls whom, and who reads and writes what, in all sources together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from afs.asm import Macro, Placed, Routine, Source, Table
from afs.oracle.addresses import Address
from afs.oracle.operands import Touch, touches
from afs.oracle.places import Place, code_key, keeps_bank, keeps_page, place_key
from afs.oracle.routines import Explained

__all__ = ["Access", "Graph", "Owner", "Uses"]

_NOBODY = Routine("", "", "", (), (), (), False, "", 0, 0, "")
_THROUGH = {"pointer": "pointers", "call-through": "calls_through", "jump-through": "jumps_through"}


class Access(NamedTuple):
    """``routine`` touches a place; ``moved_by`` is an index register, or empty."""

    routine: str
    moved_by: str


class Owner(NamedTuple):
    """Where something stands that uses code and memory."""

    file: str
    start: int
    end: int


class Uses(NamedTuple):
    """What one routine uses, each thing once and in the order of its code, as the source writes it."""

    calls: tuple[str, ...]
    jumps: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    pointers: tuple[str, ...]
    macros: tuple[str, ...]
    points_to: tuple[str, ...]
    calls_through: tuple[str, ...]
    jumps_through: tuple[str, ...]


class Graph:
    """The symbol graph of a checkout: its routines, its macros, and its code that belongs to neither.

    Names are taken as they are seen from the routine's namespace. A number below ``$2000`` is work
    RAM, as all program banks see it, unless the routine moves the data bank or the direct page.
    """

    def __init__(
        self, sources: Sequence[Source], routines: Sequence[Explained], addresses: Iterable[Address]
    ) -> None:
        self.routines = {routine.name: routine.routine for routine in routines}
        labels = {label.name for source in sources for label in source.labels}
        self.labels = labels
        self.values = {
            address.name: (address.number or 0, len(address.value) > 5)
            for address in addresses
            if address.number is not None
        }
        self._names: dict[int | str, list[str]] = {}
        for name, (value, long) in self.values.items():
            self._names.setdefault(place_key(value, long, True), []).append(name)
        #: Routines that call and jump to a routine: name -> (user, verb) in the order of the sources.
        self.users: dict[str, dict[tuple[str, str], None]] = {}
        #: Who reads and who writes: key of a place -> accesses.
        self.readers: dict[int | str, dict[Access, None]] = {}
        self.writers: dict[int | str, dict[Access, None]] = {}
        self.places: dict[int | str, Place] = {}
        self.uses: dict[str, Uses] = {}
        self.macro_users: dict[str, list[tuple[str, Placed]]] = {}
        #: Where each user stands, routine or not.
        self.owners: dict[str, Owner] = {}
        for source in sources:
            self._take(source)

    def names_at(self, key: int | str) -> list[str]:
        return self._names.get(key, [])

    def address_of(self, key: int) -> int:
        """The address with the bank that its definitions write, where all of them write the same."""
        written = {self.values[name] for name in self.names_at(key)}
        value, long = written.pop() if len(written) == 1 else (key, True)
        return value if long else key

    def target(self, operand: str, routine: Routine) -> str:
        """The routine that a call's operand means."""
        return self._code(Touch("call", operand, 0, operand, ""), routine)

    def of_body(self, routine: Routine, body: Sequence[Placed], owner: str = "") -> Uses:
        """What a part of a routine uses; entered in the graph where it has an ``owner``."""
        safe = keeps_bank(body), keeps_page(body)
        found: dict[str, dict[str, None]] = {name: {} for name in Uses._fields}
        for placed in body:
            if placed.statement.kind == "macro-call":
                found["macros"][f"%{placed.statement.name}"] = None
                if owner:
                    self.macro_users.setdefault(placed.statement.name, []).append((owner, placed))
            for touch in touches(placed.statement):
                self._enter(touch, routine, safe, found, owner)
        return Uses(**{name: tuple(items) for name, items in found.items()})

    def of_patch(self, body: Sequence[Placed]) -> Uses:
        """What code uses that belongs to no routine."""
        return self.of_body(_NOBODY, body)

    def _take(self, source: Source) -> None:
        """A file's routines, macros, tables, and the code that belongs to none of them."""
        for routine in source.routines:
            self._own(routine.name, routine.file, routine.line, routine.end_line)
            uses = self.of_body(routine, routine.body, routine.name)
            if self.routines.get(routine.name) == routine:
                self.uses[routine.name] = uses
        for macro in source.macros:
            self._take_macro(macro)
        inside = {placed.line for routine in source.routines for placed in routine.body}
        for table in source.tables:
            if table.line not in inside:
                self._take_table(table)
        for owner, body in _outside(source):
            self._own(owner, source.file, body[0].line, body[-1].end_line)
            self.of_body(_NOBODY, body, owner)

    def _own(self, name: str, file: str, start: int, end: int) -> None:
        self.owners.setdefault(name, Owner(file, start, end))

    def of_macro(self, macro: Macro, owner: str = "") -> Uses:
        """What a macro's body uses; nothing where it holds no code."""
        body = "\n".join(macro.text.split("\n")[1:-1])
        for routine in Source.parse(f"macro_body:\n{body}", macro.file).routines[:1]:
            return self.of_body(routine, routine.body, owner)
        return self.of_body(_NOBODY, ())

    def _take_macro(self, macro: Macro) -> None:
        name = f"%{macro.name}"
        self._own(name, macro.file, macro.line, macro.end_line)
        self.of_macro(macro, name)

    def _take_table(self, table: Table) -> None:
        """What a table of pointers names; one less than a routine is where ``RTS`` goes on to it."""
        for value in table.values:
            name = value.removesuffix("-1")
            if table.directive in ("dw", "dl") and name in self.routines:
                self._own(table.name, table.file, table.line, table.end_line)
                self.users.setdefault(name, {})[(table.name, "data")] = None

    def _enter(
        self,
        touch: Touch,
        routine: Routine,
        safe: tuple[bool, bool],
        found: dict[str, dict[str, None]],
        owner: str,
    ) -> None:
        if touch.verb in ("call", "jump", "data"):
            self._enter_code(touch, routine, found, owner)
            return
        name = self._full(touch.name, routine)
        place = self._place(touch, name, safe)
        if field := _THROUGH.get(touch.verb):
            found[field][place.shown] = None
            self._add(self.readers, place, owner, "")
            return
        shown = place.shown + (f",{touch.moved_by.upper()}" if touch.moved_by else "")
        if touch.verb in ("read", "change"):
            found["reads"][shown] = None
            self._add(self.readers, place, owner, touch.moved_by)
        if touch.verb in ("write", "change"):
            found["writes"][shown] = None
            self._add(self.writers, place, owner, touch.moved_by)

    def _enter_code(
        self, touch: Touch, routine: Routine, found: dict[str, dict[str, None]], owner: str
    ) -> None:
        target = self._code(touch, routine)
        if not target or target == routine.name or target in routine.labels or target[0] == ".":
            return
        field = {"call": "calls", "jump": "jumps", "data": "points_to"}[touch.verb]
        found[field][target] = None
        if owner:
            self.users.setdefault(target, {})[(owner, touch.verb)] = None

    def _code(self, touch: Touch, routine: Routine) -> str:
        """The routine or label that is called, as the sources name it; empty where it is none."""
        if touch.name[:1] == "$":
            if touch.verb == "call" or (touch.verb == "jump" and len(touch.name) == 7):
                known = [n for n in self._names.get(code_key(touch.name), []) if n[:1] != "!"]
                return known[0] if len(known) == 1 else touch.name.upper()
            return ""
        if not touch.name or touch.offset or touch.name[:1] in "+-!":
            return ""
        name = self._full(touch.name, routine)
        if touch.verb == "data":
            return name if name in self.routines else ""
        return name

    def _full(self, name: str, routine: Routine) -> str:
        """A name as it is seen from the routine."""
        if name[:1] == ".":
            level = len(name) - len(name.lstrip("."))
            return f"{routine.name}_{name[1:]}" if level == 1 else name
        space = f"{routine.namespace}_{name}"
        if routine.namespace and (space in self.values or space in self.labels):
            return space
        return name

    def _place(self, touch: Touch, name: str, safe: tuple[bool, bool]) -> Place:
        if not touch.name:
            return Place(f"formula {touch.shown}", touch.shown)
        if name[:1] == "$":
            return self._numbered(touch, name, safe)
        shown = name + touch.shown[len(touch.name) :] if touch.offset else name
        known = self.values.get(name)
        if known is None:
            return Place(f"name {shown}", shown)
        return Place(place_key(known[0] + touch.offset, known[1], True), shown)

    def _numbered(self, touch: Touch, name: str, safe: tuple[bool, bool]) -> Place:
        value = int(name[1:], 16) + touch.offset
        digits = len(name) - 1
        sure = digits > 4 or (safe[0] if digits > 2 else safe[1])
        key = place_key(value, digits > 4, sure)
        shown = touch.shown.upper()
        names = self._names.get(key, []) if not touch.offset else []
        return Place(key, f"{shown} ({names[0]})" if len(names) == 1 else shown)

    def _add(self, table: dict[int | str, dict[Access, None]], place: Place, owner: str, index: str) -> None:
        if owner:
            self.places.setdefault(place.key, place)
            table.setdefault(place.key, {})[Access(owner, index)] = None


def _outside(source: Source) -> Iterator[tuple[str, list[Placed]]]:
    """Code of a file that belongs to no routine and no macro, by the patch that it is part of."""
    inside = {placed.start for routine in source.routines for placed in routine.body}
    found: dict[str, list[Placed]] = {}
    address, in_macro = "", False
    for placed in source.statements:
        statement = placed.statement
        if statement.kind == "directive":
            if statement.name in ("macro", "endmacro"):
                in_macro = statement.name == "macro"
            elif statement.name == "org":
                address = statement.operand.upper() if statement.operand[:1] == "$" else ""
            elif statement.name in ("pullpc", "pushpc", "freecode", "freespace", "freedata"):
                address = ""
        elif statement.kind in ("instruction", "macro-call") and not in_macro and placed.start not in inside:
            owner = f"the patch at {address}" if address else _place_of(placed, source.file)
            found.setdefault(owner, []).append(placed)
    yield from found.items()


def _place_of(placed: Placed, file: str) -> str:
    if placed.statement.kind == "macro-call":
        return f"the call of %{placed.statement.name} in {file}"
    return f"code of {file} outside of routines"
