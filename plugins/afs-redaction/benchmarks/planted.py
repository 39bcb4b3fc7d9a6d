"""Secrets made at random from the formats that issuers publish, and the places where they leak.

A :class:`Planted` knows which of its parts were drawn at random, so that a test can say whether
any eight characters of them are left.
"""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable
from html import escape
from typing import NamedTuple
from urllib.parse import quote, unquote
from xml.sax.saxutils import quoteattr

ALNUM = string.ascii_letters + string.digits
DASH = ALNUM + "_-"
UPPER = string.ascii_uppercase + string.digits
LOWER = string.ascii_lowercase + string.digits
DIGITS = string.digits
HEX = "0123456789abcdef"
BASE64 = ALNUM + "+/"
WINDOW = 8


class Planted(NamedTuple):
    """A secret as it is written, and its random parts."""

    text: str
    private: tuple[str, ...]

    def is_left_in(self, text: str) -> bool:
        """Whether a random part, or eight characters in a row of one, can be read in ``text``."""
        readable = "\n".join((text, unquote(text), text.replace("\\/", "/"), text.replace("\n", "")))
        return any(piece in readable for part in self.private for piece in _pieces(part))


def _pieces(part: str) -> list[str]:
    return [part[i : i + WINDOW] for i in range(max(1, len(part) - WINDOW + 1))]


Make = Callable[[random.Random], Planted]
Put = Callable[[str], str]


def some(rng: random.Random, alphabet: str, length: int) -> str:
    return "".join(rng.choices(alphabet, k=length))


def fmt(shape: str, *parts: tuple[str, int]) -> Make:
    """``shape`` with each ``{}`` filled by that many characters of an alphabet."""

    def make(rng: random.Random) -> Planted:
        drawn = tuple(some(rng, alphabet, length) for alphabet, length in parts)
        return Planted(shape.format(*drawn), tuple(part for part in drawn if len(part) >= 6))

    return make


def uuid(shape: str) -> Make:
    return fmt(shape.format("{}-{}-{}-{}-{}"), (HEX, 8), (HEX, 4), (HEX, 4), (HEX, 4), (HEX, 12))


def jwt(rng: random.Random) -> Planted:
    def part(size: int) -> str:
        return base64.urlsafe_b64encode(rng.randbytes(size)).decode().rstrip("=")

    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    claims, signature = part(60), part(32)
    return Planted(f"{head}.eyJ{claims}.{signature}", (claims, signature))


