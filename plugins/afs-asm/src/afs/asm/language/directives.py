"""The directives of asar 1.91: how many words each takes after its name, and which open and close blocks."""

from __future__ import annotations

from typing import Final

#: Data directives and the bytes of one value.
DATA: Final[dict[str, int]] = {"db": 1, "dw": 2, "dl": 3, "dd": 4}

_ANY = 1 << 30
_NONE = """endif else endwhile endfor endmacro pushpc pullpc pushbase pullbase pushtable pulltable
    pushns pullns cleartable includeonce include lorom hirom exlorom exhirom sfxrom norom fullsa1rom
    fastrom header xkas"""
_ONE = """incsrc table org base bank warnpc rep reset prot arch undef dpbase freespacebyte includefrom global
    startpos print fillbyte fillword filllong filldword pad padbyte padword padlong paddword"""

#: Smallest and largest number of words after the directive.
DIRECTIVES: Final[dict[str, tuple[int, int]]] = {
    **dict.fromkeys(_NONE.split(), (0, 0)),
    **dict.fromkeys(_ONE.split(), (1, 1)),
    "if": (1, _ANY),
    "elseif": (1, _ANY),
    "while": (1, _ANY),
    "for": (3, 3),
    "assert": (1, _ANY),
    "macro": (1, _ANY),
    "function": (3, 3),
    "incbin": (1, 3),
    "skip": (1, 4),
    "fill": (1, 4),
    "asar": (0, 1),
    "sa1rom": (0, 1),
    "freespace": (0, 1),
    "freecode": (0, 1),
    "freedata": (0, 1),
    "autoclean": (1, 2),
    "autoclear": (1, 2),
    "namespace": (1, 2),
    "math": (2, 2),
    "optimize": (2, 2),
    "check": (2, 2),
    "warn": (0, 2),
    "warnings": (1, 2),
    "error": (0, 1),
    "struct": (1, 3),
    "endstruct": (0, 2),
    "spcblock": (1, 3),
    "endspcblock": (0, 2),
}

#: What closes each block.
CLOSES: Final[dict[str, str]] = {
    "endif": "if",
    "endwhile": "while",
    "endfor": "for",
    "endmacro": "macro",
    "endstruct": "struct",
    "endspcblock": "spcblock",
}
OPENS: Final = frozenset(CLOSES.values())
CONDITIONS: Final = frozenset({"if", "while", "for"})
#: Any of these closes any of the conditions.
CLOSES_CONDITION: Final = frozenset({"endif", "endwhile", "endfor"})


def opened_on_line(name: str, opened: int, *, more: bool) -> int:
    """How many `if`s are open on a line that has had `opened` of them before the directive `name`; one that
    nothing follows on the line does not end with it."""
    if name in CLOSES_CONDITION:
        return max(0, opened - 1)
    return opened + (name == "if" and more)


#: What must have been pushed for a pull; these nest.
PULLS: Final[dict[str, str]] = {
    "pullpc": "pushpc",
    "pullbase": "pushbase",
    "pullns": "pushns",
    "pulltable": "pushtable",
    "pullwarnings": "pushwarnings",
}

#: Directives that read a file, named by their first word.
READS_FILE: Final = frozenset({"incsrc", "incbin", "table"})

#: Directives whose one operand is an expression, and what width it may have (0: any).
TAKES_EXPRESSION: Final[dict[str, int]] = {
    "org": 0,
    "base": 0,
    "warnpc": 0,
    "pad": 0,
    "bank": 0,
    "dpbase": 0,
    "skip": 0,
    "rep": 0,
    "fill": 0,
    "startpos": 2,
    "fillbyte": 1,
    "fillword": 2,
    "filllong": 3,
    "filldword": 4,
    "padbyte": 1,
    "padword": 2,
    "padlong": 3,
    "paddword": 4,
    "freespacebyte": 1,
}

#: The bits that the addresses of some directives may have; asar refuses those with others.
ADDRESS_BITS: Final[dict[str, int]] = {
    "org": 0xFFFFFF,
    "base": 0xFFFFFF,
    "warnpc": 0xFFFFFF,
    "pad": 0xFFFFFF,
    "struct": 0xFFFFFF,
    "spcblock": 0xFFFF,
    "dpbase": 0xFF00,
    "bank": 0xFF,
}

#: Those among them that decide where labels are, so that no label may stand in them.
NO_LABELS: Final = frozenset({"skip", "fill", "freespacebyte"})
#: Those that labels may stand in if they are known by then.
NO_FORWARD: Final = frozenset({"org", "base", "dpbase"})

#: Processors whose code may stand in a text; asar passes over the names of others.
ARCHITECTURES: Final = frozenset({"65816", "spc700", "spc700-inline", "spc700-raw", "superfx"})
#: Directives that cannot stand in a `spcblock`.
_BARRED = """org freespace freecode freedata prot autoclean arch namespace pushns pullns lorom hirom exlorom
    exhirom sfxrom norom fullsa1rom sa1rom header"""
NOT_IN_SPCBLOCK: Final = frozenset(_BARRED.split())

_SWITCH = frozenset({"on", "off"})
#: Words that the first operand of a directive may be, and for each those that the second may be.
CHOICES: Final[dict[str, dict[str, frozenset[str]]]] = {
    "math": {"pri": _SWITCH, "round": _SWITCH},
    "optimize": {
        "dp": frozenset({"none", "ram", "always"}),
        "address": frozenset({"default", "ram", "mirrors"}),
    },
    "check": {"bankcross": frozenset({"on", "off", "half", "full"}), "title": frozenset()},
    "reset": {"bytes": frozenset(), "freespaceuse": frozenset()},
}
