"""Named addresses out of parsed sources: symbols, defines, and fields of structs that have a place."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from afs.asm import Define, Source, Symbol

__all__ = ["LOST", "Address", "Addresses", "comment_start"]

#: What reading another encoding leaves of a letter.
LOST = "\N{REPLACEMENT CHARACTER}"

# Four digits are an address of a bank; two are a number or an offset.
_ADDRESS = re.compile(r"\$[0-9A-Fa-f]{4}(?:[0-9A-Fa-f]{2})?")
_BANK_ADDRESS = len("$2100")
_NAME = re.compile(r"!?\w+")
_LETTER = re.compile(r"[^\W\d_]")
_ASSIGNING = frozenset({"=", ":=", "#=", "?="})


class Address(msgspec.Struct, frozen=True):
    """A symbol that names an address: ``value`` as ``$`` and four or six digits in upper case.

    ``start`` is the first line of its comment where that stands above it, else ``line``.
    """

    name: str
    value: str
    comment: str
    file: str
    line: int
    start: int


class Addresses:
    """Collects definitions file by file; :meth:`found` are those that are true everywhere.

    A name of four digits that the code only ever uses as an immediate value is a number and no
    address.
    """

    def __init__(self) -> None:
        self._defined: dict[str, Address] = {}
        self._immediate: set[str] = set()
        self._accessed: set[str] = set()
        #: Names that are defined differently in two places, of which one is an address.
        self.torn: dict[str, tuple[Address, Address]] = {}

    def add(self, source: Source) -> None:
        for address in _definitions(source):
            known = self._defined.setdefault(address.name, address)
            if known.value != address.value and (_is_address(known) or _is_address(address)):
                self.torn.setdefault(address.name, (known, address))
        for placed in source.statements:
            if placed.statement.kind == "instruction":
                operand = placed.statement.operand
                uses = self._immediate if operand[:1] == "#" else self._accessed
                uses.update(_NAME.findall(operand))

    def found(self) -> tuple[Address, ...]:
        """In the order in which they were defined first."""
        return tuple(
            address
            for name, address in self._defined.items()
            if _is_address(address) and name not in self.torn and not self._is_number(address)
        )

    def _is_number(self, address: Address) -> bool:
        short = len(address.value) == _BANK_ADDRESS
        return short and address.name in self._immediate and address.name not in self._accessed


def _is_address(address: Address) -> bool:
    return _ADDRESS.fullmatch(address.value) is not None


def _definitions(source: Source) -> Iterator[Address]:
    """Every symbol and define, with its value as written where that is no address."""
    own = {comment.line for comment in source.comments if comment.own_line}
    lines = {symbol.line for symbol in source.symbols} | {define.line for define in source.defines}
    places = _struct_places(source)
    for symbol in source.symbols:
        yield _address(symbol.name, _symbol_value(symbol, places), symbol, own, lines)
    for define in source.defines:
        value = define.value if define.operator in _ASSIGNING else f"{define.operator} {define.value}"
        yield _address(f"!{define.name}", value, define, own, lines)


def _address(name: str, value: str, at: Symbol | Define, own: set[int], lines: set[int]) -> Address:
    value = value.strip()
    if _ADDRESS.fullmatch(value):
        value = value.upper()
    comment, start = at.comment, at.line
    # A comment above several definitions in a row is the headline of them all.
    if not comment and at.line + 1 not in lines:
        comment, start = at.above, comment_start(own, at.line)
    comment = " ".join(comment.split())
    if not _LETTER.search(comment) or LOST in comment:
        comment, start = "", at.line
    return Address(name, value, comment, at.file, at.line, start)


def comment_start(own: set[int], line: int) -> int:
    """The first line of the comment block directly above ``line``; ``own`` are the lines of comments."""
    while line - 1 in own:
        line -= 1
    return line


def _struct_places(source: Source) -> dict[str, str]:
    """Structs that are placed at an address."""
    words = [
        placed.statement.operand.split()
        for placed in source.statements
        if placed.statement.kind == "directive" and placed.statement.name == "struct"
    ]
    return {word[0]: word[1] for word in words if len(word) == 2 and _ADDRESS.fullmatch(word[1])}


def _symbol_value(symbol: Symbol, places: dict[str, str]) -> str:
    place = places.get(symbol.name.partition(".")[0]) if "." in symbol.name else None
    if place is None or symbol.value is None:
        return symbol.text
    return f"${symbol.value:0{len(place) - 1}X}"
