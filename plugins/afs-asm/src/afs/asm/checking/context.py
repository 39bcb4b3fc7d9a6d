"""What a line alone cannot tell: labels and their scope, blocks, stacks, banks, branch distances."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Final

import msgspec

from afs.asm.language.arguments import split_arguments, words_of
from afs.asm.language.conditions import read_condition
from afs.asm.language.directives import ARCHITECTURES, NOT_IN_SPCBLOCK, PULLS
from afs.asm.language.expressions import STUB, Expression
from afs.asm.language.findings import ERROR, WARNING, Finding
from afs.asm.language.functions import body_of_function
from afs.asm.mapping import MAPPERS

from .argument_facts import all_checked
from .blocks import Blocks
from .facts import READS_DATA, Event, Facts, Step, function_events
from .names import Names

#: Code that nobody has placed lies here.
_FIRST_BANK: Final = 0
_FIRST_ADDRESS: Final = 0x8000
#: Code that begins here may leave its bank before long.
_LAST_PAGE: Final = 0xFF00
#: What asar wants to be pulled before the text ends.
_MUST_END: Final = ("pushpc", "pushns", "pushwarnings")


class Place(msgspec.Struct, frozen=True, gc=False):
    """Bytes from the start of a section, in a bank that may be unknown. Places of one section have a known
    distance; a new section begins wherever the text does not tell the bytes between. `value` is that of
    an assigned number; `static` says that it is one."""

    section: int = -1
    offset: int = 0
    bank: int | None = None
    static: bool = False
    value: int | None = None


class _Use(msgspec.Struct, frozen=True, gc=False):
    """A name as used: the full names it may stand for, how it is used, and from where."""

    name: str
    candidates: tuple[str, ...]
    line: int
    column: int
    how: str
    place: Place | None
    length: int = 0


class Flow(msgspec.Struct, frozen=True, gc=False):
    """A step, and the full names that its target may have; or a label that is passed, which has no step,
    and as `targets` its full name and, unless it begins a routine, "inner"."""

    line: int
    step: Step | None
    targets: tuple[str, ...]


class Context:
    """Takes the events of each line in turn; `finish` settles what needed the whole text."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.names = Names()
        self.stubs: dict[str, None] = {}
        #: Whether the text can only be a part: it stops, or is included by another.
        self.stops = False
        #: What only assembling can tell: the "length" of what a branch spans, the "place" of labels and code.
        self.doubts: set[str] = set()
        #: What is left to the checker once the line's other events are taken: calls of macros, and `undef`.
        self.asked: list[Event] = []
        #: Whether anything sets the widths of the registers, so that the way through the code matters.
        self.tracks = True
        self.flow: list[Flow] = []
        self.places: dict[str, Place] = {}
        self.optimizes = False
        self._arch = "65816"
        self._section = 0
        self._offset = 0
        self._bank: int | None = _FIRST_BANK
        #: Where sections begin, of those that are placed.
        self._starts = {0: _FIRST_ADDRESS}
        self._stacks: dict[str, list[tuple[int, int]]] = {}
        self._uses: list[_Use] = []
        #: The parameters and the body of each function that is declared so far.
        self._functions = blocks.evaluator.functions
        self._calling: list[str] = []
        #: Whether the line at hand says the same each time it is read: it uses no defines.
        self.fixed = True
        self._fixed_parent = True
        self._mapper = "lorom"
        self._placed = False
        self._checks_banks = True
        self._free: list[tuple[Event, int, int]] = []
        self._letters: dict[tuple[int, int], str] = {}
        self._findings: list[Finding] = []
        self._version_late = False

    @property
    def foreign(self) -> bool:
        """Whether the lines here are for another processor, such as the sound chip."""
        return self._arch != "65816" or self.blocks.inside("spcblock")

    def stub(self, name: str) -> None:
        """Note a name that the text uses and does not define."""
        self.stubs[_shown_name(name) if STUB in name else name] = None

    def find(self, line: int, at: int, code: str, reason: str, fix: str = "") -> None:
        """Note an error at index `at` of a line."""
        self._findings.append(Finding(line, at + 1, ERROR, code, reason, fix))

    def advance(self, length: int) -> None:
        """Go on by one line of `length` bytes, -1 if nobody knows."""
        self._version_late = True
        if length < 0:
            self._section += 1
            self._offset = 0
        else:
            self._offset += length

    def take(self, facts: Facts, line: int) -> None:
        """Take the events of line `line`."""
        for event in facts.events:
            _TAKE[event.kind](self, event, line)
            if not self.blocks.live:
                return
        if facts.steps:
            self.take_steps(facts.steps, line)
        self.advance(facts.length)

    def take_steps(self, steps: tuple[Step, ...], line: int) -> None:
        if not self.tracks:
            return
        for step in steps:
            jumps = step.name and step.kind not in ("m", "x")
            self.flow.append(Flow(line, step, self.names.candidates(step.name) if jumps else ()))

    # -- labels ---------------------------------------------------------------------------------

    def _take_label(self, event: Event, line: int) -> None:
        if event.name[0] == "?" and not self.names.in_macro:
            self.stub(event.name)
        if event.name.lstrip("?")[0] in "+-":
            full = self.names.nearby(event.name)
            self._put(full, self._place(event), line, inner=True)
            return
        struct = self.blocks.struct
        if struct:
            if event.name[:1] != ".":
                reason = "within a struct every label begins with a dot"
                self.find(line, event.at, "label-name", reason, f".{event.name}")
            elif event.name[1:2] == ".":
                self.find(line, event.at, "label-name", "within a struct a label has one dot", event.name[1:])
            self._define(f"{self.names.namespace}{struct}{event.name}", event, line, Place(static=True))
            return
        full, orphan = self.names.define(event.name, aside=event.detail == "aside")
        if orphan:
            self.stub(event.name)  # a sub-label without its parent
        self._define(full, event, line, self._place(event))

    def _place(self, event: Event) -> Place:
        known = event.offset >= 0
        return Place(self._section if known else -1, self._offset + max(event.offset, 0), self._bank)

    def _define(self, name: str, event: Event, line: int, place: Place) -> None:
        if event.name[0] not in ".?":
            self._fixed_parent = self.fixed
        repeated = self.blocks.depth and self.fixed and self._fixed_parent and self.blocks.repeats
        if (repeated or (name in self.places and not self.blocks.uncertain)) and "\x01" not in name:
            reason = f"the label `{event.name[:40]}` is defined twice"
            self.find(line, event.at, "label-redefined", reason)
        self._put(name, place, line, inner=event.name.lstrip("?")[0] == ".")

    def _put(self, name: str, place: Place, line: int, *, inner: bool) -> None:
        self.places[name] = place
        if self.tracks:
            self.flow.append(Flow(line, None, (name, "inner") if inner else (name,)))

    def uses(self) -> Counter[str]:
        """How often each full name may be meant."""
        return Counter(name for use in self._uses for name in use.candidates)

    def _take_label_outside(self, event: Event, line: int) -> None:
        """A label of the directive `global`: it stands outside of every namespace."""
        if self.blocks.struct:
            self.find(line, event.at, "directive", "`global` cannot stand in a struct")
        full, orphan = self.names.define(event.name, aside=event.detail == "aside", outside=True)
        if orphan:
            self.stub(event.name)
        self._define(full, event, line, self._place(event))

    def _take_assign(self, event: Event, line: int) -> None:
        value = self.blocks.value(event.detail)
        place = Place(static=True, value=None if value is None else int(value))
        full = self.names.global_name(event.name)
        if full in self.places and self.places[full].static and self.blocks.uncertain:
            place = Place(static=True)
        again = full in self.places and not self.blocks.uncertain
        if (again or (self.fixed and self.blocks.repeats)) and "\x01" not in full:
            reason = f"the label `{event.name[:40]}` is defined twice"
            self.find(line, event.at, "label-redefined", reason)
        self.places[full] = place

    def value_of(self, name: str) -> float | None:
        """The number that is assigned to a label, if it is known by now."""
        found = self._found(self.names.candidates(name))
        return found.value if found else None

    def _found(self, candidates: tuple[str, ...]) -> Place | None:
        """What the first of these names that is defined stands for."""
        for name in candidates:
            if name in self.places:
                return self.places[name]
        return None

    def _take_branch(self, event: Event, line: int) -> None:
        self._use(event, line, int(event.detail))

    def _take_far(self, event: Event, line: int) -> None:
        """A branch to a place that is computed."""
        self.doubts.add("place")

    def _use(self, event: Event, line: int, length: int = 0) -> None:
        name, how = event.name, event.kind
        place = self._place(event) if how == "branch" or how == "near" else None
        candidates = self.names.candidates(name)
        if how in ("static", "earlier") and not self._found(candidates):
            how = "too-early"
        self._uses.append(_Use(name, candidates, line, event.at + 1, how, place, length))

    def _take_letter(self, event: Event, line: int) -> None:
        """The operand used here is the letter A where no accumulator is: fine if a label has that name."""
        self._letters[line, event.at + 1] = event.detail

    # -- functions, files, places ------------------------------------------------------------------

    def _ask(self, event: Event, line: int) -> None:
        self.asked.append(event)

    def _take_function(self, event: Event, line: int) -> None:
        """A call: what the function is counts here, not where it is declared."""
        name = event.name
        if name in READS_DATA:
            what = "file" if "file" in name else "ROM"
            self._stop(event, line, f"`{name}` reads a {what}, which is not here")
            return
        if name not in self._functions:
            self.stub(name + "()")
            return
        parameters, body = self._functions[name]
        if len(parameters) != int(event.detail):
            wanted = f"{len(parameters)} value{'s'[: len(parameters) != 1]}"
            reason = f"`{name}` takes {wanted}, not {event.detail}"
            self.find(line, event.at, "function-arguments", reason)
        elif name in self._calling:
            self.find(line, event.at, "function-endless", f"the calls of `{name}` go on without end")
        else:
            self._calling.append(name)
            self._take_body(event, line, body_of_function(parameters, body))
            self._calling.pop()

    def _take_body(self, event: Event, line: int, value: Expression) -> None:
        if value.fault:
            reason = f"what the function `{event.name}` comes to: {value.fault}"
            self.find(line, event.at, "expression", reason.replace(STUB, "…"))
            return
        for name in value.symbols:
            self._use(Event("use", name, event.at), line)
        for call in function_events(value.calls, event.at):
            self._take_function(call, line)

    def _take_define_function(self, event: Event, line: int) -> None:
        names, _, body = event.detail.partition(") = ")
        self._functions[event.name] = tuple(names.split(",")), body

    def _take_param(self, event: Event, line: int) -> None:
        self.stub(event.name)

    def _take_file(self, event: Event, line: int) -> None:
        self.stub(event.name)
        self.lose_widths(line)

    def lose_widths(self, line: int) -> None:
        """Code that is not seen here may have set the widths of the registers."""
        self.flow.append(Flow(line, Step("lost", 0, 0), ()))

    def _take_namespace(self, event: Event, line: int) -> None:
        self._bar("namespace", event, line)
        self.names.enter(event.name)

    def _take_arch(self, event: Event, line: int) -> None:
        self._bar("arch", event, line)
        if event.name in ARCHITECTURES:
            self._arch = event.name

    def _bar(self, name: str, event: Event, line: int) -> None:
        """Refuse a directive that cannot stand in a `spcblock`, and the one that stands only there."""
        inside = self.blocks.inside("spcblock")
        if inside and name in NOT_IN_SPCBLOCK:
            self.find(line, event.at, "block", f"`{name}` cannot stand in a spcblock")
        elif name == "startpos" and not inside:
            self.find(line, event.at, "block", "`startpos` stands in no spcblock")

    def _take_asar(self, event: Event, line: int) -> None:
        if self._version_late or event.offset:
            self.find(line, event.at, "directive", "this must stand before all other commands")
        version = event.name.split(".")
        if len(version) > 1 and (int(version[0]), int(version[1].ljust(2, "0")[:2])) >= (1, 90):
            self.blocks.evaluator.priorities = self.blocks.evaluator.exact = True

    def _take_setting(self, event: Event, line: int) -> None:
        self._bar(event.name, event, line)
        self._version_late = True
        if event.name in MAPPERS:
            self._mapper = event.name
        elif event.name == "check":
            self._checks_banks = event.detail != "bankcross off"
        on = event.detail.endswith(" on")
        if event.detail.startswith("pri "):
            self.blocks.evaluator.priorities = on
        elif event.detail.startswith("round "):
            self.blocks.evaluator.exact = not on
        elif event.name == "optimize":
            self.optimizes = True

    def _take_stop(self, event: Event, line: int) -> None:
        if self._version_late and event.name.startswith("include"):
            self.find(line, event.at, "directive", "this must stand before all other commands")
        self._stop(event, line, event.detail or f"`{event.name}` ends the assembly here")

    def stop(self, line: int, at: int, reason: str) -> None:
        """Note that the text can only be a part."""
        self._stop(Event("stop", "", at), line, reason)

    def _stop(self, event: Event, line: int, reason: str) -> None:
        self.stops = self.stops or not self.blocks.uncertain
        self._findings.append(Finding(line, event.at + 1, WARNING, "stops", reason))

    def _take_place(self, event: Event, line: int) -> None:
        """The line moves to another address; only that of an `org` with a number is known."""
        self._bar(event.name, event, line)
        self._leave(event, line)
        if event.name == "pad" or (event.name == "skip" and not self.blocks.struct):
            ahead = self.blocks.value(event.detail) if event.detail else 1
            if event.name == "pad" or ahead is None or ahead > 0:
                self._needs_place(event, line)
        if event.name.startswith("free"):
            self._free.append((event, line, self._section))
        elif event.name == "prot" and not self._free:
            self.find(line, event.at, "directive", "`prot` stands at the start of a free space only")
        if event.name == "org":
            self._placed = True
            value = self.blocks.value(event.detail)
            self._bank = None if value is None else int(value) >> 16
            if value is not None and int(value) & 0xFFFF >= _LAST_PAGE:
                self.doubts.add("place")
            if value is not None:
                self._starts[self._section + 1] = int(value)  # the section that this line begins
            self.flow.append(Flow(line, Step("end", 0, 0), ()))
        elif event.name not in ("skip", "fill", "pad", "rep", "startpos"):
            self._bank = None

    def _leave(self, event: Event, line: int) -> None:
        """Look at the bytes in a row that end here: asar writes them within one bank, of the ROM."""
        start, length = self._starts.get(self._section), self._offset + max(event.offset, 0)
        if start is None or not length:
            return
        if self._checks_banks and (start & 0xFFFF) + length > 0x10000:
            self._stop(event, line, f"the code from ${start:06X} to here leaves its bank")
        elif MAPPERS[self._mapper].offset(start) is None:
            self._stop(event, line, f"${start:06X}, where this code lies, is not in a ROM of {self._mapper}")

    def _here(self, event: Event) -> int | None:
        start = self._starts.get(self._section)
        return None if start is None or event.offset < 0 else start + self._offset + event.offset

    def _needs_place(self, event: Event, line: int) -> None:
        """What asks where the code stands before anything, not even a label, has given it a place."""
        touched = self._placed or self._section or self._offset or event.offset
        if not touched and all(place.static for place in self.places.values()):
            self._stop(event, line, f"nothing says where `{event.name}` stands; put an `org` before it")

    def _take_limit(self, event: Event, line: int) -> None:
        self._needs_place(event, line)
        limit, here = self.blocks.value(event.detail), self._here(event)
        if self._placed and (limit is None or here is None):
            self.doubts.add("place")
        if limit is not None and here is not None and here > limit:
            self._stop(event, line, f"the code ends at ${here:06X}, beyond ${int(limit):06X}")

    def _take_stack(self, event: Event, line: int) -> None:
        self._bar(event.name, event, line)
        if event.name not in PULLS:
            self._stacks.setdefault(event.name, []).append((line, event.at))
        elif not self._stacks.get(PULLS[event.name]):
            push = _shown(PULLS[event.name])
            self.find(line, event.at, "block", f"`{_shown(event.name)}` without a `{push}` before it")
        else:
            self._stacks[PULLS[event.name]].pop()
        if event.name == "pushns":
            self.names.push()
        elif event.name == "pullns":
            self.names.pull()
        elif event.name in ("pushpc", "pullpc", "pullbase"):
            self._bank = _FIRST_BANK if event.name == "pushpc" else None
            self.flow.append(Flow(line, Step("end", 0, 0), ()))

    def answer(self, event: Event, line: int, use: str = "static") -> bool | None:
        """Whether the condition of an event holds, None if the text does not tell; its faults are noted."""
        start = event.at + len(event.name) + 1
        words = words_of(event.detail, start)
        if use == "use":  # a message may stand behind the condition of an assertion
            words[-1] = split_arguments(*words[-1])[0]
        reading = read_condition(words, self.blocks.value)
        faults, events = all_checked(reading.values, use)
        for fault in faults:
            reason, fix = fault.reason.replace(STUB, "…"), "" if STUB in fault.fix else fault.fix
            self._findings.append(Finding(line, fault.at + 1, fault.severity, fault.code, reason, fix))
        if reading.fault:
            self.find(line, reading.at or start, "condition", reading.fault.replace(STUB, "…"))
        for value in events:
            _TAKE[value.kind](self, value, line)
        return reading.answer

    def _take_assert(self, event: Event, line: int) -> None:
        self.blocks.evaluator.here = self._here(event) if self._section else None
        holds = self.answer(event, line, "use")
        self.blocks.evaluator.here = None
        if holds is None and (self._placed or "pc(" not in event.detail.lower()):
            self.doubts.add("place")
        if holds is False:
            self._stop(event, line, f"the assertion `{event.detail[:40]}` does not hold")

    # -- blocks ---------------------------------------------------------------------------------

    def _take_open(self, event: Event, line: int) -> None:
        self.blocks.open(event, line, self)
        if event.name == "struct":
            name = self.blocks.struct
            if name in self.places and not self.blocks.uncertain and "\x01" not in name:
                self.find(line, event.at, "label-redefined", f"the struct `{name[:40]}` is defined twice")
            self.places.setdefault(name, Place(static=True))

    def _take_close(self, event: Event, line: int) -> None:
        self.blocks.close(event, line, self)

    def _take_else(self, event: Event, line: int) -> None:
        self.blocks.other(event, line, self)

    # -- the end --------------------------------------------------------------------------------

    def finish(self) -> list[Finding]:
        """Settle names, blocks and distances; the findings that this gives."""
        self.blocks.finish(self)
        for push, places in self._stacks.items():
            for line, at in places if push in _MUST_END else ():
                pull = _shown("pull" + push.removeprefix("push"))
                self.find(line, at, "block", f"`{_shown(push)}` without a `{pull}` after it", pull)
        for use in self._uses:
            self._settle(use)
        self._finish_places()
        return self._findings

    def _finish_places(self) -> None:
        """The last bytes in a row, and free space: an empty one needs no ROM."""
        self._leave(Event("place", "", 0), 1)
        last = (self._section, self._offset)
        for event, line, section in self._free[:1]:
            if last != (section + 1, 0):
                self._stop(event, line, "free space is that of a ROM, which is not here")

    def _settle(self, use: _Use) -> None:
        target = self._found(use.candidates)
        if target is None:
            letter = self._letters.get((use.line, use.column)) if self._letters else None
            if letter is None:
                self.stubs[use.name] = None
            else:
                self.find(use.line, use.column - 1, "no-such-form", letter)
        elif use.how == "branch":
            self._settle_branch(use, target)
        elif use.how == "near":
            self._settle_near(use, target)
        elif use.how == "too-early" or (use.how == "static" and not target.static):
            reason = f"the value of `{use.name[:40]}` is not settled yet where it is needed here"
            self.find(use.line, use.column - 1, "label-moves", reason)

    def _settle_branch(self, use: _Use, target: Place) -> None:
        distance = self._distance(use, target)
        if distance is None:
            self.doubts.add("length")
            return
        limit = 128 if use.length == 2 else 32768
        if not -limit <= distance < limit:
            far = "brl" if use.length == 2 else "jmp"
            reason = f"`{use.name}` is {distance} bytes away, out of a branch's reach"
            self.find(use.line, use.column - 1, "branch-range", reason, f"{far} {use.name}")

    def _distance(self, use: _Use, target: Place) -> int | None:
        """Bytes from behind a branch to its target, if the text tells."""
        if use.place is None or use.place.section < 0:
            return None
        behind = use.place.offset + use.length
        if target.value is not None and use.place.section in self._starts:
            return target.value - self._starts[use.place.section] - behind
        same = target.section == use.place.section and not target.static
        return target.offset - behind if same else None

    def _settle_near(self, use: _Use, target: Place) -> None:
        """A name in another bank takes 24 bits, and this instruction has no such form."""
        bank = target.bank if target.value is None else target.value >> 16
        here = use.place.bank if use.place else None
        if self.optimizes or bank is None or here is None:
            self.doubts.add("place")
        if self.optimizes or bank is None or here is None or bank == here:
            return
        reason = (
            f"`{use.name[:40]}` is in bank ${bank:02X}, this code in ${here:02X}: asar takes it for 24 bits"
        )
        self.find(use.line, use.column - 1, "label-width", f"{reason}; state the size, as in .w")


