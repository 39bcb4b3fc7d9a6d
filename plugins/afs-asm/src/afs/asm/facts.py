"""What one line of code says by itself: its faults, and the events that need the lines around it.

Facts depend on the line's text alone, so they are computed once for each different text.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .directives import CLOSES, DATA, DIRECTIVES, OPENS, READS_FILE, TAKES_EXPRESSION
from .expressions import BUILTIN_FUNCTIONS, STUB, Expression, expression
from .findings import ERROR, WARNING, Fault
from .instructions import mnemonics
from .legality import Verdict, judge
from .lines import parts, tidy
from .operands import balanced
from .statements import Statement, parse_statement
from .suggestions import unknown_command


class Event(NamedTuple):
    """Something to be settled in context: `kind` is label, assign, use, branch, call, function, param,
    open, close, else, file, macro, define-function, namespace or place. `offset` is the bytes that the
    line assembles to before it, -1 if nobody knows."""

    kind: str
    name: str
    at: int
    detail: str = ""
    offset: int = 0


class Facts(NamedTuple):
    """`length` is the bytes that the line assembles to, -1 if that depends on more than its text."""

    faults: tuple[Fault, ...] = ()
    events: tuple[Event, ...] = ()
    length: int = 0


EMPTY: Final = Facts()
#: Lines that cannot be judged alone: those continued in the next, and those that use defines.
CONTINUED: Final = Facts(length=-2)
WITH_DEFINES: Final = Facts(length=-3)

_PLAIN = re.compile(r"""[ \t]*([A-Za-z]{3})(?:\.([A-Za-z]))?(?:[ \t]+([^\s"'<%!=][^\s"'<]*))?\s*\Z""")
_PARAM = re.compile(r"<\^?(?:[A-Za-z_]\w*|\.\.\.(?:\[[^\]<>]*\])?)>", re.A)
_FUNCTION = re.compile(r"(\w+)\(([^()]*)\) ?= ?(.*)\Z", re.A | re.S)
_MACRO = re.compile(r"(\w+)\(([\w., \t]*)\)\Z", re.A)
_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.A)

#: Directives after which addresses no longer follow from what stands before.
_MOVES = frozenset("org base pushpc pullpc freespace freecode freedata skip pad incsrc rep while arch".split())


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
    for part in parts(code):
        neat = tidy(part.text)
        facts = _shifted(_statement_facts(neat), neat, part.text, part.start)
        faults += facts.faults
        events += (event._replace(offset=length) for event in facts.events) if length else facts.events
        length = -1 if length < 0 or facts.length < 0 else length + facts.length
    return Facts(tuple(faults), _one_line_blocks(events), length)


def _one_line_blocks(events: list[Event]) -> tuple[Event, ...]:
    """An `if` with more on its line may close there; one that does not ends with the line."""
    if any(event.kind == "open" and event.name in ("if", "while") for event in events[:1]):
        name = events[0].name
        if not any(event.kind == "close" and CLOSES[event.name] == name for event in events):
            events.append(Event("close", "end" + name, events[0].at))
    return tuple(events)


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
        return Facts(faults, (), verdict.length or (-1 if verdict.form else 0))
    events = [
        Event("branch", name, operand_at, str(verdict.length)) if name == verdict.target else Event("use", name, operand_at)
        for name in verdict.symbols
    ]
    events += _function_events(verdict.functions, operand_at)
    return Facts(faults, tuple(events), verdict.length or -1)


def _in_case(fix: str) -> str:
    head, blank, rest = fix.partition(" ")
    name, dot, suffix = head.partition(".")
    return name.upper() + dot + suffix + blank + rest


def _function_events(names: tuple[str, ...], at: int) -> list[Event]:
    return [Event("function", name, at) for name in names if name.lstrip("_").lower() not in BUILTIN_FUNCTIONS]


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
    at = 0
    while True:
        starts = [index for index in (text.find('"', at), text.find("'", at)) if index >= 0]
        if not starts:
            return -1
        first = min(starts)
        end = text.find(text[first], first + 1)
        if end < 0:
            return first
        at = end + 1


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


def _data(statement: Statement) -> Facts:
    head = statement.at - len(statement.name) - 1
    if not statement.operand:
        return Facts((Fault(head, ERROR, "operand-missing", f"{statement.name} needs at least one value"),), (), -1)
    width = DATA[statement.name]
    faults: list[Fault] = []
    events: list[Event] = []
    length = 0
    for item, start in split_arguments(statement.operand, statement.at):
        if item[:1] == '"' and item[-1:] == '"' and len(item) > 1:
            length += width * (len(item) - 2)
            continue
        length += width
        value = expression(item[1:] if item[:1] == "#" else item)
        fault, more = _checked(item, value, start, width)
        faults += fault
        events += more
    return Facts(tuple(faults), tuple(events), -1 if STUB in statement.operand else length)


def _checked(item: str, value: Expression, start: int, width: int) -> tuple[list[Fault], list[Event]]:
    """Faults and events of one expression that is to fit `width` bytes (0: any)."""
    if " " in item and not _quoted_blanks(item):
        reason = "asar takes a blank in an expression for its end"
        return [Fault(start + item.index(" "), ERROR, "operand-blank", reason, item.replace(" ", ""))], []
    if value.fault:
        return [Fault(start + value.at, ERROR, "expression", value.fault, value.fix)], []
    events = [Event("use", name, start) for name in value.symbols]
    events += _function_events(value.functions, start)
    literal = value.literal
    if width and literal is not None and not -(1 << (8 * width - 1)) <= literal < 1 << 8 * width:
        reason = f"{item[:24]} does not fit {8 * width} bits and is cut"
        return [Fault(start, WARNING, "cut-value", reason)], events
    return [], events


def _quoted_blanks(text: str) -> bool:
    return " " not in re.sub(r"""'[^']*'|"[^"]*\"""", "", text)


def split_arguments(text: str, start: int = 0) -> list[tuple[str, int]]:
    """The parts of `text` between top-level commas, with their indices counted from `start`."""
    if "(" not in text and '"' not in text and "'" not in text:
        found = []
        for item in text.split(","):
            found.append((item, start))
            start += len(item) + 1
        return found
    found = []
    depth, quote, begin = 0, "", 0
    for index, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        elif char == "," and depth <= 0:
            found.append((text[begin:index], start + begin))
            begin = index + 1
    found.append((text[begin:], start + begin))
    return found


def _assign(statement: Statement) -> Facts:
    name = statement.name
    at = max(statement.at - len(name) - 3, 0)
    if name[:1] == "'" and len(name) == 3:
        return EMPTY  # a character of the text table
    if STUB not in name and not _NAME.match(name.removeprefix("?")):
        reason = f"`{name[:24]}` cannot be assigned to: a name has letters, digits and _"
        return Facts((Fault(at, ERROR, "label-name", reason),))
    faults, events = _checked(statement.operand, expression(statement.operand), statement.at, 0)
    return Facts(tuple(faults), (*events, Event("assign", name, at, statement.operand)))


def _macro_call(statement: Statement) -> Facts:
    at = statement.at - len(statement.name) - 2
    return Facts((), (Event("call", statement.name, at),), -1)


def _define(statement: Statement) -> Facts:
    return EMPTY  # defines are resolved before; only a macro parameter can leave one here


def _directive(statement: Statement) -> Facts:
    name = statement.name
    head = max(statement.at - len(name) - 1, 0)
    least, most = DIRECTIVES[name]
    count = _words(statement.operand)
    length = -1 if name in _MOVES or name[:4] == "fill" else 0
    if not least <= count <= most:
        return Facts((_miscounted(statement, head, least, most, count),), (), length)
    if name in OPENS or name in CLOSES or name in ("else", "elseif"):
        return _block(statement, head)
    if name in TAKES_EXPRESSION and not (name == "base" and statement.operand.lower() == "off"):
        return _with_expression(statement, head, length)
    if name in READS_FILE:
        return Facts((), (Event("file", _first_word(statement.operand), head),), -1)
    if name == "function":
        return _function(statement, head)
    if name == "namespace":
        return Facts((), (Event("namespace", statement.operand, head),))
    if name == "autoclean":
        return _autoclean(statement)
    if name in ("assert", "print") and not balanced(_unquoted(statement.operand)):
        return Facts((Fault(statement.at, ERROR, "expression", "parentheses do not match"),))
    moved = (Event("place", name, head),) if length < 0 else ()
    return Facts((), moved, length)


def _miscounted(statement: Statement, head: int, least: int, most: int, count: int) -> Fault:
    if count < least:
        return Fault(head, ERROR, "operand-missing", f"{statement.name} needs {least} word{'s'[: least > 1]} after it")
    if statement.name in TAKES_EXPRESSION:
        fix = f"{statement.name} {statement.operand.replace(' ', '')}"
        return Fault(head, ERROR, "operand-blank", "asar takes a blank in an expression for its end", fix)
    wanted = "nothing" if most == 0 else f"at most {most}"
    return Fault(head, ERROR, "directive", f"{statement.name} takes {wanted} after it, not {count} words")


def _words(operand: str) -> int:
    if not operand:
        return 0
    return _unquoted(operand).count(" ") + 1 if " " in operand else 1


def _unquoted(text: str) -> str:
    return re.sub(r"""'[^']*'|"[^"]*\"""", "q", text)


def _first_word(operand: str) -> str:
    if operand[:1] == '"':
        return operand[1:].partition('"')[0]
    return operand.partition(" ")[0].partition(",")[0].partition(":")[0]


def _block(statement: Statement, head: int) -> Facts:
    name = statement.name
    if name in CLOSES:
        return Facts((), (Event("close", name, head),), -1)
    if name in ("else", "elseif"):
        return Facts((), (Event("else", name, head),), -1)
    if name == "macro":
        match = _MACRO.match(statement.operand)
        if not match:
            fault = Fault(statement.at, ERROR, "macro", "a macro is declared as `macro name(arguments)`")
            return Facts((fault,), (Event("open", "macro", head),), -1)
        return Facts((), (Event("open", "macro", head, match[1]),), -1)
    if name in ("if", "while") and not balanced(_unquoted(statement.operand)):
        fault = Fault(statement.at, ERROR, "expression", "parentheses do not match")
        return Facts((fault,), (Event("open", name, head),), -1)
    detail = _first_word(statement.operand) if name == "struct" else ""
    return Facts((), (Event("open", name, head, detail),), -1)


def _with_expression(statement: Statement, head: int, length: int) -> Facts:
    operand = statement.operand
    if statement.name == "bank" and operand.lower() in ("auto", "noassume"):
        return EMPTY
    faults, events = _checked(operand, expression(operand), statement.at, TAKES_EXPRESSION[statement.name])
    if statement.name == "rep" and operand[:1] == "$":
        reason = "this repeats the next line; the instruction REP needs an immediate"
        faults.append(Fault(head, WARNING, "rep-directive", reason, f"rep #{operand}"))
    if length < 0:
        events.append(Event("place", statement.name, head))
    return Facts(tuple(faults), tuple(events), length)


def _function(statement: Statement, head: int) -> Facts:
    match = _FUNCTION.match(statement.operand)
    if not match:
        return Facts((Fault(head, ERROR, "function", "a function is declared as `function name(a,b) = expression`"),))
    arguments = {argument.strip() for argument in match[2].split(",")}
    value = expression(match[3].replace(" ", ""))
    if value.fault:
        return Facts((Fault(statement.at + match.start(3), ERROR, "expression", value.fault, value.fix),))
    events = [Event("use", name, head) for name in value.symbols if name not in arguments]
    return Facts((), (Event("define-function", match[1], head), *events, *_function_events(value.functions, head)))


def _autoclean(statement: Statement) -> Facts:
    word, _, rest = statement.operand.partition(" ")
    if not rest:
        return Facts((), (Event("use", word, statement.at),) if _NAME.match(word) else ())
    name = word.lower().partition(".")[0]
    if name not in ("jsl", "jml", "dl"):
        return Facts((Fault(statement.at, ERROR, "directive", "autoclean takes jsl, jml or dl"),), (), -1)
    return Facts((), (Event("use", rest, statement.at + len(word) + 1),), 3 if name == "dl" else 4)


_BY_KIND = {
    "instruction": _instruction,
    "data": _data,
    "directive": _directive,
    "macro-call": _macro_call,
    "assign": _assign,
    "define": _define,
    "unknown": _unknown,
}
