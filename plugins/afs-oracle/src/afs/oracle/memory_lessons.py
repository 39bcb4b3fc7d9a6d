"""What named addresses and numbers teach, and who reads and writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from afs.oracle.addresses import Address
from afs.oracle.bit_fields import bits, values
from afs.oracle.comment_text import sentence
from afs.oracle.explanation import MOST, place_name
from afs.oracle.graph import Access, Graph
from afs.oracle.lesson import Lesson, listed, named

__all__ = ["AddressLessons", "access_lessons", "bit_lessons", "constant_lessons"]

_ROM_BANK = 0x8000
_WORK_RAM = (0x7E, 0x7F)
_WORDS = 2
#: Which bit it is, or how long, but not for what: ``bit 0``, ``16 bytes``, ``Word length``.
_MEASURE = re.compile(
    r"(?i)\(?(?:bits?\s+\d+(?:\s*-\s*\d+)?|(?:\$|0x)?[0-9a-f]+\s+(?:bytes?|words?|bits?)|(?:one|two)\s+bytes?"
    r"|(?:byte|word|long)\s+length)\)?"
)
#: ``12 ; pixels a frame``: the number of them.
_UNIT = re.compile(
    r"(?i)(?:frames|pixels|px|bytes|words|tiles|seconds|ticks|steps|rows|hearts|rupees|scanlines|cycles|subpixels"
    r"|degrees|milliseconds|ms|percent|hz)\b"
)


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
        at, rom = address.span, "-rom" if _is_rom(address.value) else ""
        wording = f"address{rom}"
        yield Lesson("address", address.name, address.value, *at, "", group, wording, told, fact=True)
        if address.value not in self._told:
            self._told.add(address.value)
            yield _back(shared, told, f"symbol{rom}")
        if address.comment:
            yield from _purpose(address, group, f"purpose{rom}")
        if not rom:  # code has no bits: they are those of a register or of memory
            yield from bit_lessons(address, group)


def _back(shared: Sequence[Address], told: float, wording: str) -> Lesson:
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
        wording=wording,
        told=told,
        facts=len(shared),
        fact=True,
        metadata=also,
    )


def _purpose(address: Address, group: str, wording: str) -> Iterator[Lesson]:
    """One word says what a variable holds, but not what code does; its own name says nothing."""
    is_name = address.comment.rstrip(".:").casefold() == address.name.lstrip("!").casefold()
    is_size = _MEASURE.fullmatch(address.comment.rstrip("."))
    if is_name or is_size or (wording == "purpose-rom" and len(address.comment.split()) < _WORDS):
        return
    counted = wording == "purpose-number" and _UNIT.match(address.comment)
    answer = sentence(f"{address.value} {address.comment}" if counted else address.comment)
    at = (address.file, address.start, address.end)
    facts = len(address.notes)
    yield Lesson("purpose", address.name, answer, *at, group=group, wording=wording, facts=facts, fact=True)


def _is_rom(value: str) -> bool:
    """Whether ``$BBAAAA`` lies in ROM under LoROM, and is code or a table rather than a variable."""
    return len(value) == len("$BBAAAA") and _is_code_bank(int(value[1:3], 16), int(value[3:], 16))


def _is_code_bank(bank: int, place: int) -> bool:
    return bank not in _WORK_RAM and place >= _ROM_BANK


def constant_lessons(constant: Address) -> Iterator[Lesson]:
    """A name for a number: its value, and what it is for."""
    at = (constant.file, constant.line, constant.line)
    told = 0.4 if constant.comment else 0.1
    yield Lesson("constant", constant.name, constant.value, *at, group=constant.name, told=told, fact=True)
    if constant.comment:
        yield from _purpose(constant, constant.name, "purpose-number")
    yield from bit_lessons(constant, constant.name)


def bit_lessons(named: Address, group: str) -> Iterator[Lesson]:
    """Bit fields and lists of values that a comment draws up."""
    if not named.notes:
        return
    at = (named.file, named.start, named.end)
    if drawn := bits(named.notes):
        lines = [f"{_bits(number).capitalize()}: {text}" for number, text in drawn]
        yield Lesson("bits", named.name, "\n".join(lines), *at, group=group, told=0.9, facts=len(drawn))
        for number, text in drawn:
            key = f"{_bits(number)} of {named.name}"
            wording = "bit" if number.isdigit() else "bit-range"
            yield Lesson("bit", key, text, *at, "", group, wording, told=0.5, fact=True)
    elif listed := values(named.notes):  # beside bits they are values of one of them
        lines = [f"{value}: {text}" for value, text in listed]
        yield Lesson("values", named.name, "\n".join(lines), *at, group=group, facts=len(lines))


def _bits(number: str) -> str:
    """``bit 3``, ``bits 2-7``, ``bits 0 and 1``."""
    return f"bit {number}" if number.isdigit() else f"bits {number}"


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
    place = graph.owners[user].file
    also = ", also" if "" in indices and moved else ""
    how = f"{also} at an offset in {moved}" if moved else ""
    who = named(user)
    where = "" if place in who else f" ({place})"
    return f"{who[:1].upper()}{who[1:]} {verb} it{how}{where}.{_through(graph, user)}"


def _through(graph: Graph, macro: str) -> str:
    """The routines that use a macro, which then do what it does."""
    users = (
        list(dict.fromkeys(user for user, _ in graph.macro_users.get(macro[1:], ())))
        if macro[0] == "%"
        else []
    )
    return f" It is used by {listed(users)}." if 0 < len(users) <= MOST else ""
