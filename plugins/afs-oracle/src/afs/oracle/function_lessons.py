"""What functions of the assembler teach: how they are defined, and how they are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from afs.asm import Placed, Source
from afs.oracle.comment_text import LOST, cleaned, usable
from afs.oracle.comments import Comments
from afs.oracle.lesson import Lesson, code

__all__ = ["Function", "function_lessons", "functions"]

_DEFINITION = re.compile(r"(\w+)\s*(\([^)]*\))\s*=")
_EXAMPLES = 3


class Function(NamedTuple):
    """``function name(parameters) = ...``"""

    name: str
    parameters: str
    placed: Placed


def functions(source: Source) -> Iterator[Function]:
    for placed in source.statements:
        is_function = placed.statement.kind == "directive" and placed.statement.name == "function"
        if is_function and (match := _DEFINITION.match(placed.statement.operand)):
            yield Function(match[1], match[2], placed)


def function_lessons(sources: Sequence[Source], comments: Mapping[str, Comments]) -> Iterator[Lesson]:
    """Those whose name stands for one function only."""
    found = [function for source in sources for function in functions(source)]
    times = Counter(function.name for function in found)
    calls = _calls(sources, times)
    for function in found:
        if times[function.name] == 1 and LOST not in function.placed.statement.text:
            yield _lesson(function, comments[function.placed.file], calls[function.name])


def _lesson(function: Function, comments: Comments, calls: Sequence[str]) -> Lesson:
    placed = function.placed
    above, start = comments.above(placed.line)
    blocks = [cleaned(comments.behind(placed.end_line)[0]), cleaned(above, (function.name,))]
    told = [text for block in blocks if usable(text := "\n".join(block))]
    shown = ["```asm", placed.statement.text, "```"]
    at = (placed.file, start if usable("\n".join(blocks[1])) else placed.line, placed.end_line)
    answer = "\n".join([*told, *shown, *_used(calls)])
    wording = "function" if told else "function-code"
    return Lesson("function", f"{function.name}{function.parameters}", answer, *at, wording=wording, facts=2)


def _used(calls: Sequence[str]) -> list[str]:
    if not calls:
        return []
    times = f"{len(calls)} times" if len(calls) > 1 else "once"
    examples = [code(call) for call in dict.fromkeys(calls)][:_EXAMPLES]
    return [f"The sources call it {times}, for example: {', '.join(examples)}."]


def _calls(sources: Sequence[Source], names: Mapping[str, int]) -> dict[str, list[str]]:
    """The statements that call each function, in the order of the sources."""
    found: dict[str, list[str]] = {name: [] for name in names}
    if not names:
        return found
    call = re.compile(rf"(?<![\w%!.])({'|'.join(map(re.escape, names))})\(")
    for source in sources:
        for placed in source.statements if call.search(source.text) else ():
            if placed.statement.name != "function":
                for name in set(call.findall(placed.statement.operand)):
                    found[name].append(placed.statement.text)
    return found
