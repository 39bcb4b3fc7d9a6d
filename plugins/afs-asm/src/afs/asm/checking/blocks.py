"""The blocks that are open at a point of a text, and whether what stands there is assembled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from afs.asm.language.defines import Defines
from afs.asm.language.directives import CLOSES, CLOSES_CONDITION, CONDITIONS
from afs.asm.language.evaluator import Evaluator

from .answers import answer
from .facts import Event

if TYPE_CHECKING:
    from .context import Context


#: What may be open in a text beside conditions, and what each cannot stand in.
_REGIONS: Final = {"struct": ("struct",), "spcblock": ("struct", "spcblock")}


class _Block:
    """`taken` is whether the part that was or is assembled has been reached, None if nobody knows."""

    def __init__(self, event: Event, line: int, live: bool) -> None:
        self.name, self.at, self.line = event.name, event.at, line
        self.detail = event.detail
        self.outer_live = live
        self.taken: bool | None = True
        #: The variable of a `for`, and what it was before.
        self.variable = ""
        self.before: str | None = None
        #: How often a `for` runs, 0 if nobody knows.
        self.turns = 0
        #: Defines that are set within, whose values are not known afterwards.
        self.sets: set[str] = set()

    @property
    def uncertain(self) -> bool:
        return self.name in ("while", "for") or (self.name == "if" and self.taken is None)


class Blocks(msgspec.Struct):
    """The blocks that are `opened`, of which a macro closes none below its `floor`. `live` is false where a
    condition that the text decides leaves lines out; `loops` are the first and the last lines of loops that
    are run."""

    evaluator: Evaluator
    defines: Defines
    live: bool = True
    opened: list[_Block] = []
    floor: int = 0
    #: A struct or code for the sound chip, which conditions may begin or end in.
    regions: list[_Block] = []
    loops: list[tuple[int, int]] = []

    @property
    def uncertain(self) -> bool:
        """Whether what stands here is assembled never, once or often, for all that is known."""
        return any(block.uncertain for block in self.opened)

    @property
    def reads_else(self) -> bool:
        """Whether asar reads what an `elseif` here asks."""
        return bool(self.opened) and self.opened[-1].outer_live

    @property
    def repeats(self) -> bool:
        """Whether what stands here is assembled twice or more for certain, whatever the defines are."""
        turns = 0
        for block in self.opened:
            if block.name == "for":
                turns = max(turns, 1) * block.turns
            elif block.uncertain or (turns and block.name in CONDITIONS):
                return False
            if block.name == "for" and not block.turns:
                return False
        return turns > 1

    @property
    def struct(self) -> str:
        """The full name of the struct that is open, or nothing."""
        for block in self.regions:
            if block.name == "struct":
                words = block.detail.split(" ")
                return f"{words[2]}.{words[0]}" if len(words) == 3 else words[0]
        return ""

    def inside(self, name: str) -> bool:
        return any(block.name == name for block in self.regions)

    def value(self, text: str) -> float | None:
        return self.evaluator.value(text)

    def note_set(self, name: str) -> None:
        """Note that a define is set here."""
        for block in self.opened:
            if block.name in CONDITIONS:
                block.sets.add(name)

    def open(self, event: Event, line: int, context: Context) -> None:
        """Open a block; of a condition that is not met, what stands within is left out."""
        block = _Block(event, line, self.live)
        if event.name in _REGIONS:
            self._open_region(block, context)
            return
        self.opened.append(block)
        if event.name in ("if", "while") and self.live:
            block.taken = answer(context, event, line)
            self.live = block.taken is not False
            if event.name == "while" and block.taken and context.fixed and "(" not in event.detail:
                context.find(line, event.at, "condition", "this loop never ends")
        elif event.name == "for":
            block.variable, _, turns = event.detail.partition(" = ")
            block.before = self.defines.values.get(block.variable)
            self.defines.forget({block.variable})
            known = self._turns(turns)
            block.turns = known or 0
            self.live = self.live and known != 0

    def _open_region(self, block: _Block, context: Context) -> None:
        around = next((region.name for region in self.regions if region.name in _REGIONS[block.name]), "")
        if around and not self.uncertain:
            reason = f"a {block.name} cannot stand in a {around}"
            context.find(block.line, block.at, "block", reason)
        self.regions = [*(region for region in self.regions if region.name != block.name), block]

    def _close_region(self, event: Event, line: int, context: Context) -> None:
        name = CLOSES[event.name]
        if not self.inside(name) and not self.uncertain:
            context.find(line, event.at, "block", f"`{event.name}` closes no `{name}`")
        self.regions = [region for region in self.regions if region.name != name]

    def _turns(self, text: str) -> int | None:
        """How often a `for` runs, None if the text does not tell."""
        first, _, end = text.partition("..")
        values = self.value(first), self.value(end)
        return None if values[0] is None or values[1] is None else max(int(values[1]) - int(values[0]), 0)

    def other(self, event: Event, line: int, context: Context) -> None:
        """An `else` or `elseif`."""
        block = self.opened[-1] if self.opened else None
        if block and not block.outer_live and event.name == "elseif":
            return
        if block and block.name == "for" and event.name == "elseif":
            answer(context, event, line)
            block.taken = None
            self.live = block.outer_live
            return
        if block is None or block.name != "if":
            place = f"in a `{block.name}`" if block and block.name in CONDITIONS else "in no `if`"
            context.find(line, event.at, "block", f"`{event.name}` stands {place}")
            return
        if not block.outer_live:
            return
        holds = True if event.name == "else" else answer(context, event, line)
        if block.taken is not False:
            self.live = block.taken is None
            return
        block.taken = holds
        self.live = block.taken is not False

    def close(self, event: Event, line: int, context: Context) -> None:
        opener = CLOSES[event.name]
        if opener in _REGIONS:
            self._close_region(event, line, context)
            return
        accepted = CONDITIONS if event.name in CLOSES_CONDITION else frozenset({opener})
        if len(self.opened) <= self.floor or self.opened[-1].name not in accepted:
            context.find(line, event.at, "block", f"`{event.name}` closes no `{opener}`")
            return
        block = self.opened.pop()
        self.live = block.outer_live
        if block.name in ("for", "while") and self.live:
            self.loops.append((block.line, line))
        if block.uncertain:
            self.defines.forget(block.sets)
        if block.variable:
            self.defines.restore(block.variable, block.before)

    def finish(self, context: Context, depth: int = 0, *, whole: bool = False) -> None:
        """Tell of the blocks beyond `depth` that nobody closed, and close them; of all in a `whole` text."""
        if not self.opened and not self.regions:
            return
        for block in (*self.opened[depth:], *(self.regions if whole else ())):
            closer = next(word for word, opener in CLOSES.items() if opener == block.name)
            context.find(block.line, block.at, "block", f"`{block.name}` is not closed", closer)
        if len(self.opened) > depth:
            self.live = self.opened[depth].outer_live
            del self.opened[depth:]
