"""Instructions into bytes, their operands sized as asar 1.91 sizes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from afs.asm.language.expressions import decimal_width
from afs.asm.language.faults import Broken
from afs.asm.language.instructions import Forms, mnemonics
from afs.asm.language.legality import BRANCHES, REPEATABLE
from afs.asm.language.operands import Operand, moves_block, operand
from afs.asm.language.suggestions import unknown_command

from .scopes import Label

if TYPE_CHECKING:
    from .assembly_pass import Pass

__all__ = ["encode", "operand_size"]

#: `.d` is for what asar does not look at the size of.
_SIZES: Final = {"b": 1, "w": 2, "l": 3, "d": 4}
_SIGNATURES: Final = frozenset(("brk", "cop", "wdm"))
_BANK_OF: Final = (">>16", "/65536", "/$10000")
_TOKEN = re.compile(
    r"""\$(?P<hex>[0-9A-Fa-f]*)|%(?P<bin>[01]*)|(?P<char>'[\x00-\x7f]')|(?P<dec>[0-9]+)(?:\.[0-9.]*)?
    |(?P<name>\??(?:\.+\w|[A-Za-z_])[\w.]*)(?:\[[^\]]*\](?P<field>[\w.]*))?""",
    re.X | re.A,
)
_NEARBY = re.compile(r"\??(?:\++|-+)\Z")


def encode(run: Pass, mnemonic: str, suffix: str, text: str) -> bytes:
    """The bytes of one instruction at the place of ``run``. Raises Broken for what asar refuses."""
    forms = mnemonics()[mnemonic]
    if suffix and suffix not in _SIZES:
        raise Broken("suffix", f"`.{suffix}` is no size: use .b, .w or .l")
    if " " in text.replace("' '", ""):
        raise Broken("operand-blank", "asar takes a blank in an operand for its end", text.replace(" ", ""))
    if text in ("", "a", "A"):
        plain = _without_operand(mnemonic, suffix, text, forms)
        if plain is not None:
            return plain
    found = operand(text, moves_block(mnemonic, suffix, text))
    if found.form == "#e" and mnemonic in REPEATABLE:
        return _repeated(run, mnemonic, found.bodies[0], forms)
    if found.form == "e,e":
        if suffix:
            raise Broken("suffix", f"{mnemonic.upper()} with two banks takes no size")
        banks = [run.value(body) & 0xFF for body in found.bodies]
        return bytes([forms["e,e"][2].opcode, *banks])
    if mnemonic in BRANCHES and found.form == "e":
        return _branch(run, mnemonic, found.bodies[0], forms)
    return _sized(run, mnemonic, suffix, found, forms)


def _without_operand(mnemonic: str, suffix: str, text: str, forms: Forms) -> bytes | None:
    if text and "a" not in forms:
        return None  # a label of that name
    if suffix:
        raise Broken("suffix", f"{mnemonic.upper()} without an operand takes no size", mnemonic)
    for form in ("", "a"):
        if form in forms:
            return bytes([forms[form][0].opcode])
    if mnemonic in _SIGNATURES:
        return bytes([forms["#e"][1].opcode, 0])
    raise Broken("operand-missing", f"{mnemonic.upper()} needs an operand")


def _repeated(run: Pass, mnemonic: str, text: str, forms: Forms) -> bytes:
    count = run.evaluation.fixed(text, "how often an instruction is repeated")
    if run.evaluation.found:
        raise Broken("repeat-count", f"the repeat count of {mnemonic.upper()} must be a number")
    form = forms.get("a") or forms[""]
    if count < 0:
        raise Broken("repeat-count", f"{mnemonic.upper()} cannot be repeated {count} times")
    run.count_bytes(count)
    return bytes([form[0].opcode]) * count


def _branch(run: Pass, mnemonic: str, text: str, forms: Forms) -> bytes:
    (width,) = forms["e"]
    opcode = forms["e"][width].opcode
    distance = run.value(text)
    if run.is_last and run.evaluation.found:
        distance -= (run.place.seen & 0xFFFFFF) + width + 1
        limit = 1 << 8 * width - 1
        if not -limit <= distance < limit:
            far = "brl" if width == 1 else "jml"
            reason = f"`{text[:40]}` is {distance} bytes away, out of a branch's reach"
            raise Broken("branch-range", reason, f"{far} {text}")
    return bytes([opcode]) + (distance & (1 << 8 * width) - 1).to_bytes(width, "little")


def _sized(run: Pass, mnemonic: str, suffix: str, found: Operand, forms: Forms) -> bytes:
    form, body = found.form, found.bodies[0]
    if form == "e,e" or (form == "e" and "e,e" in forms):
        return _both_banks(run, mnemonic, suffix, body, forms)
    if form == "(e),x":
        form, body = "e,x", f"({body})"
    widths = forms.get(form)
    if widths is None:
        shown = found.form.replace("e", "…")
        raise Broken("no-such-form", f"{mnemonic.upper()} has no form `{shown}`")
    bank = None if mnemonic in ("jsr", "jmp") and form == "e" else run.bank
    size = _SIZES[suffix] if suffix else operand_size(run, body, bank, of_bank=form == "#e")
    width = _width(mnemonic, form, size, bool(suffix), tuple(widths))
    value = run.value(body)
    return bytes([widths[width].opcode]) + (value & (1 << 8 * width) - 1).to_bytes(width, "little")


def _both_banks(run: Pass, mnemonic: str, suffix: str, body: str, forms: Forms) -> bytes:
    if (_SIZES[suffix] if suffix else operand_size(run, body, run.bank)) != 2:
        raise Broken("no-such-form", f"{mnemonic.upper()} needs two banks")
    return bytes([forms["e,e"][2].opcode]) + (run.value(body) & 0xFFFF).to_bytes(2, "little")


def _width(mnemonic: str, form: str, size: int, stated: bool, widths: tuple[int, ...]) -> int:
    """The operand's bytes: the size where the form has it, else the next that is wider."""
    if form == "#e" and len(widths) > 1:
        return 1 if size == 1 else 2
    if form == "e,y" and size == 1 and 1 not in widths:
        return 2
    if size in widths:
        return size
    wider = [width for width in widths if width > max(size, 1)]
    if wider and not stated:
        return min(wider)
    shown = form.replace("e", "…")
    reason = f"{mnemonic.upper()} `{shown}` takes at most {8 * max(widths)} bits, not {8 * size}"
    if stated:
        reason = f"{mnemonic.upper()} `{shown}` has no {8 * size}-bit form"
    raise Broken("width", reason)


