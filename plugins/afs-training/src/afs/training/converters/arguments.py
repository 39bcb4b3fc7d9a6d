"""Arguments of a call as an object, for tools that render them with a chat template."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from afs_core import Unrepresentable

__all__ = ["opened"]

_HINT = "the openai and axolotl formats keep arguments as the text that the model wrote"


def opened(arguments: str, field: str) -> dict[str, Any]:
    """The object that ``arguments`` are the JSON text of; spacing is lost, values are not.

    Raises Unrepresentable for anything else, and where an object would lose something.
    """
    try:
        value = msgspec.json.decode(arguments)
        same = isinstance(value, dict) and _writes_back(value, arguments)
    except (msgspec.DecodeError, UnicodeError, ValueError, RecursionError):
        same = False
    if not same:
        raise Unrepresentable(f"{field}: expected the text of a JSON object", field=field, hint=_HINT)
    return value  # type: ignore[no-any-return]


def _writes_back(value: Any, arguments: str) -> bool:
    compact = msgspec.json.encode(value).decode()
    return compact == arguments or json.loads(compact, object_pairs_hook=tuple) == json.loads(
        arguments, object_pairs_hook=tuple, parse_constant=_no_constant
    )


def _no_constant(name: str) -> Any:
    raise ValueError(name)
