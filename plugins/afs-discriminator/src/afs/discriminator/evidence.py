"""Whether changed code is shown to be wrong: it no longer assembles, or does something else when run."""

from __future__ import annotations

import ast
import warnings
from random import Random
from typing import Final

from afs.asm import Assembly, assemble, check, equivalent
from afs.asm.language.findings import ERROR
from afs.discriminator.python_names import unbound_names
from afs.discriminator.stand_ins import CodeBase, Surroundings

__all__ = ["ALIKE", "FAULTY", "UNKNOWN", "Evidence"]

#: Shown to be wrong; behaves as before, as far as was tried; not to be told.
FAULTY, ALIKE, UNKNOWN = "faulty", "alike", "unknown"
_STATES: Final = 12
_ROM: Final = Random("rom").randbytes(0x10000)


class Evidence:
    """Judges changed texts. ``base`` is what the files around the assembly define."""

    def __init__(self, base: CodeBase, seed: int) -> None:
        self._base, self._seed = base, seed
        self._kept: dict[tuple[str, str], Assembly | None] = {}

    def of(self, text: str, changed: str, domain: str) -> str:
        """:data:`FAULTY`, :data:`ALIKE` or :data:`UNKNOWN`. Prose is taken for what it was made to be."""
        if domain == "prose":
            return FAULTY
        return _of_python(text, changed) if domain == "python" else self._of_assembly(text, changed)

    def _of_assembly(self, text: str, changed: str) -> str:
        before, after = check(text), check(changed)
        if not before.syntax_ok:
            return UNKNOWN
        if any(finding.severity == ERROR for finding in after.findings):
            return FAULTY
        if self._misses(before.stubs, after.stubs):
            return FAULTY
        around = Surroundings.of((text, changed), self._base)
        return UNKNOWN if around is None else self._run(around, text, changed)

    def _misses(self, before: tuple[str, ...], after: tuple[str, ...]) -> bool:
        """Whether a name is used that neither the text nor the code base has, and was not before.

        Sub-labels are the text's own; of other names only a code base knows all.
        """
        new = set(after) - set(before)
        base = self._base.names
        return any(name not in base for name in new if base or name.startswith("."))

    def _run(self, around: Surroundings, text: str, changed: str) -> str:
        before, after = self._assembled(around, text), _assembly(around, changed)
        if before is None:
            return UNKNOWN
        if after is None:
            return FAULTY
        if before.blocks == after.blocks:
            return ALIKE
        same = equivalent(before, after, around.contract, seed=self._seed, n=_STATES, rom=_ROM)
        if same.difference:
            return FAULTY
        return ALIKE if same.equal else UNKNOWN

    def _assembled(self, around: Surroundings, text: str) -> Assembly | None:
        """The text assembled, remembered for its other corruptions."""
        key = around.around(text), repr(around.contract)
        if key not in self._kept:
            self._kept = {key: _assembly(around, text)}
        return self._kept[key]


def _assembly(around: Surroundings, text: str) -> Assembly | None:
    contract = around.contract
    made = assemble(around.around(text), contract.address, symbols=contract.symbols, defines=contract.defines)
    return made if made.ok and made.blocks else None


def _of_python(text: str, changed: str) -> str:
    """Faulty where it does not compile, or uses a name that the text had bound before that."""
    before, after = _parsed(text), _parsed(changed)
    if before is None:
        return UNKNOWN
    if after is None or unbound_names(after) - unbound_names(before):
        return FAULTY
    return ALIKE if ast.dump(before) == ast.dump(after) else UNKNOWN


def _parsed(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "<text>", "exec")
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
