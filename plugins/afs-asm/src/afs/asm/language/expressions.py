"""Operand expressions: whether they are well formed, how wide the assembler takes them to be, and
which names they use. Values are not computed here.

asar sizes an operand by its longest literal as written: two hex digits a byte, eight binary digits a
byte, decimals by value. A name may be of any width.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from .functions import misuse

#: Stands for a define or a macro parameter of unknown value.
STUB: Final = "\x01"

#: As many expressions within another asar computes at once; it refuses deeper ones.
MAX_DEPTH: Final = 249
#: By the usual order of operations, what stands behind an operator counts too.
_DEEP: Final = MAX_DEPTH // 2 - 2


class Expression(msgspec.Struct, frozen=True, gc=False):
    """What an expression consists of. `width` is that of its literals in bytes, 0 without any.

    `literal` is the value if the expression is one number. `named` tells whether asar takes a name in it into
    account where it sizes the whole, `open_width` whether that, or a value that is unknown, leaves the width
    open. `fault` says what is wrong at character `at`, and `fix` the right form of the whole expression where
    there is one. `calls` has each function's name and how many values it is given. `doubt` is the text if
    names, or what asar was told of computing, decide whether it has a value.
    """

    width: int
    literal: int | None
    symbols: tuple[str, ...]
    functions: tuple[str, ...]
    open_width: bool
    named: bool = False
    fault: str = ""
    at: int = 0
    fix: str = ""
    calls: tuple[tuple[str, int], ...] = ()
    doubt: str = ""

    @property
    def least(self) -> int:
        """The fewest bytes that asar may take it for: a label or a function is never taken for one."""
        return max(2, self.width) if self.named else self.width


_SIMPLE = re.compile(
    rf"(?:\$([0-9A-Fa-f]+)|([0-9]+)|%([01]+)|(\??(?:\.+\w|[A-Za-z_])[\w.]*)|[\w.$%]*{STUB}[\w.{STUB}]*)\Z",
    re.A,
)
_PREFIX = re.compile(r"(?:<:|[-+~])+")
_ATOM = re.compile(
    rf"""(?P<stub>[$%]?[\w.]*{STUB}[\w.{STUB}]*)
    |(?P<hex>\$[0-9A-Fa-f]+)(?!\w)
    |(?P<bin>%[01]+)(?!\w)
    |(?P<dec>[0-9][0-9.]*)(?![\w$])
    |(?P<name>\??(?:\.+\w|[A-Za-z_])[\w.]*)
    |(?P<char>'[\x00-\x7f]')
    |(?P<string>"[^"]*")
    |(?P<nearby>\??(?:\++|-+)(?=$|\)))
    |(?P<all>\.\.\.)
    """,
    re.X | re.A,
)
_OPERATOR = re.compile(r"\*\*|<<|>>|[-+*/%&|^]")
#: What may have no value though it is well formed.
_RISKY = re.compile(r"[/%]|<<|>>|\*\*")
_BITS = re.compile(r"[01]*")
_NEARBY = re.compile(r"\??(?:\++|-+)(?=$|\))")
_FIELD = re.compile(r"[\w.]*", re.A)

_cache: dict[str, Expression] = {}


def expression(text: str) -> Expression:
    """The parts of the expression `text`, which has no blanks outside quotes. Never raises."""
    known = _cache.get(text)
    if known is None:
        match = _SIMPLE.match(text)
        known = _simple(match) if match else _Scanner(text).scan()
        if len(_cache) > 20_000:
            _cache.clear()
        _cache[text] = known
    return known


def _simple(match: re.Match[str]) -> Expression:
    digits, decimal, binary, name = match.groups()
    if digits:
        return Expression((len(digits) + 1) // 2, int(digits, 16), (), (), False)
    if name:
        return Expression(0, None, (name,), (), True, True)
    if decimal:
        return Expression(decimal_width(decimal), int(decimal[:20]), (), (), False)
    if binary:
        return Expression((len(binary) + 7) // 8, int(binary[:64], 2), (), (), False)
    return Expression(0, None, (), (), True)


def decimal_width(digits: str) -> int:
    """The bytes that asar gives a decimal number, none to one that is negative in 32 bits."""
    value = int(digits[:20])
    if value >= 1 << 31:
        value = min(value, (1 << 63) - 1) & 0xFFFFFFFF
        if value >> 31:
            return 0
    return 1 if value < 0x100 else 2 if value < 0x10000 else 3


class _Open:
    """A parenthesis that is open: a group's, or a call's with the kinds of its values so far."""

    __slots__ = ("commas", "function", "kinds")

    def __init__(self, function: str) -> None:
        self.function = function
        self.kinds: list[str] = []
        self.commas = 0

    def value(self, kind: str) -> None:
        """Note the first atom of a value."""
        if len(self.kinds) == self.commas:
            self.kinds.append(kind)


class _Scanner:
    """Reads prefix, atom, operator in turn."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.width = 0
        self.symbols: list[str] = []
        self.calls: list[tuple[str, int]] = []
        self.stack: list[_Open] = []
        self.stubs = False
        self.named = False
        self.risky = False
        self.modulo = False

    def scan(self) -> Expression:
        fault = self._operand()
        while not fault and self.at < len(self.text):
            fault = self._after_operand()
        if not fault and self.stack:
            fault = "a parenthesis is not closed"
        doubt = ""
        if not fault and not self.stubs and (self.risky or _RISKY.search(self.text)):
            fault, doubt = _without_value(self.text)
        fix = _right_form(self.text) if fault else ""
        names = tuple(dict.fromkeys(self.symbols))
        functions = tuple(dict.fromkeys(name for name, _ in self.calls))
        named = self.named or bool(functions)
        wide = named or self.stubs
        calls = tuple(self.calls)
        return Expression(
            self.width, self._literal(), names, functions, wide, named, fault, self.at, fix, calls, doubt
        )

    def _literal(self) -> int | None:
        if self.text[:1] != "-":
            return None
        inner = _SIMPLE.match(self.text, 1)
        value = _simple(inner).literal if inner else None
        return None if value is None else -value

    def _operand(self) -> str:
        """Read prefixes, open parentheses, open calls and one atom; the fault if there is none."""
        while len(self.stack) < MAX_DEPTH:
            self.risky = self.risky or len(self.stack) > _DEEP
            prefix = None if _NEARBY.match(self.text, self.at) else _PREFIX.match(self.text, self.at)
            if prefix:
                self.at = prefix.end()
            if self.text[self.at : self.at + 1] == "(":
                self._push("")
                continue
            match = _ATOM.match(self.text, self.at)
            if not match:
                return self._no_atom()
            if not self._opens_call(match):
                return self._atom(match)
            if self.text[self.at : self.at + 1] == ")":
                return ""
        return f"parentheses are nested deeper than {MAX_DEPTH}"

    def _push(self, function: str) -> None:
        self.stack.append(_Open(function))
        self.at += 1

    def _opens_call(self, match: re.Match[str]) -> bool:
        if match.lastgroup != "name" or self.text[match.end() : match.end() + 1] != "(":
            return False
        self.at = match.end()
        self._push(match[0])
        return True

    def _atom(self, match: re.Match[str]) -> str:
        kind, value = match.lastgroup or "", match[0]
        self.at = match.end()
        if self.stack:
            self.stack[-1].value(kind)
        if kind == "hex":
            self.width = max(self.width, len(value) // 2)
        elif kind == "bin":
            self.width = max(self.width, (len(value) + 6) // 8)
        elif kind == "dec":
            whole, point, _ = value.partition(".")  # what follows a point is sized as a sub-label
            self.width = max(self.width, self._decimal_width(whole), 2 if point else 0)
        elif kind == "char":
            self.width = max(self.width, 1)
        elif kind == "name" and self.text[self.at : self.at + 1] == "[":
            return self._element(value)
        elif kind in ("name", "nearby"):
            self.symbols.append(value)
            alone = len(value) == len(self.text)
            self.named = self.named or kind == "name" or alone
            self.risky = self.risky or (kind == "nearby" and not alone)
        elif kind == "stub":
            self.stubs = True
        elif not (self.stack and self.stack[-1].function):
            self.at = match.start()
            return "a string is no number" if kind == "string" else f"`{value}` is no number"
        return ""

    def _decimal_width(self, digits: str) -> int:
        """Where a remainder is taken, asar sizes the digits 0 and 1 behind the `%` as binary ones."""
        if not self.modulo:
            return decimal_width(digits)
        self.modulo = False
        match = _BITS.match(digits)
        bits = match.end() if match else 0
        return max((bits + 7) // 8, decimal_width(digits[bits:] or "0"))

    def _element(self, name: str) -> str:
        """A struct's element, `Name[index].field`; the place is before the `[`."""
        end = self.text.find("]", self.at)
        if end < 0:
            return "a `[` is not closed"
        index = expression(self.text[self.at + 1 : end])
        if index.fault:
            self.at += 1 + index.at
            return index.fault
        field = _FIELD.match(self.text, end + 1)
        rest = field[0] if field else ""
        self.symbols += (name + rest, *index.symbols)
        self.named = True
        self.width = max(self.width, index.width)
        self.stubs = self.stubs or (index.open_width and not index.symbols)
        self.at = end + 1 + len(rest)
        return ""

    def _after_operand(self) -> str:
        char = self.text[self.at]
        if char == ")":
            if not self.stack:
                return "a parenthesis is closed that was never opened"
            return self._closed(self.stack.pop())
        if char == "," and self.stack and self.stack[-1].function:
            self.stack[-1].commas += 1
            self.at += 1
            return self._operand()
        match = _OPERATOR.match(self.text, self.at)
        if not match:
            return f"an operator was expected before `{_excerpt(self.text[self.at :])}`"
        self.at = match.end()
        self.modulo = match[0] == "%"
        return self._operand()

    def _closed(self, opened: _Open) -> str:
        self.at += 1
        if self.stack:
            self.stack[-1].value("dec")
        if not opened.function:
            return ""
        self.calls.append((opened.function, len(opened.kinds)))
        self.risky = True
        return misuse(opened.function, opened.kinds)

    def _no_atom(self) -> str:
        rest = self.text[self.at :]
        if not rest:
            return "a number or a name is missing at the end"
        if rest[0] == "$":
            return f"`{_excerpt(rest)}` is no hex number"
        if rest[0] == "%":
            return f"`{_excerpt(rest)}` is no binary number"
        if rest[0].isdigit():
            return f"`{_excerpt(rest)}` is no number"
        return f"a number or a name was expected, not `{_excerpt(rest)}`"


def _without_value(text: str) -> tuple[str, str]:
    """Why asar never computes an expression, if so; and the text if that is not settled by it alone."""
    from .evaluator import never_has_value

    fault, undecided = never_has_value(text)
    return fault, text if undecided else ""


def _excerpt(text: str) -> str:
    word = re.split(r"[\s,()]", text, maxsplit=1)[0] or text[:1]
    return word if len(word) <= 24 else word[:24] + "…"


_C_HEX = re.compile(r"\$?0[xX]([0-9A-Fa-f]+)\b")
_H_HEX = re.compile(r"(?<![\w$])([0-9][0-9A-Fa-f]*)[hH]\b")
_C_BIN = re.compile(r"(?<![\w$])0[bB]([01]+)\b")
_BANK = re.compile(r"^[\^`](\w+)$")
_LOW_HIGH = re.compile(r"^([<>])(\w+)$")


def _right_form(text: str) -> str:
    """The expression as asar would write it, or nothing if that cannot be told."""
    if len(text) > 200:
        return ""
    changed = _H_HEX.sub(r"$\1", _C_BIN.sub(r"%\1", _C_HEX.sub(r"$\1", text)))
    changed = _BANK.sub(r"<:\1", changed)
    match = _LOW_HIGH.match(changed)
    if match:
        changed = f"{match[2]}&$FF" if match[1] == "<" else f"{match[2]}>>8"
    return changed if changed != text and not _Scanner(changed).scan().fault else ""
