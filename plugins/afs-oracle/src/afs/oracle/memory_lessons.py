"""What named addresses and numbers teach, and who reads and writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from afs.oracle.addresses import Address
from afs.oracle.comments import sentence
from afs.oracle.explanation import MOST, place_name
from afs.oracle.graph import Access, Graph
from afs.oracle.lesson import Lesson, listed, named

__all__ = ["AddressLessons", "access_lessons", "bit_lessons", "constant_lessons"]

_LEGEND = re.compile(r"(?:.*?[:\s])?((?:[A-Za-z.\-_01]{4}\s?){2,4}|[A-Za-z.\-_01]{8})\s*$")
_PROPERTY = re.compile(r"(?:[-*]\s*)?([A-Za-z])\s*(?:[-:=–—]|\s-)\s*(\S.*)")
_BIT = re.compile(r"(?i)(?:[-*]\s*)?bits?\s+([0-9]{1,2})\s*(?:[-:=–—])\s*(\S.*)")
_VALUE = re.compile(r"(?:[-*—]\s*)?((?:0x|\$|%)?[0-9A-Fa-f]{1,6})\s*(?:[-:=–—]|\s-)\s*(\S.*)")


class AddressLessons:
    """Lessons of named addresses; symbols that share an address are one group and one way back."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._sharing: dict[str, list[Address]] = {}
        for address in addresses:
            self._sharing.setdefault(address.value, []).append(address)
        self._told: set[str] = set()

    def of(self, address: Address) -> Iterator[Lesson]:
        """Forward and back, and what it is for."""
        shared = self._sharing[address.value]
        group, told = shared[0].name, 0.4 if address.comment else 0.1
        yield Lesson("address", address.name, address.value, *address.span, group=group, told=told, fact=True)
        if address.value not in self._told:
            self._told.add(address.value)
            yield _back(shared, told)
        if address.comment:
            yield _purpose(address, group)
        yield from bit_lessons(address, group)


def _back(shared: Sequence[Address], told: float) -> Lesson:
    """The symbols at an address; the places of those behind the first are kept as metadata."""
    first, *others = shared
    names = ", ".join(address.name for address in shared)
    also = {"also": [f"{other.file}:{other.line}" for other in others]} if others else {}
    return Lesson(
        "symbol",
        first.value,
        names,
        *first.span,
        group=first.name,
        told=told,
        facts=len(shared),
        fact=True,
        metadata=also,
    )


def _purpose(address: Address, group: str) -> Lesson:
    answer = sentence(address.comment)
    at = (address.file, address.start, address.line)
    return Lesson("purpose", address.name, answer, *at, group=group, facts=len(address.notes), fact=True)


def constant_lessons(constant: Address) -> Iterator[Lesson]:
    """A name for a number: its value, and what it is for."""
    at = (constant.file, constant.line, constant.line)
    told = 0.4 if constant.comment else 0.1
    yield Lesson("constant", constant.name, constant.value, *at, group=constant.name, told=told, fact=True)
    if constant.comment:
        yield _purpose(constant, constant.name)
    yield from bit_lessons(constant, constant.name)


def bit_lessons(named: Address, group: str) -> Iterator[Lesson]:
    """Bit fields and lists of values that a comment draws up."""
    at = (named.file, named.start, named.line)
    if bits := _bits(named.notes):
        lines = [f"Bit {number}: {text}" for number, text in bits]
        yield Lesson("bits", named.name, "\n".join(lines), *at, group=group, told=0.9, facts=len(bits))
        for number, text in bits:
            key = f"bit {number} of {named.name}"
            yield Lesson("bit", key, text, *at, group=group, told=0.5, fact=True)
    values = [match for line in named.notes if (match := _VALUE.fullmatch(line.strip()))]
    if len(values) > 1 and len({match[1] for match in values}) == len(values):
        lines = [f"{match[1]}: {match[2]}" for match in values]
        yield Lesson("values", named.name, "\n".join(lines), *at, group=group, facts=len(lines))


def _bits(notes: Sequence[str]) -> list[tuple[str, str]]:
    """Bits that are told by number, or by the letters of a legend such as ``.... udlr``."""
    numbered = [match for line in notes if (match := _BIT.fullmatch(line.strip()))]
    if len(numbered) > 1 and len({match[1] for match in numbered}) == len(numbered):
        return [(match[1], match[2]) for match in numbered]
    legends = [_legend(line) for line in notes]
    drawn = [legend for legend in legends if legend]
    if len(drawn) != 1:
        return []
    found = []
    for line in notes[legends.index(drawn[0]) + 1 :]:
        match = _PROPERTY.fullmatch(line.strip())
        if match and match[1] in drawn[0]:
            size = len(drawn[0])
            places = [str(size - 1 - at) for at in range(size - 1, -1, -1) if drawn[0][at] == match[1]]
            found.append(
                (" and ".join([", ".join(places[:-1]), places[-1]] if places[1:] else places), match[2])
            )
    return found if len({places for places, _ in found}) == len(found) else []


def _legend(line: str) -> str:
    """The letters of a legend from the highest bit to the lowest, empty where the line is none."""
    match = _LEGEND.fullmatch(line.strip())
    letters = "".join(match[1].split()) if match else ""
    drawn = len(letters) in (8, 16) and not letters.isdigit()
    is_word = letters.isalpha() and " " not in (match[1].strip() if match else "")
    return letters if drawn and not is_word else ""


def access_lessons(graph: Graph) -> Iterator[Lesson]:
    """Which routines read and which write a place in memory."""
    for kind, table in (("writers", graph.writers), ("readers", graph.readers)):
        for key, accesses in table.items():
            few = len({access.routine for access in accesses}) <= MOST
            if few and _is_one_place(graph, key):
                yield _access(graph, kind, key, list(accesses))


def _is_one_place(graph: Graph, key: int | str) -> bool:
    """Whether everybody who writes it so means the same place."""
    return isinstance(key, int) or bool(graph.names_at(key)) or key.removeprefix("name ") in graph.labels


def _access(graph: Graph, kind: str, key: int | str, accesses: Sequence[Access]) -> Lesson:
    by_user: dict[str, list[str]] = {}
    for user, index in accesses:
        by_user.setdefault(user, []).append(index)
    lines = [_line(graph, kind, user, indices) for user, indices in by_user.items()]
    first, *others = [graph.owners[user] for user in by_user]
    also = {"also": [f"{other.file}:{other.start}" for other in others]} if others else {}
    name = place_name(graph, key)
    return Lesson(
        kind,
        name,
        "\n".join(lines),
        first.file,
        first.start,
        first.end,
        told=0.4,
        facts=len(lines),
        metadata=also,
    )


def _line(graph: Graph, kind: str, user: str, indices: Sequence[str]) -> str:
    verb = {"writers": "writes", "readers": "reads"}[kind]
    moved = " and ".join(index.upper() for index in indices if index)
    place = f"{graph.owners[user].file}"
    also = ", also" if "" in indices and moved else ""
    how = f"{also} at an offset in {moved}" if moved else ""
    return f"{named(user)} {verb} it{how} ({place}).{_through(graph, user)}"


def _through(graph: Graph, macro: str) -> str:
    """The routines that use a macro, which then do what it does."""
    users = (
        list(dict.fromkeys(user for user, _ in graph.macro_users.get(macro[1:], ())))
        if macro[0] == "%"
        else []
    )
    return f" It is used by {listed(users)}." if 0 < len(users) <= MOST else ""
