"""The check of a whole text: every line's legality, and what its names resolve to.

>>> check("LDA [$12],x").findings[0].fix
'LDA [$12],y'
"""

from __future__ import annotations

import re

import msgspec

from .context import Context
from .defines import Defines, EndlessDefine, assignment, joined_assignment, unquoted_value
from .expressions import STUB
from .facts import CONTINUED, EMPTY, WITH_DEFINES, Event, Facts
from .findings import ERROR, WARNING, Fault, Finding
from .line_facts import closing_event, facts_of_code
from .lines import LogicalLine, Position, code_end, logical_lines, parts, tidy

#: What may not come out again in a finding: lone surrogates, and the sign for an unknown value.
_UNFIT = re.compile(f"[\ud800-\udfff{STUB}]")
_MAX_CACHED_LINE = 160
_MAX_CACHED_LINES = 50_000
_cache: dict[str, Facts] = {}


class CheckResult(msgspec.Struct, frozen=True):
    """The verdict on a text.

    `syntax_ok`: valid as a fragment of a larger code base; names that it does not define are listed in
    `stubs` (labels by name, `!define`, `%macro`, `function()`, `<parameter>`, included files) and never
    held against it. `assembles`: valid as it stands, with nothing stubbed.
    """

    assembles: bool
    syntax_ok: bool
    findings: tuple[Finding, ...] = ()
    stubs: tuple[str, ...] = ()


def check(code: str) -> CheckResult:
    """Check `code`, a text in asar syntax. Takes any text and never raises for its content."""
    findings, stubs = _Check().run(code)
    valid = not any(finding.severity == ERROR for finding in findings)
    return CheckResult(valid and not stubs, valid, findings, stubs)


def check_lines(text: str) -> tuple[Finding, ...]:
    """The findings of `text`, in the order of its lines."""
    return check(text).findings


def check_line(line: str) -> tuple[Finding, ...]:
    """The findings of one line by itself, names that it uses taken as known."""
    return check(line).findings


def _facts(line: str) -> Facts:
    body = line[: code_end(line)].rstrip()
    if not body or body.isspace():
        facts = EMPTY
    elif body[-1] in ",\\":
        facts = CONTINUED
    elif "!" in body:
        facts = WITH_DEFINES
    else:
        facts = facts_of_code(body)
    if len(line) <= _MAX_CACHED_LINE:
        if len(_cache) > _MAX_CACHED_LINES:
            _cache.clear()
        _cache[line] = facts
    return facts


class _Check:
    def __init__(self) -> None:
        self.context = Context()
        self.defines = Defines(self._unknown_define)
        self.findings: list[Finding] = []

    def run(self, code: str) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
        if not code.isascii() or STUB in code:
            code = _UNFIT.sub("\ufffd", code)
        lines = code.replace("\r\n", "\n").split("\n")
        cached = _cache.get
        number = 0
        while number < len(lines):
            line = lines[number]
            number += 1
            facts = cached(line) or _facts(line)
            if facts is CONTINUED:
                number = self._continued(lines, number)
            elif facts is WITH_DEFINES:
                self._line(_single(line, number))
            elif facts.faults or facts.events:
                self._take(facts, number, None)
            else:
                self.context.advance(facts.length)
        return self._result()

    def _result(self) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
        context = self.context
        self.findings += context.finish()
        findings = self.findings
        if context.uncalled_lines:
            findings = [
                _softened(finding) if finding.line in context.uncalled_lines else finding
                for finding in findings
            ]
        if len(findings) > 1:
            findings.sort(key=lambda finding: (finding.line, finding.column))
        return tuple(findings), tuple(context.stubs)

    def _take(self, facts: Facts, number: int, line: LogicalLine | None) -> None:
        for fault in facts.faults:
            self._find(fault, line.at(fault.at) if line else Position(number, fault.at + 1, 0))
        if facts.events:
            self.context.take(facts, number)
        else:
            self.context.advance(facts.length)

    def _find(self, fault: Fault, position: Position) -> None:
        if self.context.foreign:
            return
        _, severity, code, reason, fix = fault
        self.findings.append(Finding(position.line, position.column, severity, code, reason, fix))

    def _continued(self, lines: list[str], number: int) -> int:
        """Take the logical line whose first line has `number`; the number of its last line."""
        first = number
        while number < len(lines) and _facts_goes_on(lines[number - 1]):
            number += 1
        for line in logical_lines("\n".join(lines[first - 1 : number])):
            joints = tuple((at, Position(p.line + first - 1, p.column, p.offset)) for at, p in line.joints)
            self._line(line._replace(joints=joints))
        return number

    def _line(self, line: LogicalLine) -> None:
        if "!" not in line.code:
            self._take(facts_of_code(line.code), line.at(0).line, line)
            return
        found = parts(line.code)
        events = [event for part in found for event in self._part(tidy(part.text), part.start, line)]
        closing = closing_event(events) if len(found) > 1 else None
        if closing:
            self.context.take(Facts((), (closing,)), line.at(0).line)

    def _part(self, text: str, start: int, line: LogicalLine) -> tuple[Event, ...]:
        """Take one statement that may set or use defines; its events."""
        try:
            setting = assignment(text)
            if setting:
                self._assign(*setting, start, line)
                return ()
            fix = joined_assignment(text)
            if fix:
                reason = "the operator of a define needs blanks around it"
                self._find(Fault(0, ERROR, "define-blanks", reason, fix), line.at(start))
                return ()
            resolved = self.defines.resolve(text)
        except EndlessDefine:
            reason = "a define's value leads back to itself"
            self._find(Fault(0, ERROR, "define-endless", reason), line.at(start))
            return ()
        facts = facts_of_code(resolved)
        self._resolved(facts, text.find("!"), start, line)
        return facts.events

    def _resolved(self, facts: Facts, first: int, start: int, line: LogicalLine) -> None:
        limit = first if first >= 0 else len(line.code)
        for fault in facts.faults:
            shown = fault._replace(fix="") if STUB in fault.fix or STUB in fault.reason else fault
            shown = shown._replace(reason=shown.reason.replace(STUB, "…"))
            self._find(shown, line.at(start + min(fault.at, limit)))
        self.context.take(facts, line.at(start).line)

    def _assign(self, name: str, operator: str, value: str, start: int, line: LogicalLine) -> None:
        bare, well_formed = unquoted_value(value)
        if not well_formed:
            reason = "a define's value is one word, or in quotes"
            fix = f'!{name} {operator} "{value}"' if '"' not in value else ""
            self._find(Fault(0, ERROR, "define-value", reason, fix), line.at(start))
        self.defines.assign(name, operator, bare)

    def _unknown_define(self, name: str) -> None:
        self.context.stub("!" + name)


def _facts_goes_on(line: str) -> bool:
    return line[: code_end(line)].rstrip()[-1:] in (",", "\\")


def _single(line: str, number: int) -> LogicalLine:
    return LogicalLine(line[: code_end(line)], (), ((0, Position(number, 1, 0)),))


def _softened(finding: Finding) -> Finding:
    return msgspec.structs.replace(
        finding, severity=WARNING, reason=finding.reason + " (in a macro that is never called)"
    )
