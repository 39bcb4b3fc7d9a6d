"""What an author was not sure of: guesses, questions and notes to oneself."""

from __future__ import annotations

import re

__all__ = ["sure"]

_NOTE = re.compile(
    r"(?im)\b(?:todo|fixme|xxx|hack:|wip|tbd|same as (?:above|below)|(?:may|might) need to|move this)\b"
    r"|^\W*placeholder\b"
)
_GUESS = re.compile(
    r"""(?imx) \b(?: probably | maybe | perhaps | apparently | presumably | supposedly | guess(?:ing)?
    | unsure | not\ (?:quite\ |really\ |entirely\ )?sure | no\ idea | no\ clue | i\ think | i\ believe | dunno
    | (?:might|could)\ (?:just\ )?be | possibly | (?<!more\ )(?<!less\ )(?<!as\ )likely
    | (?:it|this|that|there|which|these|they)\ (?:routine\ |code\ |one\ |also\ )?
      (?:seems?|appears?\ to|looks?\ like)
    | seems?\ (?:like|to\ be|unused|redundant|pointless) | appears\ to\ be | looks\ like
    | (?:purpose|use|meaning|function)\ (?:is\ )?unknown | unknown\ (?:purpose|use|meaning|function|flag) )\b
    | ^\W*(?:seems?|appears?\ to|likely)\b | ^\W*unknown\W*$ | \?\s*\)?\s*$ | \?\? | (?<=\w)\?(?=[\s,;:)])"""
)
#: One of these stands in whatever the two above find; most texts hold none.
_HINT = re.compile(
    r"\?|todo|fixme|xxx|hack:|wip|tbd|same as|need to|move this|placeholder|probabl|maybe|perhaps|apparent"
    r"|presum|suppos|guess|sure|no idea|no clue|i think|i believe|dunno|might|could|possibl|likely|seem"
    r"|appear|looks? like|unknown"
)


def sure(text: str) -> bool:
    """Whether a text is neither a guess or question nor a note to oneself."""
    if not _HINT.search(text.lower()):
        return True
    return not _NOTE.search(text) and not _GUESS.search(text)
