"""Whether one instruction may stand as it is written: mnemonic, operand form, widths.

Errors are what asar 1.91 refuses; warnings are what it lets through though the processor has no such
form, or what it cuts or widens in silence. A name or define of unknown value never causes either: it
may have any width that the mnemonic has for that form.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from .evaluator import constant
from .expressions import STUB, Expression
from .findings import ERROR, WARNING, Fault
from .instructions import Forms, mnemonics
from .operands import Operand, moves_block, operand
from .widths import Written, width_of, write

#: Implied instructions that asar repeats when they have an immediate.
REPEATABLE: Final = frozenset(["asl", "lsr", "rol", "ror", "inc", "dec", "inx", "dex", "iny", "dey", "nop"])
BRANCHES: Final = frozenset(["bcc", "bcs", "beq", "bmi", "bne", "bpl", "bra", "brl", "bvc", "bvs", "per"])
_SIGNATURE: Final = frozenset(("brk", "cop", "wdm"))
_PLAUSIBLE_REPEAT: Final = 16
#: How often a right form is put right itself.
_STEPS: Final = 3
_MOST_SHAPES: Final = 20_000

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


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What is known of an instruction as written. `length` in bytes, 0 if it depends on a name.

    `target` is the name that a short or long branch aims at; `near` that its labels must lie in the
    bank of the code, since no form takes 24 bits; `letter` what is wrong unless a label is named A, as the
    operand is; `computed` that a branch aims at a label and more; `doubts` are expressions that may have no
    value. Fault positions are relative to the
    operand's start.
    """

    faults: tuple[Fault, ...] = ()
    form: str = ""
    length: int = 0
    symbols: tuple[str, ...] = ()
    calls: tuple[tuple[str, int], ...] = ()
    target: str = ""
    near: bool = False
    letter: str = ""
    computed: bool = False
    doubts: tuple[str, ...] = ()


_cache: dict[tuple[str, str, str], Verdict] = {}


def judge(mnemonic: str, suffix: str, text: str) -> Verdict:
    """Judge `mnemonic` with the letter `suffix` (or none) and the tidy operand `text`."""
    key = (mnemonic, suffix, text)
    known = _cache.get(key)
    if known is None:
        known = _with_right_forms(_judge(mnemonic, suffix, text))
        if len(_cache) > 20_000:
            _cache.clear()
        _cache[key] = known
    return known


#: Right forms that stand whatever the digits of their numbers are, with the codes of their findings.
_standing: set[tuple[str, str]] = set()
_HEX = re.compile(r"\$[0-9A-Fa-f]+")
_OPERATORS = re.compile(r"[-+*/%<>&|^]")


def _zeros(number: re.Match[str]) -> str:
    return "$".ljust(len(number[0]), "0")


def right_form(text: str, code: str = "") -> str:
    """An instruction, if it may stand as it is and a finding of `code` is none of its own; else what is right
    instead, or nothing."""
    shape = _HEX.sub(_zeros, text), code
    if shape in _standing:
        return text
    for step in range(_STEPS):
        head, _, operand = text.partition(" ")
        name, _, suffix = head.lower().partition(".")
        if name not in mnemonics():
            return text
        faults = _judge(name, suffix, operand).faults
        against = [fault for fault in faults if fault.severity == ERROR or fault.code == code]
        if not against:
            if not step and len(_standing) < _MOST_SHAPES and not _OPERATORS.search(operand):
                _standing.add(shape)
            return text
        text = against[0].fix
    return ""


def _with_right_forms(verdict: Verdict) -> Verdict:
    """A verdict whose right forms may all stand themselves."""
    if not any([fault.fix for fault in verdict.faults]):
        return verdict
    faults = [
        msgspec.structs.replace(fault, fix=right_form(fault.fix, fault.code)) for fault in verdict.faults
    ]
    return msgspec.structs.replace(verdict, faults=tuple(faults))


