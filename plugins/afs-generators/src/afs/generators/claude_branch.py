"""The branches of a Claude Code log, and which of them is the current one.

Each record names its parent, so a log is a tree. Where a person went back and asked anew, two
prompts have one parent: the branch with the last words in the file is current. Calls that ran
side by side branch the tree too, yet belong together: what shares a response with the
branch, and what a call of it gave, is part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from afs.generators.claude_blocks import Call, Result
from afs.generators.claude_lines import Line

__all__ = ["Branch", "branches"]


class Branch(msgspec.Struct, frozen=True):
    """The current branch of a conversation, in the order of the file, and how many prompts lie on
    branches that were given up."""

    lines: list[Line]
    given_up: int


def branches(lines: Iterable[Line]) -> Iterator[Branch]:
    """The conversations of a log, each by its current branch.

    A record that stands there twice counts where it stood first, as it stands last.
    """
    unique = {line.id: line for line in lines}
    parents = _parents(unique)
    roots = _roots(unique, parents)
    conversations: dict[object, list[Line]] = {}
    for line in unique.values():
        root = unique[roots[line.id]]
        name = root.id if line.sidechain else (root.session,)
        conversations.setdefault(name, []).append(line)
    for members in conversations.values():
        yield _current(members, parents)


def _parents(lines: dict[str, Line]) -> dict[str, str | None]:
    """The parent of each record. What begins anew after a compaction, or names a parent that the
    log does not hold, goes on from the record before it."""
    parents: dict[str, str | None] = {}
    before: dict[bool, str | None] = {True: None, False: None}
    for line in lines.values():
        last = before[line.sidechain]
        if line.parent is None:
            parents[line.id] = last if line.joins else None
        elif line.parent in lines and lines[line.parent].sidechain == line.sidechain:
            parents[line.id] = line.parent
        elif line.parent in lines:
            parents[line.id] = None
        else:
            parents[line.id] = last
        before[line.sidechain] = line.id
    return parents


def _roots(lines: dict[str, Line], parents: dict[str, str | None]) -> dict[str, str]:
    """The root that each record hangs from; in a circle, the record where it was entered."""
    roots: dict[str, str] = {}
    for start in lines:
        path = []
        at: str | None = start
        seen: set[str] = set()
        while at is not None and at not in roots and at not in seen:
            seen.add(at)
            path.append(at)
            at = parents[at]
        root = path[-1] if at is None else roots.get(at, at)
        roots.update(dict.fromkeys(path, root))
    return roots


def _current(members: list[Line], parents: dict[str, str | None]) -> Branch:
    leaf = next((line for line in reversed(members) if line.kind in ("asked", "said")), members[-1])
    path: set[str] = set()
    at: str | None = leaf.id
    while at is not None and at not in path:
        path.add(at)
        at = parents[at]
    responses = {line.response for line in members if line.id in path and line.kind == "said"}
    said = [line for line in members if line.kind == "said" and line.response in responses]
    calls = {block.id for line in said for block in line.blocks if isinstance(block, Call)}
    path.update(line.id for line in said)
    path.update(line.id for line in members if _answers(line, calls))
    return Branch(
        lines=[line for line in members if line.id in path],
        given_up=sum(
            line.kind == "asked" and bool(line.words.text) for line in members if line.id not in path
        ),
    )


def _answers(line: Line, calls: set[str]) -> bool:
    return line.kind == "returned" and any(
        isinstance(block, Result) and block.id in calls for block in line.blocks
    )
