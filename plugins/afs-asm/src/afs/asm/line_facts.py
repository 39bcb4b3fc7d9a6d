"""The facts of a logical line: its statements' facts together."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from .directive_facts import assign_facts, data_facts, directive_facts
from .directives import CLOSES_CONDITION
from .expressions import STUB, expression
from .facts import EMPTY, Event, Facts, Step, function_events
from .findings import ERROR, Fault
from .instructions import mnemonics
from .legality import Verdict, judge
from .lines import QUOTED, code_end, parts, tidy
from .statements import Statement, parse_statement
from .suggestions import unknown_command

_PLAIN = re.compile(r"""[ \t]*([A-Za-z]{3})(?:\.([A-Za-z]))?(?:[ \t]+([^\s"'<%!=][^\s"'<]*))?\s*\Z""")
_LABEL_ALONE = re.compile(r"[ \t]*(?:(\.\w+):?|([A-Za-z_]\w*):|(\++|-+):?)[ \t]*\Z", re.A)
_NEARBY_KINDS = {"+": "plus", "-": "minus"}
_CLOSED = re.compile(rf"""[^"']*(?:{QUOTED}[^"']*)*""")
_PARAM = re.compile(r"<(?:[A-Za-z_]\w*|\.\.\.\[[^\]<>]*\])>", re.A)


def facts_of_code(code: str) -> Facts:
    """The facts of one logical line's code, without comment; defines must be resolved already."""
    plain = _PLAIN.match(code)
    if plain:
        mnemonic = plain[1].lower()
        if mnemonic in mnemonics() and mnemonic != "rep":
            verdict = judge(mnemonic, (plain[2] or "").lower(), plain[3] or "")
            start = plain.start(3) if plain[3] else plain.start(1)
            step = _step(mnemonic, plain[3] or "", verdict, start)
            return _of_verdict(verdict, start, plain.start(1), plain[1].isupper(), step)
    label = _LABEL_ALONE.match(code)
    if label:
        kind = "sub" if label[1] else _NEARBY_KINDS[label[3][0]] if label[3] else "global"
        event = Event("label", label[1] or label[2] or label[3], label.start(label.lastindex or 0), kind)
        return Facts((), (event,))
    faults: list[Fault] = []
    events: list[Event] = []
    steps: list[Step] = []
    length = 0
    found = parts(code)
    for part in found:
        neat = tidy(part.text)
        facts = _shifted(_statement_facts(neat), neat, part.text, part.start)
        faults += facts.faults
        events += (replace(event, offset=length) for event in facts.events) if length else facts.events
        steps += facts.steps
        length = -1 if length < 0 or facts.length < 0 else length + facts.length
    closing = closing_event(events) if len(found) > 1 else None
    return Facts(tuple(faults), (*events, closing) if closing else tuple(events), length, tuple(steps))


def special_facts(code: str) -> Facts:
    """The facts of a statement marked with `@`, which asar passes over if it does not know it."""
    facts = facts_of_code(code[: code_end(code)])
    return EMPTY if any(fault.code == "unknown-command" for fault in facts.faults) else facts


def closing_event(events: Sequence[Event]) -> Event | None:
    """What closes an `if` that has more on its line: one of them ends with the line, if not before."""
    opened = [event for event in events if event.kind == "open" and event.name == "if"]
    closed = sum(event.kind == "close" and event.name in CLOSES_CONDITION for event in events)
    return Event("close", "endif", opened[0].at) if len(opened) > closed else None


def _shifted(facts: Facts, neat: str, raw: str, start: int) -> Facts:
    """The facts of the tidy statement `neat`, with places counted in the line that has it as `raw`."""
    if not (facts.faults or facts.events or facts.steps) or (neat == raw and not start):
        return facts

    def place(at: int) -> int:
        return start + (at if neat == raw else _raw_index(at, neat, raw))

    return Facts(
        tuple([replace(fault, at=place(fault.at)) for fault in facts.faults]),
        tuple([replace(event, at=place(event.at)) for event in facts.events]),
        facts.length,
        tuple([replace(step, at=place(step.at)) for step in facts.steps]),
    )


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


def _of_verdict(verdict: Verdict, operand_at: int, at: int, upper: bool, steps: tuple[Step, ...]) -> Facts:
    faults = verdict.faults
    length = verdict.length or -1
    if faults:
        faults = tuple(
            replace(
                fault,
                at=at if fault.at < 0 else operand_at + fault.at,
                fix=_in_case(fault.fix) if upper else fault.fix,
            )
            for fault in faults
        )
    if not verdict.symbols and not verdict.calls:
        return Facts(faults, (), length, steps) if faults or steps else _OF_LENGTH[length]
    how = "near" if verdict.near else "use"
    events = [
        Event("branch", name, operand_at, str(verdict.length))
        if name == verdict.target
        else Event(how, name, operand_at)
        for name in verdict.symbols
    ]
    events += function_events(verdict.calls, operand_at)
    if verdict.letter:
        events.append(Event("letter", "", operand_at, verdict.letter))
    return Facts(faults, tuple(events), length, steps)


#: Mnemonics by what they mean to the widths.
_STEPS = dict.fromkeys(("php", "plp", "xce", "clc", "sec"), "") | {
    **dict.fromkeys(("jsr", "jsl"), "call"),
    **dict.fromkeys(("rts", "rtl", "rti", "jmp", "jml", "bra", "brl", "stp"), "end"),
    **dict.fromkeys(("bcc", "bcs", "beq", "bmi", "bne", "bpl", "bvc", "bvs"), "go"),
}
#: Mnemonics whose immediates go with the flag M or X, and those that set these flags.
_SIZED = {
    **dict.fromkeys(("adc", "and", "bit", "cmp", "eor", "lda", "ora", "sbc"), "m"),
    **dict.fromkeys(("cpx", "cpy", "ldx", "ldy"), "x"),
    **dict.fromkeys(("rep", "sep"), ""),
}


def _step(mnemonic: str, text: str, verdict: Verdict, at: int) -> tuple[Step, ...]:
    kind = _STEPS.get(mnemonic)
    if kind is not None:
        name = text if verdict.symbols == (text,) else ""
        return (Step(kind or mnemonic, 0, at, name),)
    if verdict.form != "#e" or mnemonic not in _SIZED:
        return ()
    if mnemonic in ("rep", "sep"):
        value = expression(text[1:]).literal
        return (Step(mnemonic, -1 if value is None else value, at),)
    if verdict.length < 2:
        return ()
    return (Step(_SIZED[mnemonic], verdict.length - 1, at, f"{mnemonic} {text}"),)


def _in_case(fix: str) -> str:
    head, blank, rest = fix.partition(" ")
    name, dot, suffix = head.partition(".")
    return name.upper() + dot + suffix + blank + rest


def _statement_facts(text: str) -> Facts:
    quotes = _open_quote(text)
    if quotes >= 0:
        return Facts((Fault(quotes, ERROR, "quotes", "a quote is not closed"),), (), -1)
    if text[:1] == "@" and len(text) > 1:
        return special_facts(text[1:])
    params: list[Event] = []
    if "<" in text:
        params = [Event("param", match[0], match.start()) for match in _PARAM.finditer(text)]
        text = _PARAM.sub(lambda match: STUB * len(match[0]), text) if params else text
    statement = parse_statement(text)
    labels = [Event("label", label.name, label.at, label.kind) for label in statement.labels]
    facts = _BY_KIND.get(statement.kind, _nothing)(statement)
    if not labels and not params:
        return facts
    return replace(facts, events=(*labels, *params, *facts.events))


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
    operand_at = min(statement.at, len(statement.text))
    step = _step(statement.name, statement.operand, verdict, operand_at)
    return _of_verdict(verdict, operand_at, at, head.isupper(), step)


def _unknown(statement: Statement) -> Facts:
    if STUB in statement.name:
        return Facts(length=-1)
    at = max(statement.at - len(statement.name) - 1, 0)
    reason, fix = unknown_command(statement.name, statement.operand)
    return Facts((Fault(at, ERROR, "unknown-command", reason, fix),), (), -1)


def _macro_call(statement: Statement) -> Facts:
    at = statement.at - len(statement.name) - 2
    return Facts((), (Event("call", statement.name, at, statement.operand),), -1)


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
