"""Instructions of the sound chip into bytes, their operands sized as asar 1.91 sizes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from afs.asm.language.faults import Broken
from afs.asm.language.spc700 import SIZES, SoundForm, is_sound, sound_form
from afs.asm.language.suggestions import sound_fault

from .encoder import operand_size

if TYPE_CHECKING:
    from .assembly_pass import Pass

__all__ = ["encode_sound"]

#: The first address that is too high for a bit of the direct page, or of a word.
_LIMITS: Final = {"d": 0x100, "m": 0x2000}


def encode_sound(run: Pass, word: str, text: str) -> bytes:
    """The bytes of an instruction at the place of ``run``. Raises Broken for what asar refuses."""
    name, dot, suffix = word.lower().partition(".")
    if not is_sound(name):
        raise Broken(*sound_fault(word, text))
    if dot and suffix[:1] not in SIZES:
        raise Broken("suffix", f"`.{suffix[:8]}` is no size: use .b or .w")
    if " " in text.replace("' '", ""):
        raise Broken("operand-blank", "asar takes a blank in an operand for its end", text.replace(" ", ""))
    form = None if dot and not text else sound_form(name, text)
    if form is None:
        raise Broken(*sound_fault(word, text))
    if name == "tcall":
        return bytes([_numbered(run, form) << 4 | 1])
    bodies = [body for body, _ in form.bodies]
    size = SIZES.get(suffix[:1], 0)
    if len(form.opcodes) > 1 and not size:
        size = operand_size(run, bodies[0], run.bank)
    entry = form.opcode(size)
    of_bit = name[:3] in ("bbs", "bbc")
    pieces = [
        _distance(run, body, entry.length, of_bit=of_bit) if kind == "r" else _value(run, body, kind, form)
        for kind, body in zip(entry.parts, bodies, strict=True)
    ]
    if entry.parts[-1:] != ("r",):
        pieces.reverse()
    return bytes([entry.opcode]) + b"".join(pieces)


def _numbered(run: Pass, form: SoundForm) -> int:
    number = run.value(form.bodies[0][0])
    if not 0 <= number < 16:
        raise Broken("width", f"TCALL takes a number from 0 to 15, not {number}", late=True)
    return number


def _value(run: Pass, body: str, kind: str, form: SoundForm) -> bytes:
    value = run.value(body)
    on_bit = "." in next(iter(form.opcodes.values())).operand
    if on_bit and not 0 <= value < _LIMITS[kind]:
        raise Broken("width", f"a bit lies below ${_LIMITS[kind]:X}, not at `{body[:40]}`", late=True)
    if kind == "m":
        value |= form.bit << 13
    width = 2 if kind in "wm" else 1
    return (value & (1 << 8 * width) - 1).to_bytes(width, "little")


def _distance(run: Pass, body: str, length: int, *, of_bit: bool) -> bytes:
    """How far a branch goes: a number of one byte says so itself, but not where the branch asks for a bit."""
    distance = run.value(body)
    if not run.is_last:
        return b"\0"
    named = run.evaluation.found or of_bit
    if of_bit or operand_size(run, body, run.bank) != 1:
        distance -= (run.place.seen & 0xFFFFFF) + length
    if named and not -128 <= distance < 128:
        reason = f"`{body[:40]}` is {distance} bytes away, out of a branch's reach"
        raise Broken("branch-range", reason, f"jmp {body}")
    return bytes([distance & 0xFF])
