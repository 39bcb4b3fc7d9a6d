"""Secrets without a format of their own, given away by what stands around them; and what is none."""

from __future__ import annotations

import json
import random
import re
import string
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.redaction import RULES, Redactor
from afs.redaction.triggers import Triggers
from afs.redaction.walk import text_redacted, value_redacted

SECRET = "q7Rk2vX9mZt4Lw8Bd5Yn"
LONG = "wJalrXUtnFEMIK7MDENGbPxRfiCYq7Rk2vX9mZt4"

LEAKS = {
    "aws with spaces": (f"aws_secret_access_key = {LONG}", LONG, "AWS_SECRET_KEY"),
    "aws environment": (f"export AWS_SECRET_ACCESS_KEY={LONG}", LONG, "AWS_SECRET_KEY"),
    "aws slashes": ("AWS_SECRET_ACCESS_KEY=ab/" + LONG[:36] + "+", "ab/", "AWS_SECRET_KEY"),
    "environment password": ("A=1\nDB_PASSWORD=letmein\nB=2", "letmein", "PASSWORD"),
    "environment quoted": (f"MY_API_KEY='{SECRET}'", SECRET, "SECRET"),
    "environment inline": (f"WANDB_API_KEY={SECRET} python train.py", SECRET, "SECRET"),
    "python": ('connect(password="hunter2")', "hunter2", "PASSWORD"),
    "python dictionary": (f"cfg = {{'api_key': '{SECRET}'}}", SECRET, "SECRET"),
    "escaped json": (f'he sent {{\\"token\\": \\"{SECRET}\\"}} to me', SECRET, "SECRET"),
    "escaped twice": (f'log {{\\\\\\"client_secret\\\\\\": \\\\\\"{SECRET}\\\\\\"}} end', SECRET, "SECRET"),
    "yaml": (f"db:\n  password: {SECRET}\n", SECRET, "PASSWORD"),
    "ini": (f"[a]\naccess_token = {SECRET}\n", SECRET, "SECRET"),
    "prose": ("the password is hunter22!", "hunter22", "PASSWORD"),
    "flag": (f"deploy --token {SECRET} --dry-run", SECRET, "SECRET"),
    "flag with equals": (f"deploy --api-key={SECRET}", SECRET, "SECRET"),
    "curl user": ("curl -s -u admin:s3cr3tpw https://x.test", "s3cr3tpw", "SECRET"),
    "url": ("postgres://app_user:s3cr3t@db.internal:5432/x", "s3cr3t", "URL_CREDENTIAL"),
    "url with an at sign": ("redis://u:p%40ss@w0rd@h:1", "w0rd", "URL_CREDENTIAL"),
    "url token": (f"git clone https://{SECRET}@git.test/a.git", SECRET, "URL_CREDENTIAL"),
    "url query": (f"https://x.test/a?access_token={SECRET}&b=1", SECRET, "URL_TOKEN"),
    "bearer": (f"Authorization: Bearer {SECRET}", SECRET, "BEARER_TOKEN"),
    "bearer in curl": (f'curl -H "authorization: bearer {SECRET}"', SECRET, "BEARER_TOKEN"),
    "basic": ("Authorization: Basic dXNlcjpzM2NyM3RwYXNz", "dXNlcjpzM2", "BEARER_TOKEN"),
    "cookie": (f"Cookie: theme=dark; session={SECRET}; lang=en", SECRET, "COOKIE"),
    "first cookie": (f"Cookie: session={SECRET}", SECRET, "COOKIE"),
    "set-cookie": (f"Set-Cookie: sid={SECRET}; HttpOnly", SECRET, "COOKIE"),
    "azure storage": (f"AccountName=x;AccountKey={LONG}{LONG}==;EndpointSuffix=y", LONG, "AZURE_ACCOUNT_KEY"),
    "email": ("write to ada.lovelace+x@mail.corp.io.", "lovelace", "EMAIL"),
    "email in brackets": ("Ada <ada@corp.co.uk>", "ada@", "EMAIL"),
    "email after an escape": ("a\\nada@corp.io", "ada@", "EMAIL"),
    "international email": ("Jürgen.Müller@straße.de", "rgen", "EMAIL"),
    "linux home": ("cd /home/lovelace/src", "lovelace", "USER"),
    "mac home": ("'/Users/lovelace'", "lovelace", "USER"),
    "windows home": (r"C:\Users\lovelace\x", "lovelace", "USER"),
    "windows home with a space": (r"C:\Users\Ada Lovelace\x", "Lovelace", "USER"),
    "windows home escaped": (r"C:\\Users\\lovelace\\x", "lovelace", "USER"),
    "windows home in bash": ("/c/Users/lovelace/x", "lovelace", "USER"),
    "home as a project folder": ("~/.claude/projects/-home-lovelace-src-hack/x.jsonl", "lovelace", "USER"),
    "home in a file url": ("file:///home/lovelace/x", "lovelace", "USER"),
}

