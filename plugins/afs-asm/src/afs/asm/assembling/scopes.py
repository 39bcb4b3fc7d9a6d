"""Full names of labels: parents of sub-labels, macros, nearby `+` and `-`, namespaces."""

from __future__ import annotations

import re
from typing import NamedTuple

from afs.asm.language.faults import Broken

__all__ = ["Label", "Scopes"]

_NAME = re.compile(r"[A-Za-z_][\w.]*\Z", re.A)
#: Only what stands behind a dot may begin with a digit.
_SUB_NAME = re.compile(r"\w[\w.]*\Z", re.A)


class Label(NamedTuple):
    """The number of the free space it lies in stands in bits 24 and up. ``static``: an assigned number."""

    value: int
    static: bool = False


class _Local:
    """What one macro call, or the text outside of macros, knows by short names."""

    def __init__(self) -> None:
        self.parents: list[str] = []
        self.counts: dict[str, int] = {}


class Scopes:
    """The scopes at one point of a pass."""

    def __init__(self) -> None:
        self.namespaces: list[str] = []
        self.nested = False
        #: What stands before all names within a `spcblock`.
        self.block = ""
        self._outer = _Local()
        self._macros: list[tuple[int, _Local]] = []
        self._saved: list[tuple[list[str], bool]] = []

    @property
    def prefix(self) -> str:
        return self.block + "".join(name + "_" for name in self.namespaces)

    def enter_macro(self, number: int) -> None:
        self._macros.append((number, _Local()))

    def leave_macro(self) -> None:
        self._macros.pop()

    def adopt(self, name: str) -> None:
        """Make ``name`` the parent of sub-labels."""
        self._outer.parents = [name]

    def push(self) -> None:
        self._saved.append((self.namespaces, self.nested))
        self.namespaces, self.nested = [], False

    def pull(self) -> None:
        if not self._saved:
            raise Broken("unbalanced", "`pullns` without `pushns`")
        self.namespaces, self.nested = self._saved.pop()

    @property
    def is_pushed(self) -> bool:
        return bool(self._saved)

    def full(self, written: str, *, enter: bool = False) -> str:
        """The name that ``written`` (such as ``..inner``) stands for; ``enter`` makes it the parent
        of sub-labels that follow. Names of macros begin with a colon, which nothing else can write."""
        if not enter and written[0] not in ".?":
            return written
        bare = written[1:] if written[0] == "?" else written
        local, prefix = self._local(written)
        short = bare.lstrip(".")
        level = len(bare) - len(short)
        if not short or (enter and not (_SUB_NAME if level else _NAME).match(short)):
            raise Broken("label-name", f"`{written[:40]}` is no name of a label")
        if level > len(local.parents):
            raise Broken("sublabel", f"the sub-label `{written[:40]}` has no parent above it")
        full = f"{local.parents[level - 1]}_{short}" if level else prefix + short
        if enter:
            local.parents[level:] = [full]
        return full

    def aside(self, written: str) -> str:
        """The full name of a label that does not become a parent."""
        return self.full(written) if written[0] in ".?" else written

    def _local(self, written: str) -> tuple[_Local, str]:
        if written[0] != "?":
            return self._outer, ""
        if not self._macros:
            raise Broken("macro-label", f"`{written[:40]}` stands in no macro")
        number, local = self._macros[-1]
        return local, f":macro_{number}_"

    def nearby(self, written: str, *, define: bool) -> str:
        """The name of a ``+`` or ``-``: the next one below, or the last one above."""
        local, prefix = self._local(written)
        signs = written.lstrip("?")
        count = local.counts.get(signs, 0)
        if signs[0] == "+":
            if define:
                local.counts[signs] = count + 1
            return f":{prefix}{signs}{count}"
        if define:
            count += 1
            local.counts[signs] = count
        return f":{prefix}{signs}{count}"
