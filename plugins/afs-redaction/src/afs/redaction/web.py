"""What the surroundings give away on the web: URLs, headers, cookies."""

from __future__ import annotations

import binascii
import re

from afs.redaction.judgement import is_token, is_varied
from afs.redaction.rule import Rule
from afs.redaction.words import is_name, reads_as_words

__all__ = ["COOKIES", "HEADERS", "URLS"]

_STAND_INS = {"password", "passwd", "pass", "pwd", "pw", "port", "@", "..."}
_PORT = re.compile(r"[0-9]{1,5}/")
_PARAMETER = r"(?i)[?&;](?:[0-9a-z_.-]*(?:key|token|signature|secret|password)|sig|auth|code|jwt|sid)="


def _is_credential(text: str) -> bool:
    password = text.partition(":")[2]
    stands_in = password.lower() in _STAND_INS or (password.startswith("$") and reads_as_words(password))
    is_port = _PORT.match(password) is not None
    return (
        bool(password)
        and not stands_in
        and not is_port
        and not password.startswith(("${", "{", "<", "%(", "*"))
    )


def _is_url_token(text: str) -> bool:
    return len(text) >= 16 and is_token(text)


def _is_bearer(text: str) -> bool:
    return is_varied(text) and not is_name(text) and (is_token(text) or len(text) >= 24)


def _is_basic(text: str) -> bool:
    """Base64 of ``user:password``."""
    try:
        plain = binascii.a2b_base64(text + "=" * (-len(text) % 4))
        return b":" in plain and plain.decode().isprintable()
    except ValueError:
        return False


URLS = (
    Rule(
        "URL_CREDENTIAL",
        r"://[^\s/@]*:\S",
        r"""[A-Za-z][0-9A-Za-z+.-]*://([^\s/:@"'`<>\\]*:[^\s"'`<>\\]+)@[0-9A-Za-z.\[$\{<_-]""",
        accept=_is_credential,
    ),
    Rule(
        "URL_CREDENTIAL",
        r"@(?:tcp|unix|udp)\(",
        r"""([^\s/:@"'`<>\\]+:[^\s"'`<>\\]+)@(?:tcp|unix|udp)\(""",
        accept=_is_credential,
    ),
    Rule(
        "URL_CREDENTIAL",
        r"://[0-9A-Za-z_.~%-]{16,}[@:\\=\r\n]",
        r"[A-Za-z][0-9A-Za-z+.-]*://([0-9A-Za-z_.~%-]{16,})(?::|:x-oauth-basic)?@[0-9A-Za-z.\[]",
        accept=_is_url_token,
    ),
    Rule("URL_TOKEN", _PARAMETER, _PARAMETER + r"([0-9A-Za-z_.~%+/=-]{8,})", accept=is_token),
)

_SCHEMES = "token|basic|digest|apikey|api-?key|bot|bearer|ssws|genie-?key|flyv1|splunk"
_AUTHORIZATION = r"authorization[\"'`\\\])]*\s*(?:[:=,]|=>)?\s*[\"'`\\]*"
HEADERS = (
    Rule(
        "BEARER_TOKEN",
        r"(?i)bearer\s|authorization",
        rf"(?i)(?:bearer\s+(?:token\s+)?[\"'`\\]*|{_AUTHORIZATION}(?:{_SCHEMES})\s+)([0-9a-z._~+/=-]{{8,}})",
        accept=_is_bearer,
    ),
    Rule(
        "BEARER_TOKEN",
        r"(?i)authorization",
        rf"(?i){_AUTHORIZATION}([0-9a-z._~+/=-]{{16,}})",
        accept=is_token,
    ),
    Rule(
        "BEARER_TOKEN",
        r"(?i)basic\s+[0-9a-z+/_-]{8}",
        r"(?i)\bbasic\s+([0-9a-z+/_-]{8,}={0,2})",
        accept=_is_basic,
    ),
)

_COOKIE_NAMES = (
    r"(?:PHPSESSID|JSESSIONID|jsessionid|ASP\.NET_SessionId|connect\.sid|csrftoken|XSRF-TOKEN|sessionid"
    r"|_[0-9a-z_]+_session|__(?:Secure|Host)-[0-9A-Za-z._-]+)"
)
_COOKIE_TRIGGER = (
    r"(?:SESSID|SESSIONID|jsessionid|_SessionId|connect\.sid|csrftoken|XSRF-TOKEN|sessionid|_session)="
    r"|__(?:Secure|Host)-"
)
COOKIES = (
    Rule(
        "COOKIE",
        r"(?i)cookie|curl\s",
        r"(?:^|[;,\s])[^\s=;,\"'()]+=([^\s;,\"'()\\]+)",
        within=r"(?i)(?:cookie[\"'`\\\])]*\s*[:=,]*\s*[\"'`\\]*|curl(?:\s[^\r\n]*?)?\s-b\s*[\"'\\]*)"
        r"([^\s=;,\"'()]+=[^\r\n\"']+)",
        accept=is_token,
    ),
    Rule(
        "COOKIE",
        r"(?i)cookies?[\"'\]]*\s*[:=]\s*[{\[(]",
        r"[\"']\s*[:,]\s*[\"']([^\"'\s]{10,})[\"']",
        within=r"(?i)cookies?[\"'\]]*\s*[:=]\s*[{\[(]+([^})\]\r\n]+)",
        accept=is_token,
    ),
    Rule(
        "COOKIE",
        _COOKIE_TRIGGER,
        _COOKIE_NAMES + r"=([0-9A-Za-z%._~+/-]{10,}={0,2})",
        accept=is_token,
    ),
    Rule(
        "COOKIE",
        r"(?:TRUE|FALSE)\t/",
        r"(?:TRUE|FALSE)\t/[^\t\r\n]*\t(?:TRUE|FALSE)\t[0-9]+\t[^\t\r\n]+\t([^\t\r\n]{4,})",
    ),
)
