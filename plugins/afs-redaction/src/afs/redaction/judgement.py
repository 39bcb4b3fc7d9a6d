"""Is this text a secret, or only where one would stand?

Used where the surroundings name a secret (``password = ...``) but the value has no format of its own.
"""

from __future__ import annotations

import math
import re
from collections import Counter

__all__ = [
    "entropy",
    "is_email",
    "is_env_value",
    "is_password",
    "is_personal",
    "is_plain_password",
    "is_plain_token",
    "is_token",
    "is_varied",
    "name_kind",
]

_STAND_IN = re.compile(
    r"""(?ix) example | placeholder | change.?me | your[_-] | x{4,} | \*{3,} | \.\.\. | …
    | \$\{ | \{\{ | %\( | ^[$%<{]
    | ^(?:none|null|true|false|undefined|string|str|bytes|redacted|hidden|secret|token|password|passwd
         |passphrase|pass|pwd|required|optional|default|prompt|username|user|value|text|key|credentials?)$"""
)
_WORDS = re.compile(r"[A-Za-z]+(?:[ _./:\\-][A-Za-z]+)*[0-9]{0,2}")
# An attribute, a name in snake case, a name in camel case: what code has where nothing is quoted.
_CODE = re.compile(
    r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[a-z]+(?:_[a-z]*[0-9]*)*[0-9]*|(?:[A-Z]+[a-z]+|[A-Z]+[0-9]*)+[0-9]*"
)
_DOTTED = re.compile(r"[A-Za-z_]+\.[A-Za-z_.]+")
_NAME = re.compile(r"(?i)pass|pwd|secret|token|api.?key|credential")
_PASSWORD_NAME = re.compile(r"(?:^|[^a-z])(?:db|pg)?(?:pass(?:word|wd|phrase|code)?|pwd)$")
_SECRET_NAME = re.compile(
    r"(?:^|[^a-z])(?:secret|token|cookie|credentials?|authorization|auth|(?:api|access|secret|private|auth"
    r"|account|signing|encryption|master|session|app|client|license)[_. -]?key)$"
)
_NUMBER = re.compile(r"(?i)[#&%+-]*(?:\$|0x)[0-9a-f_]+[lu]*|[0-9.,:_+-]+[a-z%]{0,2}|[0-9a-f]{1,6}h")


def is_varied(text: str) -> bool:
    """More than a row of the same few characters, as stand-ins are (``sk-xxxxxxxx``)."""
    return len(set(text[-20:])) >= 6


def is_token(text: str) -> bool:
    """Could be a random token: long enough, letters and digits, varied, no words."""
    return len(text) >= 10 and _is_mixed(text) and not _is_harmless(text) and entropy(text) >= 2.5


def is_plain_token(text: str) -> bool:
    """A token where nothing quotes it, so that it must not look like code."""
    return len(text) >= 16 and is_token(text) and not _CODE.fullmatch(text)


def is_password(text: str) -> bool:
    """Could be a password: no spaces, and not an ordinary word or a path."""
    if len(text) < 5 or any(map(str.isspace, text)) or _is_harmless(text):
        return False
    return not _WORDS.fullmatch(text) or _is_mixed(text)


def is_plain_password(text: str) -> bool:
    """A password where nothing quotes it, so that it must not look like code."""
    return is_password(text) and _is_mixed(text) and not _NAME.search(text)


def is_env_value(text: str) -> bool:
    """The value of a secret's line in an environment file."""
    return len(text) >= 4 and not _is_harmless(text) and not _DOTTED.fullmatch(text)


def is_personal(text: str) -> bool:
    """A user name that somebody chose, not one that every machine has."""
    return text.lower() not in _EVERYBODY and text.rpartition(".")[2].lower() not in _NOT_DOMAINS


def is_email(text: str) -> bool:
    """An address of a person, not ``git@host`` and not an image for dense screens."""
    local, _, host = text.rpartition("@")
    return local.lower() not in _SERVICE_USERS and host.rpartition(".")[2].lower() not in _NOT_DOMAINS


def name_kind(name: str) -> str:
    """``PASSWORD``, ``SECRET``, or nothing: what a key of this name holds."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().rstrip("0123456789_- ")
    if _PASSWORD_NAME.search(words):
        return "PASSWORD"
    return "SECRET" if _SECRET_NAME.search(words) else ""


def _is_mixed(text: str) -> bool:
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def _is_harmless(text: str) -> bool:
    return bool(
        _STAND_IN.search(text)
        or _NUMBER.fullmatch(text)
        or text.startswith(("/", "./", "../", "~", "@"))
        or "://" in text
        or not any(map(str.isalnum, text))
    )


def entropy(text: str) -> float:
    """Shannon entropy of the characters, in bits."""
    size = len(text)
    return -sum(n / size * math.log2(n / size) for n in Counter(text).values())


_EVERYBODY = frozenset(
    {
        "admin",
        "all",
        "app",
        "appveyor",
        "bar",
        "circleci",
        "codespace",
        "debian",
        "default",
        "ec2-user",
        "foo",
        "guest",
        "home",
        "jovyan",
        "linuxbrew",
        "me",
        "name",
        "node",
        "pi",
        "public",
        "root",
        "runner",
        "runneradmin",
        "shared",
        "somebody",
        "someone",
        "travis",
        "ubuntu",
        "user",
        "username",
        "users",
        "vagrant",
        "vscode",
        "xxx",
        "you",
        "your",
        "your-name",
        "your_name",
        "yourname",
    }
)
_SERVICE_USERS = frozenset({"git", "hg", "pass", "passwd", "password", "pwd", "svn"})
_NOT_DOMAINS = frozenset(
    {
        "asm",
        "css",
        "dtype",
        "gif",
        "html",
        "ico",
        "jpeg",
        "jpg",
        "js",
        "json",
        "md",
        "mjs",
        "png",
        "py",
        "service",
        "sh",
        "shape",
        "socket",
        "svg",
        "timer",
        "ts",
        "txt",
        "webp",
    }
)
