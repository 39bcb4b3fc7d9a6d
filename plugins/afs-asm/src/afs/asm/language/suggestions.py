"""What a command that asar does not know was probably meant to be."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from .directives import DATA, DIRECTIVES
from .instructions import mnemonics
from .legality import right_form
from .spc700 import is_sound, sound_form

#: Names from other assemblers and processors.
ELSEWHERE: Final[dict[str, str]] = {
    "ina": "inc a",
    "dea": "dec a",
    "tad": "tcd",
    "tda": "tdc",
    "tas": "tcs",
    "tsa": "tsc",
    "swa": "xba",
    "blt": "bcc",
    "bge": "bcs",
    "cpa": "cmp",
    "add": "clc : adc",
    "sub": "sec : sbc",
    "xor": "eor",
    "or": "ora",
    "call": "jsr",
    "ret": "rts",
    "jump": "jmp",
    "push": "pha",
    "pop": "pla",
    "hlt": "stp",
    ".byte": "db",
    ".word": "dw",
    ".long": "dl",
    ".org": "org",
    ".include": "incsrc",
    ".incbin": "incbin",
    "byte": "db",
    "word": "dw",
    "include": "incsrc",
    ".db": "db",
    ".dw": "dw",
}

_IDENTIFIER = re.compile(r"[A-Za-z_][\w.]*\Z", re.A)
_JOINED_OPERAND = re.compile(r"([A-Za-z]{3}(?:\.[bwlBWL])?)([#$(\[!%].*)\Z", re.A)
_JOINED_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=([^=].*)\Z", re.A)


def unknown_command(name: str, operand: str) -> tuple[str, str]:
    """Why `name` is refused, and the right form of the statement, or nothing."""
    shown = name if len(name) <= 24 else name[:24] + "…"
    joined = _JOINED_ASSIGNMENT.match(name) if not operand else None
    if joined:
        return "an assignment needs blanks around the `=`", f"{joined[1]} = {joined[2]}"
    attached = _JOINED_OPERAND.match(name)
    if attached and attached[1][:3].lower() in mnemonics():
        return "a blank is missing before the operand", f"{attached[1]} {attached[2]} {operand}".strip()
    if name.startswith("%"):
        return f"`{shown}`: a macro is called as `%name(arguments)`", f"{name}()" if name[
            1:
        ].isidentifier() else ""
    meant = meant_by(name.lower())
    if meant:
        meant = meant.removesuffix(" a") if operand else meant
        return f"there is no `{shown}`", right_form(f"{meant} {operand}".strip())
    if operand and sound_form(name.lower(), operand):
        return f"`{shown}` is for the sound chip; `arch spc700` must stand above it", ""
    if not operand and _IDENTIFIER.match(name):
        return f"there is no `{shown}`; a label needs a colon", f"{name}:"
    return f"there is no `{shown}`", ""


def sound_fault(word: str, operand: str) -> tuple[str, str, str]:
    """Code, reason and right form where the sound chip has no such instruction."""
    head, dot, _ = word.lower().partition(".")
    if not is_sound(head):
        if head in mnemonics():
            reason = f"the sound chip has no `{word[:24]}`, which is an instruction of the 65816"
            return "unknown-command", reason, ""
        return "unknown-command", *unknown_command(word, operand)
    name = head.upper()
    if not operand:
        reason = f"{name} needs an operand" if not dot else f"{name} without an operand takes no size"
        return ("operand-missing", reason, "") if not dot else ("suffix", reason, head)
    plain = plain_sound(operand)
    fix = f"{word} {plain}" if plain != operand and sound_form(head, plain) else ""
    return "no-such-form", f"{name} has no form `{operand[:40]}`", fix


def plain_sound(operand: str) -> str:
    """An operand of the sound chip as asar writes it: pointers in parentheses, addresses without a mark."""
    for written, right in (("[", "("), ("]", ")"), ("(x)+", "(x+)"), ("(X)+", "(X+)"), (",!", ",")):
        operand = operand.replace(written, right)
    return operand.removeprefix("!")


@lru_cache(4096)
def meant_by(name: str) -> str:
    """The command that `name` was meant to be, or nothing."""
    head, dot, suffix = name.partition(".")
    if name in ELSEWHERE or head in ELSEWHERE:
        return ELSEWHERE.get(name) or ELSEWHERE[head].removesuffix(" a") + dot + suffix
    if head in mnemonics():
        return head  # only its suffix is wrong
    if not 2 <= len(head) <= 12:
        return ""
    known = mnemonics() if len(head) <= 4 else {**DIRECTIVES, **DATA}
    near = [word for word in known if _one_edit(head, word)]
    return near[0] + dot + suffix if len(near) == 1 else ""


def _one_edit(left: str, right: str) -> bool:
    """Whether one swap, change, insertion or deletion of a letter makes them equal."""
    if len(left) == len(right):
        wrong = [index for index in range(len(left)) if left[index] != right[index]]
        if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
            first, second = wrong
            return left[first] == right[second] and left[second] == right[first]
        return len(wrong) == 1
    if abs(len(left) - len(right)) != 1:
        return False
    short, long = sorted((left, right), key=len)
    return any(long[:index] + long[index + 1 :] == short for index in range(len(long)))
