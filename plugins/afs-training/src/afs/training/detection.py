"""Which format a row is of, asked of every registered converter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from afs_core import AfsError, DataError

if TYPE_CHECKING:
    from afs_core import Converter, Run, TrainingSample

__all__ = ["ALIASES", "Detector", "format_name"]

#: The format that asks all others.
AUTO = "auto"
#: Other names of formats, as users of the tools write them.
ALIASES = {
    "llama.cpp": "llama-cpp",
    "llamacpp": "llama-cpp",
    "llamafactory": "llama-factory",
    "code-search-net": "codesearchnet",
    "code_search_net": "codesearchnet",
    "mlx-lm": "mlx",
    "chat-ml": "chatml",
}


def format_name(written: str) -> str:
    """The registered name of a format that a user wrote."""
    name = written.lower().replace(" ", "-")
    return ALIASES.get(name, name)


class Detector:
    """Finds the converter of each row; rows of one file are mostly of one format, which is tried first."""

    def __init__(self, run: Run, **settings: Any) -> None:
        self._run = run
        self._settings = settings
        self._converters: dict[str, Converter] | None = None
        self.name = ""

    def parse(self, row: dict[str, Any]) -> TrainingSample:
        """The sample of a row; raises DataError where no format or several explain it."""
        last = self._all().get(self.name)
        if last is None or not last.matches(row):
            if last is not None and not self._matching(row):
                return last.parse(row)  # nobody's row: the format of the rows before says what is wrong
            self.name = self.named(row)
        return self._all()[self.name].parse(row)

    def named(self, row: dict[str, Any]) -> str:
        """The format of a row. Several that read the same sample out of it are as good as one."""
        found = self._matching(row)
        if not found:
            raise _unknown(row, list(self._all()))
        if len(found) == 1:
            return found[0]
        read = [(name, sample) for name in found if (sample := self._read(name, row)) is not None]
        if not read:
            return found[0]
        if any(sample != read[0][1] for _, sample in read):
            several = ", ".join(name for name, _ in read)
            raise DataError(f"rows of {several} look like this one", hint=f"--from {read[0][0]} says which")
        return read[0][0]

    def _matching(self, row: dict[str, Any]) -> list[str]:
        return [name for name, converter in self._all().items() if converter.matches(row)]

    def _read(self, name: str, row: dict[str, Any]) -> TrainingSample | None:
        try:
            return self._all()[name].parse(row)
        except DataError:
            return None

    def _all(self) -> dict[str, Converter]:
        if self._converters is None:
            self._converters = dict(self._usable())
        return self._converters

    def _usable(self) -> Iterator[tuple[str, Converter]]:
        """Every converter that can be made; one that lacks something is no reason to stop."""
        entries = [entry for entry in self._run.registry.entries("converters") if entry.name != AUTO]
        names = [entry.name for entry in entries]
        for entry in entries:
            name = f"{entry.plugin}/{entry.name}"
            try:
                converter = self._run.use("converters", name, **self._given(name))
            except AfsError as fault:
                self._run.log.warning("%s is not asked: %s", entry.label, fault)
                continue
            yield (entry.name if names.count(entry.name) == 1 else name), converter

    def _given(self, name: str) -> dict[str, Any]:
        config = self._run.registry.config_type("converters", name)
        known = getattr(config, "__struct_fields__", ())
        return {key: value for key, value in self._settings.items() if key in known}


def _unknown(row: dict[str, Any], known: list[str]) -> DataError:
    keys = ", ".join(list(row)[:12]) or "none"
    return DataError(
        f"expected a row of {', '.join(known)}; got the keys {keys}",
        hint="afs training convert --from NAME says which format it is",
    )
