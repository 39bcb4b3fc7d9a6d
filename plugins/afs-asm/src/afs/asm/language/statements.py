"""One statement: its labels, what it does, and its operand."""

from __future__ import annotations

import re

import msgspec

from .directives import DATA, DIRECTIVES
from .expressions import STUB
from .instructions import mnemonics
from .operands import balanced

_WORD = rf"[A-Za-z_{STUB}][\w.{STUB}]*"
_SUB = rf"\.+[\w{STUB}][\w.{STUB}]*"
#: asar drops what stands behind the colon of a nearby label.
_LABEL = re.compile(
    rf"\??(?:\++|-+)(?::.*)?\Z|(?:#\??|\?){_WORD}:?\Z|#?\??{_SUB}:?\Z|{_WORD}:\Z", re.A | re.S
)
#: What labels begin with that do not end with a colon.
_MARKS = frozenset("+-?#.")
#: Directives that asar first tries as instructions: a size is forgotten then.
_SHORT = frozenset({"org", "pad", "rep"})
_SIZES = frozenset(("", "b", "w", "l", "d"))
_DEFINE = re.compile(r"!(\w+|\{[^}]*\})(?: (=|\+=|:=|#=|\?=)(?: (.*))?)?\Z", re.A | re.S)
_MACRO_CALL = re.compile(rf"% ?([\w{STUB}]+(?: [\w{STUB}]+)*) ?\((.*)\)\Z", re.A | re.S)


class Label(msgspec.Struct, frozen=True, gc=False):
    """A label as written, without its colon. `kind`: global, sub, macro, plus, minus, or aside for
    `#name:`, which leaves the parent of sub-labels as it is."""

    name: str
    kind: str
    at: int


class Statement(msgspec.Struct, frozen=True, gc=False):
    """A parsed statement.

    `kind` is instruction, data, directive, macro-call, define, assign, label, brace, dropped or unknown;
    `name` the mnemonic or directive in lower case, or the name that is called or set; `suffix` the
    letter after the mnemonic's dot, or a define's operator; `at` the operand's index in `text`.
    """

    text: str
    labels: tuple[Label, ...]
    kind: str
    name: str = ""
    suffix: str = ""
    operand: str = ""
    at: int = 0


def parse_statement(text: str) -> Statement:
    """Parse `text`, already tidy (see `lines.tidy`). Anything gives a statement."""
    labels: list[Label] = []
    at = 0
    while at < len(text):
        end = text.find(" ", at)
        word = text[at:] if end < 0 else text[at:end]
        marked = word[-1:] == ":" or word[:1] in _MARKS
        if not marked or text.startswith("= ", at + len(word) + 1) or not _LABEL.match(word):
            break
        labels.append(_label(word, at))
        at += len(word) + 1
    if at >= len(text):
        return Statement(text, tuple(labels), "label")
    if text[at] == ":" and text[at - 2 : at] == ": ":
        return Statement(text, tuple(labels), "dropped", text[at:], at=at)
    return _head(text, tuple(labels), at)


def _label(word: str, at: int) -> Label:
    name = word.lstrip("#")
    first = name[0]
    name = name.partition(":")[0] if name.lstrip("?")[0] in "+-" else name.removesuffix(":")
    kinds = {"+": "plus", "-": "minus", ".": "sub", "?": "macro"}
    return Label(name, "aside" if word[0] == "#" else kinds.get(first, "global"), at)


def _head(text: str, labels: tuple[Label, ...], at: int) -> Statement:
    word, _, operand = text[at:].partition(" ")
    if text.startswith("' ' ", at):
        word, operand = "' '", text[at + 4 :]
    if word[0] == "!":
        match = _DEFINE.match(text, at)
        if match and match[2]:
            name = match[1].strip("{}")
            return Statement(
                text, labels, "define", name, match[2], match[3] or "", _start(match, 3, len(text))
            )
    if word[0] == "%":
        match = _MACRO_CALL.match(text, at)
        if match and balanced(match[2]):
            name = match[1].replace(" ", "")
            return Statement(text, labels, "macro-call", name, "", match[2], match.start(2))
    if operand[:2] == "= " or operand == "=":
        return Statement(text, labels, "assign", word, "", operand[2:], at + len(word) + 3)
    return _command(text, labels, word, operand, at + len(word) + 1)


def _start(match: re.Match[str], group: int, default: int) -> int:
    start = match.start(group)
    return default if start < 0 else start


def _command(text: str, labels: tuple[Label, ...], word: str, operand: str, at: int) -> Statement:
    lower = word.lower()
    name, dot, suffix = lower.partition(".")
    sized = not dot or len(suffix) == 1 or STUB in suffix
    if name in _SHORT and suffix in _SIZES and operand[:1] not in ("#", "", STUB):
        return Statement(text, labels, "directive", name, suffix, operand, at)
    if name in mnemonics() and sized:
        return Statement(text, labels, "instruction", name, suffix, operand, at)
    kind = "data" if lower in DATA else "directive" if lower in DIRECTIVES else ""
    if word in ("{", "}") and not operand:
        kind = "brace"
    return Statement(text, labels, kind or "unknown", lower if kind else word, "", operand, at)
