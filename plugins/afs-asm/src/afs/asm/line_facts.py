"""The facts of a logical line: its statements' facts together."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .directive_facts import assign_facts, data_facts, directive_facts
from .directives import CLOSES
from .expressions import STUB
from .facts import EMPTY, Event, Facts, function_events
from .findings import ERROR, Fault
from .instructions import mnemonics
from .legality import Verdict, judge
from .lines import parts, tidy
from .statements import Statement, parse_statement
from .suggestions import unknown_command

_PLAIN = re.compile(r"""[ \t]*([A-Za-z]{3})(?:\.([A-Za-z]))?(?:[ \t]+([^\s"'<%!=][^\s"'<]*))?\s*\Z""")
_CLOSED = re.compile(r"""[^"']*(?:(?:"[^"]*"|'[^']*')[^"']*)*""")
_PARAM = re.compile(r"<\^?(?:[A-Za-z_]\w*|\.\.\.(?:\[[^\]<>]*\])?)>", re.A)


def facts_of_code(code: str) -> Facts:
    """The facts of one logical line's code, without comment; defines must be resolved already."""
    plain = _PLAIN.match(code)
    if plain:
        mnemonic = plain[1].lower()
        if mnemonic in mnemonics() and mnemonic != "rep":
            verdict = judge(mnemonic, (plain[2] or "").lower(), plain[3] or "")
            start = plain.start(3) if plain[3] else plain.start(1)
            return _of_verdict(verdict, start, plain.start(1), plain[1].isupper())
    faults: list[Fault] = []
    events: list[Event] = []
    length = 0
    found = parts(code)
    for part in found:
        neat = tidy(part.text)
        facts = _shifted(_statement_facts(neat), neat, part.text, part.start)
        faults += facts.faults
        events += (event._replace(offset=length) for event in facts.events) if length else facts.events
        length = -1 if length < 0 or facts.length < 0 else length + facts.length
    closing = closing_event(events) if len(found) > 1 else None
    return Facts(tuple(faults), (*events, closing) if closing else tuple(events), length)


def closing_event(events: Sequence[Event]) -> Event | None:
    """What closes an `if` that has more on its line: it ends with the line, if not before."""
    first = events[0] if events else None
    if first is None or first.kind != "open" or first.name not in ("if", "while"):
        return None
    if any(event.kind == "close" and CLOSES[event.name] == first.name for event in events):
        return None
    return Event("close", "end" + first.name, first.at)


def _shifted(facts: Facts, neat: str, raw: str, start: int) -> Facts:
    if not facts.faults and not facts.events:
        return facts
    faults = tuple(fault._replace(at=start + _raw_index(fault.at, neat, raw)) for fault in facts.faults)
    events = tuple(event._replace(at=start + _raw_index(event.at, neat, raw)) for event in facts.events)
    return Facts(faults, events, facts.length)


def _raw_index(at: int, neat: str, raw: str) -> int:
    """The index in `raw` of the character that `neat` has at `at`; they differ in blanks only."""
    if neat == raw or at <= 0:
        return max(at, 0)
    wanted = sum(not char.isspace() for char in neat[:at])
    for index, char in enumerate(raw):
        if not char.isspace():
            if wanted == 0:
                return index
            wanted -= 1
    return len(raw)


def _of_verdict(verdict: Verdict, operand_at: int, at: int, upper: bool) -> Facts:
    faults = verdict.faults
    if faults:
        faults = tuple(
            fault._replace(
                at=at if fault.at < 0 else operand_at + fault.at,
                fix=_in_case(fault.fix) if upper else fault.fix,
            )
            for fault in faults
        )
    if not verdict.symbols and not verdict.functions:
        length = verdict.length or -1
        return Facts(faults, (), length) if faults else _OF_LENGTH[length]
    events = [
        Event("branch", name, operand_at, str(verdict.length))
        if name == verdict.target
        else Event("use", name, operand_at)
        for name in verdict.symbols
    ]
    events += function_events(verdict.functions, operand_at)
    return Facts(faults, tuple(events), verdict.length or -1)


def _in_case(fix: str) -> str:
    head, blank, rest = fix.partition(" ")
    name, dot, suffix = head.partition(".")
    return name.upper() + dot + suffix + blank + rest


def _statement_facts(text: str) -> Facts:
    quotes = _open_quote(text)
    if quotes >= 0:
        return Facts((Fault(quotes, ERROR, "quotes", "a quote is not closed"),), (), -1)
    params: list[Event] = []
    if "<" in text:
        params = [Event("param", match[0], match.start()) for match in _PARAM.finditer(text)]
        text = _PARAM.sub(lambda match: STUB * len(match[0]), text) if params else text
    statement = parse_statement(text)
    labels = [Event("label", label.name, label.at, label.kind) for label in statement.labels]
    facts = _BY_KIND.get(statement.kind, _nothing)(statement)
    if not labels and not params:
        return facts
    return Facts(facts.faults, (*labels, *params, *facts.events), facts.length)


def _open_quote(text: str) -> int:
    """Index of a quote that nobody closes, or -1."""
    match = _CLOSED.match(text)
    end = match.end() if match else 0
    return end if end < len(text) else -1


def _nothing(statement: Statement) -> Facts:
    return EMPTY


def _instruction(statement: Statement) -> Facts:
    verdict = judge(statement.name, statement.suffix, statement.operand)
    at = statement.at - 1 - len(statement.name) - (len(statement.suffix) + 1 if statement.suffix else 0)
    head = statement.text[at : at + len(statement.name)]
    return _of_verdict(verdict, min(statement.at, len(statement.text)), at, head.isupper())


def _unknown(statement: Statement) -> Facts:
    if STUB in statement.name:
        return Facts(length=-1)
    at = max(statement.at - len(statement.name) - 1, 0)
    reason, fix = unknown_command(statement.name, statement.operand)
    return Facts((Fault(at, ERROR, "unknown-command", reason, fix),), (), -1)


def _macro_call(statement: Statement) -> Facts:
    at = statement.at - len(statement.name) - 2
    return Facts((), (Event("call", statement.name, at),), -1)


#: Lines of which nothing is to be said but how long they are.
_OF_LENGTH = {length: Facts((), (), length) for length in range(-1, 17)}

_BY_KIND: dict[str, Callable[[Statement], Facts]] = {
    "instruction": _instruction,
    "data": data_facts,
    "directive": directive_facts,
    "macro-call": _macro_call,
    "assign": assign_facts,
    "unknown": _unknown,
}
