"""The same bytes, written in another way: numbers, sizes, names of places, and layout.

Nothing here is proved by reasoning: what comes out is assembled, and taken if its bytes are the same.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection
from typing import Final

from afs.asm import Placed, Source
from afs.augment.listing import Row, rows_of
from afs.augment.names import names

__all__ = ["SPELLINGS", "Respelled"]

#: A text, the words that stand for what is gone, and a generator: the other text, or the same.
Respelled = Callable[[str, Collection[str], random.Random], str]

_BITWISE: Final = names("and ora eor bit tsb trb sep rep")
_HEX: Final = re.compile(r"\$([0-9A-Fa-f]+)\Z")
_IMMEDIATE: Final = re.compile(r"#(?:\$([0-9A-Fa-f]{1,4})|%([01]{1,16})|([0-9]{1,5}))\Z")
_SUB: Final = re.compile(r"\.[A-Za-z_]\w*\Z", re.A)
_NAMES: Final = (
    ("done", "end", "exit", "finish", "finished", "out", "return", "leave", "over"),
    ("loop", "next", "again", "repeat", "more", "each"),
    ("skip", "past", "no", "not", "ignore", "none", "nope"),
    ("ok", "fine", "good", "yes"),
    ("fail", "error", "bad", "failed"),
    ("clear", "reset", "wipe"),
    ("store", "write", "save", "set"),
    ("load", "read", "fetch"),
    ("wait", "hold", "stay"),
    ("copy", "move", "transfer"),
)
#: Instructions that people write on one line.
_PAIRS: Final = frozenset(
    {
        ("clc", "adc"),
        ("sec", "sbc"),
        ("lda", "sta"),
        ("ldx", "stx"),
        ("ldy", "sty"),
        ("phk", "plb"),
        ("php", "rep"),
    }
    | {
        ("php", "sep"),
        ("phb", "phk"),
        ("inx", "inx"),
        ("iny", "iny"),
        ("dex", "dex"),
        ("dey", "dey"),
        ("plb", "rtl"),
    }
    | {("asl", "asl"), ("lsr", "lsr"), ("cmp", "beq"), ("cmp", "bne"), ("cmp", "bcc"), ("cmp", "bcs")}
)
_ALIKE: Final = {name: group for group in _NAMES for name in group}


def _lines(rows: list[Row] | tuple[Row, ...]) -> str:
    return "\n".join(row.text for row in rows)


# -- notation ---------------------------------------------------------------------------------------


def notation(text: str, spoken: Collection[str], rng: random.Random) -> str:
    """Numbers in another base or case, ``ASL A`` as ``ASL``, sizes stated or not."""
    rows = list(rows_of(text))
    for at, row in enumerate(rows):
        if row.instruction and rng.random() < 0.5:
            rows[at] = row.with_code(_noted(row, spoken, rng))
    return _lines(rows)


def _noted(row: Row, spoken: Collection[str], rng: random.Random) -> str:
    statement = row.statement
    assert statement is not None
    head, _, operand = row.code.partition(" ")
    operand = operand.strip()
    match = _IMMEDIATE.match(operand)
    if match and operand[1:].lower() not in spoken:
        return f"{head} #{_number(match, statement.name in _BITWISE, rng)}"
    if operand.lower() == "a":
        return head
    if not operand and statement.name in ("asl", "lsr", "rol", "ror", "inc", "dec"):
        return f"{head} {'a' if head.islower() else 'A'}"
    return row.code


def _number(match: re.Match[str], bitwise: bool, rng: random.Random) -> str:
    hexadecimal, binary, decimal = match.groups()
    if hexadecimal:
        value, width = int(hexadecimal, 16), 4 * len(hexadecimal)
    elif binary:
        value, width = int(binary, 2), len(binary)
    else:
        value = int(decimal)
        width = 8 if value < 0x100 else 16
    forms = [f"${value:0{width // 4 or 1}X}", f"${value:0{width // 4 or 1}x}"]
    if bitwise:
        forms.append(f"%{value:0{width}b}")
    elif width <= 8 or value >= 0x100:
        forms.append(str(value))
    return rng.choice(forms)


# -- names of places --------------------------------------------------------------------------------


def labels(text: str, spoken: Collection[str], rng: random.Random) -> str:
    """Sub-labels under another name, or as `+` and `-`; public names stay."""
    defined: dict[str, int] = {}
    for row in (rows := rows_of(text)):
        if row.statement is None and not row.empty:
            return text
        for label in row.statement.labels if row.statement else ():
            if label.kind == "sub":
                defined[label.name] = defined.get(label.name, 0) + 1
    names = [name for name in defined if _SUB.match(name) and name[1:].lower() not in spoken]
    if not names:
        return text
    chosen = {name: _renamed(name, set(defined), rng) for name in names if rng.random() < 0.7}
    source = Source.parse(text)
    chosen = {name: other for name, other in chosen.items() if other}
    del rows
    return _replaced(text, source.statements, chosen)


def _renamed(name: str, taken: set[str], rng: random.Random) -> str:
    """Another name for a sub-label, free and alike; nothing where there is none."""
    stem, digits = re.match(r"\.(.*?)(_?\d*)\Z", name).groups()  # type: ignore[union-attr]
    group = _ALIKE.get(stem.lower(), ())
    free = [
        f".{other}{digits}" for other in group if other != stem.lower() and f".{other}{digits}" not in taken
    ]
    if not free and "_" in stem:
        words = stem.strip("_").split("_")
        camel = words[0] + "".join(word.capitalize() for word in words[1:])
        free = [f".{camel}{digits}"] if f".{camel}{digits}" not in taken else []
    elif not free and re.search(r"[a-z][A-Z]", stem):
        snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", stem).lower()
        free = [f".{snake}{digits}"] if f".{snake}{digits}" not in taken else []
    if not free:
        return ""
    other = rng.choice(free)
    taken.add(other)
    return other


def _replaced(text: str, statements: tuple[Placed, ...], names: dict[str, str]) -> str:
    """``text`` with sub-labels renamed where they are labels or operands, never in quotes or comments."""
    pieces: list[str] = []
    last = 0
    for placed in statements:
        code = text[placed.start : placed.end]
        if '"' in code or "'" in code:
            continue
        for name, other in names.items():
            code = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\w.])", f"\0{other}", code)
        pieces += [text[last : placed.start], code.replace("\0", "")]
        last = placed.end
    return "".join([*pieces, text[last:]])


# -- layout -----------------------------------------------------------------------------------------


def layout(text: str, spoken: Collection[str], rng: random.Random) -> str:
    """Case of mnemonics, indentation, the column of comments, blank lines, statements on one line."""
    rows = list(rows_of(text))
    changes = [_case, _indentation, _comments, _blanks, _joined, _split]
    for change in rng.sample(changes, rng.randint(1, 3)):
        rows = list(rows_of(_lines(change(rows, rng))))
    return _lines(rows)


def _case(rows: list[Row], rng: random.Random) -> list[Row]:
    lower = any(row.instruction and row.code[:3].isupper() for row in rows)
    return [row.with_code(_cased(row.code, lower)) if row.instruction else row for row in rows]


def _cased(code: str, lower: bool) -> str:
    head, blank, operand = code.partition(" ")
    return (head.lower() if lower else head.upper()) + blank + operand


def _indentation(rows: list[Row], rng: random.Random) -> list[Row]:
    indent = rng.choice(["  ", "    ", "\t", "        "])
    return [
        Row(indent + row.text.lstrip()) if row.instruction and not row.labelled and row.indent else row
        for row in rows
    ]


def _comments(rows: list[Row], rng: random.Random) -> list[Row]:
    column = rng.choice([0, 24, 32, 40])
    return [
        Row(f"{row.text[: row.end].ljust(column - 1)} {row.comment}")
        if row.statement and row.comment
        else row
        for row in rows
    ]


def _blanks(rows: list[Row], rng: random.Random) -> list[Row]:
    if any(not row.text.strip() for row in rows):
        return [row for row in rows if row.text.strip()]
    found: list[Row] = []
    for at, row in enumerate(rows):
        if at and row.labelled and row.statement and row.statement.labels[0].kind == "sub":
            found.append(Row(""))
        found.append(row)
    return found


def _joined(rows: list[Row], rng: random.Random) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        before = found[-1] if found else None
        plain = row.instruction and not row.labelled and not row.comment
        if before and before.instruction and not before.comment and plain and _belong(before, row, rng):
            found[-1] = Row(f"{before.text.rstrip()} : {row.code}")
        else:
            found.append(row)
    return found


def _belong(one: Row, other: Row, rng: random.Random) -> bool:
    assert one.statement and other.statement
    return (one.statement.name, other.statement.name) in _PAIRS and rng.random() < 0.7


def _split(rows: list[Row], rng: random.Random) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        placed = Source.parse(row.text).statements
        simple = len(placed) > 1 and all(one.statement.kind == "instruction" for one in placed)
        if row.statement or row.empty or not simple or ";" in row.text or '"' in row.text:
            found.append(row)
            continue
        texts = [row.text[one.start : one.end] for one in placed]
        indent = row.indent if not placed[0].statement.labels else "  "
        found += [Row(row.indent + texts[0]), *(Row(indent + text) for text in texts[1:])]
    return found


SPELLINGS: Final[dict[str, Respelled]] = {"notation": notation, "labels": labels, "layout": layout}
