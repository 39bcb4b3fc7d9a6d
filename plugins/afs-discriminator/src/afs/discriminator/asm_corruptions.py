"""Corruptions of assembly: those that writers and language models make."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from afs.asm.language.instructions import SYNTAX, mnemonics
from afs.asm.language.operands import operand
from afs.asm.language.statements import Statement
from afs.asm.sources.source import Placed, place
from afs.discriminator import line_edits
from afs.discriminator.corruption import corruption
from afs.discriminator.words import words

_HEX = re.compile(r"\$([0-9A-Fa-f]{2,6})(?![0-9A-Fa-f])")
_NAME = re.compile(r"(?<![\w$#!%.])(\.?[A-Za-z_]\w{2,})")
_REGISTERS: Final = {
    **{"lda": "ldx ldy", "ldx": "lda ldy", "ldy": "lda ldx", "sta": "stx sty", "stx": "sta sty"},
    **{"sty": "sta stx", "cmp": "cpx cpy", "cpx": "cmp cpy", "cpy": "cmp cpx", "inx": "iny", "iny": "inx"},
    **{"dex": "dey", "dey": "dex", "tax": "tay txa", "tay": "tax tya", "txa": "tya tax", "tya": "txa tay"},
    **{"phx": "phy pha", "phy": "phx pha", "pha": "phx phy", "plx": "ply pla", "ply": "plx pla"},
    **{"pla": "plx ply", "txy": "tyx", "tyx": "txy"},
}
_MNEMONICS: Final = {
    **{"adc": "sbc", "sbc": "adc", "asl": "lsr", "lsr": "asl", "rol": "ror", "ror": "rol", "and": "ora"},
    **{"ora": "and eor", "eor": "ora", "inc": "dec", "dec": "inc", "inx": "dex", "dex": "inx", "iny": "dey"},
    **{"dey": "iny", "lda": "sta", "sta": "lda", "ldx": "stx", "stx": "ldx", "ldy": "sty", "sty": "ldy"},
    **{"beq": "bne", "bne": "beq", "bcc": "bcs", "bcs": "bcc", "bpl": "bmi", "bmi": "bpl", "bvc": "bvs"},
    **{"clc": "sec", "sec": "clc", "sep": "rep", "rep": "sep", "pha": "pla", "pla": "pha", "phx": "plx"},
    **{"plx": "phx", "php": "plp", "plp": "php", "phb": "plb", "plb": "phb", "rts": "rtl rti", "rtl": "rts"},
    **{"jsr": "jsl jmp", "jsl": "jsr jml", "cmp": "lda bit", "stz": "sta", "tsb": "trb", "trb": "tsb"},
}
#: What other processors' assemblers say.
_FOREIGN: Final = {
    **{"lda": "mov ld", "ldx": "mov ld", "ldy": "mov ld", "sta": "mov st", "stx": "st", "sty": "st"},
    **{"pha": "push psh", "pla": "pop pul", "jsr": "call bsr", "jsl": "call", "rts": "ret", "rtl": "ret"},
    **{"adc": "add", "sbc": "sub", "eor": "xor", "ora": "or", "beq": "jz je", "bne": "jnz jne", "bcc": "jnc"},
    **{
        "bcs": "jc",
        "bra": "jr",
        "stz": "clr",
        "and": "andi",
        "cmp": "cp tst",
        "asl": "shl sla",
        "lsr": "shr",
    },
    **{"tax": "txs2 mov", "jmp": "goto", "inc": "add1", "dec": "sub1", "rep": "rpt", "sep": "spt"},
}
_STATE: Final = frozenset(
    words("rep sep php plp pha pla phx plx phy ply phb plb phk phd pld clc sec xce tcd xba sed cld")
)
_FORMS: Final = tuple(form for form in dict.fromkeys(SYNTAX.values()) if form not in ("", "a", "e,e"))

#: Share of the instructions that a corruption of single instructions changes.
_RATE: Final = 1 / 7

Rewrite = Callable[[Statement, Random], str | None]


# Single instructions


@corruption("asm-operand-size")
def operand_size(text: str, rng: Random, other: str) -> str | None:
    """A value, or the size that is stated, of another width."""
    return _some(text, rng, _resized)


@corruption("asm-addressing-mode")
def addressing_mode(text: str, rng: Random, other: str) -> str | None:
    """The operand in another form, one that the instruction may not have."""
    return _some(text, rng, _other_form)


@corruption("asm-swapped-register")
def swapped_register(text: str, rng: Random, other: str) -> str | None:
    return _some(text, rng, _other_register)


@corruption("asm-swapped-mnemonic")
def swapped_mnemonic(text: str, rng: Random, other: str) -> str | None:
    """An instruction that does the like, or the contrary."""
    return _some(text, rng, lambda statement, rng: _from(_MNEMONICS, statement, rng))


@corruption("asm-invented-mnemonic")
def invented_mnemonic(text: str, rng: Random, other: str) -> str | None:
    """An instruction that the processor does not have."""
    return _some(text, rng, lambda statement, rng: _from(_FOREIGN, statement, rng))


@corruption("asm-wrong-address")
def wrong_address(text: str, rng: Random, other: str) -> str | None:
    """An address with one or two digits changed."""
    return _some(text, rng, _readdressed)


@corruption("asm-wrong-name")
def wrong_name(text: str, rng: Random, other: str) -> str | None:
    """A label that another text has, or the name of this one misspelt."""
    names = sorted({match[1] for item in place(other, "")[0] for match in _NAME.finditer(_used(item))})

    def renamed(statement: Statement, rng: Random) -> str | None:
        found = _NAME.search(_operand(statement))
        if not found:
            return None
        wrong = rng.choice(names) if names and rng.random() < 0.5 else _misspelt(found[1], rng)
        operand_text = _operand(statement)
        return _head(statement) + " " + operand_text[: found.start(1)] + wrong + operand_text[found.end(1) :]

    return _some(text, rng, renamed)


# Lines


@corruption("asm-dropped-state-change")
def dropped_state_change(text: str, rng: Random, other: str) -> str | None:
    """Without half of the instructions, at least one, that set widths, the carry, or the stack."""
    found = [item for item in place(text, "")[0] if item.statement.name in _STATE and _plain(item)]
    for item in sorted(rng.sample(found, (len(found) + 1) // 2), key=lambda item: -item.start):
        text = _without(text, item)
    return text if found else None


@corruption("asm-shuffled-lines")
def shuffled_lines(text: str, rng: Random, other: str) -> str | None:
    return _joined(line_edits.shuffled(text.split("\n"), rng, first=1))


@corruption("asm-splice")
def splice(text: str, rng: Random, other: str) -> str | None:
    return _joined(line_edits.spliced(text.split("\n"), other.split("\n"), rng))


@corruption("asm-truncation")
def truncation(text: str, rng: Random, other: str) -> str | None:
    return line_edits.truncated(text, rng)


@corruption("asm-repetition")
def repetition(text: str, rng: Random, other: str) -> str | None:
    return _joined(line_edits.repeated(text.split("\n"), rng, first=1))


# What they have in common


def _some(text: str, rng: Random, rewrite: Rewrite) -> str | None:
    """The text with one instruction in seven rewritten, at least one, of those that can be."""
    found = [item for item in place(text, "")[0] if item.statement.kind == "instruction" and _plain(item)]
    wanted = max(1, round(len(found) * _RATE))
    edits: list[tuple[Placed, str]] = []
    for item in rng.sample(found, len(found)):
        new = rewrite(item.statement, rng)
        if new is not None and new != item.statement.text:
            edits.append((item, new))
        if len(edits) == wanted:
            break
    for item, new in sorted(edits, key=lambda edit: -edit[0].start):
        text = text[: item.start] + _spaced(item, text, new) + text[item.end :]
    return text if edits else None


def _spaced(item: Placed, text: str, new: str) -> str:
    """``new`` with the blanks of the statement as it is written, so that its layout tells nothing."""
    old, raw = item.statement.text, text[item.start : item.end]
    first = _common(old, new)
    most = min(len(old), len(new)) - first
    last = min(most, _common(old[::-1], new[::-1]))
    start, end = _place(raw, old[:first]), _place(raw, old[: len(old) - last])
    while start < end and raw[start] == " " and old[first] != " ":
        start += 1
    return raw[:start] + new[first : len(new) - last] + raw[end:]


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def _place(raw: str, before: str) -> int:
    """Where in ``raw`` that ends which is ``before`` in the tidy text."""
    count = len(before.replace(" ", ""))
    for at, char in enumerate(raw):
        if not count:
            return at + (before.endswith(" ") and char == " ")
        count -= not char.isspace()
    return len(raw)


def _plain(item: Placed) -> bool:
    return not item.statement.labels


def _without(text: str, item: Placed) -> str:
    """The text without a statement: without its line, where that has no other."""
    start, end = text.rfind("\n", 0, item.start) + 1, text.find("\n", item.end)
    end = len(text) if end < 0 else end
    behind = text[item.end : end].strip()
    if not text[start : item.start].strip() and (not behind or behind[0] == ";"):
        return text[:start] + text[end + 1 :]
    left, right = text[: item.start], text[item.end :].lstrip(" ")
    if right.startswith(":"):
        return left + right[1:].lstrip(" ")
    return left.rstrip(" ").removesuffix(":").rstrip(" ") + right


def _joined(lines: Sequence[str] | None) -> str | None:
    return None if lines is None else "\n".join(lines)


def _head(statement: Statement) -> str:
    return statement.text.partition(" ")[0]


def _operand(statement: Statement) -> str:
    return statement.text.partition(" ")[2]


def _used(item: Placed) -> str:
    return _operand(item.statement) if item.statement.kind == "instruction" and _plain(item) else ""


def _named(statement: Statement, name: str) -> str:
    """The statement with another mnemonic, in the case of the old one."""
    word = _head(statement)
    return (name.upper() if word[:1].isupper() else name) + statement.text[3:]


def _from(table: dict[str, str], statement: Statement, rng: Random) -> str | None:
    names = table.get(statement.name, "").split()
    return _named(statement, rng.choice(names)) if names else None


def _other_register(statement: Statement, rng: Random) -> str | None:
    text = statement.text
    index = re.search(r",\s*([xyXY])(\)?)$", text)
    if index and rng.random() < 0.5:
        letter = {"x": "y", "y": "x", "X": "Y", "Y": "X"}[index[1]]
        return text[: index.start(1)] + letter + index[2]
    return _from(_REGISTERS, statement, rng)


def _resized(statement: Statement, rng: Random) -> str | None:
    word, text = _head(statement), _operand(statement)
    if statement.suffix and rng.random() < 0.5:
        letters = [letter for letter in "bwl" if letter != statement.suffix]
        letter = rng.choice(letters)
        return f"{word[:4]}{letter.upper() if word[-1].isupper() else letter} {text}"
    value = _HEX.search(text)
    if not value:
        return None
    digits = value[1]
    if text.startswith("#"):
        other = digits[-2:] if len(digits) > 2 else f"{rng.randrange(1, 256):02X}{digits}"
    else:
        other = rng.choice([f"{digits[-2:]}", f"{digits[-4:]:0>4}", f"{digits:0>6}"])
    return f"{word} {text[: value.start(1)]}{other}{text[value.end(1) :]}"


def _other_form(statement: Statement, rng: Random) -> str | None:
    text = statement.operand
    if not text or text in "aA" or " " in text or statement.name in ("mvn", "mvp"):
        return None
    found = operand(text)
    forms = mnemonics()[statement.name]
    legal = [form for form in forms if form in _FORMS and form != found.form]
    others = [form for form in _FORMS if form != found.form and form not in forms]
    chosen = rng.choice(legal if legal and (not others or rng.random() < 0.5) else others)
    new = found.render(chosen, found.bodies[:1])
    return f"{_head(statement)} {new.upper() if text.isupper() and '!' not in text else new}"


def _readdressed(statement: Statement, rng: Random) -> str | None:
    text = _operand(statement)
    value = _HEX.search(text)
    if not value or text.startswith("#"):
        return None
    digits = list(value[1])
    for _ in range(rng.choice((1, 1, 2))):
        where = rng.randrange(1 if len(digits) > 4 else 0, len(digits))
        digits[where] = rng.choice([digit for digit in "0123456789ABCDEF" if digit != digits[where].upper()])
    return f"{_head(statement)} {text[: value.start(1)]}{''.join(digits)}{text[value.end(1) :]}"


def _misspelt(name: str, rng: Random) -> str:
    at = rng.randrange(2, len(name))
    change = rng.randrange(3)
    if change == 0:
        return name[:at] + name[at + 1 :]
    if change == 1:
        return name[:at] + name[at] + name[at:]
    return name + rng.choice(("2", "_end", "s", "_main"))