HARMLESS = [
    "docker run -u alice:staff2 --rm image",
    "date -u +%Y-%m-%d and diff -U3 a%b",
    "ldapsearch -x -w $SECRET_PW -b dc=x",
    "htpasswd -c users.db alice",
    "LDA $7EF36C : STA $0020,X ; link's health",
    "!KEY_COUNT = $7EF38B\nSMALL_KEY=$24\n!TOKEN = #$0F\nSECRET_FLAG = $7E0010",
    "org $008000\n  db $DE,$AD,$BE,$EF,$00,$11,$22,$33",
    "token = tokens[i]\nkey = line.split('=')[0]\npassword = getpass.getpass()",
    "def login(password: str, token: str | None = None, *, api_key: str = '') -> Secret:",
    "secret = os.environ['SECRET']\nAPI_KEY=$API_KEY make\nTOKEN=${TOKEN:-} ./x",
    "TOKEN=<your-token> PASSWORD=changeme API_KEY=your_api_key",
    'raise ValueError("password: expected at least 8 characters")',
    "git clone git@github.com:owner/repo.git && cat icon@2x.png",
    "https://user:password@example.com and http://localhost:8000/@me",
    "C = A @ B.T\n@app.route('/home')\nx@y",
    "the secret of mana is a token of the key to the password",
    "sk-learn, risk-assessment-of-the-whole-project, task-0123456789",
    "sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "0123456789abcdef0123456789abcdef01234567 commit",
    "/home/user/x ~/home/x https://x.test/home/index.html /Users/... {root}/home/x",
    "Set-Cookie: name=value; Path=/\nself.cookies = CookieJar(policy=Policy(rfc2965=True))",
    "-----BEGIN PRIVATE KEY----- is how such a file starts, and -----END PRIVATE KEY----- how it ends",
    "max_tokens=4096, token_count: 123456789012345678, keyboard=qwerty12345",
    "| token | meaning |\n|---|---|\n| `LDA` | load |\n| `STA $12` | store |",
    "token,count\nthe,1200\nhash2vec,12",
    "name,token_count,max_tokens\nx,1200,4096",
    "def f(\n    password, token\n):\n    user2, other3 = a1b2c3d4e5, f6g7",
    "Tokens are cheap, password, secret.\nWell1known, foo22bar, baz.",
    "docker run -u 1000:1000 x && docker run -u node:node y; curl -u $USER:$PASS z",
    "check_call(['openssl', 'pkey', '-aes256', '-out', 'key2.pem'])",
]


@pytest.mark.parametrize("name", LEAKS)
def test_surroundings_give_a_secret_away(name: str) -> None:
    text, secret, kind = LEAKS[name]
    redactor = Redactor()
    clean = redactor.text(text)
    assert secret not in clean
    assert re.search(f"<{kind}_[a-z2-7]{{6}}>", clean)
    assert dict(redactor.counts) == {kind: 1}
    assert redactor.text(clean) is clean


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_text_stays(text: str) -> None:
    assert Redactor().text(text) is text


def test_a_key_names_its_value() -> None:
    value = {
        "password": "letme!n",
        "apiKey": SECRET,
        "db": {"PGPASSWORD": "x9!kk"},
        "tokens": [1, 2],
        "token": "str",
        "max_tokens": "4096",
        "cookies": {"session": "plain"},
    }
    clean = kinds(value_redacted(value, Redactor()))
    assert clean == {
        **value,
        "password": "<PASSWORD>",
        "apiKey": "<SECRET>",
        "db": {"PGPASSWORD": "<PASSWORD>"},
    }


def test_no_key_is_lost() -> None:
    marked = Redactor().text("a@x.io")
    clean = value_redacted({marked: 1, "a@x.io": 2, "b@x.io": 3}, Redactor())
    assert sorted(clean.values()) == [1, 2, 3] and "@" not in "".join(clean)
    crossed = value_redacted({"a@x.io": 1, marked: 2}, Redactor())
    assert sorted(crossed.values()) == [1, 2]


