"""Full names of labels: namespaces, parents of sub-labels, macros, and the nearby `+` and `-`."""

from __future__ import annotations

import msgspec


class _Local(msgspec.Struct):
    """The parents and nearby labels of the text, or of one call of a macro."""

    mark: str = ""
    scope: list[str] = []
    nearby: dict[str, int] = {}


class Names(msgspec.Struct):
    """What short names mean at one point of a text."""

    namespace: str = ""
    _block: str = ""
    _spaces: list[str] = []
    _nested: bool = False
    _saved: list[tuple[list[str], bool]] = []
    _text: _Local = msgspec.field(default_factory=_Local)
    _macros: list[_Local] = []
    _calls: int = 0

    @property
    def in_macro(self) -> bool:
        return bool(self._macros)

    def call(self) -> None:
        """Enter the call of a macro, whose `?labels` are its own."""
        self._calls += 1
        self._macros.append(_Local(f"?{self._calls}:"))

    def leave(self) -> None:
        """Leave the innermost call."""
        self._macros.pop()

    def enter(self, operand: str) -> None:
        """Take the operand of `namespace`."""
        word = operand.strip('"')
        if word.lower().startswith("nested"):
            if word.lower() in ("nested on", "nested off"):
                self._nested = word.lower() == "nested on"
            return
        if word.lower() == "off":
            self._spaces = self._spaces[:-1] if self._nested else []
        else:
            self._spaces = [*(self._spaces if self._nested else ()), word]
        self._join()

    def enter_block(self, mark: str) -> None:
        """Set what stands before all names, as within a `spcblock`."""
        self._block = mark
        self._join()

    def _join(self) -> None:
        self.namespace = self._block + "".join(space + "_" for space in self._spaces)

    def push(self) -> None:
        """Leave all namespaces until `pull`."""
        self._saved.append((self._spaces, self._nested))
        self._spaces, self._nested, self.namespace = [], False, ""

    def pull(self) -> None:
        """Come back to the namespaces that were left last."""
        if self._saved:
            self._spaces, self._nested = self._saved.pop()
            self._join()

    def global_name(self, name: str) -> str:
        """The full name of a label that is assigned a number."""
        if name[:1] == "?":
            return f"{self._local(name).mark}{name[1:]}"
        return self.namespace + name

    def define(self, name: str, *, aside: bool, outside: bool = False) -> tuple[str, bool]:
        """The full name of the label `name` defined here, and whether its parent is missing. It becomes the
        parent of those that follow unless it stands `aside`; `outside` it belongs to no namespace."""
        if name[0] not in "?.":
            if not aside:
                self._text.scope = [name]
            return (name if outside else self.namespace + name), False
        local = self._local(name)
        bare = name.lstrip("?")
        level = len(bare) - len(bare.lstrip("."))
        short = bare[level:]
        orphan = level > len(local.scope)
        local.scope += [""] * (level - len(local.scope))
        full = f"{local.scope[level - 1]}_{short}" if level else local.mark + short
        if not aside:
            local.scope = [*local.scope[:level], full]
        return (full if local.mark or outside else self.namespace + full), orphan

    def nearby(self, name: str) -> str:
        """The full name of a `+` or `-` label defined here."""
        local = self._local(name)
        number = local.nearby.get(name, 0) + 1
        local.nearby[name] = number
        return f"{local.mark}{name}{number}"

    def candidates(self, name: str) -> tuple[str, ...]:
        """The full names that `name` may mean here, the nearest first."""
        first = name[0]
        if first not in "?.+-":
            return (self.namespace + name, name) if self.namespace else (name,)
        local = self._macros[-1] if first == "?" and self._macros else self._text
        bare = name.lstrip("?")
        if bare[:1] in ("+", "-"):
            return (f"{local.mark}{name}{local.nearby.get(name, 0) + (bare[0] == '+')}",)
        if bare[:1] == ".":
            short = bare.lstrip(".")
            level = len(bare) - len(short)
            parent = local.scope[level - 1] if level <= len(local.scope) else ""
            bare = f"{parent}_{short}"
        elif local.mark:
            bare = local.mark + bare
        if local.mark or not self.namespace:
            return (bare,)
        return (self.namespace + bare, bare)

    def _local(self, name: str) -> _Local:
        return self._macros[-1] if name[:1] == "?" and self._macros else self._text
