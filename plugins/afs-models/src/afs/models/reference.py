"""The grammar of a model reference: ``PROVIDER:TARGET``.

>>> Reference.parse("hf:models/base+models/adapter")
Reference(provider='hf', target='models/base+models/adapter')
"""

from __future__ import annotations

import re

import msgspec

__all__ = ["PROVIDERS", "Reference"]

PROVIDERS = ("hf", "gguf", "openai", "lmstudio", "ollama")
# One letter before the colon is a drive of Windows, not a provider.
_REFERENCE = re.compile(r"([a-z][a-z0-9_-]+):(.+)", re.DOTALL)


class Reference(msgspec.Struct, frozen=True):
    """``target`` is what the provider opens: a path, a model name, an address."""

    provider: str
    target: str

    @classmethod
    def parse(cls, text: str) -> Reference | None:
        """The reference in ``text``, None where it is a bare name or a path."""
        match = _REFERENCE.fullmatch(text)
        return cls(match[1], match[2]) if match and not match[2].startswith("\\") else None

    def __str__(self) -> str:
        return f"{self.provider}:{self.target}"
