"""Directives that speak: print, warn, error, assert."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from afs.asm.language.arguments import split_arguments
from afs.asm.language.faults import Broken

from .macros import unquoted
from .open_blocks import holds

if TYPE_CHECKING:
    from .assembly_pass import Pass

__all__ = ["MESSAGES"]

_CALL = re.compile(r"(bin|dec|hex|double)\((.*)\)\s*\Z", re.I | re.S)


def spoken(run: Pass, text: str) -> str:
    """What the arguments of `print` come to."""
    return "".join(_part(run, item) for item, _ in split_arguments(text))


def _part(run: Pass, item: str) -> str:
    word = item.lower()
    if item[:1] == '"':
        return unquoted(item)
    if word == "bytes":
        return str(run.bytes)
    if word == "freespaceuse":
        return str(run.space_bytes)
    if word == "pc":
        return f"{run.place.seen & 0xFFFFFF:06X}"
    match = _CALL.match(item)
    if not match:
        raise Broken("print", f"`{item[:40]}` is nothing that can be printed", late=True)
    return _number(run, match[1].lower(), [part for part, _ in split_arguments(match[2])])


def _number(run: Pass, kind: str, arguments: list[str]) -> str:
    if len(arguments) > 2:
        raise Broken("print", f"`{kind}` takes a number and a precision", late=True)
    digits = min(max(run.evaluation.number(arguments[1]), 0), 64) if len(arguments) == 2 else None
    if kind == "double":
        places = 5 if digits is None else digits
        shown = f"{run.evaluation.double(arguments[0]):.{places}f}"
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    value = run.evaluation.number(arguments[0])
    sign = "-" if value < 0 and kind != "hex" else ""
    value = value & 0xFFFFFFFFFFFFFFFF if kind == "hex" else abs(value)
    body = {"bin": f"{value:b}", "dec": str(value), "hex": f"{value:X}"}[kind]
    return sign + body.rjust((digits or 0) - len(sign), "0")


def _print(run: Pass, text: str) -> None:
    if run.is_last:
        said = spoken(run, text)
        run.count_bytes(len(said))
        run.printed.append(said)


def _error(run: Pass, text: str) -> None:
    if not text:
        raise Broken("error-command", "the text ends assembly with `error`")
    if run.is_last:
        raise Broken("error-command", spoken(run, text))


def _warn(run: Pass, text: str) -> None:
    words = text.split(" ")
    if len(words) == 2 and words[0].lower() == "xkas":
        return
    if run.is_last:
        run.warn("warn-command", spoken(run, text) if text else "the text warns with `warn`")


def _assert(run: Pass, text: str) -> None:
    condition, *message = (item for item, _ in split_arguments(text))
    if not run.is_last:
        return
    said = spoken(run, ",".join(message)) if message else condition[:80]
    if not holds(run, condition, "assert"):
        raise Broken("assertion", f"an assertion does not hold: {said}")


MESSAGES: Final[dict[str, Callable[[Pass, str], None]]] = {
    "print": _print,
    "error": _error,
    "warn": _warn,
    "assert": _assert,
}
