"""What stands where a secret stood: ``<KIND_N>``.

``KIND`` is upper-case letters, digits and underscores, starting with a letter and naming what was found
(``EMAIL``, ``GITHUB_TOKEN``); ``N`` counts the distinct secrets of that kind from 1, in the order
in which they first appear in one dataset. So a placeholder says nothing about its secret, not
even through a hash, and the same input in the same order gives the same placeholders.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from hashlib import blake2b

__all__ = ["PLACEHOLDER", "Placeholders"]

PLACEHOLDER = re.compile(rb"<([A-Z][A-Z0-9_]{0,62})_([1-9][0-9]{0,8})>")


class Placeholders:
    """The placeholders of one dataset.

    Secrets are remembered only as digests under a key that dies with this object.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._known: dict[bytes, bytes] = {}
        self._last: Counter[str] = Counter()

    def of(self, kind: str, secret: bytes) -> bytes:
        """The placeholder of ``secret``; the kind it was first found as stays its kind."""
        digest = blake2b(secret, key=self._key, digest_size=16).digest()
        known = self._known.get(digest)
        if known is None:
            self._last[kind] += 1
            known = self._known[digest] = f"<{kind}_{self._last[kind]}>".encode()
        return known

    def reserve(self, data: bytes) -> None:
        """Never give out again what ``data`` already holds, as a dataset redacted before does."""
        for kind, number in PLACEHOLDER.findall(data):
            name = kind.decode()
            self._last[name] = max(self._last[name], int(number))
