"""What a line alone cannot tell: labels and their scope, blocks, stacks, banks, branch distances."""

from __future__ import annotations

import re

import msgspec

from afs.asm.language.character_table import CharacterTable
from afs.asm.language.expressions import STUB
from afs.asm.language.findings import ERROR, WARNING, Finding

from .block_events import BLOCK_EVENTS
from .blocks import Blocks
from .facts import Event, Facts, Step
from .function_calls import FUNCTION_EVENTS
from .label_events import LABEL_EVENTS
from .name_uses import USE_EVENTS, Use, settle
from .names import Names
from .place_events import FIRST_ADDRESS, FIRST_BANK, PLACE_EVENTS, finish_places
from .places import Place
from .setting_events import SETTING_EVENTS, finish_stacks
from .structs import OpenStruct

#: A line and a step on it, with the full names that the step's target may have; or no step, but a label that
#: is passed, with its full name, and whether it may stand within a routine.
Flow = tuple[int, Step | None, tuple[str, ...], bool]

_TAKE = {**BLOCK_EVENTS, **FUNCTION_EVENTS, **LABEL_EVENTS, **PLACE_EVENTS, **SETTING_EVENTS, **USE_EVENTS}


class Context(msgspec.Struct):
    """Takes the events of each line in turn; `finish` settles what needed the whole text.

    `stubs`: names that the text uses and does not define. `stops`: whether it can only be a part, since it
    stops, or is included by another. `doubts`: what only assembling can tell, the "length" of what a branch
    spans or the "place" of labels and code. `asked`: what is left to the checker once the line's other events
    are taken, calls of macros and `undef`. `tracks`: whether anything sets the widths of the registers, so
    that the way through the code, `flow`, matters. `fixed`: whether the line at hand says the same each time
    it is read, using no defines.
    """

    blocks: Blocks
    names: Names = msgspec.field(default_factory=Names)
    stubs: dict[str, None] = {}
    findings: list[Finding] = []
    asked: list[Event] = []
    doubts: set[str] = set()
    stops: bool = False
    tracks: bool = True
    flow: list[Flow] = []
    fixed: bool = True
    fixed_parent: bool = True
    #: Labels by full name, and the uses of names, to be settled at the end.
    labels: dict[str, Place] = {}
    uses: list[Use] = []
    letters: dict[tuple[int, int], str] = {}
    #: The struct that is being defined.
    struct: OpenStruct | None = None
    #: Functions that one call leads to, and whether they are being looked into.
    calling: dict[str, bool] = {}
    stacks: dict[str, list[tuple[int, int]]] = {}
    #: For each `pushpc`, the processor for which the code there is, and whether it goes to free space.
    pushed: list[tuple[str, bool]] = []
    #: Bytes in a row make a section; `starts` are the addresses of those that are placed.
    section: int = 0
    offset: int = 0
    bank: int | None = FIRST_BANK
    starts: dict[int, int] = msgspec.field(default_factory={0: FIRST_ADDRESS}.copy)
    free: list[tuple[Event, int, int]] = []
    #: Whether code goes to free space for certain, and the section in which a tag may be added to it.
    space: bool = False
    tag: int = -1
    placed: bool = False
    mapper: str = "lorom"
    checks_banks: bool = True
    #: The processor that lines are for, whether it is the sound chip, and whether it is one whose code is
    #: passed over.
    arch: str = "65816"
    sound: bool = False
    foreign: bool = False
    optimizes: bool = False
    #: Whether a directive that must come first would come too late.
    begun: bool = False
    last_line: int = 1

    def set_arch(self, arch: str, *, in_block: bool = False) -> None:
        """Take what follows for code of a processor; a `spcblock` is for the sound chip whatever is set."""
        self.arch = arch
        self.sound = in_block or arch.startswith("spc700")
        self.foreign = arch == "superfx" and not in_block

    @property
    def characters(self) -> CharacterTable:
        """What characters stand for here."""
        evaluator = self.blocks.evaluator
        evaluator.characters = evaluator.characters or CharacterTable()
        return evaluator.characters

    def stub(self, name: str) -> None:
        """Note a name that the text uses and does not define."""
        self.stubs[re.sub(f"{STUB}+", "…", name) if STUB in name else name] = None

    def find(self, line: int, at: int, code: str, reason: str, fix: str = "") -> None:
        """Note an error at index `at` of a line."""
        self.findings.append(Finding(line, at + 1, ERROR, code, reason, fix))

    def stop(self, line: int, at: int, reason: str) -> None:
        """Note that the text can only be a part."""
        self.stops = self.stops or not self.blocks.uncertain
        self.findings.append(Finding(line, at + 1, WARNING, "stops", reason))

    def place(self, event: Event) -> Place:
        """Where the line at hand has come to at `event`."""
        if event.offset < 0:
            return Place(-1, self.offset, self.bank)
        return Place(self.section, self.offset + event.offset, self.bank)

    def advance(self, length: int) -> None:
        """Go on by one line of `length` bytes, -1 if nobody knows."""
        self.begun = True
        if length < 0:
            self.section += 1
            self.offset = 0
        else:
            self.offset += length

    def take(self, facts: Facts, line: int) -> None:
        """Take what line `line` says."""
        blocks = self.blocks
        for event in facts.events:
            _TAKE[event.kind](self, event, line)
            if not blocks.live:
                return
        if facts.steps and self.tracks:
            self.take_steps(facts.steps, line)
        self.advance(facts.length)

    def take_event(self, event: Event, line: int) -> None:
        _TAKE[event.kind](self, event, line)

    def take_steps(self, steps: tuple[Step, ...], line: int) -> None:
        for step in steps:
            jumps = step.name and step.kind not in ("m", "x")
            self.flow.append((line, step, self.names.candidates(step.name) if jumps else (), False))

    def lose_widths(self, line: int) -> None:
        """Code that is not seen here may have set the widths of the registers."""
        self.flow.append((line, Step("lost", 0, 0), (), False))

    def interrupt(self, line: int) -> None:
        """What follows is not reached from what stands before it."""
        self.flow.append((line, Step("end", 0, 0), (), False))

    def value_of(self, name: str) -> float | None:
        """The number that is assigned to a label, if it is known by now."""
        found = self.found(self.names.candidates(name))
        return found.value if found else None

    def found(self, candidates: tuple[str, ...]) -> Place | None:
        """What the first of these names that is defined stands for."""
        for name in candidates:
            if name in self.labels:
                return self.labels[name]
        return None

    def finish(self) -> list[Finding]:
        """Settle names, blocks and distances; the findings that this gives."""
        self.blocks.finish(self, whole=True)
        finish_stacks(self)
        settle(self)
        finish_places(self)
        return self.findings
