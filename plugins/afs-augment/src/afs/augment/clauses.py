"""What a sentence asks: a question, a way to do something, or a command. In masked text.

>>> parse("What does \\ue000 hold", "?")
Inquiry(wh='what', rest='\\ue000 holds', direct='what does \\ue000 hold')
>>> parse("Could you explain the routine \\ue000", "?")
Command(verb='explain', rest='the routine \\ue000')
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from afs.augment.names import names
from afs.augment.protected import PIECE
from afs.augment.words import BASE_OF, COMMANDS, DETERMINERS, PARTICIPLES, VERBS, third_person

__all__ = ["Clause", "Command", "Inquiry", "Way", "parse"]


class Inquiry(NamedTuple):
    """A question, as ``wh`` and the ``rest`` in the order of a statement, and as it is asked directly."""

    wh: str
    rest: str
    direct: str


class Way(NamedTuple):
    """How to do something: a verb phrase without `to`."""

    phrase: str


class Command(NamedTuple):
    """An imperative: its verb and all that follows."""

    verb: str
    rest: str


Clause = Inquiry | Way | Command

_WH = re.compile(
    r"(?:(?:in|at|to|by|from|on|for|under|into|as|with|within) )?(?:which|what)"
    r"(?: (?!is\b|are\b|do\b|does\b|can\b)[a-z-]+){1,3}?"
    r"|how (?:many|much)(?: (?!is\b|are\b|do\b|does\b)[a-z-]+){1,2}?"
    r"|how (?:often|long|far)|what|where|when|why|how|which",
)
_POLITE = re.compile(r"(?:can|could|would|will) you(?: please| kindly)? (.+)\Z", re.I | re.S)
_WISH = re.compile(r"(?:i (?:want|need)|i would like|i'd like) you to (.+)\Z", re.I | re.S)
_KNOW = re.compile(
    r"(?:i (?:want|would like|need) to know|i'd like to know|do you know|tell me|please tell me|say"
    r"|(?:can|could|would|will) you(?: please)? tell me) (.+)\Z",
    re.I | re.S,
)
_EXPLAIN = re.compile(
    r"(?:explain|describe)(?: to me)? ((?:what|how|why|when|where|which) .+)\Z", re.I | re.S
)
_HOW_TO = re.compile(
    r"(?:(?:explain|describe|tell me|show me|show)(?: to me)? )?how to ([a-z]+ .+)\Z", re.I | re.S
)
_HOW_I = re.compile(r"how (?:do|can|could|would) (?:i|you|we|one) ([a-z]+)( .+)?\Z", re.I | re.S)
_AUXILIARY = re.compile(r"(does|do|can|should|must|will|would|could) (.+)\Z", re.S)
_COPULA = re.compile(r"(is|are) (.+)\Z", re.S)
_JOINED = re.compile(r"[,;()]|\b(?:and|or|but|if|when|while|that|who|because|so|than|whether)\b")
_NOUNS = rf"(?:(?:[a-z][a-z-]*(?:'s)?|{PIECE}|[A-Z][a-z]+) ){{0,4}}?(?:[a-z][a-z-]*|{PIECE}|[A-Z][a-z]+)"
_NOUN_PHRASE = re.compile(
    rf"(?:I|we|you|it|this|that|they|these|those|(?:[a-z-]+ )?{PIECE}(?: [a-z-]+){{0,2}}|[A-Z][a-z]+"
    rf"|(?:{'|'.join(sorted(DETERMINERS))}) {_NOUNS})\Z"
)
_OF = re.compile(r" (?:of|in|at|for|from|on|behind|under|between|by) ")
_PLACES: Final = names("in at on behind under between inside")
_LONGEST: Final = 12
_ADVERBS: Final = names("one best not even also always never still just only then now there often ever")


def parse(sentence: str, mark: str) -> Clause | None:
    """The clause that a sentence without its closing ``mark`` is; None where the grammar does not tell."""
    text = sentence[:1].lower() + sentence[1:] if _begins_plainly(sentence) else sentence
    text = re.sub(r"\A(?:please|kindly),? ", "", text, flags=re.I)
    text = re.sub(r",? please\Z", "", text, flags=re.I)
    if match := _HOW_TO.match(text):
        return Way(match[1]) if mark != "?" and match[1].split()[0] not in DETERMINERS else None
    if match := _KNOW.match(text) or (_EXPLAIN.match(text) if mark != "?" else None):
        found = _indirect(match[1]) if mark != "?" or text.startswith(("can", "could", "do", "w")) else None
        if found or not text.startswith("tell me"):
            return found
    if match := _POLITE.match(text):
        return _command(match[1]) if mark == "?" else None
    if match := _WISH.match(text):
        return _command(match[1]) if mark != "?" else None
    return _question(text) if mark == "?" else _command(text)


def _begins_plainly(sentence: str) -> bool:
    return bool(re.match(r"[A-Z][a-z]+(?:\s|\Z)|I ", sentence))


_DIFFERENCE = re.compile(r"what (?:is|are) (the differences? between .+)\Z", re.S)


def _command(text: str) -> Command | None:
    verb, _, rest = text.partition(" ")
    verb = verb.lower()
    if verb not in COMMANDS or not rest.strip():
        return None
    following = rest.split()[0].strip(",;:")
    if not COMMANDS[verb] and not _opens_object(following):
        return None
    return Command(verb, rest)


def _opens_object(word: str) -> bool:
    questions = {"what", "how", "why", "which", "where", "when", "whether", "who", "me", "it", "them"}
    return word in DETERMINERS or word in questions or bool(re.fullmatch(PIECE, word))


# -- questions ---------------------------------------------------------------------------------------


def _question(text: str) -> Clause | None:
    if match := _DIFFERENCE.match(text):
        return Command("explain", match[1])
    if match := _HOW_I.match(text):
        return Way(match[1] + (match[2] or ""))
    if text.startswith(("does ", "do ", "is ", "are ")):
        found = _statement(text)
        return Inquiry("whether", found, text) if found else None
    for wh, rest in _openings(text):
        if found := _after(wh, rest):
            return Inquiry(wh, found, text)
    return None


def _openings(text: str) -> list[tuple[str, str]]:
    """Question words of rising length, each with what follows."""
    found = []
    for end in (at for at, sign in enumerate(text) if sign == " "):
        if _WH.fullmatch(text, 0, end):
            found.append((text[:end], text[end + 1 :]))
    return found[:5]


def _after(wh: str, rest: str) -> str | None:
    """What follows the question word, in the order of a statement."""
    if rest.startswith("there "):
        return None
    if found := _statement(rest, wh):
        return found
    return _subject(wh, rest)


def _statement(text: str, wh: str = "") -> str | None:
    """``does X hold`` as ``X holds``; ``is X stored`` as ``X is stored``."""
    if match := _AUXILIARY.match(text):
        return _supported(match[1], match[2])
    if match := _COPULA.match(text):
        return _equated(wh, match[1], match[2])
    return None


def _supported(auxiliary: str, text: str) -> str | None:
    words = text.split(" ")
    places = [at for at, word in enumerate(words) if at and word in VERBS]
    places = [at for at in places if _is_noun_phrase(words[:at]) or _is_bare(words[:at])]
    if len(places) != 1 or any(word in BASE_OF or word in VERBS for word in words[: places[0]]):
        return None
    at = places[0]
    subject, verb, rest = words[:at], words[at], words[at + 1 :]
    if verb == "do" and subject[0] in ("I", "we", "you"):
        return None
    if subject[-1] in ("to", "not", "always", "never", "still", "also", "even", "only", "first"):
        return None
    if auxiliary == "does":
        verb = third_person(verb)
    elif auxiliary != "do":
        verb = f"{auxiliary} {verb}"
    return " ".join([*subject, verb, *rest])


def _equated(wh: str, be: str, text: str) -> str | None:
    if text.startswith("there "):
        return f"there {be} {text[6:]}"
    words = text.split(" ")
    placed = _passive(words[0]) or words[0] in _PLACES
    if re.match(r"(?:which|what) [a-z]", wh) or (wh == "what" and placed):
        return f"{be} {text}" if placed else None
    ends = [at for at, word in enumerate(words) if at and (_passive(word) or word == "for")]
    if len(ends) == 1 and _is_noun_phrase(words[: ends[0]]):
        return " ".join([*words[: ends[0]], be, *words[ends[0] :]])
    if ends or wh not in ("what", "where", "which") or len(words) > _LONGEST or not _is_noun_phrase(words):
        return None
    return f"{text} {be}"


def _passive(word: str) -> bool:
    return word in PARTICIPLES or (word.endswith("ed") and len(word) > 4)


def _is_noun_phrase(words: list[str]) -> bool:
    """Whether ``words`` are one noun phrase, with prepositions but nothing joined to it."""
    text = " ".join(words)
    if _JOINED.search(text.removeprefix("that ")) or len(words) > _LONGEST:
        return False
    return all(_NOUN_PHRASE.match(part) or _bare(part, at) for at, part in enumerate(_OF.split(text)))


def _is_bare(words: list[str]) -> bool:
    """Whether ``words`` may be a noun without an article, such as `decimal mode`."""
    return (
        len(words) <= 3
        and all(re.fullmatch(r"[a-z-]{3,}", word) for word in words)
        and not (_ADVERBS & set(words) or any(word.endswith("ly") for word in words))
    )


def _bare(part: str, at: int) -> bool:
    return at > 0 and bool(re.fullmatch(_NOUNS, part))


def _subject(wh: str, rest: str) -> str | None:
    """``which routines | call X``: nothing was turned round."""
    first = rest.split(" ")[0]
    what = wh.split(" ")[-1]
    if first in ("do", "does", "is", "are"):
        return None
    singular = not what.endswith("s") or what.endswith("ss")
    asks = wh == "what" or (" " in wh and wh.startswith(("which", "what")))
    finite = first in BASE_OF if singular else first in VERBS
    return rest if asks and finite else None


# -- questions within a command ----------------------------------------------------------------------


def _indirect(text: str) -> Inquiry | Way | None:
    if match := re.match(r"how to ([a-z]+ .+)\Z", text, re.S):
        return Way(match[1])
    for wh, rest in _openings(text):
        direct = _asked(wh, rest)
        if direct and _question(direct) == Inquiry(wh, rest, direct):
            return Inquiry(wh, rest, direct)
    return None


def _asked(wh: str, rest: str) -> str | None:
    """``X holds`` as ``does X hold``; ``X is stored`` as ``is X stored``."""
    words = rest.split(" ")
    for at, word in enumerate(words):
        if at and word in ("is", "are"):
            return " ".join([wh, word, *words[:at], *words[at + 1 :]])
        if at and word in BASE_OF and _is_noun_phrase(words[:at]):
            return " ".join([wh, "does", *words[:at], BASE_OF[word], *words[at + 1 :]])
    return f"{wh} {rest}" if _subject(wh, rest) else None