def _judge(mnemonic: str, suffix: str, text: str) -> Verdict:
    forms = mnemonics()[mnemonic]
    if suffix and suffix not in "bwl":
        if STUB in suffix:
            return Verdict()
        if suffix == "d" and text:
            return _double(mnemonic, text, forms)
        return _refuse(-1, "suffix", f"`.{suffix}` is no size: use .b, .w or .l", "", mnemonic)
    if not text:
        return _without_operand(mnemonic, suffix, forms)
    if text in ("a", "A"):
        return _accumulator(mnemonic, suffix, text, forms)
    if " " in text and not _blanks_quoted(text):
        squeezed = text.replace(" ", "")
        reason = "asar takes a blank in an operand for its end"
        return _refuse(text.index(" "), "operand-blank", reason, write(mnemonic, suffix, squeezed), mnemonic)
    if text.strip(STUB) == "" and any(form not in ("", "a") for form in forms):
        return Verdict()
    found = operand(text, moves_block(mnemonic, suffix, text))
    return _with_operand(Written.of(mnemonic, suffix, found), forms)


def _double(mnemonic: str, text: str, forms: Forms) -> Verdict:
    """The size `.d`, which asar takes where it does not look at the size: for what it is not, it is none."""
    right = f"`.d` is no size of {mnemonic.upper()}; asar takes it for .w"
    sized = "#e" in forms and len(forms["#e"]) > 1
    if (text[0] == "#" and (sized or mnemonic in REPEATABLE)) or mnemonic in BRANCHES:
        verdict = judge(mnemonic, "w" if sized else "", text)
        warning = Fault(-1, WARNING, "suffix", right, write(mnemonic, "w" if sized else "", text))
        return msgspec.structs.replace(verdict, faults=(warning, *verdict.faults))
    return _refuse(-1, "suffix", "`.d` is no size: use .b, .w or .l", "", mnemonic)


def _blanks_quoted(text: str) -> bool:
    return text.count(" ") == text.count("' '")


def _refuse(at: int, code: str, reason: str, fix: str, form: str = "") -> Verdict:
    return Verdict((Fault(at, ERROR, code, reason, fix),), form)


def _without_operand(mnemonic: str, suffix: str, forms: Forms) -> Verdict:
    if "" not in forms and "a" not in forms and mnemonic not in _SIGNATURE:
        return _refuse(-1, "operand-missing", f"{mnemonic.upper()} needs an operand", "")
    if suffix:
        return _refuse(-1, "suffix", f"{mnemonic.upper()} without an operand takes no size", mnemonic)
    return Verdict(form="", length=2 if mnemonic in _SIGNATURE else 1)


def _accumulator(mnemonic: str, suffix: str, text: str, forms: Forms) -> Verdict:
    if "a" not in forms:
        reason = f"{mnemonic.upper()} has no accumulator form"
        as_label = _with_operand(Written.of(mnemonic, suffix, operand(text)), forms)
        if as_label.faults:
            return _refuse(0, "no-such-form", reason, mnemonic if "" in forms else "")
        return msgspec.structs.replace(as_label, letter=reason)
    if suffix:
        return _refuse(-1, "suffix", "the accumulator form takes no size", f"{mnemonic} a")
    return Verdict(form="a", length=1)


def _with_operand(written: Written, forms: Forms) -> Verdict:
    verdict = _of_form(written, forms)
    doubts = tuple([value.doubt for value in written.values if value.doubt])
    return msgspec.structs.replace(verdict, doubts=doubts) if doubts else verdict


def _of_form(written: Written, forms: Forms) -> Verdict:
    mnemonic, form, values = written.mnemonic, written.form, written.values
    if form == "#e" and mnemonic in REPEATABLE:
        return _repeated(mnemonic, written.operand.bodies[0], values[0])
    if form not in forms:
        return _tolerated(written, forms)
    if form == "e,e" and written.suffix:
        fix = written.rewrite(bare=True)
        return _refuse(-1, "suffix", f"{mnemonic.upper()} with two banks takes no size", fix, form)
    fault = _faulty_expression(written)
    if fault:
        return Verdict((fault,), form)
    if mnemonic in BRANCHES:
        return _branch(mnemonic, written.operand, values[0])
    return _sized(written, form, forms)


