"""Does a text read as words, or as letters drawn at random?

Nearly all pairs of neighbouring letters in English words and in names of code are among the common ones
below; of random letters about every third pair is.
"""

from __future__ import annotations

import re

__all__ = ["is_name", "reads_as_words"]

# The 230 most frequent pairs in the words of Python's standard library, by their first letter.
_FOLLOWERS = (
    "abcdgilmnprstuvxy baeilorsu cacehiklorstu dadeiorsu eacdefgilmnpqrstvwxy faefiloru gaehilnrsu haeiot"
    " iabcdefglmnoprstvz kei ladeilostuy mabeimopsu nacdefgiknostuv obcdfglmnoprstuvw paehiloprstuy qu"
    " racdegilmnoprstuy sacehilopstuy tacehiloprstuy uabceilmnprst vaei waeio xpt yp ze"
)
_COMMON = frozenset(row[0] + second for row in _FOLLOWERS.split() for second in row[1:])
_ENOUGH = 0.78
_LETTERS = re.compile(r"[a-z]{2,}")
_NAME = re.compile(r"[_.-]*[A-Za-z]{2,}[0-9]{0,4}(?:[ _./:\\-]+(?:[A-Za-z]+[0-9]{0,3}|[0-9]{1,6}))*[_.-]*")


def reads_as_words(text: str) -> bool:
    """Whether the letters of ``text`` follow one another as in words; no letters do not."""
    pairs = [run[i : i + 2] for run in _LETTERS.findall(text.lower()) for i in range(len(run) - 1)]
    return bool(pairs) and sum(pair in _COMMON for pair in pairs) >= _ENOUGH * len(pairs)


def is_name(text: str) -> bool:
    """Words, parted by what parts them in names and paths, with few digits: ``rocket_launcher-2``."""
    return _NAME.fullmatch(text) is not None and reads_as_words(text)
