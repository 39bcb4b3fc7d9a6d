"""What a line alone cannot tell: labels and their scope, macros, blocks, branch distances."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .directives import CLOSES
from .facts import Event, Facts
from .findings import ERROR, Finding


class _Use(NamedTuple):
    """A name as used: the full names it may stand for, and for a branch where it is."""

    name: str
    candidates: tuple[str, ...]
    line: int
    column: int
    place: tuple[int, int] | None
    reach: int


class Context:
    """Takes the events of each line in turn; `finish` settles what needed the whole text.

    A place is a pair of section and bytes from its start: places of one section have a known
    distance, and a new section begins wherever the text alone does not tell the bytes between.
    """

    def __init__(self) -> None:
        self.stubs: dict[str, None] = {}
        self.uncalled_lines: set[int] = set()
        self._arch = "65816"
        self._section = 0
        self._offset = 0
        self._places: dict[str, tuple[int, int] | None] = {}
        self._scope: list[str] = []
        self._namespace = ""
        self._blocks: list[tuple[str, int, int, str]] = []
        self._uses: list[_Use] = []
        self._nearby: dict[str, int] = {}
        self._macros: dict[str, range] = {}
        self._called: dict[str, None] = {}
        self._functions: set[str] = set()
        self._called_functions: dict[str, None] = {}
        self._findings: list[Finding] = []

    @property
    def foreign(self) -> bool:
        """Whether the lines here are for another processor, such as the sound chip."""
        return self._arch != "65816" or any(block[0] == "spcblock" for block in self._blocks)

    def stub(self, name: str) -> None:
        """Note a name that the text uses and does not define."""
        self.stubs[name] = None

    def advance(self, length: int) -> None:
        """Go on by one line of `length` bytes, -1 if nobody knows."""
        if length < 0:
            self._section += 1
            self._offset = 0
        else:
            self._offset += length

    def take(self, facts: Facts, line: int) -> None:
        """Take the events of line `line`."""
        for event in facts.events:
            _TAKE[event.kind](self, event, line)
        self.advance(facts.length)

    # -- labels ---------------------------------------------------------------------------------

    def _take_label(self, event: Event, line: int) -> None:
        if event.detail in ("plus", "minus") or event.name[:2] in ("?+", "?-"):
            self._define_nearby(event)
            return
        if "struct" in (block[0] for block in self._blocks):
            struct = next(block[3] for block in reversed(self._blocks) if block[0] == "struct")
            self._places.setdefault(f"{struct}{event.name}", None)
            return
        name = self._defined_name(event)
        if name:
            self._define(name, line, event.at, self._place(event))

    def _place(self, event: Event) -> tuple[int, int] | None:
        return None if event.offset < 0 else (self._section, self._offset + event.offset)

    def _define(self, name: str, line: int, at: int, place: tuple[int, int] | None) -> None:
        if name in self._places and not self._blocks and "\x01" not in name:
            reason = f"the label `{name[:40]}` is defined twice"
            self._findings.append(Finding(line, at + 1, ERROR, "label-redefined", reason))
        self._places[name] = place

    def _defined_name(self, event: Event) -> str:
        """The full name that a label definition gives; enters its scope unless it is written `#name:`."""
        bare = event.name.lstrip("?")
        level = len(bare) - len(bare.lstrip("."))
        short = bare[level:]
        if level > len(self._scope):
            self.stub(event.name)  # a sub-label without its parent
            self._scope += ["" for _ in range(level - len(self._scope))]
        full = f"{self._scope[level - 1]}_{short}" if level else short
        if event.detail != "aside":
            self._scope = [*self._scope[:level], full]
        return self._namespace + full

    def _define_nearby(self, event: Event) -> None:
        number = self._nearby.get(event.name, 0) + 1
        self._nearby[event.name] = number
        self._places[f"{event.name}{number}"] = self._place(event)

    def _take_assign(self, event: Event, line: int) -> None:
        self._define(event.name, line, event.at, None)

    def _take_use(self, event: Event, line: int) -> None:
        self._use(event, line, 0)

    def _take_branch(self, event: Event, line: int) -> None:
        self._use(event, line, int(event.detail))

    def _use(self, event: Event, line: int, reach: int) -> None:
        name = event.name
        here = self._place(event) if reach else None
        self._uses.append(_Use(name, self._candidates(name), line, event.at + 1, here, reach))

    def _candidates(self, name: str) -> tuple[str, ...]:
        bare = name.lstrip("?")
        if bare[:1] in "+-" and bare:
            return (f"{name}{self._nearby.get(name, 0) + (bare[0] == '+')}",)
        level = len(bare) - len(bare.lstrip("."))
        if level:
            parent = self._scope[level - 1] if level <= len(self._scope) else ""
            bare = f"{parent}_{bare[level:]}"
        if bare == "pc" or bare == "realbase":
            return ()
        return (self._namespace + bare, bare) if self._namespace else (bare,)

    # -- macros, functions, files ------------------------------------------------------------------

    def _take_call(self, event: Event, line: int) -> None:
        self._called[event.name] = None

    def _take_function(self, event: Event, line: int) -> None:
        self._called_functions[event.name] = None

    def _take_define_function(self, event: Event, line: int) -> None:
        self._functions.add(event.name)

    def _take_param(self, event: Event, line: int) -> None:
        if not any(block[0] == "macro" for block in self._blocks):
            self.stub(event.name)

    def _take_file(self, event: Event, line: int) -> None:
        self.stub(event.name)

    def _take_namespace(self, event: Event, line: int) -> None:
        name = event.name.strip('"')
        if name.lower().startswith("nested"):
            return
        self._namespace = "" if name.lower() in ("", "off") else name + "_"

    def _take_arch(self, event: Event, line: int) -> None:
        self._arch = event.name

    def _take_place(self, event: Event, line: int) -> None:
        """The line moves to an address that is not known here."""

    # -- blocks ---------------------------------------------------------------------------------

    def _take_open(self, event: Event, line: int) -> None:
        self._blocks.append((event.name, line, event.at + 1, event.detail))

    def _take_close(self, event: Event, line: int) -> None:
        opener = CLOSES[event.name]
        accepted = (opener, "while") if opener == "if" else (opener,)
        if not self._blocks or self._blocks[-1][0] not in accepted:
            reason = f"`{event.name}` closes no `{opener}`"
            self._findings.append(Finding(line, event.at + 1, ERROR, "block", reason))
            return
        kind, first, _, name = self._blocks.pop()
        if kind == "macro" and name:
            self._macros[name] = range(first, line)

    def _take_else(self, event: Event, line: int) -> None:
        if not self._blocks or self._blocks[-1][0] != "if":
            reason = f"`{event.name}` stands in no `if`"
            self._findings.append(Finding(line, event.at + 1, ERROR, "block", reason))

    # -- the end --------------------------------------------------------------------------------

    def finish(self) -> list[Finding]:
        """Settle names, blocks and distances; the findings that this gives."""
        for kind, line, column, _ in self._blocks:
            closer = next(word for word, opener in CLOSES.items() if opener == kind)
            self._findings.append(Finding(line, column, ERROR, "block", f"`{kind}` is not closed", closer))
        for use in self._uses:
            self._settle(use)
        for name in self._called:
            if name not in self._macros and "\x01" not in name:
                self.stub("%" + name)
        for name in self._called_functions:
            if name not in self._functions:
                self.stub(name + "()")
        for name, lines in self._macros.items():
            if name not in self._called:
                self.uncalled_lines.update(lines)
        return self._findings

    def _settle(self, use: _Use) -> None:
        found = next((name for name in use.candidates if name in self._places), None)
        if found is None:
            if use.candidates:
                self.stub(use.name)
            return
        target = self._places[found]
        if not target or not use.place or target[0] != use.place[0]:
            return
        distance = target[1] - use.place[1] - use.reach
        limit = 128 if use.reach == 2 else 32768
        if not -limit <= distance < limit:
            far = "brl" if use.reach == 2 else "jmp"
            reason = f"`{use.name}` is {distance} bytes away, out of a branch's reach"
            self._findings.append(
                Finding(use.line, use.column, ERROR, "branch-range", reason, f"{far} {use.name}")
            )


_TAKE: dict[str, Callable[[Context, Event, int], None]] = {
    "label": Context._take_label,
    "assign": Context._take_assign,
    "use": Context._take_use,
    "branch": Context._take_branch,
    "call": Context._take_call,
    "function": Context._take_function,
    "define-function": Context._take_define_function,
    "param": Context._take_param,
    "file": Context._take_file,
    "namespace": Context._take_namespace,
    "arch": Context._take_arch,
    "place": Context._take_place,
    "open": Context._take_open,
    "close": Context._take_close,
    "else": Context._take_else,
}