def _sized(written: Written, form: str, forms: Forms, *before: Fault) -> Verdict:
    """The verdict on a form that is there, its widths still to be judged."""
    widths = tuple(forms[form])
    width, faults = width_of(written, form, widths)
    first, *rest = written.values
    symbols, calls = first.symbols, first.calls
    for value in rest:  # the second bank of a block move
        symbols, calls = symbols + value.symbols, calls + value.calls
    near = first.named and not written.suffix and 3 not in widths and form not in ("#e", "e,e")
    return Verdict((*before, *faults), form, width and width + 1, symbols, calls, near=near)


def _faulty_expression(written: Written) -> Fault | None:
    for value, start in zip(written.values, written.operand.starts, strict=True):
        if value.fault:
            fix = written.rewrite(body=value.fix) if value.fix and written.form != "e,e" else ""
            return Fault(start + value.at, ERROR, "expression", value.fault, fix)
    return None


def _tolerated(written: Written, forms: Forms) -> Verdict:
    """A form that does not exist; asar takes two such forms for others."""
    value = written.values[0]
    if written.form == "(e),x" and "e,x" in forms and not value.fault:
        return _sized(written, "e,x", forms, _no_form(written, forms, WARNING, "; asar assembles `…,x`"))
    size = {"": value.least, "w": 2}.get(written.suffix)
    if written.form == "e" and "e,e" in forms and size == 2 and not value.fault:
        fault = _no_form(written, forms, WARNING, "; asar takes it for both banks")
        near = value.named and not written.suffix
        return Verdict((fault,), "e,e", 3, value.symbols, value.calls, near=near)
    return Verdict((_no_form(written, forms, ERROR),), written.form)


def _no_form(written: Written, forms: Forms, severity: str, note: str = "") -> Fault:
    name = written.mnemonic.upper()
    if set(forms) <= {"", "a"}:
        return Fault(0, severity, "no-such-form", f"{name} takes no operand", written.mnemonic)
    meant = next((form for form in _MEANT.get(written.form, ()) if form in forms), "")
    fits = meant.count("e") == len(written.operand.bodies)
    fix = written.rewrite(form=meant) if meant and fits else ""
    return Fault(0, severity, "no-such-form", f"{name} has no form `{written.shown}`{note}", fix)


def _repeated(mnemonic: str, text: str, value: Expression) -> Verdict:
    if value.fault:
        return _refuse(1 + value.at, "expression", value.fault, "", "#e")
    if value.symbols:
        reason = f"the repeat count of {mnemonic.upper()} must be a number"
        fault = Fault(1, ERROR, "repeat-count", reason)
        return Verdict((fault,), "#e", 0, value.symbols, value.calls)
    count = _count(text, value)
    if count is not None and count < 0:
        return _refuse(1, "repeat-count", f"{mnemonic.upper()} cannot be repeated {count} times", "", "#e")
    if count is None or 0 < count <= _PLAUSIBLE_REPEAT:
        return Verdict(form="#e", length=count or 0, calls=value.calls)
    reason = f"{mnemonic.upper()} has no immediate; asar repeats it {count} times"
    return Verdict((Fault(0, WARNING, "repeat-count", reason),), "#e", count)


def _count(text: str, value: Expression) -> int | None:
    """How often an instruction is repeated, if its count tells."""
    number = constant(text) if value.literal is None else value.literal
    return None if number is None else int(number)


def _branch(mnemonic: str, found: Operand, value: Expression) -> Verdict:
    length = 3 if mnemonic in ("brl", "per") else 2
    faults: tuple[Fault, ...] = ()
    if not value.symbols and not value.open_width:
        reason = f"{mnemonic.upper()} takes a bare number for the distance, not the address; use a label"
        faults = (Fault(0, WARNING, "numeric-branch", reason),)
    target = found.bodies[0] if len(value.symbols) == 1 and value.symbols[0] == found.bodies[0] else ""
    computed = bool(value.symbols) and not target
    return Verdict(faults, "e", length, value.symbols, value.calls, target, computed=computed)
