"""A second look at a text that the check takes and cannot measure: it is assembled.

The check keeps no account of code whose length depends on names, conditions or macros. Where a branch spans
such code and may be too long, or where labels may lie in other banks, assembling the text tells.
"""

from __future__ import annotations

import re
from typing import Final

from afs.asm.assembling.assembly import AssembleLimits, AssemblyFinding
from afs.asm.language.findings import ERROR, WARNING, Finding

__all__ = ["Checked", "looked_at_again"]

#: Findings, names that are stubbed, and whether the text can only be a part.
Checked = tuple[tuple[Finding, ...], tuple[str, ...], bool]

#: What is wrong with the text itself, and what only stops its assembly.
_WRONG: Final = frozenset({"branch-range", "expression", "width"})
_STOPS: Final = frozenset({"bank-border", "warnpc", "assertion", "repeat-end"})
#: What keeps the other findings from being true.
_MISSING: Final = frozenset(
    {"not-supported", "limit", "file", "unknown-label", "unknown-define", "unknown-macro"}
)
_LIMITS: Final = AssembleLimits(statements=20_000, loops=2_000, bytes=0x100000)
#: Code that may be long though it has few lines.
_GROWS: Final = re.compile(
    r"(?:\A|[\s:])(?:fill|skip|pad|org|rep|for|while|incbin)\s(?!\#)|(?:\A|\s)%\w|(?:nop|in[cxy]|de[cxy]|asl|lsr)\s+\#",
    re.I,
)
#: An instruction has four bytes at most, and a branch reaches 127.
_SHORT: Final = 31
_NAME: Final = re.compile(r"[A-Za-z_]\w*\Z", re.A)
_STAND_IN: Final = 0x008000


def looked_at_again(
    code: str,
    doubts: set[str],
    loops: list[tuple[int, int]],
    outcome: Checked,
) -> Checked:
    """The outcome of a check with what assembling the text tells, where that may tell more."""
    findings, stubs, stops = outcome
    if loops and not stubs:
        findings = _loops_run(code, loops, findings)
        stops = stops or any(finding.code == "stops" for finding in findings)
    if not doubts or any(finding.severity == ERROR for finding in findings):
        return findings, stubs, stops
    if "place" not in doubts and not _may_be_long(code):
        return findings, stubs, stops
    more = [finding for finding in _second_look(code, stubs) if finding.code != "stops" or not stops]
    both = sorted((*findings, *more), key=lambda finding: (finding.line, finding.column))
    return tuple(both), stubs, stops or any(finding.code == "stops" for finding in more)


def _may_be_long(code: str) -> bool:
    """Whether a branch within `code` may be out of reach."""
    return code.count("\n") + code.count(" : ") > _SHORT or bool(_GROWS.search(code))


def _second_look(code: str, stubs: tuple[str, ...]) -> list[Finding]:
    """What is wrong with `code` once it is assembled: errors, and what stops it as warnings. Labels among
    `stubs` stand at $008000 and are not blamed; where other names are missing nobody knows."""
    from afs.asm.assembling.assembler import assemble

    if not all(_NAME.match(name) for name in stubs):
        return []
    result = assemble(code, symbols=dict.fromkeys(stubs, _STAND_IN), limits=_LIMITS)
    if any(finding.code in _MISSING for finding in result.errors):
        return []
    return [_finding(found) for found in result.errors if _is_sure(found, stubs)]


def _loops_run(code: str, loops: list[tuple[int, int]], findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """`findings` with the errors within `loops`, first and last lines, as they are where these are run: the
    check reads a loop once, and knows nothing of its variable."""
    from afs.asm.assembling.assembler import assemble

    errors = assemble(code, limits=_LIMITS).errors
    if any(found.code in _MISSING for found in errors):
        return findings

    def inside(line: int) -> bool:
        return any(first <= line <= last for first, last in loops)

    real = {found.line for found in errors}
    unbalanced = any(found.code == "unbalanced" for found in errors)  # which is told at the end

    def stays(found: Finding) -> bool:
        if found.severity != ERROR or not inside(found.line) or found.line in real:
            return True
        return unbalanced and found.code in ("block", "unbalanced")

    kept = [found for found in findings if stays(found)]
    told = {found.line for found in kept if found.severity == ERROR}
    new = [found for found in errors if inside(found.line) or found.code == "label-redefined"]
    more = {found.line: _finding(found) for found in new if found.line not in told}
    ended = any(finding.code == "stops" for finding in findings)
    both = (*kept, *(found for found in more.values() if found.severity == ERROR or not ended))
    return tuple(sorted(both, key=lambda found: (found.line, found.column)))


def _is_sure(found: AssemblyFinding, stubs: tuple[str, ...]) -> bool:
    if not stubs:
        return found.code in _WRONG or found.code in _STOPS
    return found.code == "branch-range" and not any(f"`{name}`" in found.reason for name in stubs)


def _finding(found: AssemblyFinding) -> Finding:
    stops = found.code in _STOPS
    return Finding(
        found.line,
        found.column,
        WARNING if stops else ERROR,
        "stops" if stops else found.code,
        found.reason,
        found.fix,
    )
