"""Whether one instruction may stand as it is written: mnemonic, operand form, widths.

Errors are what asar 1.91 refuses; warnings are what it lets through though the processor has no such
form, or what it cuts or widens in silence. A name or define of unknown value never causes either: it
may have any width that the mnemonic has for that form.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from .expressions import STUB, Expression
from .findings import ERROR, WARNING, Fault
from .instructions import Instruction, mnemonics
from .operands import Operand, operand

Forms = dict[str, dict[int, Instruction]]

SUFFIXES: Final = {"b": 1, "w": 2, "l": 3}
_LETTER: Final = {1: "b", 2: "w", 3: "l"}

#: Implied instructions that asar repeats when they have an immediate.
REPEATABLE: Final = frozenset(["asl", "lsr", "rol", "ror", "inc", "dec", "inx", "dex", "iny", "dey", "nop"])
BRANCHES: Final = frozenset(["bcc", "bcs", "beq", "bmi", "bne", "bpl", "bra", "brl", "bvc", "bvs", "per"])
_SIGNATURE: Final = frozenset(("brk", "cop", "wdm"))
_PLAUSIBLE_REPEAT: Final = 16

#: For a form that a mnemonic lacks, the forms that were probably meant, best first.
_MEANT: Final[dict[str, tuple[str, ...]]] = {
    "": ("#e", "e"),
    "#e": ("e", "e,e"),
    "e": ("#e", "(e)", "e,e"),
    "e,x": ("e,y", "e"),
    "e,y": ("e,x", "e"),
    "(e),x": ("(e,x)", "(e),y", "e,x"),
    "[e],x": ("[e],y", "(e,x)", "e,x"),
    "(e,y)": ("(e),y",),
    "(e,s)": ("(e,s),y",),
    "(e,x)": ("e,x", "(e)"),
    "(e),y": ("e,x", "(e)", "e"),
    "[e],y": ("e,x", "[e]", "e"),
    "(e)": ("[e]", "e"),
    "[e]": ("(e)", "e"),
    "e,s": ("e,x", "e"),
    "(e,s),y": ("e,s", "e,x", "e"),
}


class Verdict(NamedTuple):
    """What is known of an instruction as written. `length` in bytes, 0 if it depends on a name.

    `target` is the name that a short or long branch aims at. Fault positions are relative to the
    operand's start.
    """

    faults: tuple[Fault, ...] = ()
    form: str = ""
    length: int = 0
    symbols: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    target: str = ""


_cache: dict[tuple[str, str, str], Verdict] = {}


def judge(mnemonic: str, suffix: str, text: str) -> Verdict:
    """Judge `mnemonic` with the letter `suffix` (or none) and the tidy operand `text`."""
    key = (mnemonic, suffix, text)
    known = _cache.get(key)
    if known is None:
        known = _judge(mnemonic, suffix, text)
        if len(_cache) > 20_000:
            _cache.clear()
        _cache[key] = known
    return known


def _judge(mnemonic: str, suffix: str, text: str) -> Verdict:
    forms = mnemonics()[mnemonic]
    if suffix and suffix not in SUFFIXES:
        if STUB in suffix:
            return Verdict()
        return _refuse(-1, "suffix", f"`.{suffix}` is no size: use .b, .w or .l", "", mnemonic)
    if not text:
        return _without_operand(mnemonic, suffix, forms)
    if text in "aA" and ("a" in forms or "e" not in forms):
        return _accumulator(mnemonic, suffix, forms)
    if text in "aA":
        reason = f"{mnemonic.upper()} has no accumulator form"
        return _refuse(0, "no-such-form", reason, "", mnemonic)
    if " " in text and not _blanks_quoted(text):
        squeezed = text.replace(" ", "")
        reason = "asar takes a blank in an operand for its end"
        return _refuse(text.index(" "), "operand-blank", reason, _write(mnemonic, suffix, squeezed), mnemonic)
    if text.strip(STUB) == "" and any(form not in ("", "a") for form in forms):
        return Verdict()
    return _with_operand(mnemonic, suffix, operand(text, mnemonic in ("mvn", "mvp")), forms)


def _blanks_quoted(text: str) -> bool:
    return text.count(" ") == text.count("' '")


def _refuse(at: int, code: str, reason: str, fix: str, form: str = "") -> Verdict:
    return Verdict((Fault(at, ERROR, code, reason, fix),), form)


def _write(mnemonic: str, suffix: str, text: str) -> str:
    head = f"{mnemonic}.{suffix}" if suffix else mnemonic
    return f"{head} {text}".strip() if STUB not in text else ""


def _without_operand(mnemonic: str, suffix: str, forms: Forms) -> Verdict:
    if "" not in forms and "a" not in forms and mnemonic not in _SIGNATURE:
        return _refuse(-1, "operand-missing", f"{mnemonic.upper()} needs an operand", "")
    if suffix:
        return _refuse(-1, "suffix", f"{mnemonic.upper()} without an operand takes no size", mnemonic)
    return Verdict(form="", length=2 if mnemonic in _SIGNATURE else 1)


def _accumulator(mnemonic: str, suffix: str, forms: Forms) -> Verdict:
    if "a" not in forms:
        fix = mnemonic if "" in forms else ""
        return _refuse(0, "no-such-form", f"{mnemonic.upper()} has no accumulator form", fix)
    if suffix:
        return _refuse(-1, "suffix", "the accumulator form takes no size", f"{mnemonic} a")
    return Verdict(form="a", length=1)


def _with_operand(mnemonic: str, suffix: str, found: Operand, forms: Forms) -> Verdict:
    form, value = found.form, found.expression
    if form == "#e" and mnemonic in REPEATABLE:
        return _repeated(mnemonic, found, value)
    accepted, faults = form, []
    if form not in forms:
        if form == "(e),x" and "e,x" in forms and not value.fault:
            accepted = "e,x"
            faults.append(_not_there(mnemonic, suffix, found, forms, WARNING, "; asar assembles e,x"))
        elif form == "e" and mnemonic in ("mvn", "mvp") and value.width == 2 and not value.fault:
            faults.append(
                _not_there(mnemonic, suffix, found, forms, WARNING, "; asar takes it for both banks")
            )
            return Verdict(tuple(faults), "e,e", 3)
        else:
            return Verdict((_not_there(mnemonic, suffix, found, forms, ERROR),), form)
    for body, start in zip(found.bodies, found.starts, strict=True):
        value = Operand("e", (body,), (0,)).expression
        if value.fault:
            fix = (
                _write(mnemonic, suffix, found.render(form, (value.fix,)))
                if value.fix and form != "e,e"
                else ""
            )
            return Verdict((Fault(start + value.at, ERROR, "expression", value.fault, fix),), form)
    if mnemonic in BRANCHES:
        return _branch(mnemonic, found, value)
    width, more = _width(mnemonic, suffix, accepted, found, tuple(forms[accepted]))
    symbols = tuple(
        dict.fromkeys(s for b in found.bodies for s in Operand("e", (b,), (0,)).expression.symbols)
    )
    return Verdict((*faults, *more), accepted, width and width + 1, symbols, value.functions)


def _not_there(
    mnemonic: str,
    suffix: str,
    found: Operand,
    forms: Forms,
    severity: str,
    note: str = "",
) -> Fault:
    name = mnemonic.upper()
    shown = found.form.replace("e", "…")
    if set(forms) <= {"", "a"}:
        reason = f"{name} takes no operand"
        return Fault(0, severity, "no-such-form", reason, mnemonic)
    meant = next((form for form in _MEANT.get(found.form, ()) if form in forms), "")
    bodies = found.bodies if meant.count("e") == len(found.bodies) else ()
    fix = _write(mnemonic, suffix, found.render(meant, bodies)) if bodies else ""
    return Fault(0, severity, "no-such-form", f"{name} has no form `{shown}`{note}", fix)


def _repeated(mnemonic: str, found: Operand, value: Expression) -> Verdict:
    if value.fault:
        return _refuse(1 + value.at, "expression", value.fault, "", "#e")
    if value.symbols:
        reason = f"the repeat count of {mnemonic.upper()} must be a number"
        return Verdict((Fault(1, ERROR, "repeat-count", reason),), "#e", 0, value.symbols, value.functions)
    count = value.literal
    if count is None or 0 < count <= _PLAUSIBLE_REPEAT:
        return Verdict(form="#e", length=count or 0, functions=value.functions)
    reason = f"{mnemonic.upper()} has no immediate; asar repeats it {count} times"
    return Verdict((Fault(0, WARNING, "repeat-count", reason),), "#e", 0)


def _branch(mnemonic: str, found: Operand, value: Expression) -> Verdict:
    length = 3 if mnemonic in ("brl", "per") else 2
    faults: tuple[Fault, ...] = ()
    if not value.open_width:
        reason = f"{mnemonic.upper()} takes a bare number for the distance, not the address; use a label"
        faults = (Fault(0, WARNING, "numeric-branch", reason),)
    target = found.bodies[0] if len(value.symbols) == 1 and value.symbols[0] == found.bodies[0] else ""
    return Verdict(faults, "e", length, value.symbols, value.functions, target)


def _width(
    mnemonic: str, suffix: str, form: str, found: Operand, widths: tuple[int, ...]
) -> tuple[int, tuple[Fault, ...]]:
    """Operand bytes (0 if a name decides) and what is wrong with them."""
    value = found.expression
    if form == "e,e":
        return 2, _cut_banks(found)
    if form == "#e":
        return _immediate(mnemonic, suffix, found, value, widths)
    if suffix:
        return _stated_width(mnemonic, suffix, form, found, value, widths)
    size = value.width
    if form == "e,y" and size == 1 and 1 not in widths and not value.open_width:
        reason = f"{mnemonic.upper()} has no 8-bit `…,y`; asar assembles 16 bits"
        return 2, (Fault(0, WARNING, "assumed-width", reason, _write(mnemonic, "w", found.render(form))),)
    if value.open_width:
        possible = [width for width in widths if width >= size]
        if possible:
            return (possible[0] if len(possible) == 1 else 0), ()
    elif size in widths:
        return size, ()
    else:
        wider = [width for width in widths if width > max(size, 1)]
        if wider:
            return wider[0], _widened(mnemonic, found, wider[0])
    return 0, (_too_wide(mnemonic, suffix, form, found, value, widths),)


def _widened(mnemonic: str, found: Operand, width: int) -> tuple[Fault, ...]:
    if mnemonic not in ("jml", "jsl"):
        return ()
    reason = f"{mnemonic.upper()} needs a 24-bit address; asar takes bank 0"
    return (Fault(0, WARNING, "assumed-width", reason),)


def _too_wide(
    mnemonic: str, suffix: str, form: str, found: Operand, value: Expression, widths: tuple[int, ...]
) -> Fault:
    most = max(widths)
    reason = (
        f"{mnemonic.upper()} `{form.replace('e', '…')}` takes at most {8 * most} bits, not {8 * value.width}"
    )
    literal = value.literal
    if literal is not None and 0 <= literal < 1 << 8 * most:
        return Fault(
            0, ERROR, "width", reason, _write(mnemonic, "", found.render(form, (f"${literal:0{2 * most}X}",)))
        )
    long = {"jmp": "jml", "jsr": "jsl"}.get(mnemonic, "")
    return Fault(0, ERROR, "width", reason, f"{long} {found.render(form)}" if long and form == "e" else "")


def _stated_width(
    mnemonic: str, suffix: str, form: str, found: Operand, value: Expression, widths: tuple[int, ...]
) -> tuple[int, tuple[Fault, ...]]:
    size = SUFFIXES[suffix]
    if form == "e,y" and size == 1 and 1 not in widths:
        reason = f"{mnemonic.upper()} has no 8-bit `…,y`; asar assembles 16 bits"
        return 2, (Fault(-1, WARNING, "assumed-width", reason, _write(mnemonic, "w", found.render(form))),)
    if size not in widths:
        reason = f"{mnemonic.upper()} `{form.replace('e', '…')}` has no {8 * size}-bit form"
        nearest = min(widths, key=lambda width: (abs(width - size), width))
        fix = _write(mnemonic, _LETTER[nearest], found.render(form))
        return 0, (Fault(-1, ERROR, "width", reason, fix),)
    if value.width > size:
        return size, (_cut(value, size, _write(mnemonic, _LETTER.get(value.width, ""), found.render(form))),)
    return size, ()


def _immediate(
    mnemonic: str, suffix: str, found: Operand, value: Expression, widths: tuple[int, ...]
) -> tuple[int, tuple[Fault, ...]]:
    if widths == (1,):
        return _byte_immediate(mnemonic, suffix, found, value)
    size = SUFFIXES[suffix] if suffix else value.width
    if size > 2 and suffix:
        fix = _write(mnemonic, "w", found.render("#e"))
        return 2, (
            Fault(-1, WARNING, "width", "there are no 24-bit immediates; asar assembles 16 bits", fix),
        )
    if suffix:
        fits = value.width <= size
        return size, () if fits else (
            _cut(value, size, _write(mnemonic, "w", found.render("#e")) if size == 1 else ""),
        )
    if size > 2:
        return 2, (_cut(value, 2, ""),)
    return (0 if value.open_width else size), ()


def _byte_immediate(
    mnemonic: str, suffix: str, found: Operand, value: Expression
) -> tuple[int, tuple[Fault, ...]]:
    stated = SUFFIXES.get(suffix, 0)
    if stated > 1 or (not stated and value.width > 1):
        reason = f"{mnemonic.upper()} takes one byte"
        literal = value.literal
        short = literal is not None and 0 <= literal < 0x100
        body = f"${literal:02X}" if short else found.bodies[0]
        fix = _write(mnemonic, "", found.render("#e", (body,))) if short or value.width <= 1 else ""
        return 1, (Fault(0, ERROR, "width", reason, fix),)
    return 1, (_cut(value, 1, ""),) if value.width > 1 else ()


def _cut(value: Expression, size: int, fix: str) -> Fault:
    return Fault(0, WARNING, "cut-value", f"{8 * value.width} bits are cut to {8 * size}", fix)


def _cut_banks(found: Operand) -> tuple[Fault, ...]:
    pairs = zip(found.bodies, found.starts, strict=True)
    values = ((Operand("e", (body,), (0,)).expression, start) for body, start in pairs)
    return tuple(
        Fault(start, WARNING, "cut-value", "a bank is one byte; the rest is cut")
        for value, start in values
        if value.width > 1
    )
