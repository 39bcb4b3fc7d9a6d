"""Defines while a text is assembled: `!name` replaced by its value, `!name = value` taken over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from afs.asm.language.defines import BUILT_IN, decimals
from afs.asm.language.faults import Broken, Fatal

if TYPE_CHECKING:
    from .assembly_pass import Pass

__all__ = ["Defined"]


_USE = re.compile(r"\\([\\!])|!\^*(\{)?", re.A)
_WORD = re.compile(r"\w+", re.A)
_OPERATOR = re.compile(r" ([+:#?]?=) ")
_NEXT = re.compile(r" : ")
_MAX_LENGTH: Final = 65_536


class Defined:
    """Replaces and sets the defines of one pass."""

    def __init__(self, run: Pass) -> None:
        self._run = run
        self._depth = 0

    def resolve(self, text: str) -> str:
        """``text`` with every define replaced. Raises Broken for one that is not known."""
        return self._walk(text, sets=False)

    def resolve_line(self, text: str) -> str:
        """As ``resolve``, for a whole line; assignments in it take effect where they stand."""
        return self._walk(text, sets=True)

    def _walk(self, text: str, *, sets: bool) -> str:
        self._depth += 1
        if self._depth > self._run.limits.depth:
            raise Fatal("limit", "a define's value leads back to itself")
        try:
            return self._pieces(text, sets)
        finally:
            self._depth -= 1

    def _pieces(self, text: str, sets: bool) -> str:
        out: list[str] = []
        at = length = 0
        while match := _USE.search(text, at):
            out.append(text[at : match.start()])
            if match[1]:
                out.append(match[1])
                at = match.end()
            else:
                begins = sets and (match.start() == 0 or text.endswith(" : ", 0, match.start()))
                piece, at = self._use(text, match, begins)
                out.append(piece)
            length += len(out[-1]) + len(out[-2])
            if length > _MAX_LENGTH:
                raise Fatal("limit", f"a line grows beyond {_MAX_LENGTH} characters by its defines")
        out.append(text[at:])
        line = "".join(out)
        if sets and line.endswith(" : ") and not text.endswith(" : "):
            return line + "{"  # the place of an assignment: a statement that does nothing
        return line

    def _use(self, text: str, match: re.Match[str], begins: bool) -> tuple[str, int]:
        name, at = self._name(text, match)
        setting = _OPERATOR.match(text, at) if begins else None
        if setting and name:
            value, end = _value_at(text, setting.end())
            self._set(name, setting[1], value)
            return "", end + 3 if _NEXT.match(text, end) else end
        if not name:
            return "!", at
        known = self._run.defines.get(name)
        if known is None:
            raise Broken("unknown-define", f"there is no define `!{name[:60]}`")
        return (self.resolve_line(known) if "!" in known or "\\" in known else known), at

    def _name(self, text: str, match: re.Match[str]) -> tuple[str, int]:
        if not match[2]:
            word = _WORD.match(text, match.end())
            return (word[0], word.end()) if word else ("", match.end())
        depth, at = 1, match.end()
        while depth:
            if at >= len(text):
                raise Broken("define-name", "a `!{` is not closed")
            depth += (text[at] == "{") - (text[at] == "}")
            at += 1
        name = self.resolve(text[match.end() : at - 1])
        if not re.fullmatch(r"\w+", name, re.A):
            raise Broken("define-name", f"`{name[:40]}` is no name of a define")
        return name, at

    def _set(self, name: str, operator: str, value: str) -> None:
        run = self._run
        if name in BUILT_IN:
            raise Broken("define-name", f"`!{name}` is set by asar itself")
        if operator == "?=" and name in run.defines:
            return
        if operator == "+=":
            if name not in run.defines:
                raise Broken("unknown-define", f"there is no define `!{name[:60]}` to add to")
            value = run.defines[name] + value
            if len(value) > _MAX_LENGTH:
                raise Fatal("limit", f"the define `!{name[:40]}` grows beyond {_MAX_LENGTH} characters")
        elif operator == ":=":
            value = self.resolve(value)
        elif operator == "#=":
            value = self._computed(name, value)
        run.defines[name] = value

    def _computed(self, name: str, value: str) -> str:
        evaluation = self._run.evaluation
        number = evaluation.double(self.resolve(value))
        if evaluation.moving:
            raise Broken("label-moves", f"the define `!{name[:40]}` cannot depend on a label")
        return str(number) if isinstance(number, int) else decimals(number)


def _value_at(text: str, at: int) -> tuple[str, int]:
    """The value that begins at ``at``, and where it ends: in quotes, or up to a blank."""
    if text[at : at + 1] != '"':
        end = text.find(" ", at)
        end = len(text) if end < 0 else end
        value = text[at:end]
    else:
        end = at + 1
        while True:
            end = text.find('"', end)
            if end < 0:
                raise Broken("quotes", "a quote is not closed")
            if text[end + 1 : end + 2] != '"':
                break
            end += 2
        value = text[at + 1 : end].replace('""', '"')
        end += 1
    if end < len(text) and not _NEXT.match(text, end):
        raise Broken("define-value", "a define's value is one word, or in quotes")
    return value, end
