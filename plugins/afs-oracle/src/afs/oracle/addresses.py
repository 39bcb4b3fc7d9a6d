"""Names and their values out of parsed sources: addresses, and the numbers that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from afs.asm import Define, LabelDefinition, Source, Symbol
from afs.oracle.bit_fields import bits, values
from afs.oracle.comment_text import certain, cleaned, flowed, is_list, usable
from afs.oracle.comments import Comments
from afs.oracle.layout import laid_out

__all__ = ["Address", "Addresses", "notes_of"]

# Four digits are an address of a bank; two are a number or an offset.
_ADDRESS = re.compile(r"\$[0-9A-Fa-f]{4}(?:[0-9A-Fa-f]{2})?")
_PAGE = re.compile(r"\$[0-9A-Fa-f]{1,2}")
_NUMBER = re.compile(r"#?-?(?:\$[0-9A-Fa-f]+|%[01]+|[0-9]+)")
_BANK_ADDRESS = len("$2100")
#: Such as ``LENGTH: 0x10``, on a line of its own.
_FIELD = re.compile(r" (?=[A-Z]{4}[A-Z ]*: )()")
#: A sentence that is over, and behind it one that is not: it goes on beside the next definition.
_CUT = re.compile(r"(?=.{30}).*[.!?]\s+\S.*[^.!?:)\s]\Z")
_NAME = re.compile(r"!?\w+")
_ASSIGNING = frozenset({"=", ":=", "#=", "?="})


class Address(msgspec.Struct, frozen=True):
    """A name and its value: for an address ``$`` and four or six digits in upper case.

    ``start`` is the first line of its comment, or of the ``org`` that gives it its value, where that
    stands above it, else ``line``, ``last`` its last line; ``notes`` are the lines of the comment.
    """

    name: str
    value: str
    notes: tuple[str, ...]
    file: str
    line: int
    start: int
    last: int = 0

    @property
    def end(self) -> int:
        return max(self.line, self.last)

    @property
    def span(self) -> tuple[str, int, int]:
        """File, first and last line of what gives it its value."""
        return self.file, self.line if self.notes else self.start, self.line

    @property
    def comment(self) -> str:
        """On one line, or on several where the comment lists something."""
        if is_list(self.notes):
            return "\n".join(self.notes)
        return _FIELD.sub(r"\n\1", flowed(self.notes)).strip()

    @property
    def number(self) -> int | None:
        """The value where that is a plain number."""
        if not _NUMBER.fullmatch(self.value):
            return None
        digits = self.value.lstrip("#-")
        base = {"$": 16, "%": 2}.get(digits[0], 10)
        number = int(digits.lstrip("$%"), base)
        return -number if "-" in self.value else number


class Addresses:
    """Collects definitions file by file; what it finds is true everywhere.

    A name of four digits that the code only ever uses as an immediate value is a number and no
    address.
    """

    def __init__(self) -> None:
        self._defined: dict[str, Address] = {}
        self._immediate: set[str] = set()
        self._accessed: set[str] = set()
        self._different: dict[str, list[Address]] = {}
        self._placed: dict[str, Address] = {}
        #: Names that are defined differently in two places, of which one is an address.
        self.torn: dict[str, tuple[Address, Address]] = {}

    def add(self, source: Source, comments: Comments) -> None:
        for address in _definitions(source, comments):
            known = self._defined.setdefault(address.name, address)
            if known.value == address.value:
                continue
            self._different.setdefault(address.name, [known]).append(address)
            if _is_address(known) or _is_address(address):
                self.torn.setdefault(address.name, (known, address))
        for address in _placed_labels(source):
            if self._placed.setdefault(address.name, address).value != address.value:
                self.torn.setdefault(address.name, (self._placed[address.name], address))
        for placed in source.statements:
            if placed.statement.kind == "instruction":
                operand = placed.statement.operand
                uses = self._immediate if operand[:1] == "#" else self._accessed
                uses.update(_NAME.findall(operand))

    def found(self) -> tuple[Address, ...]:
        """Addresses, in the order in which they were defined first."""
        return tuple(
            address for address in self._sure() if _is_address(address) and not self._is_number(address)
        )

    def placed(self) -> tuple[Address, ...]:
        """Labels right behind ``org``, with the address that it sets."""
        return tuple(
            label
            for name, label in self._placed.items()
            if name not in self.torn and name not in self._defined
        )

    def constants(self) -> tuple[Address, ...]:
        """Names for plain numbers."""
        return tuple(
            address
            for address in self._sure()
            if _NUMBER.fullmatch(address.value) and (not _is_address(address) or self._is_number(address))
        )

    def pages(self) -> tuple[Address, ...]:
        """Names of two digits that the code only ever uses as a place: they lie in the direct page."""
        names = self._accessed - self._immediate
        return tuple(one for one in self.constants() if one.name in names and _PAGE.fullmatch(one.value))

    def local(self) -> tuple[Address, ...]:
        """Every definition of the names that files define differently and that are no addresses."""
        return tuple(
            one
            for name, several in self._different.items()
            if name not in self.torn
            for one in several
            if _NUMBER.fullmatch(one.value)
        )

    def _sure(self) -> Iterator[Address]:
        return (address for name, address in self._defined.items() if name not in self._different)

    def _is_number(self, address: Address) -> bool:
        short = len(address.value) == _BANK_ADDRESS
        return short and address.name in self._immediate and address.name not in self._accessed


def _is_address(address: Address) -> bool:
    return _ADDRESS.fullmatch(address.value) is not None


def _definitions(source: Source, comments: Comments) -> Iterator[Address]:
    """Every symbol, define and label in memory, with its value as written where that is no address."""
    laid = list(laid_out(source))
    lines = {symbol.line for symbol in source.symbols} | {define.line for define in source.defines}
    lines |= {label.line for label, _ in laid}
    places = _struct_places(source)
    for symbol in source.symbols:
        yield _address(symbol.name, _symbol_value(symbol, places), symbol, comments, lines)
    for label, value in laid:
        yield _address(label.name, value, label, comments, lines)
    for define in source.defines:
        value = define.value if define.operator in _ASSIGNING else f"{define.operator} {define.value}"
        yield _address(f"!{define.name}", value, define, comments, lines)


def _address(
    name: str, value: str, at: Symbol | Define | LabelDefinition, comments: Comments, lines: set[int]
) -> Address:
    value = value.strip()
    if _ADDRESS.fullmatch(value):
        value = value.upper()
    notes, start, end = notes_of(name, at, comments)
    # Above several definitions in a row it is the headline of them all, but for bits: those of the first.
    if start < at.line and at.line + 1 in lines and not (_ADDRESS.fullmatch(value) and bits(notes)):
        notes = []
    if start == end == at.line and _is_torn(at.line, comments, lines):
        notes = []
    notes = certain(notes)
    if not usable("\n".join(notes)):
        notes, start, end = [], at.line, at.line
    return Address(name, value, tuple(notes), at.file, at.line, start if notes else at.line, end)


def notes_of(
    name: str, at: Symbol | Define | LabelDefinition, comments: Comments
) -> tuple[list[str], int, int]:
    """The comment behind a definition, else the one above it with what stands right below; its lines."""
    behind, end = comments.behind(at.line)
    if notes := cleaned(behind or [at.comment], (name,)):
        return notes, at.line, end
    above, start = comments.block(at.line), comments.start(at.line)
    under, end = comments.under(at.line)
    listed = cleaned(under)
    if not (comments.is_deeper(at.line) or bits(listed) or values(listed)):
        under, end = [], at.line
    return cleaned([*above, *under], (name,)), start, end


def _is_torn(line: int, comments: Comments, lines: set[int]) -> bool:
    """Whether a comment is one of several behind definitions that only make sense together."""
    pairs = ((line, line + 1), (line - 1, line))
    return any(
        one in lines
        and other in lines
        and comments.behind(other)[0]
        and _CUT.match("\n".join(comments.behind(one)[0]).strip())
        for one, other in pairs
    )


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


def _placed_labels(source: Source) -> Iterator[Address]:
    """Labels that stand right behind ``org $XXXXXX``."""
    names = {label.line: label for label in source.labels if label.kind == "global"}
    place, org, based, in_macro = "", 0, False, False
    for placed in source.statements:
        statement = placed.statement
        if statement.kind == "directive" and statement.name in ("macro", "endmacro"):
            in_macro = statement.name == "macro"
        if place and not in_macro and (label := names.get(placed.line)):
            yield Address(label.name, place, (), source.file, label.line, org)
        place = ""
        if statement.kind == "directive" and not in_macro:
            if statement.name == "base":
                based = statement.operand.lower() != "off"
            elif statement.name == "org" and not based and _ADDRESS.fullmatch(statement.operand):
                org = placed.line
                place = statement.operand.upper() if len(statement.operand) > _BANK_ADDRESS else ""
