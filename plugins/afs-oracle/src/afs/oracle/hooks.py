"""Patches of the original game: ``org`` and the code or data that is put there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from afs.asm import Placed, Source, Statement, check
from afs.asm.language.statements import Label
from afs.oracle.comment_text import LOST, cleaned, is_code, usable
from afs.oracle.comments import Comments
from afs.oracle.explanation import use_lines
from afs.oracle.graph import Graph
from afs.oracle.lesson import Lesson, code, listed
from afs.oracle.operands import touches

__all__ = ["Hook", "Original", "hook_lessons", "hooks", "originals"]

#: ``$0DB266``, or ``$0DB266+$12`` within a table of the original.
_ADDRESS = re.compile(r"\$[0-9A-Fa-f]{6}(?:\+\$?[0-9A-Fa-f]{1,4})?\Z")
_PLACED_LABEL = re.compile(r"_?([0-9A-Fa-f]{6})\Z")
_BOUND = re.compile(r"(?:pc\(\)\s*<=?\s*|\A)(\$[0-9A-Fa-f]{6})\s*(?:,|\Z)")
#: A note such as ``<- 158C7 - Bank02.asm : 10981 (STA $7EC172)`` or ``0x771FF <- vwf.asm : 1212``.
_SOURCE = re.compile(r"(?:(?:PC )?(?:0x|\$)?[0-9A-Fa-f]+ )?<-\s*(\S.*)")
_LISTED = re.compile(r"(?:(?:PC )?(?:0x|\$)?[0-9A-Fa-f]+ - )?(\S+\.\w+ : \d+)\s*\((.+)\)")
#: A name and nothing else: ``Sprite_Main.dont_reset_drag``, ``SetColorMain``.
_IDENTIFIER = re.compile(r"(?=\w*(?:_|\w\.\w|[a-z0-9][A-Z]))[A-Za-z]\w*(?:\.\w+)*")
#: Such a place, and what stands there: ``Boat_Load: LDA ($00),Y : CMP #$FF (4 bytes)``.
_CODE_THERE = re.compile(r"([A-Za-z_][\w. ]*): (\S.*?)(?: \(\d+ bytes\))?")
_ENOUGH_WORDS = 4
_WORD = re.compile(r"\w+")
_EMITTING = frozenset({"instruction", "data", "macro-call"})
_BODY = frozenset({*_EMITTING, "brace", "label"})
_CHOICE = frozenset({"if", "elseif", "else", "endif"})
_OPENS = {"{": 1, "}": -1}
_MOST = 40


class Hook(NamedTuple):
    """Code at an address of the original game; ``target`` is what it calls or jumps to first.

    ``comment`` says what it is for, ``place`` what stands there in the original.
    """

    address: str
    code: str
    comment: str
    place: str
    bound: str
    label: str
    target: str
    body: tuple[Placed, ...]
    file: str
    start: int
    line: int
    end: int


class Original(NamedTuple):
    """A line of a disassembly that says its own address."""

    text: str
    file: str
    line: int


def originals(sources: Sequence[Source]) -> dict[str, Original]:
    """What a disassembly has at an address: code behind labels such as ``_0083F8:``."""
    found: dict[str, Original] = {}
    for source in sources:
        at = ""
        for placed in source.statements:
            for label in placed.statement.labels:
                match = _PLACED_LABEL.match(label.name)
                at = match[1].upper() if match else at
            if at and placed.statement.kind in _EMITTING:
                found.setdefault(f"${at}", Original(_bare(placed), source.file, placed.line))
                at = ""
    return found


def hooks(source: Source, comments: Comments) -> Iterator[Hook]:
    """The patches of a file. Where an ``org`` only sets where a part of the hack goes, there is none."""
    statements = source.statements
    in_macro = False
    for at, placed in enumerate(statements):
        if placed.statement.name in ("macro", "endmacro") and placed.statement.kind == "directive":
            in_macro = placed.statement.name == "macro"
        is_org = placed.statement.name == "org" and _ADDRESS.match(placed.statement.operand)
        if not in_macro and is_org and (body := _body(statements, at + 1)):
            first = _first(statements, at)
            yield _hook(placed, first, body, statements[at + 1 + len(body) :][:1], comments)


def _first(statements: Sequence[Placed], at: int) -> int:
    """The line above which the comment of an ``org`` stands: labels, ``if`` and ``pushpc`` may come first."""
    line = statements[at].line
    while at > 0 and statements[at - 1].end_line == line - 1 and _leads(statements[at - 1].statement):
        at -= 1
        line = statements[at].line
    return line


def _leads(statement: Statement) -> bool:
    is_label = statement.kind == "label" and statement.labels[0].kind in ("global", "aside")
    return is_label or (statement.kind == "directive" and statement.name in ("if", "pushpc", "pullpc"))


def _body(statements: Sequence[Placed], at: int) -> Sequence[Placed]:
    """What stands behind an ``org``, up to what leads elsewhere; nothing where it is a whole part."""
    end, opened, depth = at, list[int](), 0
    while end < len(statements) and end - at <= _MOST:
        statement = statements[end].statement
        if statement.kind not in _BODY and (
            statement.name not in _CHOICE or not (opened or statement.name == "if")
        ):
            break
        if end > at and not depth and any(map(_begins, statement.labels)):
            break
        depth += _OPENS.get(statement.text, 0) if statement.kind == "brace" else 0
        if statement.name == "if":
            opened.append(end)
        elif statement.name == "endif":
            opened.pop()
        end += 1
    end = opened[0] if opened else end  # a condition that goes on behind the patch is none of it
    body = _without_last_label(statements[at:end])
    labelled = bool(body) and any(label.kind == "global" for label in body[0].statement.labels)
    if (
        labelled
        and end < len(statements)
        and any(x.kind == "global" for x in statements[end].statement.labels)
    ):
        return ()  # the first of several routines that are put there
    emits = any(placed.statement.kind in _EMITTING for placed in body)
    return body if emits and end - at <= _MOST else ()


def _begins(label: Label) -> bool:
    """Whether a label begins something else; one that only says where its line stands does not."""
    return label.kind == "global" or (label.kind == "aside" and not _PLACED_LABEL.match(label.name))


def _without_last_label(body: Sequence[Placed]) -> Sequence[Placed]:
    """A label that nothing follows belongs to what comes next; ``+`` is where the patch goes on."""
    end = len(body)
    while end and body[end - 1].statement.kind == "label":
        if any(label.kind in ("plus", "minus", "sub") for label in body[end - 1].statement.labels):
            break
        end -= 1
    return body[:end]


def _hook(
    org: Placed, first: int, body: Sequence[Placed], after: Sequence[Placed], comments: Comments
) -> Hook:
    above, start = comments.above(first)
    place, parts = _told([cleaned(above), cleaned(comments.behind(org.line)[0])])
    last = body[-1].end_line
    bound = _BOUND.search(after[0].statement.operand) if after else None
    holds = after and after[0].statement.name in ("assert", "warnpc")
    labels = [label.name for label in body[0].statement.labels if label.kind == "global"]
    touched = [touch for placed in body for touch in touches(placed.statement)]
    return Hook(
        org.statement.operand.upper(),
        comments.quoted(org.line, last),
        "\n".join(parts),
        place,
        bound[1].upper() if bound and holds else "",
        labels[0] if labels else "",
        next((touch.name for touch in touched if touch.verb in ("call", "jump")), ""),
        tuple(body),
        org.file,
        start if usable("\n".join(cleaned(above))) else org.line,
        org.line,
        last,
    )


def _told(blocks: Sequence[Sequence[str]]) -> tuple[str, list[str]]:
    """What the comments say: where the patch stands in the original, and what it is for."""
    place, told = "", []
    for block in blocks:
        kept = []
        for line in block if usable("\n".join(block)) else ():
            if match := _SOURCE.match(line):
                place = _original_line(match)
            elif not place and _IDENTIFIER.fullmatch(line):
                place = code(line)
            elif not place and (there := _CODE_THERE.fullmatch(line)) and is_code(there[2]):
                place = f"{there[1]}, {code(there[2])}"
            else:
                kept.append(line)
        told += ["\n".join(kept)] if kept else []
    return place, told


def _original_line(match: re.Match[str]) -> str:
    """``<- 158C7 - Bank02.asm : 10981 (STA $7EC172)``, the instruction first."""
    found = _LISTED.fullmatch(match[1])
    return f"{code(found[2])} ({found[1].rstrip(' -')})" if found else match[1]


def hook_lessons(
    found: Sequence[Hook], original: Mapping[str, Original], graph: Graph, names: Mapping[str, Sequence[str]]
) -> Iterator[Lesson]:
    """What stands at each address, and what was there; and from where the hack's routines are entered."""
    by_address: dict[str, list[Hook]] = {}
    by_target: dict[str, list[Hook]] = {}
    for hook in found:
        by_address.setdefault(hook.address, []).append(hook)
        if hook.target in graph.routines:
            by_target.setdefault(hook.target, []).append(hook)
    for address, several in by_address.items():
        placed = any(graph.users.get(hook.label) for hook in several)  # code of the hack's own
        if len({hook.code for hook in several}) == 1 and not placed:
            there = original.get(address)
            own = there and any(h.file == there.file and h.line <= there.line <= h.end for h in several)
            yield from _at(several[0], None if own else there, names.get(address, ()), graph)
    for target, several in by_target.items():
        if len({hook.address for hook in several}) == 1:
            hook = several[0]
            yield Lesson("hooked", target, hook.address, hook.file, hook.line, hook.end, told=0.2, fact=True)


