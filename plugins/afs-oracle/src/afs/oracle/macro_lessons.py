"""What macros teach: what they are, and how they are used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from afs.asm import Macro, Source, check
from afs.oracle.comment_text import LOST, cleaned, usable
from afs.oracle.comments import Comments
from afs.oracle.explanation import use_lines
from afs.oracle.graph import Graph
from afs.oracle.lesson import Lesson, code

__all__ = ["macro_lessons"]

_LONGEST = 80
_EXAMPLES = 3
_ENOUGH_WORDS = 4
_WORD = re.compile(r"\w+")


def macro_lessons(
    source: Source, comments: Comments, graph: Graph, names: frozenset[str]
) -> Iterator[Lesson]:
    """``names`` are those that stand for one macro only."""
    for macro in source.macros:
        if macro.name not in names or LOST in macro.text or macro.text.count("\n") > _LONGEST:
            continue
        above, start = comments.above(macro.line)
        told = "\n".join(cleaned(above, (macro.name, f"%{macro.name}")))
        told = told if usable(told) else ""
        code = comments.quoted(macro.line, macro.end_line)
        yield from _definition(macro, code, told, start if told else macro.line, graph)
        yield from _use(macro, graph)


def _definition(macro: Macro, text: str, told: str, start: int, graph: Graph) -> Iterator[Lesson]:
    key = f"%{macro.name}({', '.join(macro.parameters)})"
    at = (macro.file, start, macro.end_line)
    answer = "\n".join([*([told] if told else []), "```asm", text, "```"])
    yield Lesson("macro", key, answer, *at, wording="macro" if told else "macro-code", facts=1 + bool(told))
    facts = use_lines(graph.of_macro(macro))
    if facts and len(_WORD.findall(told)) >= _ENOUGH_WORDS and check(text).syntax_ok:
        task = "\n".join([told, *facts])
        yield Lesson("write", key, text, *at, input=task, wording="write-macro", facts=1 + len(facts))


def _use(macro: Macro, graph: Graph) -> Iterator[Lesson]:
    """Calls as they stand in the source."""
    uses = graph.macro_users.get(macro.name, [])
    known = [(user, placed) for user, placed in uses if user in graph.routines]
    if not known:
        return
    calls: dict[str, tuple[str, str, int]] = {}
    for user, placed in known:
        call = f"%{macro.name}({placed.statement.operand})"
        calls.setdefault(call, (user, placed.file, placed.line))
    shown = [f"{code(call)} in {code(user)} ({file})" for call, (user, file, _) in calls.items()][:_EXAMPLES]
    users = len({user for user, _ in known})
    times = (
        f"It is called {len(known)} times in {users} routines, for example:"
        if len(known) > 1
        else "It is called once:"
    )
    first = next(iter(calls.values()))
    key = f"%{macro.name}({', '.join(macro.parameters)})"
    yield Lesson(
        "macro-use", key, "\n".join([times, *shown]), first[1], first[2], first[2], told=0.5, facts=len(shown)
    )
