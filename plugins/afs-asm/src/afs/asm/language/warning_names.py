"""The warnings of asar 1.91, which `warnings enable` and `warnings disable` name."""

from __future__ import annotations

from typing import Final

__all__ = ["is_warning"]

#: In the order of their numbers.
_LIST: Final = """relative_path_used rom_too_short rom_title_incorrect 65816_yy_x_does_not_exist
    65816_xx_y_assume_16_bit spc700_assuming_8_bit cross_platform_path missing_org set_middle_byte
    unrecognized_special_command freespace_leaked warn_command implicitly_sized_immediate xkas_deprecated
    xkas_eat_parentheses xkas_label_access xkas_warnpc_relaxed xkas_style_conditional xkas_patch
    xkas_incsrc_relative convert_to_asar fixed_deprecated autoclear_deprecated check_memory_file
    if_not_condition_deprecated function_redefined datasize_last_label datasize_exceeds_size
    mapper_already_set feature_deprecated byte_order_mark_utf8 optimization_settings"""
_NAMES: Final = _LIST.split()
_FIRST: Final = 1001


def is_warning(text: str) -> bool:
    """Whether asar knows the warning `text`: its name or number, a `W` before it or not.

    >>> is_warning("Wfeature_deprecated"), is_warning("W1032"), is_warning("1033")
    (True, True, False)
    """
    name = text.lower().removeprefix("w")
    return name in _NAMES or (name.isdecimal() and 0 <= int(name[:9]) - _FIRST < len(_NAMES))
