"""What a routine teaches."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import pairwise

from afs.asm import Placed, Routine, Source, check
from afs.oracle.comment_text import LOST, cleaned, is_code, is_row, runs_on, sentence, usable
from afs.oracle.comments import Comments
from afs.oracle.explanation import MOST, caller_lines, flow_lines, use_lines
from afs.oracle.graph import Graph
from afs.oracle.lesson import Lesson, code, listed, named
from afs.oracle.routines import Explained
from afs.oracle.widths import Widths

__all__ = ["RoutineLessons", "cue", "routine_cue"]

_SENTENCE = re.compile(r"(?s)(.{20,}?(?<!e\.g)(?<!i\.e)(?<!\bvs)(?<!\bno)(?<!approx)[.!?])(?:\s|$)")
_WORD = re.compile(r"\w+")
#: A call by number, beside which a comment often has the name: ``JSL $1BC97C ; Map_Draw``.
_CALLED = re.compile(r"(?i)j(?:sr|sl|mp|ml)(?:\.[wl])? \$[0-9a-f]{4,6}")
_IDENTIFIER = re.compile(r"(?=\w*(?:_|[a-z0-9][A-Z]))[A-Za-z]\w+(?:\.\w+)?")
_ENOUGH_WORDS = 4
_SHORTEST_CUE, _LONGEST_CUE = 20, 160
_LONGEST_CODE = 120
#: A line that is shorter ends because its sentence does.
_FULL = 40
_WORDS = 2
_FACTS = 2
_SMALLEST_PART = 3
_SILENT = frozenset({"label", "brace", "define", "assign"})
_WIDTHS = frozenset({"rep", "sep", "php", "plp"})


class RoutineLessons:
    """Lessons of the routines of a graph."""

    def __init__(
        self,
        graph: Graph,
        explained: Mapping[str, Explained],
        sources: Sequence[Source],
        comments: Mapping[str, Comments],
        kinds: Set[str],
    ) -> None:
        self._graph, self._comments, self._kinds = graph, comments, kinds
        self._next = _neighbours(explained, {source.file: source for source in sources})

    @cached_property
    def _widths(self) -> Widths:
        return Widths(self._graph.routines, self._graph.target)

    def of(self, routine: Explained) -> Iterator[Lesson]:
        if routine.comment:
            wording = "contract" if routine.is_contract else ""
            yield self._lesson(routine, "routine", routine.name, routine.comment, fact=True, wording=wording)
        if "code" in self._kinds:
            yield from self._code(routine)
        if _says_enough(routine):
            yield self._lesson(
                routine, "routine-name", routine_cue(routine.comment), routine.name, told=0.5, fact=True
            )
        for kinds, lessons in (
            ({"write"}, self._write),
            ({"callees", "callers", "memory"}, self._relations),
            ({"state"}, self._state),
            ({"part"}, self._parts),
            ({"line"}, self._lines),
        ):
            if self._kinds & kinds:
                yield from lessons(routine)

    def _lesson(self, routine: Explained, kind: str, key: str, answer: str, **more: object) -> Lesson:
        return Lesson(
            kind,
            key,
            answer,
            routine.file,
            routine.start,
            routine.end,
            **more,  # type: ignore[arg-type]
        )

    def _code(self, routine: Explained) -> Iterator[Lesson]:
        """Code to be explained: by its comment, by those within it, and by what it uses."""
        lines = self._facts(routine)
        steps = [f"- {step.text}" for step in routine.steps]
        if 1 < len(steps) <= MOST:
            lines = ["The comments between its lines, in the order of the code:", *steps, *lines]
        if not routine.comment and len(lines) < _FACTS:
            return
        answer = "\n".join([routine.comment, *lines]).strip()
        told = (len(routine.comment) + sum(map(len, steps))) / (len(answer) or 1)
        if LOST in routine.code:
            return
        yield self._lesson(
            routine, "code", routine.name, answer, input=routine.code, told=told, facts=1 + len(lines)
        )

    def _facts(self, routine: Explained) -> list[str]:
        found = [*use_lines(self._graph.uses[routine.name]), *caller_lines(self._graph, routine.name)]
        if follower := self._next.get(routine.name):
            found.append(f"Goes on in {code(follower)}.")
        return found + flow_lines(self._widths.of(routine.name))

    def _write(self, routine: Explained) -> Iterator[Lesson]:
        """Only what a comment describes, and only where the answer is whole and passes the check."""
        follower = self._next.get(routine.name)
        if not _says_enough(routine) or (_goes_on(routine) and not follower):
            return
        text = self._comments[routine.file].quoted(routine.line, routine.end)
        whole = text.count("{") == text.count("}") and text.count("\n") < _LONGEST_CODE
        if whole and LOST not in text and check(text).syntax_ok:
            facts = use_lines(self._graph.uses[routine.name])
            facts += [f"Goes on in {code(follower)}."] if follower else []
            yield self._lesson(
                routine,
                "write",
                routine.name,
                text,
                input="\n".join([routine.comment, *facts]),
                facts=1 + len(facts),
            )

    def _relations(self, routine: Explained) -> Iterator[Lesson]:
        uses, users = self._graph.uses[routine.name], self._graph.users.get(routine.name, {})
        calls = use_lines(uses, ("calls", "jumps", "calls_through", "jumps_through", "points_to"))
        if calls and len(uses.calls) + len(uses.jumps) > 1:
            yield self._lesson(
                routine, "callees", routine.name, "\n".join(calls), told=0.4, facts=len(uses.calls)
            )
        if users and len(users) <= MOST:
            lines = [self._user(user, verb) for user, verb in users]
            yield self._lesson(routine, "callers", routine.name, "\n".join(lines), told=0.4, facts=len(lines))
        memory = use_lines(uses, ("reads", "writes", "pointers"))
        if memory and len(uses.reads) + len(uses.writes) > 1:
            if uses.macros:
                memory.append(f"What the macros {listed(uses.macros)} touch is not counted.")
            touched = len(uses.reads) + len(uses.writes)
            yield self._lesson(routine, "memory", routine.name, "\n".join(memory), told=0.4, facts=touched)

    def _user(self, user: str, verb: str) -> str:
        verb = {"call": "calls it", "jump": "jumps to it", "data": "names it as data"}[verb]
        who, file = named(user), self._graph.owners[user].file
        return f"{who[:1].upper()}{who[1:]} {verb}{'' if file in who else f' ({file})'}."

    def _state(self, routine: Explained) -> Iterator[Lesson]:
        flow = self._widths.of(routine.name)
        sets = any(placed.statement.name in _WIDTHS for placed in routine.routine.body)
        if (lines := flow_lines(flow)) and (sets or flow.needs != ("", "", ())):
            yield self._lesson(routine, "state", routine.name, "\n".join(lines), told=0.3, facts=len(lines))

    # -- parts and lines ---------------------------------------------------------------------------

    def _parts(self, routine: Explained) -> Iterator[Lesson]:
        """The code behind each sub-label, up to the next."""
        body = routine.routine.body
        starts = [at for at, placed in enumerate(body) if _sub_label(placed)]
        names = [_sub_label(body[at]) for at in starts]
        lines = routine.routine.text.split("\n")
        for number, (at, end) in enumerate(zip(starts, [*starts[1:], len(body)], strict=False)):
            if names.count(names[number]) > 1:
                continue
            part = body[at:end]
            first, last = part[0].line, part[-1].end_line
            if end < len(body) and body[end].line <= last:
                continue
            text = "\n".join(lines[first - routine.line : last + 1 - routine.line])
            yield from self._part(routine, names[number], part, (first, last), text)

    def _part(
        self, routine: Explained, label: str, part: tuple[Placed, ...], span: tuple[int, int], text: str
    ) -> Iterator[Lesson]:
        own = [step for step in routine.steps if span[0] - 1 <= step.end <= span[1]]
        told = [step.text for step in own]
        span = (min([span[0], *(step.start for step in own)]), span[1])
        facts = use_lines(self._graph.of_body(routine.routine, part))
        size = sum(placed.statement.kind in ("instruction", "macro-call") for placed in part)
        if LOST in text or size < _SMALLEST_PART or len(told) + len(facts) < _FACTS:
            return
        answer = "\n".join([*told, *facts])
        share = sum(map(len, told)) / len(answer)
        key = f"{label} of {routine.name}"
        found = Lesson(
            "part", key, answer, routine.file, *span, input=text, told=share, facts=len(facts) + len(told)
        )
        yield found

    def _lines(self, routine: Explained) -> Iterator[Lesson]:
        """What a comment says of the line that it stands behind."""
        said: dict[str, dict[str, int]] = {}
        comments = self._comments[routine.file]
        beside = {c.line for c in routine.routine.comments if not c.own_line and c.line != routine.line}
        statements: dict[int, list[str]] = {}
        for placed in routine.routine.body:
            if placed.line in beside and placed.statement.kind in ("instruction", "macro-call"):
                statements.setdefault(placed.line, []).append(_written(placed, routine.routine))
        for line, texts in statements.items():
            told = " ".join(" ".join(cleaned(comments.behind(line)[0])).split())
            if goes := _CALLED.fullmatch(texts[-1]) and _IDENTIFIER.fullmatch(told):
                told = f"It {'calls' if texts[-1][:2].lower() == 'js' else 'jumps to'} {code(goes[0])}"
            if len(told.split()) >= _WORDS and usable(told) and not is_code(told):
                said.setdefault(" : ".join(texts), {}).setdefault(sentence(told), line)
        for text, answers in said.items():
            if len(answers) == 1:
                ((answer, line),) = answers.items()
                at = (routine.file, line, comments.behind(line)[1])
                yield Lesson("line", f"{code(text)} in {code(routine.name)}", answer, *at)


def cue(text: str) -> str:
    """The first sentence of a text, or as much of it as a question can carry."""
    flat = " ".join(text.split())
    match = _SENTENCE.match(flat)
    first = match[1] if match else flat
    return first if len(first) <= _LONGEST_CUE else first[:_LONGEST_CUE].rpartition(" ")[0] + " ..."


def routine_cue(comment: str) -> str:
    """How a comment begins: its first sentence, with a title above it, but no list below it."""
    text = last = ""
    for line in comment.split("\n"):
        row = (is_row(line) or line[-1:] == ":") and not runs_on(last, line)
        over = not line or line[0] == " " or row or _is_another(last, line)
        if over and (len(text) >= _SHORTEST_CUE or text[-1:] == "."):
            break
        stop = "." if text and _is_another(last, line) else ""
        text, last = f"{text}{stop} {line.strip()}".strip(), line
    return cue(text)


def _is_another(before: str, line: str) -> bool:
    """Whether a line begins a sentence, although the one before ends without a full stop."""
    return before[-1:].isalnum() and len(before) < _FULL and line[:1].isupper() and line[1:2].islower()


def _says_enough(routine: Explained) -> bool:
    """Whether its comment is enough to know a routine by, or to write it."""
    return len(_WORD.findall(routine.comment)) >= _ENOUGH_WORDS and not routine.is_contract


def _sub_label(placed: Placed) -> str:
    labels = [label.name for label in placed.statement.labels if label.kind == "sub"]
    return labels[0] if labels else ""


def _written(placed: Placed, routine: Routine) -> str:
    text = placed.statement.text
    for label in placed.statement.labels:
        text = text.removeprefix(label.name).lstrip(": ")
    return text


def _neighbours(explained: Mapping[str, Explained], sources: Mapping[str, Source]) -> dict[str, str]:
    """For each routine that does not end, the one that follows it directly in its file."""
    by_file: dict[str, list[Explained]] = {}
    for routine in explained.values():
        by_file.setdefault(routine.file, []).append(routine)
    return {
        one.name: other.name
        for file, routines in by_file.items()
        for one, other in pairwise(routines)
        if _goes_on(one) and _touch(one, other, sources[file].statements)
    }


def _touch(one: Explained, other: Explained, statements: Sequence[Placed]) -> bool:
    """Whether nothing that emits or leads elsewhere stands between two routines."""
    begin = bisect_right(statements, one.end, key=_line)
    end = bisect_left(statements, other.line, key=_line)
    return begin <= end and all(placed.statement.kind in _SILENT for placed in statements[begin:end])


def _line(placed: Placed) -> int:
    return placed.line


def _goes_on(routine: Explained) -> bool:
    """Whether its last instruction leads to what follows it."""
    body = routine.routine.body
    return routine.routine.falls_through and bool(body) and body[-1].statement.kind == "instruction"
