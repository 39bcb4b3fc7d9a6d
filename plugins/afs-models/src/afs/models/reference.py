"""The grammar of a model reference: ``PROVIDER:TARGET``, and of what ``hf:`` opens.

>>> Reference.parse("hf:models/base+models/adapter")
Reference(provider='hf', target='models/base+models/adapter')
>>> split_adapter("models/base+models/adapter")
('models/base', 'models/adapter')
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from afs_core.model_paths import is_adapter

__all__ = ["Reference", "split_adapter"]

# One letter before the colon is a drive of Windows, not a provider; so is a name with a dot in it
# a model of a server with its tag (qwen2.5:7b).
_REFERENCE = re.compile(r"([a-z][a-z0-9_-]+):(.+)", re.DOTALL)


class Reference(msgspec.Struct, frozen=True):
    """``target`` is what the provider opens: a path, a model name, an address."""

    provider: str
    target: str

    @classmethod
    def parse(cls, text: str) -> Reference | None:
        """The reference in ``text``, None where it is a bare name or a path."""
        match = _REFERENCE.fullmatch(text)
        return cls(match[1], match[2]) if match else None

    def __str__(self) -> str:
        return f"{self.provider}:{self.target}"


def split_adapter(target: str) -> tuple[str, str]:
    """Base and adapter of ``BASE+ADAPTER``; a ``+`` in the name of a folder that is there is none."""
    if Path(target).expanduser().exists():
        return target, ""
    cuts = [match.start() for match in re.finditer(r"\+", target)]
    for cut in cuts:
        if is_adapter(Path(target[cut + 1 :]).expanduser()):
            return target[:cut], target[cut + 1 :]
    base, _, adapter = target.partition("+")
    return base, adapter
