"""What a person typed into Codex CLI, out of what the program puts before it.

The program sends its own words in the person's name: instructions of the project, the
environment, skills, news of other agents. They stand between tags; what follows is the person's.
"""

from __future__ import annotations

import re

__all__ = ["folder_told", "is_interruption", "typed"]

_TAGS = (
    "additional_context",
    "apps_instructions",
    "child_agents_instructions",
    "collaboration_mode",
    "environment_context",
    "environments_instructions",
    "goal_context",
    "hook_prompt",
    "instructions",
    "internal_model_context",
    "model_switch",
    "multi_agent_mode",
    "permissions instructions",
    "personality_spec",
    "plugins",
    "plugins_instructions",
    "realtime_conversation",
    "recommended_plugins",
    "skill",
    "skills",
    "skills_instructions",
    "subagent_notification",
    "subagents",
    "turn_aborted",
    "user_action",
    "user_instructions",
    "user_shell_command",
)
_OPENING = re.compile(rf"<({'|'.join(_TAGS)})(?:\s[^<>]*)?>", re.IGNORECASE)
_PROJECT = re.compile(r"# AGENTS\.md instructions\b[^\n]*\n+(?=<INSTRUCTIONS>)", re.IGNORECASE)
_HEADINGS = ("# agents.md instructions", "you are `/")  # the second: the name of an agent among several
_REQUEST = "## My request for Codex:"
_FOLDER = re.compile(r"<cwd>([^<\n]+)</cwd>|^Current working directory: ([^\n]+)$", re.MULTILINE)


def typed(texts: list[str]) -> str:
    """What was typed, out of the texts of one message; empty where all is the program's."""
    return "\n\n".join(filter(None, map(_typed, texts)))


def is_interruption(texts: list[str]) -> bool:
    """Whether the message tells the model that the person stopped it."""
    return any(text.lstrip()[:14].lower() == "<turn_aborted>" for text in texts)


def folder_told(text: str) -> str:
    """The folder that a message about the environment names."""
    found = _FOLDER.search(text) if "environment_context" in text[:200] else None
    return (found[1] or found[2]).strip() if found else ""


def _typed(text: str) -> str:
    text = text.strip()
    while True:
        heading = _PROJECT.match(text)
        opening = _OPENING.match(text, heading.end() if heading else 0)
        if opening is None:
            break
        closing = f"</{opening[1]}>"
        end = text.find(closing, opening.end())
        if end < 0:
            return ""
        text = text[end + len(closing) :].lstrip()
    if text.lower().startswith(_HEADINGS):
        return ""
    before, request, after = text.partition(_REQUEST)
    return (after if request and before.startswith("# Context from my IDE") else text).strip()
