"""All directives by name, but those that open and close blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from .messages import MESSAGES
from .placing import PLACING
from .settings import SETTINGS
from .sound_blocks import SOUND
from .values import VALUES, emit_values

if TYPE_CHECKING:
    from .assembly_pass import Pass

__all__ = ["COMMANDS", "emit_values"]

COMMANDS: Final[dict[str, Callable[[Pass, str], None]]] = {
    **VALUES,
    **PLACING,
    **SETTINGS,
    **SOUND,
    **MESSAGES,
}
