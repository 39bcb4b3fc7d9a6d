"""The turns of a branch of a Claude Code log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import zip_longest
from pathlib import Path
from typing import Any

from afs.generators.claude_blocks import Call, Result, Said, whole
from afs.generators.claude_lines import Line
from afs.generators.conversation import Step, ToolUse, Turn

__all__ = ["turns_of"]


def turns_of(lines: Iterable[Line], spilled: Path) -> Iterator[Turn]:
    """Turns in order. ``spilled`` is the folder of results that were too long for the log."""
    lines = list(lines)
    results = _results(lines, spilled)
    draft = None
    for line in lines:
        if line.kind == "passed":
            continue
        if draft is None or line.kind == "asked" or (line.kind == "added" and draft.is_done()):
            if draft is not None:
                yield draft.turn(results)
            draft = _Draft(line)
        draft.add(line)
    if draft is not None:
        yield draft.turn(results)


def _results(lines: list[Line], spilled: Path) -> dict[str, Result]:
    found = (block for line in lines for block in line.blocks if isinstance(block, Result))
    return {result.id: whole(result, spilled) for result in found}


class _Draft:
    """A turn as it grows."""

    def __init__(self, first: Line) -> None:
        self._first = first
        self._last = first.number
        self._asked: list[str] = []
        self._context = ""
        self._images = 0
        self._queued = 0
        self._stopped = ""
        self._responses: dict[str, list[Line]] = {}

    def is_done(self) -> bool:
        """Whether the model has come to an end, so that what is asked now is another turn."""
        spoken = list(self._responses.values())
        return bool(spoken) and not any(isinstance(b, Call) for line in spoken[-1] for b in line.blocks)

    def add(self, line: Line) -> None:
        if line.kind in ("asked", "added", "returned"):
            self._hear(line)
        elif line.kind == "said":
            self._responses.setdefault(line.response, []).append(line)
            self._stopped = line.cut
        elif line.kind == "interrupted":
            self._stopped = "interrupted"
        elif line.kind == "failed":
            self._stopped = "the API failed"
        self._last = line.number

    def _hear(self, line: Line) -> None:
        if line.words.text:
            self._asked.append(line.words.text)
            self._queued += line.kind == "added" and line is not self._first
        self._context = self._context or line.words.context
        self._images += line.images
        if line.words.interrupted:
            self._stopped = "interrupted"

    def turn(self, results: dict[str, Result]) -> Turn:
        first = self._first
        return Turn(
            id=self._identity(),
            prompt="\n\n".join(self._asked),
            input=self._context,
            steps=tuple(step for lines in self._responses.values() for step in _steps(lines, results)),
            at=first.at,
            start=first.number,
            end=max(first.number, self._last),
            stopped=self._stopped,
            metadata=self._metadata(),
        )

    def _identity(self) -> str:
        """A digest that copies of the turn in other files share, whatever records they are made of."""
        named = next(iter(self._responses), "") or f"{self._first.session} {self._first.id}"
        asked = self._asked[0] if self._asked else ""
        return blake2b(f"{named}\0{asked}".encode(), digest_size=16).hexdigest()

    def _metadata(self) -> dict[str, Any]:
        told = {
            "version": self._first.version,
            "git_branch": self._first.branch,
            "command": self._first.words.command,
            "images": self._images,
            "queued_prompts": self._queued,
        }
        return {name: value for name, value in told.items() if value}


def _steps(lines: list[Line], results: dict[str, Result]) -> Iterator[Step]:
    """The steps of a response: more than one where tools ran on the server within it."""
    model = lines[-1].model
    blocks = list(dict.fromkeys(block for line in lines for block in line.blocks))
    part: list[Said | Call] = []
    for block, after in zip_longest(blocks, blocks[1:]):
        if not isinstance(block, Result):
            part.append(block)
        elif not isinstance(after, Result):
            yield _step(part, results, model)
            part = []
    if part:
        yield _step(part, results, model)


def _step(blocks: list[Said | Call], results: dict[str, Result], model: str) -> Step:
    said = [block for block in blocks if isinstance(block, Said) and block.text.strip()]
    calls = {block.id or str(place): block for place, block in enumerate(blocks) if isinstance(block, Call)}
    return Step(
        text="\n\n".join(block.text.strip() for block in said if not block.thinking),
        thinking="\n\n".join(block.text.strip() for block in said if block.thinking),
        tools=tuple(_tool(call, results.get(call.id)) for call in calls.values()),
        model=model,
    )


def _tool(call: Call, result: Result | None) -> ToolUse:
    return ToolUse(
        name=call.name,
        arguments=call.arguments,
        id=call.id,
        result=None if result is None else result.text,
        failed=result is not None and result.failed,
    )
