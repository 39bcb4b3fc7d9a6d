"""Secrets made at random from the formats that issuers publish, in the places where they leak."""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable

import pytest

from afs.redaction import Redactor, sample_redacted
from afs_core import Message, Provenance, ToolCall, TrainingSample

ALNUM = string.ascii_letters + string.digits
URLSAFE = ALNUM + "_-"
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
Make = Callable[[random.Random], str]


def some(rng: random.Random, alphabet: str, length: int) -> str:
    return "".join(rng.choices(alphabet, k=length))


def token(prefix: str, alphabet: str, length: int) -> Make:
    return lambda rng: prefix + some(rng, alphabet, length)


def jwt(rng: random.Random) -> str:
    def part(size: int) -> str:
        return base64.urlsafe_b64encode(rng.randbytes(size)).decode().rstrip("=")

    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    return f"{head}.eyJ{part(60)}.{part(32)}"


def private_key(rng: random.Random) -> str:
    body = base64.b64encode(rng.randbytes(600)).decode()
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    kind = rng.choice(["RSA ", "EC ", "OPENSSH ", "", "ENCRYPTED "])
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}\n-----END {kind}PRIVATE KEY-----"


FORMATS: dict[str, Make] = {
    "aws access key": token("AKIA", UPPER, 16),
    "aws session key": token("ASIA", UPPER, 16),
    "google api key": token("AIza", URLSAFE, 35),
    "google oauth secret": token("GOCSPX-", URLSAFE, 28),
    "google access token": token("ya29.", URLSAFE, 60),
    "digitalocean": token("dop_v1_", HEX, 64),
    "databricks": token("dapi", HEX, 32),
    "vault": token("hvs.", URLSAFE, 92),
    "github classic": token("ghp_", ALNUM, 36),
    "github oauth": token("gho_", ALNUM, 36),
    "github server": token("ghs_", ALNUM, 36),
    "github fine-grained": lambda rng: f"github_pat_{some(rng, ALNUM, 22)}_{some(rng, ALNUM, 59)}",
    "gitlab": token("glpat-", URLSAFE, 20),
    "npm": token("npm_", ALNUM, 36),
    "pypi": token("pypi-AgEIcHlwaS5vcmc", URLSAFE, 150),
    "openai": lambda rng: f"sk-{some(rng, ALNUM, 20)}T3BlbkFJ{some(rng, ALNUM, 20)}",
    "openai project": lambda rng: f"sk-proj-{some(rng, URLSAFE, 74)}T3BlbkFJ{some(rng, URLSAFE, 73)}A",
    "anthropic": lambda rng: f"sk-ant-api03-{some(rng, URLSAFE, 93)}AA",
    "openrouter": token("sk-or-v1-", HEX, 64),
    "deepseek": token("sk-", HEX, 32),
    "hugging face": token("hf_", ALNUM, 34),
    "groq": token("gsk_", ALNUM, 52),
    "xai": token("xai-", ALNUM, 80),
    "replicate": token("r8_", ALNUM, 37),
    "nvidia": token("nvapi-", URLSAFE, 64),
    "slack bot": lambda rng: "-".join(("xoxb", some(rng, "0123456789", 12), some(rng, ALNUM, 24))),
    "slack webhook": lambda rng: (
        "https://hooks.slack.com/services/"
        f"T{some(rng, UPPER, 8)}/B{some(rng, UPPER, 8)}/{some(rng, ALNUM, 24)}"
    ),
    "discord bot": lambda rng: f"M{some(rng, ALNUM, 23)}.{some(rng, URLSAFE, 6)}.{some(rng, URLSAFE, 38)}",
    "discord webhook": lambda rng: (
        f"https://discord.com/api/webhooks/{some(rng, '123456789', 18)}/{some(rng, URLSAFE, 68)}"
    ),
    "telegram": lambda rng: f"{some(rng, '123456789', 10)}:AA{some(rng, URLSAFE, 33)}",
    "stripe live": token("sk_live_", ALNUM, 24),
    "stripe restricted": token("rk_live_", ALNUM, 24),
    "stripe webhook": token("whsec_", ALNUM, 32),
    "square": token("sq0csp-", URLSAFE, 43),
    "shopify": token("shpat_", HEX, 32),
    "sendgrid": lambda rng: f"SG.{some(rng, URLSAFE, 22)}.{some(rng, URLSAFE, 43)}",
    "twilio": token("SK", HEX, 32),
    "jwt": jwt,
    "private key": private_key,
}

CONTEXTS: dict[str, Callable[[str], str]] = {
    "alone": lambda s: s,
    "prose": lambda s: f"I pushed with {s}, was that wrong?",
    "end of a sentence": lambda s: f"Our key is {s}.",
    "python": lambda s: f'client = Client(key="{s}", retries=3)\n',
    "shell": lambda s: f"curl -H 'x-auth: {s}' https://api.test/v1 | jq .",
    "environment": lambda s: f"DEBUG=1\nSERVICE_THING={s}\nPORT=80\n",
    "yaml": lambda s: f"service:\n  thing: {s}\n",
    "markdown": lambda s: f"Use `{s}` or **{s}**.",
    "comment in assembly": lambda s: f"LDA #$00 ; {s}\nSTA $7EF36C\n",
    "json in prose": lambda s: f"it said {json.dumps({'thing': s})} and stopped",
    "json twice in prose": lambda s: f"log: {json.dumps(json.dumps({'thing': s, 'n': 1}))}",
    "diff": lambda s: f"@@ -1 +1 @@\n-old\n+{s}\n",
    "escaped": lambda s: f"first\\n{s}\\nlast",
    "url query": lambda s: f"https://api.test/v1?thing={s}&page=2",
    "xml": lambda s: f"<thing>{s}</thing>",
    "japanese": lambda s: f"鍵は{s}です",
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_found_in_every_context(kind: str, seed: int) -> None:
    rng = random.Random(f"{kind}:{seed}")
    for context, put in CONTEXTS.items():
        secret = FORMATS[kind](rng)
        redactor = Redactor()
        clean = redactor.text(put(secret))
        core = secret[len(secret) // 2 :][:12]
        assert core not in clean, (context, put(secret), clean)
        assert redactor.counts, context
        assert redactor.text(clean) == clean


@pytest.mark.parametrize("kind", FORMATS)
def test_every_string_of_a_sample_is_walked(kind: str) -> None:
    secret = FORMATS[kind](random.Random(kind))
    sample = TrainingSample(
        instruction=f"a {secret} b",
        output=f"{secret}",
        input=json.dumps({"deep": [{"er": secret}]}),
        thinking=secret,
        domain=f"d {secret}",
        source=f"notes/{secret}",
        _metadata={"cwd": [secret, {"k": {f"key {secret}": 1}}], secret: secret},
        messages=(
            Message("user", secret, extra={"x": secret}),
            Message(
                "assistant",
                thinking=secret,
                tool_calls=(ToolCall("run", json.dumps({"cmd": f"echo {secret}"}), secret),),
            ),
            Message("tool", json.dumps(json.dumps([secret])), tool_call_id=secret, name=secret),
        ),
        prov=Provenance(source=f"x {secret}", group=secret, parents=(secret,), extra={"y": [secret]}),
        extra={"z": {"w": secret}},
    )
    redactor = Redactor()
    clean = sample_redacted(sample, redactor)
    written = clean.to_json()
    assert secret[len(secret) // 2 :][:12] not in written
    assert json.loads(clean.messages[1].tool_calls[0].arguments)["cmd"].startswith("echo ")  # type: ignore[index]
    assert sample_redacted(clean, Redactor()) is clean
    assert TrainingSample.from_json(written) == clean