def _shown_name(name: str) -> str:
    """A name with `…` for what nobody knows of it."""
    return re.sub(f"{STUB}+", "…", name)


def _shown(stack: str) -> str:
    """A push or pull as it is written."""
    return f"warnings {stack[:4]}" if stack.endswith("warnings") else stack


_TAKE: dict[str, Callable[[Context, Event, int], None]] = {
    "arch": Context._take_arch,
    "asar": Context._take_asar,
    "assert": Context._take_assert,
    "assign": Context._take_assign,
    "branch": Context._take_branch,
    "call": Context._ask,
    "close": Context._take_close,
    "define-function": Context._take_define_function,
    "earlier": Context._use,
    "else": Context._take_else,
    "far": Context._take_far,
    "file": Context._take_file,
    "function": Context._take_function,
    "label": Context._take_label,
    "label-outside": Context._take_label_outside,
    "letter": Context._take_letter,
    "limit": Context._take_limit,
    "namespace": Context._take_namespace,
    "near": Context._use,
    "open": Context._take_open,
    "param": Context._take_param,
    "place": Context._take_place,
    "setting": Context._take_setting,
    "stack": Context._take_stack,
    "static": Context._use,
    "stop": Context._take_stop,
    "undef": Context._ask,
    "use": Context._use,
}