def pem(kind: str, escape: str = "\n") -> Make:
    def make(rng: random.Random) -> Planted:
        body = base64.b64encode(rng.randbytes(600)).decode()
        lines = [body[i : i + 64] for i in range(0, len(body), 64)]
        text = escape.join((f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"))
        return Planted(text, tuple(lines))

    return make


def pgp(rng: random.Random) -> Planted:
    made = pem("PGP PRIVATE KEY BLOCK")(rng)
    head, rest = made.text.split("\n", 1)
    return Planted(f"{head}\nVersion: GnuPG v2\n\n{rest}", made.private)


def kube(rng: random.Random) -> Planted:
    body = base64.b64encode(pem("RSA PRIVATE KEY")(rng).text.encode()).decode()
    return Planted(body, (body[60:],))


#: What is found by its own format wherever it stands.
TOKENS: dict[str, Make] = {
    "AWS access key": fmt("AKIA{}", (UPPER, 16)),
    "AWS session key": fmt("ASIA{}", (UPPER, 16)),
    "Google API key": fmt("AIza{}", (DASH, 35)),
    "Google OAuth secret": fmt("GOCSPX-{}", (DASH, 28)),
    "Google access token": fmt("ya29.{}", (DASH, 120)),
    "Google refresh token": fmt("1//0{}", (DASH, 60)),
    "Azure AD secret": fmt("{}8Q~{}", (ALNUM, 3), (ALNUM + "_~.-", 33)),
    "Azure storage key": fmt("{}+ASt{}==", (BASE64, 76), (BASE64, 6)),
    "Azure DevOps token": fmt("{}AZDO{}", (ALNUM, 76), (ALNUM, 4)),
    "Alibaba": fmt("LTAI5t{}", (ALNUM, 18)),
    "DigitalOcean": fmt("dop_v1_{}", (HEX, 64)),
    "Heroku": fmt("HRKU-AA{}", (DASH, 58)),
    "Cloudflare origin": fmt("v1.0-{}-{}", (HEX, 24), (HEX, 146)),
    "Fly": fmt("fm2_{}", (BASE64, 120)),
    "Tailscale": fmt("tskey-auth-{}-{}", (ALNUM, 17), (ALNUM, 32)),
    "Vault": fmt("hvs.{}", (DASH, 92)),
    "Terraform": fmt("{}.atlasv1.{}", (ALNUM, 14), (DASH, 67)),
    "Databricks": fmt("dapi{}", (HEX, 32)),
    "Doppler": fmt("dp.pt.{}", (ALNUM, 43)),
    "Pulumi": fmt("pul-{}", (HEX, 40)),
    "RunPod": fmt("rpa_{}", (UPPER, 38)),
    "GitHub classic": fmt("ghp_{}", (ALNUM, 36)),
    "GitHub OAuth": fmt("gho_{}", (ALNUM, 36)),
    "GitHub user": fmt("ghu_{}", (ALNUM, 36)),
    "GitHub server": fmt("ghs_{}", (ALNUM, 36)),
    "GitHub refresh": fmt("ghr_{}", (ALNUM, 76)),
    "GitHub fine-grained": fmt("github_pat_{}_{}", (ALNUM, 22), (ALNUM, 59)),
    "GitLab": fmt("glpat-{}", (DASH, 20)),
    "GitLab routable": fmt("glpat-{}.01.{}", (DASH, 27), (LOWER, 9)),
    "GitLab runner": fmt("glrt-{}", (DASH, 20)),
    "Bitbucket": fmt("ATBB{}{}", (ALNUM, 24), (UPPER, 8)),
    "Atlassian": fmt("ATATT3xFfGF0{}={}", (DASH, 171), (UPPER, 8)),
    "npm": fmt("npm_{}", (ALNUM, 36)),
    "PyPI": fmt("pypi-AgEIcHlwaS5vcmc{}", (DASH, 150)),
    "RubyGems": fmt("rubygems_{}", (HEX, 48)),
    "crates.io": fmt("cio{}", (ALNUM, 32)),
    "Docker": fmt("dckr_pat_{}", (DASH, 27)),
    "NuGet": fmt("oy2{}", (LOWER, 43)),
    "OpenAI": fmt("sk-{}T3BlbkFJ{}", (ALNUM, 20), (ALNUM, 20)),
    "OpenAI project": fmt("sk-proj-{}T3BlbkFJ{}", (DASH, 74), (DASH, 74)),
    "OpenAI service": fmt("sk-svcacct-{}T3BlbkFJ{}", (DASH, 74), (DASH, 74)),
    "Anthropic": fmt("sk-ant-api03-{}AA", (DASH, 93)),
    "Anthropic OAuth": fmt("sk-ant-oat01-{}AA", (DASH, 93)),
    "OpenRouter": fmt("sk-or-v1-{}", (HEX, 64)),
    "DeepSeek": fmt("sk-{}", (HEX, 32)),
    "Hugging Face": fmt("hf_{}", (ALNUM, 34)),
    "Groq": fmt("gsk_{}", (ALNUM, 52)),
    "xAI": fmt("xai-{}", (ALNUM, 80)),
    "Replicate": fmt("r8_{}", (ALNUM, 37)),
    "Perplexity": fmt("pplx-{}", (ALNUM, 48)),
    "NVIDIA": fmt("nvapi-{}", (DASH, 64)),
    "LangSmith": fmt("lsv2_pt_{}_{}", (HEX, 32), (HEX, 10)),
    "Slack bot": fmt("xoxb-{}-{}-{}", (DIGITS, 12), (DIGITS, 13), (ALNUM, 24)),
    "Slack app": fmt("xapp-1-A{}-{}-{}", (UPPER, 10), (DIGITS, 13), (HEX, 64)),
    "Slack webhook": fmt(
        "https://hooks.slack.com/services/T{}/B{}/{}", (UPPER, 10), (UPPER, 10), (ALNUM, 24)
    ),
    "Discord bot": fmt("MT{}.{}.{}", (ALNUM, 24), (DASH, 6), (DASH, 38)),
    "Discord webhook": fmt("https://discord.com/api/webhooks/{}/{}", ("123456789", 19), (DASH, 68)),
    "Telegram": fmt("{}:AA{}", ("123456789", 10), (DASH, 33)),
    "Stripe live": fmt("sk_live_{}", (ALNUM, 24)),
    "Stripe new": fmt("sk_live_51{}", (ALNUM, 97)),
    "Stripe restricted": fmt("rk_live_{}", (ALNUM, 24)),
    "Stripe webhook": fmt("whsec_{}", (ALNUM, 32)),
    "Square": fmt("sq0csp-{}", (DASH, 43)),
    "Square access": fmt("EAAA{}", (DASH, 60)),
    "Braintree": fmt("access_token$production${}${}", (LOWER, 16), (HEX, 32)),
    "Shopify": fmt("shpat_{}", (HEX, 32)),
    "SendGrid": fmt("SG.{}.{}", (DASH, 22), (DASH, 43)),
    "Mailgun": fmt("key-{}", (HEX, 32)),
    "Mailchimp": fmt("{}-us12", (HEX, 32)),
    "Brevo": fmt("xkeysib-{}-{}", (HEX, 64), (ALNUM, 16)),
    "Twilio": fmt("SK{}", (HEX, 32)),
    "Notion": fmt("ntn_{}", (ALNUM, 46)),
    "Linear": fmt("lin_api_{}", (ALNUM, 40)),
    "Figma": fmt("figd_{}", (DASH, 40)),
    "Sentry": fmt("sntryu_{}", (HEX, 64)),
    "Grafana": fmt("glsa_{}_{}", (ALNUM, 32), (HEX, 8)),
    "Postman": fmt("PMAK-{}-{}", (HEX, 24), (HEX, 34)),
    "Airtable": fmt("pat{}.{}", (ALNUM, 14), (HEX, 64)),
    "age": fmt("AGE-SECRET-KEY-1{}", ("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)),
    "JWT": jwt,
}

#: What spans lines or has its own escapes.
BLOCKS: dict[str, Make] = {
    "RSA": pem("RSA PRIVATE KEY"),
    "PKCS8": pem("PRIVATE KEY"),
    "EC": pem("EC PRIVATE KEY"),
    "OpenSSH": pem("OPENSSH PRIVATE KEY"),
    "encrypted": pem("ENCRYPTED PRIVATE KEY"),
    "one line": pem("PRIVATE KEY", "\\n"),
    "carriage returns": pem("RSA PRIVATE KEY", "\r\n"),
    "PGP": pgp,
    "Kubernetes": kube,
}

#: What only its surroundings give away: a name, and what stands behind it.
VALUES: dict[str, Make] = {
    "token of 20": fmt("{}", (ALNUM, 20)),
    "token of 32": fmt("{}", (ALNUM, 32)),
    "base64 of 40": fmt("{}", (BASE64, 40)),
    "hex of 32": fmt("{}", (HEX, 32)),
    "hex of 64": fmt("{}", (HEX, 64)),
    "UUID": uuid("{}"),
}
NAMED: dict[str, Put] = {
    "env file": lambda s: f"DEBUG=1\nAPI_KEY={s}\nPORT=80\n",
    "env password": lambda s: f"DB_PASSWORD={s}\n",
    "export": lambda s: f"export MISTRAL_API_KEY={s} && python run.py",
    "export quoted": lambda s: f'export COHERE_API_KEY="{s}"',
    "yaml": lambda s: f"service:\n  api_key: {s}\n  port: 80\n",
    "yaml quoted": lambda s: f"password: '{s}'\n",
    "toml": lambda s: f'[auth]\nsecret = "{s}"\n',
    "ini": lambda s: f"[default]\naccess_token = {s}\n",
    "json": lambda s: json.dumps({"client_secret": s, "n": 1}),
    "json twice in prose": lambda s: f"log: {json.dumps(json.dumps({'auth_token': s}))} end",
    "python": lambda s: f"client = Client(api_key='{s}', retries=3)",
    "javascript": lambda s: f'const cfg = {{ apiKey: "{s}", debug: true }};',
    "header": lambda s: f"x-api-key: {s}\r\nAccept: */*",
    "bearer": lambda s: f"curl -H 'Authorization: Bearer {s}' https://x.test/v1",
    "flag": lambda s: f"deploy --token {s} --dry-run",
    "docker": lambda s: f"docker run -e SECRET_KEY={s} -p 80:80 img",
    "query": lambda s: f"https://x.test/v1?access_token={quote(s, safe='')}&page=2",
    "url": lambda s: f"postgres://app:{quote(s, safe='')}@db.internal:5432/x",
    "cookie": lambda s: f"Cookie: theme=dark; session={s}; lang=en",
    "environment of a container": lambda s: json.dumps({"env": [{"name": "DB_PASSWORD", "value": s}]}),
    "diff": lambda s: f"@@ -1 +1 @@\n-API_TOKEN=old\n+API_TOKEN={s}\n",
    "npmrc": lambda s: f"//registry.npmjs.org/:_authToken={s}\n",
    "aws file": lambda s: f"[default]\naws_secret_access_key = {s}\n",
}

#: Where tokens stand.
CONTEXTS: dict[str, Put] = {
    "alone": lambda s: s,
    "prose": lambda s: f"I pushed with {s}, was that wrong?",
    "end of a sentence": lambda s: f"Our key is {s}.",
    "parentheses": lambda s: f"the old one ({s}) still works!",
    "python": lambda s: f'client = Client(key="{s}", retries=3)\n',
    "rust": lambda s: f'let thing: &str = "{s}";',
    "go": lambda s: f"cfg := map[string]string{{`k`: `{s}`}}",
    "shell": lambda s: f"curl -H 'x-auth: {s}' https://api.test/v1 | jq .",
    "environment": lambda s: f"DEBUG=1\nSERVICE_THING={s}\nPORT=80\n",
    "yaml": lambda s: f"service:\n  thing: {s}\n",
    "markdown": lambda s: f"Use `{s}` or **{s}**.",
    "table": lambda s: f"| service | value |\n|---|---|\n| prod | {s} |\n",
    "csv": lambda s: f"name,value\nprod,{s},true\n",
    "comment in assembly": lambda s: f"LDA #$00 ; {s}\nSTA $7EF36C\n",
    "json in prose": lambda s: f"it said {json.dumps({'thing': s})} and stopped",
    "json twice in prose": lambda s: f"log: {json.dumps(json.dumps({'thing': s, 'n': 1}))}",
    "json thrice": lambda s: f"log: {json.dumps(json.dumps(json.dumps([s])))}",
    "diff": lambda s: f"@@ -1 +1 @@\n-old\n+{s}\n",
    "log": lambda s: f'2026-01-02T03:04:05Z INFO req id=7 cred={s} path="/v1" 200',
    "escaped": lambda s: f"first\\n{s}\\nlast",
    "url query": lambda s: f"https://api.test/v1?thing={s}&page=2",
    "percent-encoded": lambda s: f"https://api.test/cb?state={quote('k=' + s, safe='')}&x=1",
    "percent-encoded twice": lambda s: f"u={quote(quote('k=' + s, safe=''), safe='')}",
    "xml": lambda s: f"<thing>{s}</thing>",
    "japanese": lambda s: f"鍵は{s}です",
    "colours": lambda s: f"\x1b[32m{s}\x1b[0m and \\u001b[31m{s}\\u001b[0m",
}


def wrapped(text: str) -> str:
    """One long line as a terminal of 80 columns shows it; what has lines of its own stays."""
    if "\n" in text:
        return text
    return "\n".join(text[i : i + 80] for i in range(0, len(text), 80))


#: Where tokens stand, made after the rules were written.
HELD_BACK: dict[str, Put] = {
    "java": lambda s: f'private static final String K = "{s}";',
    "c macro": lambda s: f'#define CRED "{s}"\n',
    "sql": lambda s: f"INSERT INTO t (a, b) VALUES (1, '{s}');",
    "lua": lambda s: f"local cfg = {{ key = [[{s}]] }}",
    "ruby symbol": lambda s: f"client = Api.new(:cred => '{s}')",
    "powershell": lambda s: f"$cred = '{s}'; Invoke-Call -Cred $cred",
    "batch": lambda s: f"set CRED={s}\r\ncall run.bat\r\n",
    "heredoc": lambda s: f"cat <<EOF > conf\ncred {s}\nEOF\n",
    "makefile": lambda s: f"deploy:\n\tcurl -d cred={s} https://x.test\n",
    "docker compose": lambda s: f"services:\n  a:\n    environment:\n      - CRED={s}\n",
    "terraform": lambda s: f'resource "x" "y" {{\n  cred = "{s}"\n}}\n',
    "xml attribute": lambda s: f"<add key='cred' value={quoteattr(s)} />",
    "html": lambda s: f'<a href="/x?c={escape(s)}">x</a>',
    "markdown link": lambda s: f"[the link](https://x.test/{s})",
    "markdown list": lambda s: f"* one\n* {s}\n* three\n",
    "quoted mail": lambda s: f"> > He wrote:\n> > {s}\n> thanks",
    "traceback": lambda s: f'  File "a.py", line 3, in f\n    login("{s}")\nValueError: bad: {s!r}\n',
    "chinese comma": lambda s: f"密钥，{s}，请保密。",
    "korean": lambda s: f"키는{s}입니다",
    "emoji": lambda s: f"🔑{s}🔒",
    "smart quotes": lambda s: f"use “{s}” or ‘{s}’",
    "angle": lambda s: f"token <{s}>",
    "brackets": lambda s: f"[{s}]{{{s}}}",
    "latex": lambda s: f"\\texttt{{{s}}}",
    "json escaped slashes": lambda s: json.dumps({"u": f"https://x.test/{s}"}).replace("/", "\\/"),
    "json ascii in prose": lambda s: "body=" + json.dumps({"name": "Zoë\n", "v": f"é{s}"}),
    "python bytes repr": lambda s: f"b'HTTP/1.1 200 OK\\r\\nX: {s}\\r\\n'",
    "tool result": lambda s: json.dumps({"stdout": f"ok\n{s}\n", "stderr": "", "code": 0}),
    "nested arguments": lambda s: json.dumps({"input": json.dumps({"command": f"echo '{s}' > x"})}),
    "jsonl in fence": lambda s: f'```json\n{{"a": ["{s}"], "n": 1}}\n```',
    "tsv": lambda s: f"id\tcred\n1\t{s}\n",
    "box table": lambda s: f"│ prod │ {s} │",
    "wrapped at 80": lambda s: wrapped(f"Authorization of the service that runs: cred={s}"),
    "shell continuation": lambda s: f"curl \\\n  -d '{s}' \\\n  https://x.test",
    "fish": lambda s: f"set -gx CRED {s}",
    "plus concatenated": lambda s: f"u = 'https://x.test/?c=' + '{s}' + '&b'",
    "semicolon": lambda s: f"a=1;b={s};c=3",
    "pipe": lambda s: f"{s}|tr -d x",
    "hash comment": lambda s: f"#{s}",
    "assembly data": lambda s: f'    db "{s}", 0',
    "git remote": lambda s: f"origin\thttps://x.test/{s}.git (fetch)",
    "asterisks": lambda s: f"**{s}**",
    "underscores": lambda s: f"__{s}__",
    "xml entity": lambda s: f"&quot;{escape(s)}&quot;",
    "tail of path": lambda s: f"/srv/creds/{s}",
    "query unicode": lambda s: f"https://x.test/q?a=é&c={quote(s)}#top",
}
