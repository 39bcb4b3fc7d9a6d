"""The facts of data, directives and assignments."""

from __future__ import annotations

import re

from .directives import CLOSES, DATA, DIRECTIVES, OPENS, READS_FILE, TAKES_EXPRESSION
from .expressions import STUB, Expression, expression
from .facts import EMPTY, Event, Facts, function_events
from .findings import ERROR, WARNING, Fault
from .operands import balanced
from .statements import Statement

_FUNCTION = re.compile(r"(\w+)\(([^()]*)\) ?= ?(.*)\Z", re.A | re.S)
_MACRO = re.compile(r"(\w+)\(([\w., \t]*)\)\Z", re.A)
_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.A)
_QUOTED = re.compile(r"""'[^']*'|"[^"]*\"""")

#: Directives after which addresses no longer follow from what stands before.
_MOVING = "org base pushpc pullpc freespace freecode freedata skip pad incsrc rep while arch"
_MOVES = frozenset(_MOVING.split())


def data_facts(statement: Statement) -> Facts:
    head = statement.at - len(statement.name) - 1
    if not statement.operand:
        return Facts(
            (Fault(head, ERROR, "operand-missing", f"{statement.name} needs at least one value"),), (), -1
        )
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
    events += function_events(value.functions, start)
    literal = value.literal
    if width and literal is not None and not -(1 << (8 * width - 1)) <= literal < 1 << 8 * width:
        reason = f"{item[:24]} does not fit {8 * width} bits and is cut"
        return [Fault(start, WARNING, "cut-value", reason)], events
    return [], events


def _quoted_blanks(text: str) -> bool:
    return " " not in _QUOTED.sub("", text)


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


def assign_facts(statement: Statement) -> Facts:
    name = statement.name
    at = max(statement.at - len(name) - 3, 0)
    if name[:1] == "'" and len(name) == 3:
        return EMPTY  # a character of the text table
    if STUB not in name and not _NAME.match(name.removeprefix("?")):
        reason = f"`{name[:24]}` cannot be assigned to: a name has letters, digits and _"
        return Facts((Fault(at, ERROR, "label-name", reason),))
    faults, events = _checked(statement.operand, expression(statement.operand), statement.at, 0)
    return Facts(tuple(faults), (*events, Event("assign", name, at, statement.operand)))


def directive_facts(statement: Statement) -> Facts:
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
    if name == "arch":
        return Facts((), (Event("arch", statement.operand.lower(), head),), -1)
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
        return Fault(
            head, ERROR, "operand-missing", f"{statement.name} needs {least} word{'s'[: least > 1]} after it"
        )
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
    return _QUOTED.sub("q", text)


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
        return Facts(
            (Fault(head, ERROR, "function", "a function is declared as `function name(a,b) = expression`"),)
        )
    arguments = {argument.strip() for argument in match[2].split(",")}
    value = expression(match[3].replace(" ", ""))
    if value.fault:
        return Facts((Fault(statement.at + match.start(3), ERROR, "expression", value.fault, value.fix),))
    events = [Event("use", name, head) for name in value.symbols if name not in arguments]
    return Facts(
        (), (Event("define-function", match[1], head), *events, *function_events(value.functions, head))
    )


def _autoclean(statement: Statement) -> Facts:
    word, _, rest = statement.operand.partition(" ")
    if not rest:
        return Facts((), (Event("use", word, statement.at),) if _NAME.match(word) else ())
    name = word.lower().partition(".")[0]
    if name not in ("jsl", "jml", "dl"):
        return Facts((Fault(statement.at, ERROR, "directive", "autoclean takes jsl, jml or dl"),), (), -1)
    return Facts((), (Event("use", rest, statement.at + len(word) + 1),), 3 if name == "dl" else 4)
