"""Private keys and tokens that are built rather than issued: PEM, SSH, PuTTY, JWT, keys of Azure."""

from __future__ import annotations

import binascii
import re

from afs.redaction.judgement import is_token, is_varied
from afs.redaction.rule import Rule
from afs.redaction.vendors import BOUNDARY

__all__ = ["BLOCKS", "JWT"]

_END = r"-{4,5} ?END [0-9A-Z ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}"
_BREAK = r"(?:\s|\\+[nrt]|[>#+*|\"',;.-])"
_AZURE = r"(?:\+A(?:St|Sb|Eh|Rm|Mc|Ba)|AIoT|ACDb|AzCa|AzFu|AzSe|APIM|AZDO|\+ACR|JQQJ99)"


def _is_key_block(text: str) -> bool:
    """Base64 lines between the marks, not prose about them."""
    body = re.sub(r"\\+[nrt]|\s", "\n", text)
    return len(text) < 60_000 and re.search(r"[0-9A-Za-z+/=]{24,}", body) is not None


def _is_encoded_key(text: str) -> bool:
    """PEM of a private key in base64, as Kubernetes keeps it."""
    whole = text[: len(text[:64]) // 4 * 4]
    try:
        return b"PRIVATE KEY" in binascii.a2b_base64(whole)
    except ValueError:
        return False


BLOCKS = (
    Rule(
        "PRIVATE_KEY",
        r"-----BEGIN [0-9A-Z ]*PRIVATE KEY|---- BEGIN [0-9A-Z ]*PRIVATE KEY",
        rf"-{{4,5}} ?BEGIN [0-9A-Z ]*PRIVATE KEY(?: BLOCK)? ?-{{4,5}}(?:[^-]*?(?:-[^-]+)*?{_END}"
        rf"|(?:{_BREAK}+[0-9A-Za-z+/=]{{16,}})+(?:{_BREAK}+[0-9A-Za-z+/]{{2,}}={{1,2}})?)",
        accept=_is_key_block,
    ),
    Rule(
        "PRIVATE_KEY", "LS0tLS1CRUdJTi", r"(LS0tLS1CRUdJTi[0-9A-Za-z+/]{40,}={0,2})", accept=_is_encoded_key
    ),
    Rule(
        "PUTTY_KEY",
        r"Private-Lines: [0-9]",
        r"Private-Lines: [0-9]+(?:\s|\\+[nr])+((?:[0-9A-Za-z+/=]{40,}(?:\s|\\+[nr])*)+(?:[0-9A-Za-z+/=]+)?)",
    ),
    Rule("AZURE_ACCOUNT_KEY", r"AccountKey=", r"AccountKey=([0-9A-Za-z+/]{40,}={0,2})"),
    Rule(
        "AZURE_SECRET",
        _AZURE + "[0-9A-Za-z+/]{4}",
        BOUNDARY + rf"([0-9A-Za-z+/]{{26,}}{_AZURE}[0-9A-Za-z+/]{{4,}}={{0,2}})",
        accept=lambda text: len(text) <= 100 and is_varied(text) and is_token(text),
    ),
)
#: Three parts with a signature, two without one, five where it is encrypted.
JWT = Rule(
    "JWT",
    r"eyJ[0-9A-Za-z_-]{4}",
    BOUNDARY + r"(eyJ[0-9A-Za-z_-]{6,}\.[0-9A-Za-z_-]{6,}(?:\.[0-9A-Za-z_-]*){1,3}"
    r"|eyJ[0-9A-Za-z_-]{6,}\.\.[0-9A-Za-z_.-]{20,}|eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}"
    r"|eyJrIjoi[0-9A-Za-z+/]{60,}={0,2})",
)
