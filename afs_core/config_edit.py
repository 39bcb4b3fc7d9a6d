"""Change one setting of a config file in place: comments, order and spelling stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from afs_core.config import canonical, leaves
from afs_core.errors import ConfigError
from afs_core.jsonl import atomic_write

__all__ = ["edit_setting"]

Key = tuple[str, ...]


def edit_setting(file: Path, key: Key, value: Any) -> Key:
    """Set ``key`` to ``value``, None takes it out; returns the key as the file spells it.

    A key that stands there in another spelling keeps it. The file is made where there is none,
    and is never left half written. Raises ConfigError where it is no TOML.
    """
    import tomlkit

    file = file.resolve()  # a link to a file kept elsewhere stays a link
    document = _parsed(file)
    written = _spelling(document, key)
    table: Any = document
    for depth, name in enumerate(written[:-1], 2):
        if name not in table:
            table[name] = tomlkit.table(is_super_table=depth < len(written))
        table = table[name]
        if not isinstance(table, dict):
            raise ConfigError(f"{file}: expected a table [{'.'.join(written[:-1])}], found a value at {name}")
    if value is None:
        table.pop(written[-1], None)
    else:
        table[written[-1]] = value
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(file) as handle:
        handle.write(tomlkit.dumps(document).encode())
    return written


def _parsed(file: Path) -> Any:
    import tomlkit

    try:
        return tomlkit.parse(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return tomlkit.document()
    except (ValueError, OSError) as fault:  # tomlkit's ParseError is a ValueError
        hint = "correct the file first: afs config validate"
        raise ConfigError(f"{file}: cannot be changed: {fault}", hint=hint) from None


def _spelling(document: Any, key: Key) -> Key:
    wanted = canonical(key)
    same = (written for written, _ in leaves(document.unwrap()) if canonical(written) == wanted)
    return next(same, key)
