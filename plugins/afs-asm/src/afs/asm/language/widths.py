"""How many bytes an operand takes, and whether what is written fits them.

A size that is stated (`.b`, `.w`, `.l`) is taken; else the longest literal decides, widened to the next
form that the mnemonic has. asar takes a label or a function for 16 or 24 bits, never for 8; a define or
a parameter of unknown value may have any width.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from .expressions import STUB, Expression, expression
from .findings import ERROR, WARNING, Fault
from .operands import Operand

_SIZES: Final = {"b": 1, "w": 2, "l": 3}
_LETTERS: Final = {1: "b", 2: "w", 3: "l"}
#: The jumps that take the whole address.
_LONG: Final = {"jmp": "jml", "jsr": "jsl"}
_BANK_OF: Final = re.compile(r"[^-+*/%&|^<>()]+(?:>>16|/65536|/\$10000)\Z")

Width = tuple[int, tuple[Fault, ...]]


def write(mnemonic: str, suffix: str, operand: str) -> str:
    """An instruction as text; nothing if a value in it is unknown."""
    head = f"{mnemonic}.{suffix}" if suffix else mnemonic
    return f"{head} {operand}".strip() if STUB not in operand else ""


class Written(msgspec.Struct, frozen=True, gc=False):
    """An instruction as it is written."""

    mnemonic: str
    suffix: str
    operand: Operand
    values: tuple[Expression, ...]

    @classmethod
    def of(cls, mnemonic: str, suffix: str, operand: Operand) -> Written:
        """With the operand's expressions parsed."""
        return cls(mnemonic, suffix, operand, tuple([expression(body) for body in operand.bodies]))

    @property
    def form(self) -> str:
        return self.operand.form

    @property
    def shown(self) -> str:
        """The form for people."""
        return self.form.replace("e", "…")

    def rewrite(self, *, form: str = "", size: int = 0, body: str = "", bare: bool = False) -> str:
        """The instruction with another form, stated size or expression; `bare` states no size."""
        suffix = "" if bare else _LETTERS[size] if size else self.suffix
        bodies = (body,) if body else self.operand.bodies
        return write(self.mnemonic, suffix, self.operand.render(form or self.form, bodies))


def width_of(written: Written, form: str, widths: tuple[int, ...]) -> Width:
    """Operand bytes of `form`, 0 if a name decides, and what is wrong with them."""
    if form == "e,e":
        return 2, _banks(written)
    value = written.values[0]
    if form == "#e":
        return _immediate(written, value) if len(widths) > 1 else _byte(written, value)
    if form == "e,y" and 1 not in widths and _says_byte(written, value):
        reason = f"{written.mnemonic.upper()} has no 8-bit `…,y`; asar assembles 16 bits"
        at = -1 if written.suffix else 0
        return 2, (Fault(at, WARNING, "assumed-width", reason, written.rewrite(size=2)),)
    if written.suffix:
        return _stated(written, form, value, widths)
    return _unstated(written, form, value, widths)


def _says_byte(written: Written, value: Expression) -> bool:
    if written.suffix:
        return written.suffix == "b"
    return value.width == 1 and not value.open_width


def _stated(written: Written, form: str, value: Expression, widths: tuple[int, ...]) -> Width:
    size = _SIZES[written.suffix]
    if size not in widths:
        reason = f"{written.mnemonic.upper()} `{form.replace('e', '…')}` has no {8 * size}-bit form"
        nearest = min(widths, key=lambda width: (abs(width - size), width))
        return 0, (Fault(-1, ERROR, "width", reason, written.rewrite(size=nearest)),)
    return size, _cut(written, value, size)


def _unstated(written: Written, form: str, value: Expression, widths: tuple[int, ...]) -> Width:
    if value.open_width:
        possible = [width for width in widths if width >= value.least]
        if possible:
            return (possible[0] if len(possible) == 1 else 0), ()
        if value.width <= max(widths):
            return 0, (_only_byte(written),)
    elif min(value.width, 3) in widths:
        return min(value.width, 3), _cut(written, value, 3)
    else:
        wider = [width for width in widths if width > max(value.width, 1)]
        if wider:
            return wider[0], _widened(written.mnemonic, form)
        if not value.width:
            return 0, (_only_byte(written),)
    return 0, (_too_wide(written, form, value, max(widths)),)


