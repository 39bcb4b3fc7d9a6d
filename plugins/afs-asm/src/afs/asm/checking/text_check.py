"""One pass over a text: its lines and statements in order, the calls of its macros put in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from afs.asm.assembling.source_files import normalised
from afs.asm.language.defines import (
    BUILT_IN,
    DefineFault,
    Defines,
    assignment,
    joined_assignment,
    unquoted_value,
)
from afs.asm.language.directives import opened_on_line
from afs.asm.language.evaluator import Evaluator
from afs.asm.language.expressions import STUB, expression
from afs.asm.language.findings import ERROR, WARNING, Fault, Finding
from afs.asm.language.lines import (
    LogicalLine,
    Part,
    Position,
    code_of,
    is_joined,
    logical_lines,
    open_quote,
    parts,
    tidy,
)

from .argument_facts import checked
from .blocks import Blocks
from .context import Context
from .facts import BY_PARTS, CONTINUED, Event, Facts
from .known_facts import (
    facts_of_line,
    facts_of_sound_line,
    facts_of_sound_statement,
    facts_of_statement,
    known_lines,
)
from .line_facts import facts_of_code, misplaced_for
from .macro_calls import MAX_DEPTH, MAX_LINES, MacroBody, MacroCall, call_values, declared
from .register_widths import width_findings
from .second_look import Checked, looked_at_again

#: What may not come out again in a finding: lone surrogates, and the sign for an unknown value.
_UNFIT = re.compile(f"[\ud800-\udfff{STUB}]")
_BLOCK_WORD = re.compile(r"(if|while|for|elseif|else|endif|endwhile|endfor)(?: |\Z)", re.I)
#: What is read though a condition on the line does not hold.
_RESUMES = re.compile(r"(?:elseif|else|endif|endwhile)(?:\s|\Z)", re.I)
_FOR = re.compile(r"for\s", re.I)
_REPEAT = re.compile(r"(?:\A|\s:)\s*(rep)\s+(?!\#|1\s*\Z)\S+\s*\Z", re.I)
_SETS_WIDTHS = re.compile(r"\b[rs]ep\b")
_SWITCHES = re.compile(r"(?:\A|\s)(?:arch|spcblock)\s")
_MACRO = re.compile(r"\s*macro\s", re.I)
_ENDMACRO = re.compile(r"\s*endmacro\s*(?:;.*)?\Z", re.I)
_IN_MACRO: Final = " (in a macro that is never called)"
_MAX_FINDINGS: Final = 10_000


class TextCheck:
    """One pass over a text; `call` is the macro whose body is being read, if any."""

    def __init__(self) -> None:
        self.evaluator = Evaluator(self._label_value, lambda name: name in self.defines.values)
        self.defines = Defines(self._unknown_define, self.evaluator.value, self._note_set)
        self.blocks = Blocks(self.evaluator, self.defines)
        self.context = Context(self.blocks)
        self.findings: list[Finding] = []
        self.macros: dict[str, MacroBody] = {}
        self.called: set[str] = set()
        self.call: MacroCall | None = None
        self.caller = 0
        self.depth = 0
        self.expanded = 0
        #: Whether the text may have code for another processor.
        self.switches = False

    def run(self, code: str) -> Checked:
        if not code.isascii() or STUB in code:
            code = _UNFIT.sub("\ufffd", code.removeprefix("\ufeff"))
        code = normalised(code)
        lower = code.lower()
        self.context.tracks = _sets_widths(lower)
        self.switches = ("arch" in lower or "spcblock" in lower) and bool(_SWITCHES.search(lower))
        lines = code.split("\n")
        self.context.last_line = len(lines)
        self.lines(lines, 0)
        repeat = _last_repeat(lines[-1])
        if repeat >= 0:
            self.context.stop(len(lines), repeat, "nothing is left to repeat; a line must follow")
        result = self._result()
        if self.context.doubts or self.blocks.loops:
            result = looked_at_again(code, self.context.doubts, self.blocks.loops, result)
        # They know each other, and would stay until the garbage collector finds them.
        del self.evaluator, self.defines, self.blocks, self.context
        return result

    def lines(self, lines: Sequence[str], first: int) -> None:
        """Check lines, of which `first` come before in the text."""
        cached = self._known if self.switches else known_lines.get
        blocks, context, in_macro = self.blocks, self.context, self.call is not None
        number = 0
        count = len(lines)
        while number < count:
            line = lines[number]
            number += 1
            facts = cached(line) or facts_of_line(line)
            if facts is CONTINUED:
                number = self._continued(lines, number, first)
            elif facts is BY_PARTS or (in_macro and "<" in line):
                if not blocks.live:
                    self._line(_single(line, first + number))
                elif _MACRO.match(line):
                    number = self._declare(lines, number, first)
                elif not self._with_defines(line, first + number):
                    self._line(_single(line, first + number))
            elif not blocks.live:
                self._skim(facts, first + number)
            elif facts.events or facts.faults:
                self._take(facts, first + number, None)
            else:
                if facts.steps and context.tracks:
                    context.take_steps(facts.steps, first + number)
                if facts.length:
                    context.advance(facts.length)

    def _known(self, line: str) -> Facts | None:
        """The facts of a line of a text with code for the sound chip, if they are known."""
        return facts_of_sound_line(line) if self.context.sound else known_lines.get(line)

    def _facts(self, text: str) -> Facts:
        """The facts of a statement whose defines are resolved."""
        return facts_of_sound_statement(text) if self.context.sound else facts_of_statement(text)

    def _result(self) -> Checked:
        context = self.context
        for name, body in self.macros.items():
            if name not in self.called:
                self._uncalled(body)
        self.findings += context.finish()
        if context.tracks:
            self.findings += width_findings(context)
        findings = list(dict.fromkeys(self.findings)) if self.called else self.findings
        if len(findings) > 1:
            findings.sort(key=lambda finding: (finding.line, finding.column))
        return tuple(findings), tuple(context.stubs), context.stops

    # -- lines and statements -------------------------------------------------------------------

    def _take(self, facts: Facts, number: int, line: LogicalLine | None) -> None:
        if facts.faults:
            self._find_all(facts, number, line)
        self.context.take(facts, number)
        if self.context.asked:
            self._answer(number)

    def _answer(self, number: int) -> None:
        """Take what line `number` left to the checker."""
        asked, self.context.asked = self.context.asked, []
        for event in asked:
            if event.kind == "call" and self.blocks.live:
                self._call(event, number)
            elif self.blocks.live:
                self._undefine(event.name)

    def _find_all(self, facts: Facts, number: int, line: LogicalLine | None) -> None:
        for fault in facts.faults:
            self._find(fault, line.at(fault.at) if line else Position(number, fault.at + 1, 0))

    def _skim(self, facts: Facts, number: int) -> None:
        """Lines that are left out: only what opens and closes conditions counts, where no label stands before
        it; and quotes."""
        for fault in facts.faults:
            if fault.code == "quotes":
                self._find(fault, Position(number, fault.at + 1, 0))
        if facts.events and facts.events[0].kind == "label":
            return
        for event in facts.events:
            if event.kind in ("else", "surplus") or (
                event.kind in ("open", "close") and _of_condition(event)
            ):
                self.context.take(Facts((), (event,)), number)

    def _find(self, fault: Fault, position: Position) -> None:
        if self.context.foreign and fault.code != "directive":
            return
        if fault.code == "label-width" and self.context.optimizes:
            self.context.doubts.add("place")
            return
        reason = fault.reason
        if self.call and self.caller:
            reason += f" (called from line {self.caller})"
        if len(self.findings) < _MAX_FINDINGS:
            self.findings.append(
                Finding(position.line, position.column, fault.severity, fault.code, reason, fault.fix)
            )

    def _continued(self, lines: Sequence[str], number: int, first: int) -> int:
        """Take the logical line whose first line has `number`; the number of its last line."""
        start, comma = number, False
        while number < len(lines):
            code = code_of(lines[number - 1]).rstrip()
            comma = code[-1:] == "," or (comma and not code)
            if not comma and not is_joined(code):
                break
            number += 1
        shift = first + start - 1
        for line in logical_lines("\n".join(lines[start - 1 : number])):
            joints = tuple((at, Position(p.line + shift, p.column, p.offset)) for at, p in line.joints)
            self._line(line._replace(joints=joints))
        return number

    def _with_defines(self, line: str, number: int) -> bool:
        """Take a line of one statement that uses defines and sets none; False if it is none."""
        code = code_of(line)
        if "!" not in code or ":" in code or "=" in code or (self.call and "<" in code):
            return False
        start = len(code) - len(code.lstrip())
        text = tidy(code.strip())
        if text[:2] == "!{":
            return False
        try:
            facts = self._facts(self.defines.resolve(text))
        except DefineFault as fault:
            self._find(Fault(0, ERROR, fault.code, fault.reason), Position(number, start + 1, 0))
            return True
        context = self.context
        fixed, context.fixed = context.fixed, False
        if facts.faults:
            self._resolved(facts, start + text.find("!"), start, _single(line, number))
        else:
            self._take(facts, number, None)
        context.fixed = fixed
        return True

    def _line(self, line: LogicalLine) -> None:
        code, limit = line.code, len(line.code)
        if self.call and "<" in code and self.blocks.live:
            limit = code.index("<")
            code = self._filled(line, limit)
        live = self.blocks.live
        if not live and (at := open_quote(code)) >= 0:
            self._find(Fault(0, ERROR, "quotes", "a quote is not closed"), line.at(at))
        found = parts(code)
        if live and len(found) > 1 and _FOR.match(found[0].text):
            for part in found[1:]:  # the line's defines are read before the loop sets its own
                self._passed_over(part, line, live)
        opened, passing = 0, False
        for index, part in enumerate(found):
            if passing and not _RESUMES.match(part.text):
                self._passed_over(part, line, live)
                continue
            for fault in misplaced_for(found, index) if live else ():
                self._find(fault, line.at(part.start))
            text = tidy(part.text) if "!" in part.text else part.text
            more, before = index + 1 < len(found), self.blocks.live
            for event in self._part(text, part.start, line, limit, live):
                if event.kind in ("open", "close", "else"):
                    opened = opened_on_line(event.name, opened, more=more)
                    passing = self._passes(event.name, passing, before, more)
        if opened:
            self.context.take(Facts((), (Event("close", "endif", 0),)), line.at(0).line)

    def _passes(self, name: str, passing: bool, before: bool, more: bool) -> bool:
        """Whether asar passes over what follows a directive on its line: where a condition is not met, up to
        an `else`, and what stands behind the `endif` too."""
        if name in ("if", "while"):
            return passing or (more and before and not self.blocks.live)
        return passing and not (name == "else" or (name == "elseif" and more and self.blocks.live))

    def _passed_over(self, part: Part, line: LogicalLine, live: bool) -> None:
        """A statement that is not reached; its quotes and defines are read with those of the whole line."""
        if live and (at := open_quote(part.text)) >= 0:
            self._find(Fault(0, ERROR, "quotes", "a quote is not closed"), line.at(part.start + at))
        if not live or "!" not in part.text:
            return
        text = tidy(part.text)
        setting = assignment(text)
        try:
            if setting:
                self._assign(*setting, part.start, line)
            else:
                self.defines.resolve(text)
        except DefineFault as fault:
            self._find(Fault(0, ERROR, fault.code, fault.reason), line.at(part.start))

    def _filled(self, line: LogicalLine, at: int) -> str:
        assert self.call
        try:
            code = self.call.filled(line.code if "!" not in line.code else self._resolved_params(line.code))
        except DefineFault as fault:
            self._find(Fault(0, ERROR, fault.code, fault.reason), line.at(at))
            return ""
        for name in self.call.unknown:
            reason = f"the macro `{self.call.body.name}` has no parameter `{name[:40]}`"
            self._find(Fault(0, ERROR, "macro-parameter", reason), line.at(at))
        self.call.unknown.clear()
        return code

    def _resolved_params(self, code: str) -> str:
        """Defines within `<...[!i]>` have their values before the parameter is looked up."""
        return _INDEX.sub(lambda match: self.defines.resolve(match[0]), code)

    def _part(
        self, text: str, start: int, line: LogicalLine, limit: int, line_live: bool
    ) -> tuple[Event, ...]:
        """Take one statement that may set or use defines; its events."""
        try:
            if text[:2] == "!{":
                text = self.defines.with_plain_name(text)
            return self._statement(text, start, line, limit, line_live)
        except DefineFault as fault:
            self._find(Fault(0, ERROR, fault.code, fault.reason), line.at(start))
            return ()

    def _statement(
        self, text: str, start: int, line: LogicalLine, limit: int, line_live: bool
    ) -> tuple[Event, ...]:
        setting = assignment(text) if "!" in text else None
        if setting:
            if line_live:
                self._assign(*setting, start, line)
            return ()
        if not self.blocks.live:
            if line_live and "!" in text:
                self.defines.resolve(text)  # asar does, for the whole line
            return self._left_out(text, start, line)
        fix = joined_assignment(text) if "!" in text else ""
        if fix:
            reason = "the operator of a define needs blanks around it"
            self._find(Fault(0, ERROR, "define-blanks", reason, fix), line.at(start))
            return ()
        facts = self._facts(self.defines.resolve(text) if "!" in text else text)
        bang = text.find("!")
        fixed = self.context.fixed
        self.context.fixed = fixed and bang < 0
        self._resolved(facts, start + bang if bang >= 0 else limit, start, line)
        self.context.fixed = fixed
        return facts.events

    def _left_out(self, text: str, start: int, line: LogicalLine) -> tuple[Event, ...]:
        match = _BLOCK_WORD.match(text)
        if not match:
            return ()
        if match[1].lower() == "elseif" and self.blocks.reads_else:
            text = self.call.filled(text) if self.call and "<" in text else text
            text = self.defines.resolve(text)
        facts = facts_of_code(text)
        self._skim(facts, line.at(start).line)
        return facts.events

    def _resolved(self, facts: Facts, limit: int, start: int, line: LogicalLine) -> None:
        if not facts.faults:
            self._take(facts, line.at(start).line, line)
            return
        shown = [
            replace(
                fault,
                at=min(start + fault.at, limit),
                fix="" if STUB in fault.fix or STUB in fault.reason else fault.fix,
                reason=fault.reason.replace(STUB, "…"),
            )
            for fault in facts.faults
        ]
        self._take(replace(facts, faults=tuple(shown)), line.at(start).line, line)

    def _assign(self, name: str, operator: str, value: str, start: int, line: LogicalLine) -> None:
        bare, well_formed = unquoted_value(value)
        if not well_formed:
            reason = "a define's value is one word, or in quotes"
            fix = f'!{name} {operator} "{value}"' if '"' not in value else ""
            self._find(Fault(0, ERROR, "define-value", reason, fix), line.at(start))
        if name in BUILT_IN:
            reason = f"`!{name}` is set by asar itself"
            self._find(Fault(0, ERROR, "define-name", reason), line.at(start))
            return
        if operator == "#=":
            self._computed(self.defines.resolve(bare).replace(" ", ""), line.at(start))
        self.defines.assign(name, operator, bare)
        self.blocks.note_set(name)

    def _computed(self, text: str, position: Position) -> None:
        """The value of a define that is worked out at once: labels must be known, and stay as they are."""
        faults, events = checked(text, expression(text), position.column - 1, 0, "static")
        for fault in faults:
            self._find(fault, position)
        self.context.take(Facts((), tuple(events)), position.line)

    def _undefine(self, name: str) -> None:
        if name not in self.defines.values:
            self._unknown_define(name)
        self.defines.values.pop(name, None)
        self.blocks.note_set(name)

    def _unknown_define(self, name: str) -> None:
        self.context.stub("!" + name)

    def _note_set(self, name: str) -> None:
        self.blocks.note_set(name)

    def _label_value(self, name: str) -> float | None:
        return self.context.value_of(name)

    # -- macros ---------------------------------------------------------------------------------

    def _declare(self, lines: Sequence[str], number: int, first: int) -> int:
        """Take a macro whose declaration is line `number`; the number of its last line."""
        start, line = number, lines[number - 1]
        position = Position(first + number, len(line) - len(line.lstrip()) + 1, 0)
        words = tidy(code_of(line).strip())[6:]
        body = []
        while number < len(lines) and not _ENDMACRO.match(lines[number]):
            inner = lines[number].replace("\t", " ")
            number += 1
            if _MACRO.match(inner):
                reason = "a macro cannot be declared within another"
                self._find(Fault(0, ERROR, "macro", reason), Position(first + number, 1, 0))
                inner = ""
            body.append(inner)
        if number == len(lines):
            self._find(Fault(0, ERROR, "block", "`macro` is not closed", "endmacro"), position)
        found = declared(words)
        if not found:
            reason = "a macro is declared as `macro name(arguments)`"
            self._find(Fault(0, ERROR, "macro", reason), position)
        elif found[0] in self.macros and not self.blocks.uncertain:
            self._find(Fault(0, ERROR, "macro", f"the macro `{found[0]}` is defined twice"), position)
        elif found:
            self.macros[found[0]] = MacroBody(*found, first + start, tuple(body), self.context.arch)
        return number + 1

    def _call(self, event: Event, number: int) -> None:
        body = self.macros.get(event.name)
        if body is None:
            if STUB not in event.name:
                self.context.stub("%" + event.name)
            self.context.lose_widths(number)
            self.context.advance(-1)
            return
        self.called.add(event.name)
        values = call_values(event.detail)
        misfit = body.misfit(len(values))
        self.expanded += len(body.lines)
        if misfit:
            self._find(Fault(0, ERROR, "macro-arguments", misfit), Position(number, event.at + 1, 0))
        elif self.depth >= MAX_DEPTH or self.expanded > MAX_LINES:
            reason = f"the calls of `%{event.name}` go on without end"
            self._find(Fault(0, ERROR, "macro-endless", reason), Position(number, event.at + 1, 0))
        else:
            self._expand(MacroCall(body, values, self.evaluator.value), number)

    def _expand(self, call: MacroCall, number: int) -> None:
        outer, caller, depth = self.call, self.caller, len(self.blocks.opened)
        floor, self.blocks.floor = self.blocks.floor, depth
        self.call, self.caller = call, caller or number
        self.evaluator.more = call.more
        self.depth += 1
        self.context.names.call()
        self.lines(call.body.lines, call.body.first)
        repeat = _last_repeat(call.body.lines[-1]) if call.body.lines else -1
        if repeat >= 0:
            last = call.body.first + len(call.body.lines)
            self.context.find(last, repeat, "block", "`rep` at the end of a macro has nothing to repeat")
        self.blocks.finish(self.context, depth)
        self.blocks.floor = floor
        self.context.names.leave()
        self.depth -= 1
        self.call, self.caller = outer, caller
        self.evaluator.more = outer.more if outer else None

    def _uncalled(self, body: MacroBody) -> None:
        """Look at a macro that nobody calls, its parameters being anything; asar never would."""
        other = TextCheck()
        other.macros, other.called = self.macros, {body.name}
        other.defines.values = dict(self.defines.values)
        values = tuple([STUB] * len(body.parameters))
        other.switches = self.switches
        other.context.set_arch(body.arch)
        other.call = MacroCall(body, values, lambda text: None)
        other.context.names.call()
        other.lines(body.lines, body.first)
        for finding in (*other.findings, *other.context.finish()):
            reason = finding.reason.replace(STUB, "…") + _IN_MACRO
            severity = finding.severity if finding.code == "quotes" else WARNING
            self.findings.append(replace(finding, severity=severity, reason=reason))


_INDEX = re.compile(r"<[^<>]*>")


def _last_repeat(line: str) -> int:
    """The index of a `rep` that ends a line, and is for what follows it; -1 if there is none."""
    match = _REPEAT.search(code_of(line)) if "rep" in line.lower() else None
    return match.start(1) if match else -1


def _sets_widths(lower: str) -> bool:
    """Whether anything may set the widths of the registers."""
    return ("rep" in lower or "sep" in lower) and bool(_SETS_WIDTHS.search(lower))


def _of_condition(event: Event) -> bool:
    return event.name in ("if", "while", "for", "endif", "endwhile", "endfor")


def _single(line: str, number: int) -> LogicalLine:
    return LogicalLine(code_of(line), (), ((0, Position(number, 1, 0)),))
