"""The curated rules, in the order in which they apply.

First what has a format of its own, then what only its surroundings give away, so that
a token in an assignment keeps its own kind; personal data last.
"""

from __future__ import annotations

import re

from afs.redaction.judgement import (
    is_email,
    is_env_value,
    is_password,
    is_personal,
    is_plain_password,
    is_plain_token,
    is_token,
    is_varied,
)
from afs.redaction.rule import Rule
from afs.redaction.vendors import BOUNDARY, VENDOR_RULES

__all__ = ["RULES", "name_rule", "own_name_rule"]


def _is_key_block(text: str) -> bool:
    """Base64 lines between the marks, not prose about them."""
    body = re.sub(r"\\[nr]", "\n", text)
    return len(text) < 40_000 and re.search(r"[0-9A-Za-z+/=]{24,}", body) is not None


def _is_credential(text: str) -> bool:
    password = text.partition(":")[2]
    stands_in = password.lower() in {"password", "passwd", "pass", "pwd", "pw", "port", "@", "..."}
    return not stands_in and not password.startswith(("$", "{", "<", "%", "*"))


def _is_url_token(text: str) -> bool:
    return len(text) >= 16 and is_token(text)


_END = r"-----END [0-9A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
_BREAK = r"(?:\s|\\[nr]|[>#+*|])"
_BLOCKS = (
    Rule(
        "PRIVATE_KEY",
        r"-----BEGIN [0-9A-Z ]*PRIVATE KEY",
        rf"-----BEGIN [0-9A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:[^-]*?(?:-[^-]+)*?{_END}"
        rf"|(?:{_BREAK}+[0-9A-Za-z+/=]{{16,}})+)",
        accept=_is_key_block,
    ),
    Rule(
        "PUTTY_KEY",
        r"Private-Lines: [0-9]",
        r"Private-Lines: [0-9]+\s+((?:[0-9A-Za-z+/=]{40,}\s*)+(?:[0-9A-Za-z+/=]+)?)",
    ),
)
_JWT = Rule(
    "JWT",
    r"eyJ[0-9A-Za-z_-]{4}",
    BOUNDARY + r"(eyJ[0-9A-Za-z_-]{6,}\.[0-9A-Za-z_-]{6,}(?:\.[0-9A-Za-z_-]*){1,3})",
)

_URL = (
    Rule(
        "URL_CREDENTIAL",
        r"://[^\s/@]*:[^\s]*@",
        r"""[A-Za-z][0-9A-Za-z+.-]*://([^\s/:@"'`<>\\]*:[^\s/"'`<>\\]+)@[0-9A-Za-z.\[$\{<-]""",
        accept=_is_credential,
    ),
    Rule(
        "URL_CREDENTIAL",
        r"://[0-9A-Za-z_.~%-]{16}",
        r"[A-Za-z][0-9A-Za-z+.-]*://([0-9A-Za-z_.~%-]{16,})@[0-9A-Za-z.\[]",
        accept=_is_url_token,
    ),
    Rule(
        "URL_TOKEN",
        r"(?i)[?&](?:[0-9a-z_.-]*(?:key|token|signature|secret|password)|sig|auth|code)=",
        r"(?i)[?&](?:[0-9a-z_.-]*(?:key|token|signature|secret|password)|sig|auth|code)=([0-9a-z_.~%+/=-]{8,})",
        accept=is_token,
    ),
)

_HEADERS = (
    Rule(
        "BEARER_TOKEN",
        r"(?i)bearer\s|authorization",
        r"(?i)(?:bearer\s+|authorization[\"'\\]*\s*[:=]\s*[\"'\\]*(?:token|basic|digest|apikey|bot|bearer)\s+)"
        r"([0-9a-z._~+/=-]{8,})",
        accept=lambda text: is_varied(text) and (is_token(text) or len(text) >= 24),
    ),
    Rule(
        "COOKIE",
        r"(?i)cookie",
        r"(?:^|[;,\s])[^\s=;,\"'()]+=([^\s;,\"'()\\]+)",
        within=r"(?i)cookie[\"'\\]*\s*[:=,]?\s*[\"'\\]*([^\s=;,\"'()]+=[^\r\n\"']+)",
        accept=is_token,
    ),
)

_PASS = r"pass(?:word|wd|phrase|code)|passw|pwd|(?:user|db|pg|root|admin|smtp|ftp)_?pass"
_SECRET = (
    r"secret|token|credentials?|(?:api|access|secret|private|auth|account|signing|encryption|master|session|app"
    r"|client|license|shared[_ -]?access)[_ -]?key(?:[_-]?id)?"
)
_SET = r"[0-9_]*[\"'`\\\])]*\s*(?::=|=>|==?|:|\bis(?: now)?\b)\s*"
_QUOTED = (
    r"\\{0,3}(?:[rbu]{0,2}\"([^\"\r\n]*[^\"\\\r\n])\\{0,3}\"|[rbu]{0,2}'([^'\r\n]*[^'\\\r\n])\\{0,3}'"
    r"|`([^`\r\n]*[^`\\\r\n])\\{0,3}`)"
)
_PLAIN = r"([^\s\"'`,;<>(){}\[\]|\\]+)(?:[\s\"'`,;|&<>)\]}\\]|$)"
_PASS_TRIGGER = rf"(?i)(?:{_PASS}){_SET}"
_SECRET_TRIGGER = rf"(?i)(?:{_SECRET}){_SET}"
_ENV_PASS = r"[A-Z]?[0-9A-Z_]*(?:PASSWORD|PASSWD|PASSPHRASE|PWD|_PASS|_PW)[0-9_]*"
_ENV_SECRET = r"[A-Z]?[0-9A-Z_]*(?:_KEY|APIKEY|TOKEN|SECRET|CREDENTIALS?|_AUTH|_SALT|_DSN)[0-9_]*"
_ENV_VALUE = r"=(?:\"([^\"\r\n]+)\"|'([^'\r\n]+)'|([^\s\"'`=;|&<>(){}\\][^\s\"'`;|&<>(){}\\]*))"
_LINE = r"(?:^|[\s;&|\"'`]|\\n)"

