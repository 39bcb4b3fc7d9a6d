"""A conversation with an assistant, whatever program kept its log.

    Session ─▶ Turn (one human prompt) ─▶ Step (one response of the model) ─▶ ToolUse (call and result)

Every log reader gives :class:`Session`; everything after it is the same for all programs.
"""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["Session", "Step", "ToolUse", "Turn"]


class ToolUse(msgspec.Struct, frozen=True, kw_only=True):
    """A call and what came of it. ``arguments`` is the text that the model wrote, JSON where the
    tool takes JSON; ``result`` is None where the log holds none."""

    name: str
    arguments: str = "{}"
    id: str = ""
    result: str | None = None
    failed: bool = False


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One response of the model: what it said, and the tools it then called.

    ``summary`` is what the program itself shows of the thinking, where it shows less than all.
    """

    text: str = ""
    thinking: str = ""
    summary: str = ""
    tools: tuple[ToolUse, ...] = ()
    model: str = ""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asked, and the steps to the answer.

    ``id`` is the same for every copy of the turn that a program keeps, and for no other turn.
    ``at`` is when it was asked, as the log writes it. ``start`` and ``end`` are lines of the log.
    ``stopped`` says why the model did not come to an answer, where it did not.
    """

    id: str
    prompt: str
    steps: tuple[Step, ...]
    input: str = ""
    at: str | float = ""
    start: int = 0
    end: int = 0
    stopped: str = ""
    metadata: dict[str, Any] = {}

    @property
    def answer(self) -> str:
        """What the model said last; empty where it was stopped, or called a tool and said nothing more."""
        if self.stopped or not self.steps or self.steps[-1].tools:
            return ""
        return self.steps[-1].text.strip()


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """The turns of one conversation, in order, without those on branches that were given up.

    ``project`` is the folder it was about, ``subagent`` says that another conversation started it.
    ``metadata`` is what holds for every turn, such as the program's version.
    """

    id: str
    turns: tuple[Turn, ...]
    project: str = ""
    subagent: bool = False
    metadata: dict[str, Any] = {}
