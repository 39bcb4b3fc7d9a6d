"""The facts of a logical line: its statements' facts together."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from afs.asm.language.directives import opened_on_line
from afs.asm.language.expressions import STUB
from afs.asm.language.findings import ERROR, WARNING, Fault
from afs.asm.language.legality import judge
from afs.asm.language.lines import QUOTED, Part, open_quote, parts, tidy
from afs.asm.language.statements import Statement, parse_statement
from afs.asm.language.suggestions import unknown_command

from .directive_facts import assign_facts, data_facts, directive_facts
from .facts import EMPTY, Event, Facts, Step
from .instruction_facts import instruction_facts
from .plain_lines import joined_facts, plain_facts
from .sound_facts import sound_facts

_FOR = re.compile(r"(end)?for(?: |\t|\Z)", re.I)
_PARAM = re.compile(rf"{QUOTED}|<<(?!:)|(<(?:[A-Za-z_]\w*|\.\.\.\[[^\]<>]*\])>)", re.A)


def facts_of_code(code: str, *, sound: bool = False) -> Facts:
    """The facts of one logical line's code, without comment; defines must be resolved already. With `sound`
    it is for the sound chip."""
    if " : " in code and not sound:
        joined = joined_facts(code)
        if joined:
            return joined
    found = parts(code)
    if len(found) == 1:
        return _part_facts(found[0], sound)
    faults: list[Fault] = [fault for number in range(len(found)) for fault in misplaced_for(found, number)]
    events: list[Event] = []
    steps: list[Step] = []
    length = 0
    for part in found:
        facts = _part_facts(part, sound)
        faults += facts.faults
        events += [replace(event, offset=length) for event in facts.events] if length else facts.events
        steps += facts.steps
        length = -1 if length < 0 or facts.length < 0 else length + facts.length
    closing = closing_event(events)
    if closing:
        events.append(closing)
    return Facts(tuple(faults), tuple(events), length, tuple(steps))


def misplaced_for(found: Sequence[Part], number: int) -> list[Fault]:
    """What is wrong with a loop that does not begin its line, or that ends before its line does."""
    word = _FOR.match(found[number].text)
    if word and not word[1] and number:
        return [Fault(found[number].start, ERROR, "block", "`for` must be the first on its line")]
    if word and word[1] and number + 1 < len(found):
        return [Fault(found[number].start, ERROR, "block", "nothing may follow `endfor` on its line")]
    return []


def _part_facts(part: Part, sound: bool) -> Facts:
    plain = plain_facts(part.text, part.start) if ";" not in part.text and not sound else None
    if plain:
        return plain
    neat = tidy(part.text)
    return _shifted(_statement_facts(neat, sound), neat, part.text, part.start)


def special_facts(code: str, sound: bool) -> Facts:
    """The facts of a statement marked with `@`, which asar passes over if it does not know it."""
    facts = facts_of_code(code, sound=sound)
    return EMPTY if any(fault.code == "unknown-command" for fault in facts.faults) else facts


def closing_event(events: Sequence[Event]) -> Event | None:
    """What closes an `if` that has more on its line: one of them ends with the line, if not before."""
    opened = 0
    for event in events:
        if event.kind in ("open", "close"):
            opened = opened_on_line(event.name, opened, more=event is not events[-1])
    return Event("close", "endif", 0) if opened else None


def _shifted(facts: Facts, neat: str, raw: str, start: int) -> Facts:
    """The facts of the tidy statement `neat`, with places counted in the line that has it as `raw`."""
    if not (facts.faults or facts.events or facts.steps) or (neat == raw and not start):
        return facts

    place = _places(neat, raw, start)

    return Facts(
        tuple([replace(fault, at=place(fault.at)) for fault in facts.faults]),
        tuple([replace(event, at=place(event.at)) for event in facts.events]),
        facts.length,
        tuple([replace(step, at=place(step.at)) for step in facts.steps]),
    )


def _places(neat: str, raw: str, start: int) -> Callable[[int], int]:
    """Where the character of `neat` at an index stands in the line; `raw` differs from it in blanks only."""
    if neat == raw:
        return lambda at: start + max(at, 0)
    solid = [index for index, char in enumerate(raw) if not char.isspace()]
    solid.append(len(raw))

    def place(at: int) -> int:
        before = sum(map(len, neat[: max(at, 0)].split()))
        return start + (solid[before] if at > 0 else 0)

    return place


def _statement_facts(text: str, sound: bool = False) -> Facts:
    quotes = open_quote(text)
    if quotes >= 0:
        return Facts((Fault(quotes, ERROR, "quotes", "a quote is not closed"),), (), -1)
    if text[:1] == "@":
        return special_facts(text[1:], sound)
    params: list[Event] = []
    if "<" in text:
        params = [Event("param", match[0], match.start()) for match in _PARAM.finditer(text) if match[1]]
        text = _PARAM.sub(lambda match: STUB * len(match[0]) if match[1] else match[0], text)
    statement = parse_statement(text)
    labels = [Event("label", label.name, label.at, label.kind) for label in statement.labels]
    facts = (_OF_SOUND if sound else _BY_KIND).get(statement.kind, _nothing)(statement)
    if not labels and not params:
        return facts
    return replace(facts, events=(*labels, *params, *facts.events))


def _nothing(statement: Statement) -> Facts:
    return EMPTY


def _instruction(statement: Statement) -> Facts:
    verdict = judge(statement.name, statement.suffix, statement.operand)
    at = statement.at - 1 - len(statement.name) - (len(statement.suffix) + 1 if statement.suffix else 0)
    head = statement.text[at : at + len(statement.name)]
    return instruction_facts(head, statement.operand, verdict, at, min(statement.at, len(statement.text)))


def _unknown(statement: Statement) -> Facts:
    if STUB in statement.name:
        return Facts(length=-1)
    at = max(statement.at - len(statement.name) - 1, 0)
    reason, fix = unknown_command(statement.name, statement.operand)
    return Facts((Fault(at, ERROR, "unknown-command", reason, fix),), (), -1)


def _dropped(statement: Statement) -> Facts:
    reason = f"asar passes over `{statement.name[:24]}`: a colon right behind a label separates nothing"
    head, rest = statement.text[: statement.at], statement.text[statement.at :].lstrip(": ")
    return Facts((Fault(statement.at, WARNING, "unknown-command", reason, f"{head}{rest}".rstrip()),))


def _macro_call(statement: Statement) -> Facts:
    at = statement.at - len(statement.name) - 2
    return Facts((), (Event("call", statement.name, at, statement.operand),), -1)


_BY_KIND: dict[str, Callable[[Statement], Facts]] = {
    "instruction": _instruction,
    "data": data_facts,
    "directive": directive_facts,
    "macro-call": _macro_call,
    "assign": assign_facts,
    "dropped": _dropped,
    "unknown": _unknown,
}
_OF_SOUND = {**_BY_KIND, "instruction": sound_facts, "unknown": sound_facts}
