"""The functions that asar has built in, and what they take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from .expressions import Expression


class Signature(NamedTuple):
    """`takes` has a letter for each value: n a number, s a text in quotes, y a name. Those from
    `least` on may be left out."""

    takes: str
    least: int


_TAKES: Final = {
    "": "pc realbase",
    "n": """sqrt sin cos tan asin acos atan arcsin arccos arctan log log10 log2 ceil floor bank not
        snestopc pctosnes canread1 canread2 canread3 canread4""",
    "nn": """canread max min equal notequal less lessequal greater greaterequal and or nand nor xor round""",
    "nnn": "clamp safediv select",
    "n|n": "read1 read2 read3 read4",
    "s": "filesize getfilestatus defined",
    "sn": "canreadfile1 canreadfile2 canreadfile3 canreadfile4",
    "snn": "canreadfile",
    "sn|n": "readfile1 readfile2 readfile3 readfile4",
    "ss": "stringsequal stringsequalnocase",
    "y": "sizeof objectsize datasize",
}


def _signatures() -> dict[str, Signature]:
    known: dict[str, Signature] = {}
    for takes, names in _TAKES.items():
        least = takes.partition("|")[0]
        signature = Signature(takes.replace("|", ""), len(least))
        for name in names.split():
            known[name] = known["_" + name] = signature
    return known


#: By name, also with an underscore before it.
SIGNATURES: Final = _signatures()


def misuse(name: str, kinds: list[str]) -> str:
    """What is wrong with a call whose values begin with atoms of `kinds`, or nothing."""
    signature = SIGNATURES.get(name)
    if signature is None:
        return ""
    takes, least = signature
    if not least <= len(kinds) <= len(takes):
        wanted = str(least) if least == len(takes) else f"{least} or {len(takes)}"
        return f"`{name}` takes {wanted} value{'s'[: wanted != '1']}, not {len(kinds)}"
    for letter, kind in zip(takes, kinds, strict=False):
        if letter == "s" and kind not in ("string", "stub"):
            return f"`{name}` takes a text in quotes"
        if letter == "y" and kind not in ("name", "string", "stub", "all"):
            return f"`{name}` takes a name"
        if letter == "n" and kind == "string":
            return f"`{name}` takes a number, not a text"
        if kind == "all" and name.lstrip("_") != "sizeof":
            return "`...` is no number"
    return ""


def body_of_function(parameters: tuple[str, ...], body: str) -> Expression:
    """What a function of the text comes to, its parameters being anything."""
    from .expressions import STUB, expression

    taken = re.compile(rf"(?<![\w.])(?:{'|'.join(parameters)})(?![\w.])", re.I | re.A)
    return expression(taken.sub(lambda found: STUB * len(found[0]), body))
