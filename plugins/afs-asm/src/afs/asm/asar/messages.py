"""What asar says: the lines of its command line, and to which class each error belongs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

#: Names that the text uses and does not define; no fault of a fragment.
_SYMBOL = """Elabel_not_found Edefine_not_found Emacro_not_found Efunction_not_found Efile_not_found
    Efailed_to_open_file Efailed_to_open_file_access_denied Efailed_to_open_not_regular_file
    Elabel_missing_parent Emacro_label_outside_of_macro Emacro_param_outside_macro
    Estruct_not_found"""
SYMBOL: Final = frozenset(_SYMBOL.split())
#: What depends on where the code is put, or stops the assembler on purpose.
_ENVIRONMENT = """Esnes_address_doesnt_map_to_rom Ebank_border_crossed Eno_freespace
    Eno_freespace_in_mapped_banks Eno_banks_with_ram_mirrors Eno_freespace_norom Ewarnpc_failed
    Ewarnpc_failed_equal Ewarnpc_in_freespace Eassertion_failed Eerror_command Erom_too_short
    Erom_title_incorrect Estatic_freespace_autoclean Estatic_freespace_growing Eautoclean_in_freespace
    Eautoclean_label_at_freespace_end Epad_in_freespace Eprot_not_at_freespace_start Elimit_reached
    Ecant_be_main_file Eopen_rom_failed Ebuffer_too_small E16mb_rom_limit"""
ENVIRONMENT: Final = frozenset(_ENVIRONMENT.split())


class Message(msgspec.Struct, frozen=True):
    """One error or warning; `line` counts from 1, 0 without any. `name` is asar's, such as
    `Eunknown_command`, `block` the statement."""

    error: bool
    name: str
    text: str
    line: int = 0
    block: str = ""

    @property
    def kind(self) -> str:
        return "symbol" if self.name in SYMBOL else "environment" if self.name in ENVIRONMENT else "syntax"


_LINE = re.compile(
    r"(?:(?P<place>.*?)(?::(?P<line>\d+))?(?: \(called from .*?\))?: )?(?P<kind>error|warning): "
    r"\((?P<name>[EW]\w+)\): (?P<text>.*)\Z"
)
_BLOCK = re.compile(r"(.*?) \[(.*)\]\Z", re.S)


def messages(output: str) -> list[Message]:
    """The messages among the lines that asar printed."""
    return list(_messages(output.splitlines()))


def _messages(lines: Iterable[str]) -> Iterable[Message]:
    for line in lines:
        match = _LINE.match(line)
        if match:
            block = _BLOCK.match(match["text"])
            text, shown = (block[1], block[2]) if block else (match["text"], "")
            number = int(match["line"] or 0)
            yield Message(match["kind"] == "error", match["name"], text, number, shown)
