"""Questions that a section of notes answers, no two alike."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import PurePosixPath

__all__ = ["Questions"]

_PLAIN = (
    "What do the notes say about {topic}?",
    "Explain {topic}.",
    "Tell me about {topic}.",
    "What should I know about {topic}?",
    "Summarise the notes on {topic}.",
    "What is written down about {topic}?",
    "Describe {topic}.",
    "What is known about {topic}?",
)
_STEPS = (
    "How do I go about {topic}?",
    "What do the notes say about {topic}?",
    "Explain {topic}.",
    "What are the steps of {topic}?",
    "Describe how {topic} works.",
    "What should I know about {topic}?",
)
_QUESTION = re.compile(r"(?i)(?:who|what|when|where|why|which|how|is|are|do|does|can|should|will)\b.*\?$")
_HOW_TO = re.compile(r"(?i)how to\s+(.+?)[.?!]*$")
_GERUND = re.compile(r"[A-Z]?[a-z]+ing\b")
_GENERIC = frozenset(
    {
        "about",
        "api",
        "architecture",
        "background",
        "changelog",
        "changes",
        "conclusion",
        "contents",
        "context",
        "description",
        "design",
        "details",
        "example",
        "examples",
        "faq",
        "features",
        "general",
        "goals",
        "history",
        "ideas",
        "info",
        "installation",
        "intro",
        "introduction",
        "issues",
        "links",
        "log",
        "misc",
        "motivation",
        "note",
        "notes",
        "open",
        "options",
        "overview",
        "plan",
        "problem",
        "problems",
        "questions",
        "readme",
        "reference",
        "references",
        "requirements",
        "resources",
        "results",
        "setup",
        "status",
        "structure",
        "summary",
        "tasks",
        "terms",
        "testing",
        "tests",
        "tips",
        "todo",
        "todos",
        "usage",
    }
)


class Questions:
    """Gives each section a question of its own.

    A title that says little by itself (``Setup``), or whose question was asked already, is told
    apart by the heading above it, then by its file. Asked questions are remembered as 64-bit keys
    of their normal form (case and white space do not count).
    """

    def __init__(self) -> None:
        self._asked: set[bytes] = set()

    def ask(
        self, path: Sequence[str], source: str, rng: random.Random, *, part: int = 1, parts: int = 1
    ) -> str:
        """A question for the text below the headings ``path`` of the file ``source``."""
        candidates = _candidates([title for title in path if title], source, rng, part, parts)
        return next(question for question in candidates if self.claim(question))

    def claim(self, question: str) -> bool:
        """Whether nobody asked this before; now somebody has."""
        normal = " ".join(question.casefold().split())
        key = blake2b(normal.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        fresh = key not in self._asked
        self._asked.add(key)
        return fresh


def _candidates(path: Sequence[str], source: str, rng: random.Random, part: int, parts: int) -> Iterator[str]:
    """Ever more particular questions, without end."""
    suffix = f" (part {part} of {parts})" if parts > 1 else ""
    wordings: list[str] = []
    for topic in _topics(path, source):
        wordings = _wordings(topic)
        rng.shuffle(wordings)
        yield from (_suffixed(wording, suffix) for wording in wordings[:2])
    number = 2
    while True:
        yield _suffixed(wordings[0], f"{suffix} (entry {number})")
        number += 1


def _topics(path: Sequence[str], source: str) -> Iterator[str]:
    """What the section is about, ever more particular."""
    name = _words(source)
    if not path:
        yield name
    else:
        title, above = path[-1].rstrip(" :"), path[-2] if len(path) > 1 else ""
        context = above or name
        if title.casefold() == context.casefold():
            yield title
        elif title.casefold() in _GENERIC or len(title) < 4:
            yield f"{title} of {context}"
        else:
            yield title
            yield f"{title} ({context})"
        if len(path) > 2:
            yield " > ".join(path)
    yield f"{path[-1] if path else name} in {source}"


def _words(source: str) -> str:
    """``docs/room_transitions.md`` as ``room transitions``."""
    stem = PurePosixPath(source).stem
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", re.sub(r"[_\-.]+", " ", stem)).strip()
    if words.casefold() in _GENERIC and "/" in source:
        return f"{words} of {PurePosixPath(source).parent.name}"
    return words or source


def _wordings(topic: str) -> list[str]:
    if _QUESTION.fullmatch(topic):
        return [topic, f"{topic} What do the notes say?"]
    if match := _HOW_TO.fullmatch(topic):
        return [f"How do I {match[1]}?", f"How to {match[1]}?", f"Explain how to {match[1]}."]
    templates = _STEPS if _GERUND.match(topic) else _PLAIN
    return [template.format(topic=topic) for template in templates]


def _suffixed(question: str, suffix: str) -> str:
    if not suffix:
        return question
    return f"{question[:-1]}{suffix}{question[-1]}" if question[-1:] in "?." else question + suffix
