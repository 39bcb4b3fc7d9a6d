"""What a name gives away: ``password = ...``, environment files, command lines, markup, tables."""

from __future__ import annotations

import re

from afs.redaction.judgement import (
    is_env_key,
    is_env_value,
    is_password,
    is_plain_password,
    is_plain_token,
    is_random,
    is_token,
    is_typed_password,
    is_varied,
)
from afs.redaction.rule import Rule
from afs.redaction.tables import column_rules
from afs.redaction.words import reads_as_words

__all__ = ["ASSIGNMENTS"]

_PASS = (
    r"pass(?:word|wd|phrase|code)s?|passw|pwd|(?:user|db|pg|root|admin|smtp|ftp)_?pass|wpa_?psk|[_-]pass"
    r"|\bpass|\bpw"
)
_SECRET = (
    r"secret|token|credentials?|(?:api|access|secret|private|auth|account|signing|encryption|master|session|app"
    r"|client|license|service|subscription|pre-?shared|deploy|webhook|shared[_ -]?access)[_ -]?key"
    r"(?:[_-]?id)?|key[_ -]?base"
)
_SLASHES = r"\\{0,15}"
_SET = r"[0-9_]*[\"'`\\\])]*\s*(?::=|=>|==?|:|\bis(?: now)?\b:?)\s*"
_QUOTED = (
    rf"{_SLASHES}(?:[rbuf@$]{{0,2}}\"([^\"\r\n]*[^\"\\\r\n]){_SLASHES}\""
    rf"|[rbuf]{{0,2}}'([^'\r\n]*[^'\\\r\n]){_SLASHES}'|`([^`\r\n]*[^`\\\r\n]){_SLASHES}`)"
)
_PLAIN = r"([^\s\"'`,;<>(){}\[\]|\\]+)(?:[\s\"'`,;|&<>)\]}\\]|$)"
# Of the patterns here without the edges of words, which cost a set of triggers much.
_PASS_STEM = _PASS.replace(r"\bpass|\bpw", r"(?:^|[^0-9a-z_])(?:pass|pw)")
_SET_STEM = r"[0-9_]*[\"'`\\\])]*\s*(?:[:=]|is)"
_PASS_TRIGGER = rf"(?i)(?:{_PASS_STEM}){_SET_STEM}"
_SECRET_TRIGGER = rf"(?i)(?:{_SECRET}){_SET_STEM}"
_ENV_START = r"[A-Z]?[0-9A-Z_]*"
_ENV_PASS = _ENV_START + r"(?:PASSWORD|PASSWD|PASSPHRASE|PWD|_PASS|_PW)[0-9_]*"
_ENV_SECRET = (
    _ENV_START + r"(?:API_?KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|AUTH_KEY|KEY_BASE|TOKEN|SECRET|CREDENTIALS?"
    r"|_AUTH|_SALT|_DSN|_PAT)[0-9_]*"
)
_ENV_KEY = _ENV_START + r"_KEY[0-9_]*"
_ENV_VALUE = r"=(?:\"([^\"\r\n]+)\"|'([^'\r\n]+)'|([^\s\"'`=;|&<>(){}\\][^\s\"'`;|&<>(){}\\]*))"
_LINE = r"(?:^|[\s;&|\"'`,+<>(\[:-]|\\n)"
_FLAG = r"(?i)-(?:[0-9a-z-]*(?:password|passwd|passphrase|token|secret|api-?key|authkey)|pass)"
_TOOLS = (
    r"mysql(?:dump|admin)?|mariadb|sshpass|docker login|redis-cli|mongo(?:sh|dump)?|smbclient|openssl|zip|7z"
    r"|mosquitto_[ps]ub"
)
_WORD = r"[\"'\\]*([^\s\"'`<>\\|;&]{4,})"
# From one word of a command to the next, which may be items of a list and far apart.
_NEXT = r"[\"'\\]*[\s,](?:(?:[^\r\n]|\\\r?\n)*?[\s\"',])?"
# From a flag to its value, which may be the next item of a list, also of one in YAML.
_GAP = r"[\"'\\]*(?:[ =,]+|\s*(?:\n|\\n)\s*-\s+)[\"'\\]*"
_USER = rf"(?:-[A-Za-z]*u|--(?:proxy-)?user|-a)(?:{_GAP})?" + r"[^\s:\"'\\,=-][^\s:\"'\\,]*:"


