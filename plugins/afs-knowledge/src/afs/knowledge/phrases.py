"""The wordings of questions and answers about entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from afs.knowledge.bus import area, file_offset
from afs.knowledge.entry import Entry

__all__ = [
    "AT",
    "ELEMENT",
    "MEANING",
    "OFFSET",
    "PLACE",
    "PURPOSE",
    "aimed",
    "location",
    "offset_answer",
    "shown",
]

#: Address to meaning.
AT: Final = (
    "What is at {address}?",
    "Which name belongs to the address {address}, and what lies there?",
    "I see {address} in a listing. What is it?",
    "What does {address} hold?",
)
#: Name to address.
PLACE: Final = (
    "What is the address of {name}?",
    "At which address is {name}?",
    "Where does {name} lie?",
    "Give the address of {name}.",
)
#: Name to meaning.
PURPOSE: Final = (
    "What is {name} for?",
    "Explain {name}.",
    "What does {name} stand for in the code?",
    "Describe {name}.",
)
#: Meaning to address.
MEANING: Final = (
    "Which address fits this description: {description}?",
    "Where is this: {description}?",
    "Find the address with this meaning: {description}.",
)
#: One element of a table.
ELEMENT: Final = (
    "{name} is a table at {address}. At which address is its element {index}?",
    "Counting from 0, where is element {index} of {name}?",
)
#: ROM address to offset in the file.
OFFSET: Final = (
    "At which offset of a ROM file without a header does {name} at {address} begin?",
    "Convert {address} ({name}) to an offset in a ROM file without a header.",
)

_KINDS: Final = {
    "wram": "in work RAM",
    "sram": "of the save",
    "register": "a hardware register",
    "routine": "a routine",
    "rom-table": "a table in ROM",
    "symbol": "a symbol",
}


def shown(address: int) -> str:
    """``$7E0022``; a register without its bank."""
    return f"${address:04X}" if area(address) == "register" else f"${address:06X}"


def location(entry: Entry) -> str:
    """Where an entry lies and how large it is, as a sentence."""
    parts = [_KINDS[entry.kind]]
    if entry.count > 1:
        width = entry.size // entry.count
        parts.append(f"{entry.count} elements of {width} byte{'s' * (width > 1)}")
    elif entry.size > 1:
        parts.append(f"{entry.size} bytes")
    if 0x7E0000 <= entry.address < 0x7E2000:
        parts.append(f"seen as ${entry.address & 0xFFFF:04X} from the program banks")
    if entry.access in ("r", "w") and entry.kind == "register":
        parts.append({"r": "read only", "w": "write only"}[entry.access])
    return f"`{entry.name}` is at {shown(entry.address)} ({', '.join(parts)})."


def aimed(entries: Sequence[Entry]) -> str:
    """Location and meaning of entries, one paragraph each."""
    return "\n\n".join(" ".join(filter(None, (location(entry), _sentence(entry)))) for entry in entries)


def offset_answer(entry: Entry, layout: str) -> str:
    """Where the entry lies in the ROM file; empty where it is not in ROM."""
    at = file_offset(entry.address, layout)
    if at is None:
        return ""
    return (
        f"{shown(entry.address)} is at offset 0x{at:06X} of a {layout[:2].title()}ROM file without a "
        f"header, 0x{at + 512:06X} of one with 512 bytes of header."
    )


def _sentence(entry: Entry) -> str:
    text = entry.description.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."
