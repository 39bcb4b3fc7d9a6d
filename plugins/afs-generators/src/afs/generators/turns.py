"""Turns of a conversation as training samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from afs.generators.conversation import Session, Step, ToolUse, Turn
from afs_core import Message, Provenance, ToolCall, TrainingSample

__all__ = ["Style", "turn_samples"]


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a turn a sample holds.

    ``tools``: ``full`` keeps calls and results in ``messages``, ``names`` only names the tools in
    the metadata, ``none`` says nothing of them. ``thinking``: ``summary`` keeps what the program
    shows of it, its first paragraph where it shows all. ``steps`` adds a sample for each earlier
    response in which the model said something.
    """

    thinking: Literal["keep", "drop", "summary"] = "drop"
    tools: Literal["none", "names", "full"] = "full"
    steps: bool = False


def turn_samples(
    turn: Turn, session: Session, style: Style, *, source: str, domain: str, generator: str
) -> Iterator[TrainingSample]:
    """The sample of the turn's final answer, after those of its steps where they are asked for.

    A turn without a final answer gives none of its own.
    """
    for last, step in enumerate(turn.steps, 1):
        final = last == len(turn.steps)
        output = turn.answer if final else step.text.strip()
        if not output or not (final or style.steps):
            continue
        taken = turn.steps[:last]
        yield TrainingSample(
            instruction=turn.prompt,
            output=output,
            input=turn.input,
            thinking=_thinking(taken, style),
            domain=domain,
            source=generator,
            _metadata={**_metadata(turn, session, taken, style), **({} if final else {"step": last})},
            messages=_messages(turn, taken, style),
            prov=Provenance(
                source=source,
                start=turn.start,
                end=turn.end,
                kind="turn" if final else "step",
                generator=generator,
                group=f"{generator}:{session.id}",
            ),
        )


def _thinking(steps: tuple[Step, ...], style: Style) -> str | None:
    """The thinking that led to the answer: all of it where the steps themselves are not kept."""
    told = steps[-1:] if style.tools == "full" else steps
    return "\n\n".join(filter(None, (_thought(step, style) for step in told))) or None


def _thought(step: Step, style: Style) -> str:
    if style.thinking == "drop":
        return ""
    if style.thinking == "keep":
        return (step.thinking or step.summary).strip()
    return (step.summary or step.thinking.strip().partition("\n\n")[0]).strip()


def _metadata(turn: Turn, session: Session, steps: tuple[Step, ...], style: Style) -> dict[str, Any]:
    names = dict.fromkeys(tool.name for step in steps for tool in step.tools)
    told = {
        "session": session.id,
        "turn": turn.id,
        "timestamp": turn.at,
        "project": session.project,
        "model": steps[-1].model,
        "tools": list(names) if style.tools != "none" else [],
        **session.metadata,
        **turn.metadata,
    }
    return {name: value for name, value in told.items() if value not in ("", None, [])}


def _messages(turn: Turn, steps: tuple[Step, ...], style: Style) -> tuple[Message, ...] | None:
    """Prompt, steps and tool results, where there is more than a question and its answer."""
    if style.tools != "full" or (len(steps) == 1 and not steps[0].tools):
        return None
    asked = f"{turn.prompt}\n\n{turn.input}" if turn.input else turn.prompt
    messages = [Message("user", asked)]
    for number, step in enumerate(steps, 1):
        tools = () if number == len(steps) else step.tools
        ids = [tool.id or f"call_{number}_{place}" for place, tool in enumerate(tools, 1)]
        messages.append(_spoken(step, tools, ids, style))
        messages += (_returned(tool, id) for tool, id in zip(tools, ids, strict=True))
    return tuple(messages)


def _spoken(step: Step, tools: tuple[ToolUse, ...], ids: list[str], style: Style) -> Message:
    calls = tuple(ToolCall(tool.name, tool.arguments, id) for tool, id in zip(tools, ids, strict=True))
    return Message("assistant", step.text.strip(), thinking=_thought(step, style) or None, tool_calls=calls)


def _returned(tool: ToolUse, id: str) -> Message:
    extra = {"failed": True} if tool.failed else {}
    return Message("tool", tool.result or "", tool_call_id=id, name=tool.name, extra=extra)
