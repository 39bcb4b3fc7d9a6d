"""The check of a whole text: every line's legality, and what its names resolve to.

>>> check("LDA [$12],x").findings[0].fix
'LDA [$12],y'
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from afs.asm.language.findings import ERROR, Finding

from .text_check import TextCheck

_LONGEST_FIX: Final = 200


class CheckResult(msgspec.Struct, frozen=True, gc=False):
    """The verdict on a text.

    `syntax_ok`: valid as a fragment of a larger code base; names that it does not define are listed in
    `stubs` (labels by name, `!define`, `%macro`, `function()`, `<parameter>`, included files) and never
    held against it. `assembles`: valid as it stands, with nothing stubbed. `engine` names what gave the
    verdict: this check (`afs`), or asar with its version.
    """

    assembles: bool
    syntax_ok: bool
    findings: tuple[Finding, ...] = ()
    stubs: tuple[str, ...] = ()
    engine: str = "afs"


def check(code: str, known: Iterable[str] = ()) -> CheckResult:
    """Check `code`, a text in asar syntax. Takes any text and never raises for its content.

    `known` are names that other files define, written as in `CheckResult.stubs`.
    """
    findings, stubs, stops = TextCheck().run(code)
    valid = not findings or all(finding.severity != ERROR for finding in findings)
    if any(len(finding.fix) > _LONGEST_FIX for finding in findings):
        findings = tuple(map(_short, findings))
    if known:
        others = frozenset(known)
        stubs = tuple(name for name in stubs if name not in others)
    return CheckResult(valid and not stubs and not stops, valid, findings, stubs)


def _short(finding: Finding) -> Finding:
    """The finding without a right form that nobody would read."""
    return finding if len(finding.fix) <= _LONGEST_FIX else msgspec.structs.replace(finding, fix="")


def check_lines(text: str) -> tuple[Finding, ...]:
    """The findings of `text`, in the order of its lines."""
    return check(text).findings


def check_line(line: str) -> tuple[Finding, ...]:
    """The findings of one line by itself, names that it uses taken as known."""
    return check(line).findings