def _at(hook: Hook, original: Original | None, names: Sequence[str], graph: Graph) -> Iterator[Lesson]:
    if LOST in hook.code or not check(hook.code).syntax_ok:
        return
    parts = [hook.comment] if hook.comment else []
    others = [name for name in names if name != hook.label]
    if others:
        parts.append(f"The sources name this address {listed(others)}.")
    if hook.place:
        parts.append(f"The comment there names {hook.place}.")
    if original:
        parts.append(f"It replaces {code(original.text)} of the original ({original.file}:{original.line}).")
    if hook.bound:
        parts.append(f"It must end by {code(hook.bound)}.")
    at = (hook.file, hook.start, hook.end)
    answer = "\n".join([*parts, "```asm", hook.code, "```"])
    metadata = {"also": [f"{original.file}:{original.line}"]} if original else {}
    explained = len(_WORD.findall(hook.comment)) >= _ENOUGH_WORDS
    wording = "hook" if explained or original else "hook-code"
    facts = 1 + len(parts)
    yield Lesson("hook", hook.address, answer, *at, wording=wording, facts=facts, metadata=metadata)
    if uses := _uses(hook, graph):
        task = "\n".join([*parts, *uses])
        yield Lesson("write", hook.address, hook.code, *at, input=task, wording="write-hook")


def _uses(hook: Hook, graph: Graph) -> list[str]:
    """What a patch calls and touches; empty where the code does not follow from that and the comment."""
    if len(_WORD.findall(hook.comment)) < _ENOUGH_WORDS:
        return []
    return use_lines(graph.of_patch(hook.body))


def _bare(placed: Placed) -> str:
    text = placed.statement.text
    for label in placed.statement.labels:
        text = text[text.find(label.name) + len(label.name) :].lstrip(": ")
    return text