def _widened(mnemonic: str, form: str) -> tuple[Fault, ...]:
    if mnemonic not in ("jml", "jsl") or form != "e":
        return ()
    reason = f"{mnemonic.upper()} needs a 24-bit address; asar takes bank 0"
    return (Fault(0, WARNING, "assumed-width", reason),)


def _too_wide(written: Written, form: str, value: Expression, most: int) -> Fault:
    name, shown = written.mnemonic.upper(), form.replace("e", "…")
    reason = f"{name} `{shown}` takes at most {8 * most} bits, not {8 * value.width}"
    fix = _shortened(written, value, most)
    if not fix and form == "e" and written.mnemonic in _LONG:
        fix = msgspec.structs.replace(written, mnemonic=_LONG[written.mnemonic]).rewrite()
    return Fault(0, ERROR, "width", reason, fix)


def _only_byte(written: Written) -> Fault:
    """A label where only a byte can be."""
    what = "this value" if STUB in written.operand.bodies[0] else f"`{written.operand.bodies[0][:40]}`"
    shown = written.shown
    reason = f"{written.mnemonic.upper()} `{shown}` takes 8 bits, asar takes {what} for 16 or more"
    return Fault(0, ERROR, "label-width", reason, written.rewrite(size=1))


def _shortened(written: Written, value: Expression, size: int) -> str:
    """The instruction with its number in `size` bytes, if it fits."""
    number = value.literal
    if number is None or not 0 <= number < 1 << 8 * size:
        return ""
    return written.rewrite(body=f"${number:0{2 * size}X}", bare=True)


def _immediate(written: Written, value: Expression) -> Width:
    """An immediate whose size follows M or X."""
    if written.suffix == "l":
        reason = "there are no 24-bit immediates; asar assembles 16 bits"
        return 2, (Fault(-1, WARNING, "width", reason, written.rewrite(size=2)),)
    if written.suffix:
        size = _SIZES[written.suffix]
        return size, _cut(written, value, size)
    if _BANK_OF.match(written.operand.bodies[0]):
        return 1, ()
    if value.width > 2:
        return 2, _cut(written, value, 2)
    if value.named:
        return 2, ()
    return (0 if value.open_width else value.width or 2), ()


def _byte(written: Written, value: Expression) -> Width:
    """An immediate that is always one byte."""
    if not written.suffix and _BANK_OF.match(written.operand.bodies[0]):
        return 1, ()
    if written.suffix in ("w", "l") or (not written.suffix and value.width > 1):
        reason = f"{written.mnemonic.upper()} takes one byte"
        fix = _shortened(written, value, 1) or (written.rewrite(bare=True) if value.width <= 1 else "")
        return 1, (Fault(0, ERROR, "width", reason, fix),)
    if not written.suffix and (value.least > 1 or not (value.width or value.open_width)):
        return 1, (_only_byte(written),)
    return 1, _cut(written, value, 1)


def _cut(written: Written, value: Expression, size: int) -> tuple[Fault, ...]:
    """What is lost of a single number; what an expression comes to is not known here."""
    if value.width <= size or value.literal is None:
        return ()
    wide = min(value.width, 2) if written.form == "#e" else value.width
    fix = written.rewrite(size=wide) if size < wide <= 3 else ""
    return (Fault(0, WARNING, "cut-value", f"{8 * value.width} bits are cut to {8 * size}", fix),)


def _banks(written: Written) -> tuple[Fault, ...]:
    return tuple(
        Fault(start, WARNING, "cut-value", "a bank is one byte; the rest is cut")
        for value, start in zip(written.values, written.operand.starts, strict=True)
        if value.width > 1 and value.literal is not None
    )