def operand_size(run: Pass, text: str, bank: int | None, *, of_bank: bool = False) -> int:
    """How many bytes asar gives ``text`` where no size is stated: the longest of its numbers as
    written, and of its labels by where they lie; a label that is not known yet counts as two."""
    if _NEARBY.match(text):
        label = run.look(run.labels.nearby(text, define=False)) if run.number else None
        return _label_size(run, label, bank)
    size = 0
    at, first = 0, True
    while match := _TOKEN.search(text, at):
        own = _SIZE_OF["name" if match["name"] else match.lastgroup or "hex"](run, match, bank)
        if of_bank and first and match.start() == 0 and text[match.end() :] in _BANK_OF:
            return 1
        size, at, first = max(size, own), match.end(), False
    return min(size, 3)


def _hex_size(run: Pass, match: re.Match[str], bank: int | None) -> int:
    return (len(match["hex"]) + 1) // 2


def _binary_size(run: Pass, match: re.Match[str], bank: int | None) -> int:
    return (len(match["bin"]) + 7) // 8


def _decimal_size(run: Pass, match: re.Match[str], bank: int | None) -> int:
    fraction = 2 if "." in match[0] else 0  # which is sized as a sub-label
    return max(decimal_width(match["dec"]), fraction)


def _character_size(run: Pass, match: re.Match[str], bank: int | None) -> int:
    return 1


def _name_size(run: Pass, match: re.Match[str], bank: int | None) -> int:
    return _label_size(run, run.look(run.labels.full(match["name"] + (match["field"] or ""))), bank)


_SIZE_OF: Final[dict[str, Callable[[Pass, re.Match[str], int | None], int]]] = {
    "hex": _hex_size,
    "bin": _binary_size,
    "dec": _decimal_size,
    "char": _character_size,
    "name": _name_size,
}


def _label_size(run: Pass, label: Label | None, assumed: int | None) -> int:
    """Two bytes within the bank, three elsewhere; fewer where `optimize` allows it."""
    if label is None:
        run.unknown_size()
        return 2
    here = run.place.seen
    value = label.value
    bank, word = value >> 16, value & 0xFFFF
    if _in_direct_page(run, bank, word):
        return 1
    own = assumed if assumed is not None else run.bank_of_place(here)
    if _mirrored(run, bank, word, own):
        return 2
    if assumed is not None:
        return 2 if value >> 24 == 0 and bank == assumed else 3
    if (value | here) >> 24:
        return 2 if value >> 24 == here >> 24 else 3
    return 2 if value >> 16 == here >> 16 else 3


def _in_direct_page(run: Pass, bank: int, word: int) -> bool:
    if not 0 <= word - run.direct_page < 0x100:
        return False
    if run.optimize_direct_page == "ram":
        return bank == 0x7E
    return run.optimize_direct_page == "always" and (bank == 0x7E or not bank & 0x40)


def _mirrored(run: Pass, bank: int, word: int, own: int) -> bool:
    if run.optimize_address == "default" or own & 0x40:
        return False
    if bank == 0x7E and word < 0x2000:
        return True
    return run.optimize_address == "mirrors" and not bank & 0x40 and word < 0x8000


def refuse(text: str, operand_text: str) -> Broken:
    """Why a statement is none, and the right form where there is one."""
    reason, fix = unknown_command(text, operand_text)
    return Broken("unknown-command", reason, fix)
