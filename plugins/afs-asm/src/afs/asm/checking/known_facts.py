"""The facts of lines, kept: most lines of a text stand elsewhere too."""

from __future__ import annotations

import re
from typing import Final

from afs.asm.language.lines import code_of, is_joined

from .facts import BY_PARTS, CONTINUED, EMPTY, Facts
from .line_facts import facts_of_code
from .plain_lines import joined_facts, plain_facts

_CONDITIONAL = re.compile(
    r"(?:\A|\s)(?:if|while|for|else|elseif|rep|endif|endwhile|endfor|arch|spcblock|endspcblock)(?:\s|\Z)",
    re.I,
)
_MACRO = re.compile(r"\s*macro\s", re.I)
_MAX_KEPT_LINE: Final = 160
_MAX_KEPT_LINES: Final = 50_000
#: By the text of the line, and by that of a statement whose defines are resolved.
known_lines: Final[dict[str, Facts]] = {}
_resolved: Final[dict[str, Facts]] = {}
#: The same of code for the sound chip.
_sound_lines: Final[dict[str, Facts]] = {}
_sound_statements: Final[dict[str, Facts]] = {}


def facts_of_line(line: str) -> Facts:
    """The facts of a line, which are kept for its code: comments differ most."""
    end = line.find(";")
    if end >= 0:
        code = line[:end].rstrip()
        if '"' not in code and "'" not in code and not line.startswith(";@", end):
            if known := known_lines.get(code):
                return known
            line = code
    plain = None
    if "!" not in line:
        plain = joined_facts(line) if " : " in line else plain_facts(line)
    facts = plain or _facts_of_code(line)
    _keep(known_lines, line, facts)
    return facts


def facts_of_statement(text: str) -> Facts:
    """The facts of a statement whose defines are resolved; many come to the same, their values unknown."""
    facts = _resolved.get(text)
    if facts is None:
        facts = facts_of_code(text)
        _keep(_resolved, text, facts)
    return facts


def facts_of_sound_line(line: str) -> Facts:
    """The facts of a line for the sound chip."""
    facts = _sound_lines.get(line)
    if facts is None:
        facts = _facts_of_code(line, sound=True)
        _keep(_sound_lines, line, facts)
    return facts


def facts_of_sound_statement(text: str) -> Facts:
    """The facts of a statement for the sound chip whose defines are resolved."""
    facts = _sound_statements.get(text)
    if facts is None:
        facts = facts_of_code(text, sound=True)
        _keep(_sound_statements, text, facts)
    return facts


def _keep(cache: dict[str, Facts], code: str, facts: Facts) -> None:
    if len(code) <= _MAX_KEPT_LINE:
        if len(cache) > _MAX_KEPT_LINES:
            cache.clear()
        cache[code] = facts


def _facts_of_code(line: str, *, sound: bool = False) -> Facts:
    body = code_of(line).rstrip()
    if not body or body.isspace():
        return EMPTY
    if body[-1] == "," or is_joined(body):
        return CONTINUED
    if "!" in body or (" : " in body and _CONDITIONAL.search(body)):
        return BY_PARTS
    if ("acro" in body or "ACRO" in body) and _MACRO.match(body):
        return BY_PARTS
    return facts_of_code(body, sound=sound)
