"""A text as a row of numbers: what two language models say of it, and what they cannot know.

The second part comes from the instruction table, the check of whole texts, the widths of registers, the
stack, labels, and the table of known addresses; of prose and Python from their sentences and syntax.
A figure that does not apply is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from afs.asm import check
from afs.discriminator.asm_flow import FLOW, flow_of
from afs.discriminator.asm_habits import HABITS, Choices, Habits, choices_of
from afs.discriminator.asm_line import Op, ops_of
from afs.discriminator.asm_liveness import LIVENESS, liveness_of
from afs.discriminator.asm_paths import PATHS, paths_of
from afs.discriminator.asm_values import VALUES, values_of
from afs.discriminator.asm_ways import Ways
from afs.discriminator.definitions import ASKED, USED, Definitions, Use, own_names, uses_of
from afs.discriminator.domains import DOMAINS, domain_of
from afs.discriminator.language_model import LanguageModel, inside, joined
from afs.discriminator.text_features import PROSE, PYTHON, SURFACE, prose_of, python_of, surface_of
from afs.discriminator.tokens import END, LINE, word_tokens
from afs.discriminator.words import words
from afs.knowledge import AddressDatabase
from afs.knowledge.notation import Number

__all__ = ["ASM", "NAMES", "Models", "Prepared", "matrix", "prepared"]

_CHECK: Final = ("errors", "widths", "assumed", "other_warnings", "stubs", "assembles")
_PLACES: Final = ("known_places", "unknown_places", "unknown_registers", "short_places")
_SURPRISE: Final = (
    "mean",
    "most",
    "most3",
    "tenth",
    "unseen3",
    "unseen2",
    "last",
    "worst_line",
    "second_line",
)
#: The figures that only assembly has.
ASM: Final = (*FLOW, *PATHS, *LIVENESS, *VALUES, *_CHECK, *_PLACES)
_FIXED: Final = (*SURFACE, "violations", "broken", *ASM, *PROSE, *PYTHON)

#: What nothing that runs has, by the rules of the processor and the assembler, or nobody writes on purpose.
_BROKEN: Final = frozenset(
    words(
        """faulty unknown unreachable mixed_returns open_widths undefined_labels to_rom short_label
        data_of_label path_wrong_width path_stack_conflict path_underflow path_wrong_pull path_left_pushed
        path_unreached path_open_carry path_falls_off path_lost dead_store decided known_compare same_load
        undone next_branch exit_alike stored_back entry_c entry_f idle_carry loop_sign loop_stuck errors
        widths"""
    )
)
#: What code that runs has next to nothing of. How many of them a text has is a figure of its own.
_VIOLATIONS: Final = frozenset(
    words(
        """faulty unknown unreachable underflow wrong_pull no_carry wrong_carry idle_carry idle_compare
        branch_without_flags twice_loaded stored_twice wrong_width open_widths undefined_labels
        repeated_ops suffix_misfit mixed_sizes to_rom errors widths assumed
        decided known_compare undone next_branch loop_sign loop_stuck same_load stored_back"""
    )
) | set(PATHS)
_BROKEN_PLACES: Final = [place for place, name in enumerate(ASM) if name in _BROKEN]
_VIOLATION_PLACES: Final = [place for place, name in enumerate(ASM) if name in _VIOLATIONS]

#: The columns of :func:`matrix`.
NAMES: Final = (
    "domain",
    *_FIXED,
    *(f"word {name}" for name in _SURPRISE),
    *(f"shape {name}" for name in _SURPRISE),
    *HABITS,
    "unknown_names",
    *USED,
    *ASKED,
)


_TOTAL: Final = NAMES.index("broken")
#: What never goes with the definitions of a code base.
_SURE: Final = [
    NAMES.index(name)
    for name in words("undefined_names wrong_calls called_data data_of_code too_short too_long wrong_return")
]

Floats = NDArray[np.float64]
_NOTHING: Final = Definitions()


class Models(NamedTuple):
    """Language models of words and of the shapes of assembly's statements, and what instructions stand where,
    all fitted on real texts; and what the code base defines."""

    words: LanguageModel
    shapes: LanguageModel
    habits: Habits
    definitions: Definitions = _NOTHING

    @classmethod
    def fit(cls, texts: Sequence[Prepared], definitions: Definitions = _NOTHING) -> Models:
        return cls(
            LanguageModel.fit([text.words for text in texts]),
            LanguageModel.fit([text.shapes for text in texts if text.shapes]),
            Habits.fit([text.choices for text in texts if text.choices]),
            definitions,
        )

    def without(self, other: Models) -> Models:
        """The models that had never seen what those of ``other`` were fitted on."""
        return Models(
            self.words.without(other.words),
            self.shapes.without(other.shapes),
            self.habits.without(other.habits),
            self.definitions,
        )


class Prepared(NamedTuple):
    """A text read once: its tokens, how it uses names, what its instructions could have been, and the figures
    that need no model."""

    domain: str
    words: list[int]
    shapes: list[int]
    uses: list[Use]
    own: list[int]
    choices: Choices | None
    figures: list[float]


_NAN: Final = math.nan
_NO_ASM: Final = [_NAN] * (len(ASM) + 2)
_NO_PROSE: Final = [_NAN] * len(PROSE)
_NO_PYTHON: Final = [_NAN] * len(PYTHON)


def prepared(text: str, definitions: Definitions = _NOTHING) -> Prepared:
    """Read ``text``, whatever it is; ``definitions`` tell of the routines that it calls."""
    domain = domain_of(text)
    lines = text.split("\n")
    words = word_tokens(lines, domain)
    surface = surface_of(text, lines)
    if domain == "prose":
        return Prepared(domain, words, [], [], [], None, [*surface, *_NO_ASM, *prose_of(text), *_NO_PYTHON])
    if domain == "python":
        return Prepared(
            domain, words, [], [], [], None, [*surface, *_NO_ASM, *_NO_PROSE, *python_of(text, lines)]
        )
    ops = [op for line in lines for op in ops_of(line)]
    ways = Ways(ops)
    found = [
        *flow_of(ops),
        *paths_of(ways),
        *liveness_of(ways, definitions.called),
        *values_of(ways, definitions.called),
        *_checked(text),
        *_places(ops),
    ]
    violations = float(sum([found[place] > 0 for place in _VIOLATION_PLACES]))
    broken = float(sum([found[place] > 0 for place in _BROKEN_PLACES]))
    figures = [*surface, violations, broken, *found, *_NO_PROSE, *_NO_PYTHON]
    choices = choices_of(lines)
    return Prepared(domain, words, _shapes(ops), uses_of(ops), own_names(ops), choices, figures)


def _shapes(ops: Sequence[Op]) -> list[int]:
    found: list[int] = []
    for op in ops:
        if op.labels:
            found.append(LINE)
        if op.kind != "label":
            found.append(op.shape)
    return [*found, END]


def _checked(text: str) -> list[float]:
    """The figures of ``_CHECK``: what the check of the whole text finds."""
    result = check(text)
    codes = ["error" if found.severity == "error" else found.code for found in result.findings]
    named = [codes.count(code) for code in ("error", "register-width", "assumed-width")]
    figures = *named, len(codes) - sum(named), len(result.stubs), result.assembles
    return [float(figure) for figure in figures]


def _places(ops: Sequence[Op]) -> list[float]:
    """The figures of ``_PLACES``: addresses by what the table of addresses says of them."""
    found = [
        _place(op.value, op.digits)
        for op in ops
        if op.digits and op.form not in ("#e", "e,s", "(e,s),y", "e,e")
    ]
    return [float(found.count(name)) for name in ("known", "unknown", "register", "short")]


@lru_cache(maxsize=1 << 15)
def _place(value: int, digits: int) -> str:
    if digits <= 2:
        return "short"
    if _addresses().numbered(Number(value, digits)):
        return "known"
    return "register" if 0x2000 <= value & 0xFFFF < 0x6000 and value >> 16 & 0x7F < 0x40 else "unknown"


@cache
def _addresses() -> AddressDatabase:
    return AddressDatabase()


def matrix(texts: Sequence[Prepared], models: Models) -> Floats:
    """A row for each text, with the columns of :data:`NAMES`."""
    rows = np.full((len(texts), len(NAMES)), np.nan)
    if not texts:
        return rows
    rows[:, 0] = [DOMAINS.index(text.domain) for text in texts]
    rows[:, 1 : 1 + len(_FIXED)] = [text.figures for text in texts]
    first = 1 + len(_FIXED)
    for tokens, model in (("words", models.words), ("shapes", models.shapes)):
        rows[:, first : first + len(_SURPRISE)] = _surprises([getattr(text, tokens) for text in texts], model)
        first += len(_SURPRISE)
    asm = [place for place, text in enumerate(texts) if text.choices]
    habits = models.habits.figures([text.choices for text in texts if text.choices])
    rows[asm, first : first + len(HABITS)] = habits
    first += len(HABITS)
    rows[:, first] = _unknown(texts, models.words)
    rows[:, first + 1 :] = [_used(text, models.definitions) for text in texts]
    rows[:, _TOTAL] += (rows[:, _SURE] > 0).sum(axis=1)
    return rows


def _unknown(texts: Sequence[Prepared], model: LanguageModel) -> list[float]:
    """How many of the names that each text uses the model has never seen."""
    names = [sorted({number for number, _ in text.uses}) for text in texts]
    known = iter(model.knows([number for some in names for number in some]).tolist())
    return [float(sum([not next(known) for _ in some])) for some in names]


def _used(text: Prepared, definitions: Definitions) -> list[float]:
    if text.domain != "asm":
        return [_NAN] * (len(USED) + len(ASKED))
    asked = definitions.asked_of(text.own, lambda name: text.figures[_FIXED.index(name)])
    return [*definitions.figures(text.uses), *asked]


def _surprises(texts: Sequence[Sequence[int]], model: LanguageModel) -> Floats:
    """The figures of ``_SURPRISE`` for each text; NaN for those without tokens."""
    rows = np.full((len(texts), len(_SURPRISE)), np.nan)
    full = [place for place, text in enumerate(texts) if text]
    if not full:
        return rows
    ids, bounds = joined([texts[place] for place in full])
    surprise, seen2, seen3 = model.surprise(ids)
    own = inside(len(ids), bounds)
    surprise, seen2, seen3 = surprise[own], seen2[own], seen3[own]
    sizes = bounds[:, 1] - bounds[:, 0]
    starts = np.cumsum(sizes) - sizes
    rows[full] = _figures(surprise, seen2, seen3, ids[own] == LINE, starts, sizes)
    return rows


def _figures(
    surprise: Floats,
    seen2: NDArray[np.int32],
    seen3: NDArray[np.int32],
    marks: NDArray[np.bool_],
    starts: NDArray[np.intp],
    sizes: NDArray[np.intp],
) -> Floats:
    """A row for each text, from the tokens of all; text ``i`` has ``sizes[i]`` of them from ``starts[i]``."""
    which = np.repeat(np.arange(len(sizes)), sizes)
    ordered = surprise[np.lexsort((surprise, which))]
    ends = starts + sizes
    lines, per_text = _line_means(surprise, marks, starts)
    first = np.cumsum(per_text) - per_text
    by_line = lines[np.lexsort((lines, np.repeat(np.arange(len(sizes)), per_text)))]
    last = first + per_text - 1
    figures = [
        np.add.reduceat(surprise, starts) / sizes,
        ordered[ends - 1],
        _mean_before(ordered, ends, np.minimum(sizes, 3)),
        _mean_before(ordered, ends, np.maximum(sizes // 10, 1)),
        np.add.reduceat(seen3 == 0, starts, dtype=np.intp) / sizes,
        np.add.reduceat(seen2 == 0, starts, dtype=np.intp) / sizes,
        _mean_before(surprise, ends, np.minimum(sizes, 4)),
        by_line[last],
        by_line[np.maximum(last - 1, first)],
    ]
    return np.stack(figures, axis=1)


def _line_means(
    surprise: Floats, marks: NDArray[np.bool_], starts: NDArray[np.intp]
) -> tuple[Floats, NDArray[np.intp]]:
    """The mean of each line, and how many lines each text has. A line ends behind its mark."""
    begins = np.zeros(len(surprise), bool)
    begins[1:] = marks[:-1]
    begins[starts] = True
    places = np.flatnonzero(begins)
    sizes = np.diff(np.append(places, len(surprise)))
    return np.add.reduceat(surprise, places) / sizes, np.add.reduceat(begins, starts, dtype=np.intp)


def _mean_before(values: Floats, ends: NDArray[np.intp], counts: NDArray[np.intp]) -> Floats:
    """The mean of the last ``counts`` values before each of ``ends``."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    means: Floats = (sums[ends] - sums[ends - counts]) / counts
    return means
