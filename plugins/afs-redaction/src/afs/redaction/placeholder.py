"""What stands where a secret stood: ``<KIND_TAG>``, such as ``<GITHUB_TOKEN_k3x7qa>``.

``KIND`` names what was found: upper-case letters, digits and underscores, beginning with a letter.
``TAG`` is six characters of base32 (``a-z2-7``): 30 bits of BLAKE2b of the secret, keyed with the
dataset's salt. So it depends on the secret and the salt alone, not on what was seen before: samples may
be redacted in any order, by any number of processes. Secrets whose tags collide only look alike.
"""

from __future__ import annotations

import re
from base64 import b32encode
from hashlib import blake2b

__all__ = ["PLACEHOLDER", "Placeholders"]

_TAG = 6
_OPEN, _CLOSE = rb"(?:<|&lt;|%3[Cc]|\\+u003[Cc])", rb"(?:>|&gt;|%3[Ee]|\\+u003[Ee])"
#: A placeholder as it is written, or as HTML, a URL and cautious JSON escape it.
PLACEHOLDER = re.compile(_OPEN + rb"[A-Z][A-Z0-9_]{0,62}_[a-z2-7]{6}" + _CLOSE)


class Placeholders:
    """The placeholders of one dataset; ``salt`` is of any length."""

    def __init__(self, salt: bytes = b"") -> None:
        self._keyed = blake2b(key=blake2b(salt, digest_size=32).digest(), digest_size=5)

    def of(self, kind: str, secret: bytes) -> bytes:
        """The placeholder of ``secret``; found as another kind, it has the same tag."""
        keyed = self._keyed.copy()
        keyed.update(secret)
        return f"<{kind}_{b32encode(keyed.digest())[:_TAG].decode().lower()}>".encode()
