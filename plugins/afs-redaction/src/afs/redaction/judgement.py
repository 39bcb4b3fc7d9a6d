"""Is this text a secret, or only where one would stand?

Used where the surroundings name a secret (``password = ...``) but the value has no format of its own.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

from afs.redaction.words import is_name, reads_as_words

__all__ = [
    "entropy",
    "is_email",
    "is_env_key",
    "is_env_value",
    "is_password",
    "is_personal",
    "is_plain_password",
    "is_plain_token",
    "is_random",
    "is_token",
    "is_typed_password",
    "is_varied",
    "name_kind",
]

_STAND_IN = re.compile(
    r"""(?ix) example | placeholder | change.?me | (?:^|[_-])your[_-] | (?-i:x{5,}|X{5,}) | ^x+$
    | \*{3,} | \.{3} | …
    | \$\{ | \{\{ | %\(
    | ^(?: <[^<>]*>? | %\w+%? | \$[a-z_]+ | \$\(.* | \{[\w.]*\}? | @\w+ )$
    | ^(?:none|null|nil|true|false|undefined|string|str|bytes|redacted|hidden|masked|secret|token|password
         |passwd|passphrase|pass|pwd|required|optional|default|prompt|username|user|value|text|key|credentials?)$"""
)
_WORDS = re.compile(r"[A-Za-z]+(?:[ _./:\\-][A-Za-z]+)*[0-9]{0,2}")
# An attribute, a name in snake case, a name in camel case: what code has where nothing is quoted.
_CODE = re.compile(
    r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[a-z]+(?:_[a-z]*[0-9]*)*[0-9]*|(?:[A-Z]+[a-z]+|[A-Z]+[0-9]*)+[0-9]*"
)
_DOTTED = re.compile(r"[A-Za-z_]+\.[A-Za-z_.]+")
_LABEL = re.compile(r"[A-Z]+_[0-9A-F]{4,6}")
_PATH = re.compile(r"(?:~|\.{0,2})/[\w.@~-]*(?:/[\w.@~*-]+)*/?")
_NAME = re.compile(r"(?i)pass|pwd|secret|token|api.?key|credential")
_PASSWORD_NAME = re.compile(
    r"(?:^|[^a-z])(?:db|pg|my|sql|smtp|ftp|user|admin|root|login|new|old)?(?:pass(?:word|wd|phrase|code)?|passw|pwd|psk)s?$"
)
_SECRET_NAME = re.compile(
    r"(?:^|[^a-z])(?:(?:access|api|auth|refresh|bot|bearer|session|client|app|oauth|id|csrf)?(?:secret|token)"
    r"|cookie|credentials?|authorization|auth|bearer|jwt|authtoken|set[_. -]?cookie"
    r"|secret[_. -]?key[_. -]?base"
    r"|(?:api|access|secret|private|auth|account|signing|encryption|master|session|app|client|license|service"
    r"|subscription|preshared|shared|deploy|webhook)[_. -]?key)s?$"
)
_NUMBER = re.compile(r"(?i)[#&%+-]*(?:\$|0x)[0-9a-f_]+[lu]*|[0-9.,:_+-]+[a-z%]{0,2}|[0-9a-f]{1,6}h")


def is_varied(text: str) -> bool:
    """More than a row of the same few characters, as stand-ins are (``sk-xxxxxxxx``)."""
    return len(set(text[-20:])) >= 6


def is_token(text: str) -> bool:
    """Could be a random token: long enough, varied, no words."""
    if len(text) < 10 or _is_harmless(text) or is_name(text) or entropy(text) < 2.5:
        return False
    return _is_mixed(text) or (len(text) >= 16 and text.isalpha() and not reads_as_words(text))


def is_plain_token(text: str) -> bool:
    """A token where nothing quotes it, so that it must not look like code."""
    return len(text) >= 16 and is_token(text) and not (_CODE.fullmatch(text) and reads_as_words(text))


def is_random(text: str) -> bool:
    """Certainly drawn at random: capitals, small letters and digits in no order, not hexadecimal."""
    kinds = (str.isupper, str.islower, str.isdigit)
    mixed = all(any(map(kind, text)) for kind in kinds)
    return (
        mixed
        and len(text) >= 20
        and is_plain_token(text)
        and entropy(text) >= 3.5
        and not reads_as_words(text)
    )


def is_password(text: str) -> bool:
    """Could be a password: no spaces, and not an ordinary word or a path."""
    if len(text) < 5 or any(map(str.isspace, text)) or _is_harmless(text):
        return False
    return not _WORDS.fullmatch(text) or _is_mixed(text) or not reads_as_words(text)


def is_typed_password(text: str) -> bool:
    """A password where a command asks for one."""
    return is_password(text) and _is_mixed(text)


def is_plain_password(text: str) -> bool:
    """A password where nothing quotes it, so that it must not look like code."""
    return is_typed_password(text) and not _NAME.search(text) and not _LABEL.fullmatch(text)


def is_env_value(text: str) -> bool:
    """The value of a secret's line in an environment file."""
    code = _DOTTED.fullmatch(text) or _LABEL.fullmatch(text)
    return len(text) >= 4 and not _is_harmless(text) and not code


def is_env_key(text: str) -> bool:
    """The value of a line that names some key, which need not be a secret one."""
    return is_env_value(text) and len(text) >= 8 and not is_name(text)


def is_personal(text: str) -> bool:
    """A user name that somebody chose, not one that every machine has."""
    return text.lower() not in _EVERYBODY and text.rpartition(".")[2].lower() not in _NOT_DOMAINS


def is_email(text: str) -> bool:
    """An address of a person, not ``git@host`` and not an image for dense screens."""
    local, _, host = text.rpartition("@")
    return local.lower() not in _SERVICE_USERS and host.rpartition(".")[2].lower() not in _NOT_DOMAINS


@lru_cache(maxsize=4096)
def name_kind(name: str) -> str:
    """``PASSWORD``, ``SECRET``, or nothing: what a key of this name holds."""
    words = (
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower().rstrip("0123456789_- ")
    )
    if _PASSWORD_NAME.search(words):
        return "PASSWORD"
    return "SECRET" if _SECRET_NAME.search(words) else ""


def _is_mixed(text: str) -> bool:
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def _is_harmless(text: str) -> bool:
    return bool(
        _STAND_IN.search(text)
        or _NUMBER.fullmatch(text)
        or (_PATH.fullmatch(text) and (len(text) < 12 or reads_as_words(text)))
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
        "cpython",
        "adm",
        "daemon",
        "debian",
        "docker",
        "default",
        "dir",
        "directory",
        "distutils",
        "ec2-user",
        "folder",
        "foo",
        "guest",
        "home",
        "jovyan",
        "linuxbrew",
        "me",
        "name",
        "nobody",
        "node",
        "nogroup",
        "pi",
        "path",
        "project",
        "public",
        "root",
        "runner",
        "runneradmin",
        "shared",
        "somebody",
        "someone",
        "staff",
        "sudo",
        "test",
        "testuser",
        "to",
        "travis",
        "ubuntu",
        "user",
        "username",
        "users",
        "vagrant",
        "vscode",
        "wheel",
        "www-data",
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
        "c",
        "cpp",
        "css",
        "dll",
        "dtype",
        "exe",
        "gif",
        "gz",
        "html",
        "ico",
        "jar",
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
        "so",
        "socket",
        "svg",
        "timer",
        "toml",
        "ts",
        "txt",
        "webp",
        "yaml",
        "yml",
        "zip",
    }
)
