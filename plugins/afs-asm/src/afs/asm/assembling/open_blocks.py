"""The blocks that `if`, `while` and `for` open while a text is assembled, and what lets them run."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from afs.asm.language.conditions import COMPARISONS, JOINERS
from afs.asm.language.faults import Broken

if TYPE_CHECKING:
    from afs.asm.language.statements import Statement

    from .assembly_pass import Pass

__all__ = ["CONDITIONALS", "OpenBlock", "holds"]

_WORDS = re.compile(r"""(?:"[^"]*"|'.'|[^\s"])+""")
_RANGE = re.compile(r"(\w+) = (.+?)\.\.(.+)\Z", re.A)


class OpenBlock:
    """``active`` while its statements count. ``skipped`` lies in one that is not. ``again`` tells a loop to
    go back to line ``first`` of the text it stands in."""

    def __init__(self, kind: str, *, skipped: bool = False, first: int = -1) -> None:
        self.kind = kind
        self.skipped = skipped
        self.first = first
        self.active = self.again = False
        self.next = self.end = 0
        self.variable = ""
        self.before: str | None = None


def holds(run: Pass, text: str, what: str) -> bool:
    """Whether the condition ``a``, ``a == b``, ``a && b > c`` … is true. `&&` and `||` do not mix."""
    words = _WORDS.findall(text)
    joint = ""
    while True:
        if not words:
            raise Broken("condition", f"`{what}` has no whole condition")
        result, words = _comparison(run, words, what)
        if not words:
            return result
        link, *words = words
        if link not in JOINERS or (joint and link != joint):
            raise Broken("condition", f"`{link[:24]}` has no place in the condition of `{what}`")
        joint = link
        if result != (link == "&&"):
            return result


def _comparison(run: Pass, words: list[str], what: str) -> tuple[bool, list[str]]:
    first, *rest = words
    if not rest or rest[0] in JOINERS:
        negated = first[:1] == "!"
        return (_number(run, first[negated:], what) > 0) != negated, rest
    if len(rest) < 2 or rest[0] not in COMPARISONS:
        raise Broken("condition", f"`{' '.join(words)[:40]}` is no condition")
    left, right = _number(run, first, what), _number(run, rest[1], what)
    return COMPARISONS[rest[0]](left, right), rest[2:]


def _number(run: Pass, text: str, what: str) -> float:
    value = run.evaluation.double(text)
    if run.evaluation.moving and what != "assert":
        raise Broken("label-moves", f"the condition of `{what}` cannot depend on a label")
    return value


def _if(run: Pass, statement: Statement) -> None:
    block = OpenBlock(statement.name, skipped=not run.counts, first=run.line_index)
    run.blocks.append(block)
    if block.skipped:
        return
    block.active = holds(run, statement.operand, statement.name)
    run.session.taken[len(run.blocks)] = block.active
    block.again = block.active and statement.name == "while"


def _elseif(run: Pass, statement: Statement) -> None:
    """The next branch of an `if`. asar takes it in a `for`, too, whose own part is never left out; what
    counts then is whether the last `if` as deep as it had a branch that was taken."""
    if run.blocks and run.blocks[-1].skipped:
        return
    answer = holds(run, run.resolved(run.filled(statement.operand)), statement.name)
    block = _open_if(run, statement.name, "for")
    depth = len(run.blocks)
    block.active = answer and not run.session.taken.get(depth, False)
    run.session.taken[depth] = run.session.taken.get(depth, False) or answer


def _else(run: Pass, statement: Statement) -> None:
    if statement.operand:
        raise Broken("operand-extra", f"`{statement.name}` takes nothing after it")
    block = _open_if(run, statement.name)
    depth = len(run.blocks)
    block.active = not block.skipped and not run.session.taken.get(depth, False)
    if not block.skipped:
        run.session.taken[depth] = True


def _open_if(run: Pass, name: str, *others: str) -> OpenBlock:
    if not run.blocks or run.blocks[-1].kind not in ("if", *others):
        raise Broken("block", f"`{name}` stands in no `if`")
    return run.blocks[-1]


def _end(run: Pass, statement: Statement) -> None:
    if statement.operand:
        raise Broken("operand-extra", f"`{statement.name}` takes nothing after it")
    if len(run.blocks) <= run.block_floor:
        raise Broken("block", f"`{statement.name}` closes nothing")
    block = run.blocks.pop()
    if statement.name != "end" + block.kind and run.counts:
        run.warn("block", f"`{statement.name}` closes a `{block.kind}`", f"end{block.kind}")
    if block.kind == "for" and block.active:
        _restore(run, block)
    if block.kind == "for" and run.more_on_line:
        raise Broken("block", "nothing may follow `endfor` on its line")
    if block.again and block.active and not block.skipped:
        run.go_back(block)


def _for(run: Pass, statement: Statement) -> None:
    if run.counts and not run.begins_line:
        raise Broken("block", "`for` must be the first on its line")
    block = run.returning
    if block is None:
        block = OpenBlock("for", skipped=not run.counts, first=run.line_index)
        if not block.skipped:
            _start_for(run, block, statement.operand)
    run.returning = None
    run.blocks.append(block)
    block.active = block.again = not block.skipped and block.next < block.end
    if block.active:
        block.before = run.defines.get(block.variable)
        run.defines[block.variable] = str(block.next)
        block.next += 1


def _start_for(run: Pass, block: OpenBlock, text: str) -> None:
    match = _RANGE.match(text)
    if not match or " " in match[2] + match[3]:
        raise Broken("condition", "a loop is written `for name = first..end`")
    block.variable = match[1]
    block.next = run.evaluation.fixed(match[2], "the range of `for`")
    block.end = run.evaluation.fixed(match[3], "the range of `for`")


def _restore(run: Pass, block: OpenBlock) -> None:
    if block.before is None:
        run.defines.pop(block.variable, None)
    else:
        run.defines[block.variable] = block.before


#: Directives that are looked at even where nothing else counts.
CONDITIONALS: Final[dict[str, Callable[[Pass, Statement], None]]] = {
    "if": _if,
    "while": _if,
    "for": _for,
    "elseif": _elseif,
    "else": _else,
    "endif": _end,
    "endwhile": _end,
    "endfor": _end,
}