_ASSIGNMENTS = (
    Rule(
        "AWS_SECRET_KEY",
        r"(?i)aws",
        r"(?i)aws[0-9a-z_ .-]*(?:secret|key|token)[0-9a-z_ .-]*[\"'`\\]*\s*(?::=|=>|=|:|\bis\b|\s)\s*"
        r"[\"'`\\]*"
        r"([0-9a-z/+]{38,}={0,2})",
        accept=is_varied,
    ),
    Rule("AZURE_ACCOUNT_KEY", r"AccountKey=", r"AccountKey=([0-9A-Za-z+/]{40,}={0,2})"),
    Rule("PASSWORD", _PASS_TRIGGER, rf"(?i)(?:{_PASS}){_SET}{_QUOTED}", accept=is_password),
    Rule("PASSWORD", _PASS_TRIGGER, rf"(?i)(?:{_PASS}){_SET}{_PLAIN}", accept=is_plain_password),
    Rule("SECRET", _SECRET_TRIGGER, rf"(?i)(?:{_SECRET}){_SET}{_QUOTED}", accept=is_token),
    Rule("SECRET", _SECRET_TRIGGER, rf"(?i)(?:{_SECRET}){_SET}{_PLAIN}", accept=is_plain_token),
    Rule("PASSWORD", rf"{_ENV_PASS}=[^=\s]", _LINE + _ENV_PASS + _ENV_VALUE, accept=is_env_value),
    Rule("SECRET", rf"{_ENV_SECRET}=[^=\s]", _LINE + _ENV_SECRET + _ENV_VALUE, accept=is_env_value),
    Rule(
        "SECRET",
        r"(?i)--?(?:[0-9a-z-]*(?:password|token|secret|api-?key)|pass)[ =]",
        r"(?i)(?:^|[\s\"'`])--?(?:[0-9a-z-]*(?:password|token|secret|api-?key)|pass)[ =]+"
        r"[\"'\\]*([^\s\"'`<>\\\[\](){}]+)",
        accept=is_plain_password,
    ),
    Rule(
        "SECRET",
        r"(?:curl|wget|http)\s.*(?:-u|--user)[ =]",
        r"(?:curl|wget|http)\s[^\r\n]*?\s(?:-u|--user)[ =]+[\"'\\]*[^\s:\"']+:([^\s\"'\\]+)",
        accept=is_env_value,
    ),
)

_PERSONAL = (
    Rule(
        "EMAIL",
        r"[0-9A-Za-z_%+\x80-\xff-]@[0-9A-Za-z]",
        r"(?:\\[nrt])?([0-9A-Za-z_\x80-\xff][0-9A-Za-z._%+\x80-\xff-]*@"
        r"(?:[0-9A-Za-z\x80-\xff](?:[0-9A-Za-z\x80-\xff-]*[0-9A-Za-z\x80-\xff])?\.)+[A-Za-z]{2,})",
        accept=is_email,
    ),
    Rule(
        "USER",
        r"/(?:home|Users)/[^/]|:[\\/]+Users[\\/]",
        r"(?:^|[^0-9A-Za-z._~)}*-]|\\[nrt])(?:/var)?(?:(?:/home/|/Users/)([0-9A-Za-z_\x80-\xff][0-9A-Za-z._\x80-\xff-]*)"
        r"|/?(?:mnt/)?[A-Za-z]:?(?:\\+|/)Users(?:\\+|/)([^\\/:*?\"<>|\r\n\t]+)(?:[\\/]))",
        accept=is_personal,
    ),
    Rule(
        "USER",
        r"[A-Za-z]:(?:\\+|/)Users(?:\\+|/)",
        r"[A-Za-z]:(?:\\+|/)Users(?:\\+|/)([0-9A-Za-z._\x80-\xff-]+)",
        accept=is_personal,
    ),
    Rule(
        "USER",
        r"-(?:home|Users)-",
        r"(?:^|[/\\\s\"'=])-(?:home|Users)-([0-9A-Za-z]+)(?:[-/\\\s\"']|$)",
        accept=is_personal,
    ),
)

RULES: tuple[Rule, ...] = (
    *_BLOCKS,
    *VENDOR_RULES,
    _JWT,
    *_URL,
    *_HEADERS,
    *_ASSIGNMENTS,
    *_PERSONAL,
)


def name_rule(name: str) -> Rule:
    """``name`` as a whole word, wherever it stands."""
    word = _escaped(name)
    edge = r"[^0-9A-Za-z_\x80-\xff]"
    return Rule("NAME", word, rf"(?:^|{edge})({word})(?:{edge}|$)")


def own_name_rule(login: str) -> Rule:
    """A login name where it is one: before ``@``, in a path, after ``~`` or ``user``."""
    word = _escaped(login)
    return Rule(
        "USER",
        word,
        rf"(?:(?:[~/\\]|(?i:\b(?:user|login|author|owner|whoami)\b)[\"'\\]*\s*[:=]?\s*[\"'\\]*)({word})"
        r"(?:[^0-9A-Za-z_-]|$)"
        rf"|(?:^|[^0-9A-Za-z_.-])({word})@)",
    )


def _escaped(word: str) -> str:
    return "".join(
        chr(byte) if byte < 128 and chr(byte).isalnum() else rf"\x{byte:02x}" for byte in word.encode()
    )