_AWS = (
    Rule(
        "AWS_SECRET_KEY",
        r"(?i)aws",
        r"(?i)aws[0-9a-z_ .-]*(?:secret|key|token)[0-9a-z_ .-]*[\"'`\\]*\s*(?::=|=>|=|:|,|\bis\b|\s)\s*"
        r"[\"'`\\]*"
        r"([0-9a-z/+]{38,}={0,2})",
        accept=is_varied,
    ),
    Rule(
        "AWS_SECRET_KEY",
        r"(?:AKIA|ASIA)[0-9A-Z]{4}|<AWS_ACCESS_KEY_",
        r"<AWS_ACCESS_KEY_[a-z2-7]{6}>(?s:.){0,80}?(?:^|[^0-9A-Za-z/+=])([0-9A-Za-z/+]{40})(?:[^0-9A-Za-z/+=]|$)",
        accept=is_random,
    ),
)

_ASSIGNED = (
    Rule("PASSWORD", _PASS_TRIGGER, rf"(?i)(?:{_PASS}){_SET}{_QUOTED}", accept=is_password),
    Rule("PASSWORD", _PASS_TRIGGER, rf"(?i)(?:{_PASS}){_SET}{_PLAIN}", accept=is_plain_password),
    Rule("SECRET", _SECRET_TRIGGER, rf"(?i)(?:{_SECRET}){_SET}{_QUOTED}", accept=is_token),
    Rule("SECRET", _SECRET_TRIGGER, rf"(?i)(?:{_SECRET}){_SET}{_PLAIN}", accept=is_plain_token),
    Rule(
        "PASSWORD",
        _ENV_PASS.removeprefix(_ENV_START) + r"=[^=\s]",
        _LINE + _ENV_PASS + _ENV_VALUE,
        accept=is_env_value,
    ),
    Rule(
        "SECRET",
        _ENV_SECRET.removeprefix(_ENV_START) + r"=[^=\s]",
        _LINE + _ENV_SECRET + _ENV_VALUE,
        accept=is_env_value,
    ),
    Rule(
        "SECRET",
        _ENV_KEY.removeprefix(_ENV_START) + r"=[^=\s]",
        _LINE + _ENV_KEY + _ENV_VALUE,
        accept=is_env_key,
    ),
    Rule(
        "SECRET",
        r"(?:ENV|ARG|setx?|setenv|-g?x|config:?set)\s+[A-Z]",
        rf"(?:ENV|ARG|setx?|setenv|-g?x|config:?set)\s+(?:{_ENV_PASS}|{_ENV_SECRET})\s+{_WORD}",
        accept=is_plain_password,
    ),
)

_STEM = rf"(?i)(?:{_PASS_STEM}|{_SECRET})[0-9]*"
_BESIDE = _STEM + r"(?:[\"'] ?,\s*[\"']|[*` ]*\||>)"
_NAMES = rf"(?:[0-9A-Za-z_.-]+ ){{0,3}}[0-9A-Za-z_.:-]*(?i:{_PASS}|{_SECRET})[0-9]*"
_PAIRED = (
    Rule(
        "SECRET",
        _STEM + r"[\"'\\]*(?:,|\s|\\n)*[\"'\\]*value[\"'\\]*\s*[:=]",
        rf"(?i)(?:name|key|id)[\"'\\]*\s*[:=]\s*[\"'\\]*{_NAMES}[\"'\\]*(?:,|\s|\\n)*"
        rf"[\"'\\]*value[\"'\\]*\s*[:=]\s*{_WORD}",
        accept=is_password,
    ),
    Rule("SECRET", _BESIDE, rf"<{_NAMES}(?:\s[^<>]*)?>([^<>\s]{{4,}})</", accept=is_password),
    Rule(
        "SECRET",
        _BESIDE,
        rf"\|[ *`]*{_NAMES}[*`]*[ *`]?\|[ *`]*([^|\s`()\[\]{{}}\\]{{4,}})[ *`|]",
        accept=is_plain_password,
    ),
    Rule(
        "SECRET",
        _BESIDE,
        rf"[\"']{_NAMES}[\"'] ?,\s*[\"']([^\"'\s]{{5,}})[\"']",
        accept=is_plain_password,
    ),
)


def _is_given(text: str) -> bool:
    """A password behind the flag that names it, not a variable and not the path of one."""
    return is_typed_password(text) and text[0] != "$" and not ("/" in text and reads_as_words(text))