def kinds(value: Any) -> Any:
    """``value`` with its placeholders by kind alone."""
    return json.loads(re.sub(r"<([A-Z_]+)_[a-z2-7]{6}>", r"<\1>", json.dumps(value)))


def test_json_in_a_string_stays_json_and_keeps_its_form() -> None:
    text = '{ "password":"letme!n",\n "n": 1.500, "big": 123456789012345678901, "é": "\\u00e9\\ud800" }'
    clean = text_redacted(text, Redactor())
    assert clean == text.replace("letme!n", Redactor().value("password", "letme!n"))


def test_json_escapes_hide_nothing() -> None:
    hidden = "".join(f"\\u{ord(char):04x}" for char in "ghp_" + LONG)
    clean = text_redacted(f'{{"a": "{hidden}"}}', Redactor())
    assert kinds(json.loads(clean)) == {"a": "<GITHUB_TOKEN>"}


def test_allowed_values_stay() -> None:
    from hashlib import sha256

    redactor = Redactor(allow=[sha256(b"a@x.io").hexdigest(), sha256(b"letme!n").hexdigest().upper()])
    assert redactor.text("a@x.io a%40x.io b@x.io") == f"a@x.io a%40x.io {redactor.text('b@x.io')}"
    assert redactor.value("password", "letme!n") == "letme!n"


@pytest.mark.parametrize(
    "hostile",
    [
        "a@" * 50_000,
        "eyJ" * 37_000,
        "://a:" * 20_000,
        "-----BEGIN PRIVATE KEY-----\n" * 3_000,
        "=" * 100_000,
        'password="' * 10_000,
        "/home/" * 15_000,
        "cookie: a=" * 10_000,
        '{"a":' * 15_000,
        "A_KEY=" * 15_000,
        "a,password\n" * 9_000,
        "password,b" * 10_000 + "\n",
    ],
    ids=range(12),
)
def test_hostile_text_takes_linear_time(hostile: str) -> None:
    redactor = Redactor()
    redactor.text(hostile[:2000])

    def seconds(text: str) -> float:
        start = time.process_time()
        redactor.text(text)
        return time.process_time() - start

    half, whole = seconds(hostile[: len(hostile) // 2]), seconds(hostile)
    assert whole < max(4 * half, 0.2) and whole < 5


_PARTS = st.sampled_from(
    [
        *(text for text, _, _ in LEAKS.values()),
        *(
            LONG,
            SECRET,
            "ghp_" + LONG,
            "<EMAIL_k3x7qa>",
            "<PASSWORD_abcdef>",
            "%40",
            "\\u0040",
            "-----BEGIN PRIVATE KEY-----",
        ),
        *("password", "token: ", "PASSWORD=", "/home/", "://", "\\n", "\n"),
        *" @:=\"'éa.<>{}",
    ]
)


@settings(deadline=None)  # the first example compiles all rules
@given(st.lists(st.one_of(_PARTS, st.text(max_size=8)), max_size=12).map("".join))
def test_twice_is_once(text: str) -> None:
    clean = Redactor().text(text)
    assert Redactor().text(clean) == clean
    walked = text_redacted(json.dumps({"password": text, "x": [text]}), Redactor())
    assert json.loads(walked)
    assert text_redacted(walked, Redactor()) == walked


@settings(deadline=None)  # the first example compiles all rules
@given(st.lists(st.one_of(_PARTS, st.text(max_size=8)), max_size=12).map("".join))
def test_no_pattern_matches_where_its_trigger_does_not(text: str) -> None:
    data = text.encode()
    hits = set(_TRIGGERS.match(data))
    for index, rule in enumerate(RULES):
        assert index in hits or not list(rule.spans(data)), rule


_TRIGGERS = Triggers([rule.trigger for rule in RULES])


@pytest.mark.parametrize("seed", range(20))
def test_random_passwords_in_assignments(seed: int) -> None:
    rng = random.Random(seed)
    alphabet = string.ascii_letters + string.digits + "!#%+-_"
    password = "k3" + "".join(rng.choices(alphabet, k=10))
    for text in (f'password = "{password}"', f"SMTP_PASSWORD={password}", f'{{"password": "{password}"}}'):
        assert password not in Redactor().text(text)
