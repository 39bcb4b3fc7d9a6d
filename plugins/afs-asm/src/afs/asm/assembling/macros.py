"""Macros: their declaration, and the text of a call with the arguments put in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from afs.asm.language.arguments import split_arguments, words_of
from afs.asm.language.faults import Broken
from afs.asm.language.lines import LogicalLine
from afs.asm.language.operands import balanced

if TYPE_CHECKING:
    from .assembly_pass import Pass

__all__ = ["INDEX", "PLACE", "Call", "Macro", "declared", "parse_call", "unquoted", "with_arguments"]

_DECLARATION = re.compile(r"macro([A-Za-z_]\w*)\((.*)\)\Z", re.A | re.I)
_PARAMETER = re.compile(r"[A-Za-z_]\w*\Z|\.\.\.\Z", re.A)
_CALL = re.compile(r"%(\w+)\((.*)\)\Z", re.A | re.S)
#: An argument's place; `<<` is a shift, and nothing with a blank in front or a colon in it is one. asar
#: takes the text from `<:` to a later `>` for one, too.
PLACE: Final = re.compile(r"<<(?!:)|<(?! )(?:\.\.\.\[([^<>:]*)\]|(:?[^<>:]*))>")
#: An expression that stands for one of any number of values, written without `...[`.
INDEX: Final = re.compile(r"(?![A-Za-z_]\w*\Z)[^:.]", re.A)


class Macro(NamedTuple):
    """A declared macro; ``lines`` are its body."""

    name: str
    parameters: tuple[str, ...]
    variadic: bool
    lines: tuple[LogicalLine, ...]
    file: str


class Call(NamedTuple):
    """A call in progress."""

    macro: Macro
    arguments: tuple[str, ...]

    @property
    def variadic_count(self) -> int:
        return len(self.arguments) - len(self.macro.parameters)


def declared(code: str) -> tuple[str, tuple[str, ...], bool]:
    """Name, parameters, and whether any number of arguments may follow; asar reads it without blanks."""
    match = _DECLARATION.match(without_blanks(code))
    if not match:
        raise Broken("macro", "a macro is declared as `macro name(arguments)`")
    names = tuple(match[2].split(",")) if match[2] else ()
    wrong = next((name for name in names if not _PARAMETER.match(name)), None)
    if wrong is not None or "..." in names[:-1] or len(set(names)) != len(names):
        raise Broken("macro", f"the parameters `{match[2][:60]}` are no list of different names")
    variadic = names[-1:] == ("...",)
    return match[1], names[:-1] if variadic else names, variadic


def parse_call(text: str) -> tuple[str, tuple[str, ...]]:
    """Name and arguments of `%name(a,b)`."""
    match = _CALL.match(text)
    if not match:
        raise Broken("macro", "a macro is called as `%name(arguments)`")
    if not balanced(match[2]):
        raise Broken("macro", "parentheses do not match in the call of a macro")
    items = split_arguments(match[2]) if match[2].strip(" ") else []
    return match[1], tuple(without_blanks(item) for item, _ in items)


def without_blanks(text: str) -> str:
    """``text`` without the blanks outside of quotes, as asar reads the arguments of a call."""
    return "".join(word for word, _ in words_of(text)) if " " in text else text


def called(macro: Macro, arguments: Sequence[str]) -> Call:
    """The call, if the number of arguments is right."""
    wanted = len(macro.parameters)
    if len(arguments) < wanted or (len(arguments) > wanted and not macro.variadic):
        least = "at least " if macro.variadic else ""
        raise Broken("macro", f"%{macro.name} takes {least}{wanted} arguments, not {len(arguments)}")
    return Call(macro, tuple(arguments))


def with_arguments(text: str, call: Call | None, run: Pass) -> str:
    """``text`` with each `<parameter>` replaced by the argument of ``call``."""
    if call is None or "<" not in text:
        return text

    def put(match: re.Match[str]) -> str:
        if match[0].startswith("<<"):
            return match[0]
        return unquoted(_argument(match, call, run))

    return PLACE.sub(put, text)


def _argument(match: re.Match[str], call: Call, run: Pass) -> str:
    if match[1] is not None and call.macro.variadic:
        return _variadic(match[1], call, run)
    name = match[0] if match[2] is None else run.resolved(match[2]).strip()
    if name in call.macro.parameters:
        return call.arguments[call.macro.parameters.index(name)]
    if call.macro.variadic and INDEX.match(name):
        return _variadic(name, call, run)
    raise Broken("macro-parameter", f"%{call.macro.name} has no parameter `{name[:40]}`")


def _variadic(text: str, call: Call, run: Pass) -> str:
    index = run.evaluation.number(run.resolved(text))
    if not 0 <= index < call.variadic_count:
        reason = (
            f"%{call.macro.name} was called with {call.variadic_count} more arguments, none is number {index}"
        )
        raise Broken("macro-parameter", reason)
    return call.arguments[len(call.macro.parameters) + index]


def unquoted(text: str) -> str:
    """A text without its quotes, in which two quotes stand for one."""
    if text[:1] != '"':
        return text
    if len(text) < 2 or text[-1] != '"':
        raise Broken("quotes", "something stands behind the closing quote")
    return text[1:-1].replace('""', '"')
