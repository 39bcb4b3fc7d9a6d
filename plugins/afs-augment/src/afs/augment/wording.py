"""Other words for an instruction, by a small grammar of English.

>>> paraphrases("What does $7E0022 hold?")[:2]
['Tell me what $7E0022 holds.', 'Please tell me what $7E0022 holds.']
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from afs.augment.clauses import Clause, Command, Inquiry, Way, parse
from afs.augment.names import names
from afs.augment.protected import PIECE, Masked
from afs.augment.words import SYNONYMS

__all__ = ["normal", "paraphrases"]

_SENTENCE = re.compile(r"[^\s.?!:][^.?!:\n]*[.?!:]*(?=\s|\Z)")
_ADJUNCT = re.compile(
    r"((?:In|For|On|With|Using|Within|From|Under)"
    rf"(?: (?!which\b|what\b)(?:[a-z-]+|[A-Z][a-z]+|{PIECE})){{1,5}}), (.+)\Z",
    re.S,
)
#: Nouns whose value answers both "What is the N of X?" and "Give the N of X."
_ATTRIBUTES: Final = names(
    "address value offset size length width name number index type format range bank mask purpose default"
)
_OWNED: Final = names("value offset size length width")
_ATTRIBUTE = re.compile(r"the ([a-z]+) (of|for) (.+)\Z", re.S)
_ROUTINE = re.compile(
    rf"(?:the|this|that) (?:[a-z]+ )?(?:routine|subroutine|function|procedure)(?: {PIECE})?\Z"
)
_NEED = re.compile(r"(?:write|create|make|implement|design|generate)\Z")
_POINTS = re.compile(r"\b(?:this|these|following)\b", re.I)
_SHORT: Final = 30
_MARKS: Final = {"", ".", "?", ":"}


class _Said(NamedTuple):
    text: str
    mark: str


def normal(text: str) -> str:
    """``text`` without case, every run of white space one blank; two that are alike are the same question."""
    return " ".join(text.casefold().split())


def paraphrases(text: str) -> list[str]:
    """Ways to put ``text`` in other words, none twice; none where its form is not recognised.

    One sentence is put anew, the first or the last; all else stays as it is, as do code, quotes,
    names, numbers and addresses anywhere.
    """
    masked = Masked.of(text)
    if masked is None:
        return []
    found: dict[str, str] = {}
    for masked_text in _rewritten(masked.text):
        if masked.keeps(masked_text):
            other = masked.restore(masked_text)
            found.setdefault(_unmarked(other), other)
    found.pop(_unmarked(text), None)
    return list(found.values())


def _unmarked(text: str) -> str:
    return normal(text).rstrip(".:?! ")


def _rewritten(text: str) -> Iterator[str]:
    sentences = list(_SENTENCE.finditer(text))
    for match in dict.fromkeys([*sentences[:1], *sentences[-1:]]):
        said = _split(match[0])
        if said is None or _speaks_on(text[: match.start()]):
            continue
        found = [
            text[: match.start()] + new + text[match.end() :] for new in _sentences(said, text[match.end() :])
        ]
        if found:
            yield from found
            return


def _speaks_on(before: str) -> bool:
    """Whether the sentence goes on from a line that is no sentence, such as the head of a list."""
    return bool(before.strip()) and before.rstrip()[-1:] not in ".?!:`" and "\n" not in before


def _split(sentence: str) -> _Said | None:
    text = sentence.rstrip(".?!:")
    mark = sentence[len(text) :]
    return _Said(text.strip(), mark) if mark in _MARKS else None


def _sentences(said: _Said, behind: str) -> Iterator[str]:
    adjunct = _ADJUNCT.match(said.text)
    lead, core = (adjunct[1] + ", ", adjunct[2]) if adjunct else ("", said.text)
    clause = parse(core, said.mark)
    if clause is None:
        return
    told = _told(said, behind)
    follows = said.mark == ":" and behind[:1] == " "
    for text, asks in _said(clause):
        if asks and follows:
            continue  # what stands behind the colon is what is asked about
        yield (lead + text if lead else text[:1].upper() + text[1:]) + ("?" if asks else told)


def _told(said: _Said, behind: str) -> str:
    """What closes the sentence where it is no question."""
    leads = behind.strip() and (behind[:1] == "\n" or _POINTS.search(said.text))
    return ":" if leads or said.mark == ":" else "."


# -- what a clause may become; True says that it is a question -----------------------------------------


def _said(clause: Clause) -> Iterator[tuple[str, bool]]:
    if isinstance(clause, Inquiry):
        yield from _inquiries(clause)
    elif isinstance(clause, Way):
        yield from _ways(clause)
    else:
        yield from _commands(clause)


def _inquiries(clause: Inquiry) -> Iterator[tuple[str, bool]]:
    told = f"{clause.wh} {clause.rest}"
    yield f"tell me {told}", False
    yield f"please tell me {told}", False
    yield f"can you tell me {told}", True
    yield f"could you tell me {told}", True
    yield f"I would like to know {told}", False
    if clause.wh in ("how", "why") or (clause.wh == "what" and clause.rest.split()[-1] == "does"):
        yield f"explain {told}", False
        yield f"please explain {told}", False
        yield f"can you explain {told}", True
    yield clause.direct, True
    yield from _other_questions(clause)


def _other_questions(clause: Inquiry) -> Iterator[tuple[str, bool]]:
    if match := re.match(r"(which|what)( (?!else)[a-z-]+ (?:does|do|is|are|can) )", clause.direct):
        other = "what" if match[1] == "which" else "which"
        yield other + clause.direct[len(match[1]) :], True
    if match := re.match(r"what (is|are) (.+) (used )?for\Z", clause.direct, re.S):
        yield f"what {match[1]} {match[2]}{'' if match[3] else ' used'} for", True
        if match[1] == "is":
            yield f"what is the purpose of {match[2].removesuffix(' used')}", True
    if clause.direct.startswith("what is "):
        for text, asks in _attributes(clause.direct[8:]):
            if not text.startswith("what is"):
                yield text, asks


def _attributes(phrase: str) -> Iterator[tuple[str, bool]]:
    """``the value of X``, asked for."""
    match = _ATTRIBUTE.match(phrase)
    if not match or match[1] not in _ATTRIBUTES:
        return
    yield f"what is {phrase}", True
    yield f"give {phrase}", False
    yield f"give me {phrase}", False
    yield f"state {phrase}", False
    yield f"tell me {phrase}", False
    if match[1] in _OWNED and match[2] == "of" and " " not in match[3]:
        yield f"which {match[1]} does {match[3]} have", True
        yield f"what {match[1]} does {match[3]} have", True


def _ways(clause: Way) -> Iterator[tuple[str, bool]]:
    yield f"how do I {clause.phrase}", True
    yield f"how can I {clause.phrase}", True
    yield f"explain how to {clause.phrase}", False
    yield f"please explain how to {clause.phrase}", False
    yield f"show me how to {clause.phrase}", False
    yield f"tell me how to {clause.phrase}", False
    yield f"can you explain how to {clause.phrase}", True
    yield f"I would like to know how to {clause.phrase}", False


def _commands(clause: Command) -> Iterator[tuple[str, bool]]:
    for verb in (clause.verb, *SYNONYMS.get(clause.verb, ())):
        yield from _polite(verb, clause.rest)
    if clause.verb in ("give", "state", "provide", "tell"):
        yield from _attributes(clause.rest.removeprefix("me "))
    if clause.verb in ("explain", "describe") and _ROUTINE.match(clause.rest):
        yield f"what does {clause.rest} do", True
        yield f"explain what {clause.rest} does", False
    if clause.verb in ("explain", "describe") and clause.rest.startswith("the difference between "):
        yield f"what is {clause.rest}", True
    if _NEED.match(clause.verb) and re.match(r"an? ", clause.rest):
        yield f"I need {clause.rest}", False


def _polite(verb: str, rest: str) -> Iterator[tuple[str, bool]]:
    phrase = f"{verb} {rest}"
    yield phrase, False
    yield f"please {phrase}", False
    if len(rest.split()) <= _SHORT:
        yield f"can you {phrase}", True
        yield f"could you {phrase}", True
        yield f"could you please {phrase}", True
        yield f"I would like you to {phrase}", False
