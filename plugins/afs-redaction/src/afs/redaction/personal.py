"""Personal data: addresses, and the names of users in paths, prompts and listings."""

from __future__ import annotations

from afs.redaction.judgement import is_email, is_personal
from afs.redaction.rule import Rule

__all__ = ["PERSONAL", "name_rule", "own_name_rule"]

_NAME = r"[0-9A-Za-z_\x80-\xff]+(?:[.-]+[0-9A-Za-z_\x80-\xff]+)*"
_ROOTS = (
    r"/(?:var|usr|export|net|nfs|private|data|host|rootfs|System/Volumes/Data|mnt(?:/[a-z])?|cygdrive/[a-z]"
    r"|Volumes/[^/\s]+|run/host)"
)
_BEFORE = (
    r"(?:^|\*\*|wsl(?:\+|%2[bB])[^/\s]+|[^0-9A-Za-z._~)}*-]|\\[nrt]|\s-[A-Za-z]+"
    rf"|[^0-9A-Za-z._~-]{_ROOTS}|^{_ROOTS})"
)
_SEPARATOR = r"(?:\\+|/+)"
_WINDOWS = rf"[A-Za-z]:{_SEPARATOR}(?:Users|Documents and Settings){_SEPARATOR}"
_LISTED = r"[dl-]r[w-][xsS-][r-][w-][xsS-][r-][w-][xtT-]"
_HOST = r"[0-9A-Za-z][0-9A-Za-z.-]*(?:\x1b\[[0-9;]*m)*"
_LOGIN = r"[a-z_][0-9a-z_.-]{1,31}"

PERSONAL = (
    Rule(
        "EMAIL",
        r"[0-9A-Za-z_%+\x80-\xff-]@[0-9A-Za-z\x80-\xff]",
        r"(?:\\[nrt])?([0-9A-Za-z_\x80-\xff][0-9A-Za-z._%+'\x80-\xff-]*@"
        r"(?:[0-9A-Za-z\x80-\xff](?:[0-9A-Za-z\x80-\xff-]*[0-9A-Za-z\x80-\xff])?\.)+[A-Za-z]{2,})",
        accept=is_email,
    ),
    Rule(
        "USER",
        r"/(?:home|Users)/[^/]|:[\\/]+Users[\\/]",
        rf"{_BEFORE}(?:(?:/home/|/Users/)({_NAME})"
        r"|/?(?:mnt/|cygdrive/)?[A-Za-z]:?(?:\\+|/)Users(?:\\+|/)([^\\/:*?\"<>|\r\n\t]+)(?:[\\/]))",
        accept=is_personal,
    ),
    Rule("USER", _WINDOWS.removeprefix("[A-Za-z]"), rf"{_WINDOWS}({_NAME})", accept=is_personal),
    Rule(
        "USER",
        r"\\\\[0-9A-Za-z.$-]+\\+Users\\",
        rf"\\\\[0-9A-Za-z.$-]+\\+Users\\+({_NAME})",
        accept=is_personal,
    ),
    Rule("USER", r"~[a-z_]", rf"(?:^|[\s\"'=:(`])~({_LOGIN})/", accept=is_personal),
    Rule(
        "USER",
        r"wsl(?:\$|\.localhost)",
        rf"wsl(?:\$|\.localhost){_SEPARATOR}[^\\/\s]+{_SEPARATOR}home{_SEPARATOR}({_NAME})",
        accept=is_personal,
    ),
    Rule(
        "USER",
        r"-(?:home|Users)-",
        r"(?:[/\\]|[A-Za-z]-)-(?:home|Users)-([0-9A-Za-z_]+)|(?:^|[\s\"'=`(:,])-(?:home|Users)-([0-9A-Za-z_]+)-[0-9A-Za-z-]",
        accept=is_personal,
    ),
    Rule(
        "USER",
        r"/run/media/|/var/(?:spool/)?mail/",
        rf"/(?:run/media|var/(?:spool/)?mail)/({_NAME})",
        accept=is_personal,
    ),
    Rule(
        "USER",
        r"@[0-9A-Za-z.-]*(?:\x1b\[[0-9;]*m)*:[^\s$#%]*[$#%]",
        rf"(?:^|[\s\[(>`\"']|\\n|\[[0-9;]*m)({_LOGIN})@{_HOST}:[^\s$#%]*[$#%]",
        accept=is_personal,
    ),
    Rule(
        "USER",
        r"@[0-9A-Za-z.-]+[ :]\S*[ \]]*[$#%]",
        rf"(?:(?m:^)(?:\([^()\s]*\) ?)?|\[|\\n)({_LOGIN})@{_HOST}[ :]\S*[ \]]*[$#%](?:\s|$)",
        accept=is_personal,
    ),
    Rule(
        "USER",
        r"(?:ssh|scp|sftp|rsync|mosh)\s",
        rf"(?:ssh|scp|sftp|rsync|mosh|ssh-copy-id)\s[^\r\n|;]*?({_LOGIN})@[0-9A-Za-z][0-9A-Za-z.-]*",
        accept=is_personal,
    ),
    Rule(
        "USER",
        r"whoami",
        rf"(?:^|[$>%#\n]|\\n) ?whoami(?:[ \t]*(?:\r?\n|\\+n))+({_LOGIN})(?:[\s\\\"'`]|$)",
        accept=is_personal,
    ),
    Rule(
        "USER",
        r"uid=[0-9]+\(",
        rf"[0-9]{{3,}}\(({_LOGIN})\)",
        within=r"(uid=[0-9]+\([^\r\n]*)",
        accept=is_personal,
    ),
    Rule(
        "USER",
        r"(?:USER|LOGNAME|USERNAME)=",
        rf"\b(?:USER|LOGNAME|USERNAME|SUDO_USER)=[\"']?({_NAME})",
        accept=is_personal,
    ),
    Rule("USER", _LISTED, rf"{_LISTED}[.+@]?\s+[0-9]+\s+({_LOGIN})\s", accept=is_personal),
    Rule("USER", _LISTED, rf"{_LISTED}[.+@]?\s+[0-9]+\s+\S+\s+({_LOGIN})\s+[0-9]", accept=is_personal),
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