def _is_owner(data: bytes, start: int, end: int, secret: str) -> bool:
    """Whether ``-u name:word`` says as whom a container runs, which is a user and a group."""
    line = data.rfind(b"\n", 0, start) + 1
    return _CONTAINER.search(data, line, start) is not None


_CONTAINER = re.compile(rb"\b(?:docker|podman|nerdctl|kubectl|runuser|install)\b")
_COMMANDS = (
    Rule(
        "SECRET",
        _FLAG + _GAP,
        r"(?:^|[\s\"'`\[,])" + _FLAG + _GAP + _WORD,
        accept=_is_given,
    ),
    Rule(
        "SECRET",
        r"[\s\"']" + _USER,
        rf"(?:curl|wget|https?){_NEXT}{_USER}([^\s\"'\\]+)",
        accept=is_env_value,
    ),
    Rule(
        "SECRET",
        r"[\s\"']" + _USER,
        rf"[\s\"']-u{_GAP}" + r"[0-9A-Za-z_.@+-]+:([^\s\"'\\]+)",
        accept=is_typed_password,
        spare=_is_owner,
    ),
    Rule(
        "PASSWORD",
        r"[\s\"']-U",
        rf"[\s\"']-U(?:{_GAP})?" + r"[0-9A-Za-z_.@$+\\/-]+%([^\s\"'\\]{4,})",
        accept=is_typed_password,
    ),
    Rule(
        "PASSWORD",
        r"(?:ldap[a-z]{3,9}|htpasswd)[\"'\\]*[\s,]",
        rf"(?:ldap[a-z]{{3,9}}{_NEXT}-w[\s,\"'\\]*|htpasswd\s+-[a-zA-Z]*b[a-zA-Z]*\s+\S+\s+\S+\s+){_WORD}",
        accept=_is_given,
    ),
    Rule(
        "PASSWORD",
        rf"(?:{_TOOLS})[\"'\\]*[\s,]",
        rf"(?:{_TOOLS}){_NEXT}-(?:(?:p|P|pass(?:in|out)?[ =]+pass:)[ ,\"'\\]*|a[ ,\"'\\]+)"
        r"([^\s\"'`<>\\|;&,-][^\s\"'`<>\\|;&]{3,})",
        accept=is_typed_password,
    ),
    Rule(
        "PASSWORD",
        r"--password-stdin|sudo\s",
        r"echo\s+(?:-n\s+)?[\"'\\]*([^\s\"'|\\]{4,})[\"'\\]*\s*\|\s*(?:sudo\s[^\r\n]*-S|[^\r\n]*--password-stdin)",
        accept=is_env_value,
    ),
    Rule("PASSWORD", r"(?i)login\s+\S", rf"(?i)login\s+\S+\s+password\s+{_WORD}", accept=is_env_value),
    Rule(
        "PASSWORD",
        r"(?i)(?:identified\s+by|password|securestring)\s+[\"']",
        r"(?i)(?:identified\s+by|password|securestring)\s+(?:\"([^\"\r\n]{4,})\"|'([^'\r\n]{4,})')",
        accept=is_plain_password,
    ),
)

_NEAR = r"(?i)(?:secret|token|passw|pwd|api[_ -]?key|credential|auth|private[_ -]?key|access[_ -]?key|bearer)"
_SPOKEN = Rule(
    "SECRET",
    r"(?i)(?:api[_ -]?key|token|secret|password|login)\s+[\"'`]?[0-9a-f]{4}",
    r"(?i)(?:api[_ -]?key|token|secret|password|login)\s+[\"'`]?"
    r"([0-9a-f]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
    accept=is_varied,
)
_RANDOM = Rule(
    "SECRET",
    _NEAR,
    r"([0-9A-Za-z+/_-]{20,}={0,2})",
    # Only lines that hold as much behind the name; no group, as RE2 is several times faster then.
    within=_NEAR + r"(?:[0-9A-Za-z+/_-]{9}|[^\r\n]*?[0-9A-Za-z+/_-]{20})[^\r\n]*",
    accept=is_random,
)

ASSIGNMENTS = (
    *_AWS,
    *_ASSIGNED,
    *_PAIRED,
    *_COMMANDS,
    _SPOKEN,
    _RANDOM,
    *column_rules(_STEM),
)
