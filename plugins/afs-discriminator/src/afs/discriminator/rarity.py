"""How rare the figures of a text are among real texts of assembly.

Trees need several examples of a fault before they split by it. What next to no real text has is a sign
whether or not a fake with it was learned from: for each figure the share of real texts that have as much of
it or more, and of these shares the smallest.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from afs.discriminator.asm_flow import FLOW
from afs.discriminator.asm_liveness import LIVENESS
from afs.discriminator.asm_paths import PATHS
from afs.discriminator.asm_values import VALUES
from afs.discriminator.definitions import USED
from afs.discriminator.domains import DOMAINS
from afs.discriminator.features import NAMES
from afs.discriminator.words import words

__all__ = ["RARE", "Rarity"]

#: The columns of :meth:`Rarity.figures`: minus the logarithm of the smallest shares, and the sum of all
#: beyond one in twenty.
RARE: Final = words("rarest second_rarest third_rarest rare")

#: What only says how long a text is, or how it is laid out.
_NEUTRAL: Final = frozenset(words("instructions ends returns labels directives first_is_label rts rtl"))
_COUNTED: Final = tuple(name for name in (*FLOW, *PATHS, *LIVENESS, *VALUES, *USED) if name not in _NEUTRAL)
_COLUMNS: Final = [NAMES.index(name) for name in _COUNTED]
_ASM: Final = DOMAINS.index("asm")
_RARE: Final = -np.log(0.05)

Floats = NDArray[np.float64]


class Rarity(NamedTuple):
    """``values`` are those of the real texts, each column sorted; shape (texts, counted figures)."""

    values: Floats

    @classmethod
    def fit(cls, rows: Floats) -> Rarity:
        """From rows of real texts, with the columns of ``NAMES``."""
        return cls(np.sort(np.nan_to_num(rows[rows[:, 0] == _ASM][:, _COLUMNS]), axis=0))

    def figures(self, rows: Floats) -> Floats:
        """The figures of :data:`RARE` for rows with the columns of ``NAMES``; NaN for other domains."""
        given = np.nan_to_num(rows[:, _COLUMNS])
        count = len(self.values)
        found = np.zeros(given.shape)
        for column in np.flatnonzero(given.any(axis=0)):
            there = count - np.searchsorted(self.values[:, column], given[:, column])
            found[:, column] = np.where(given[:, column] > 0, -np.log((there + 0.5) / (count + 1)), 0.0)
        top = -np.sort(-found, axis=1)[:, :3]
        beyond = np.maximum(found - _RARE, 0).sum(axis=1, keepdims=True)
        figures = np.hstack([top, beyond])
        figures[rows[:, 0] != _ASM] = np.nan
        return figures
