"""Tokens whose issuer gave them a format: kind, prefix, alphabet of the rest, its least length.

Formats are those that the issuers publish or that their tokens show.
"""

from __future__ import annotations

from afs.redaction.judgement import is_varied
from afs.redaction.rule import Rule

__all__ = ["BOUNDARY", "TOKENS", "VENDOR_RULES"]

#: What may stand before a token: nothing, no letter or digit, or the end of an escape sequence.
BOUNDARY = r"(?:^|[^0-9A-Za-z]|\\[nrtbf]|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\x1b\[[0-9;]*m)"

_HEX = "[0-9a-f]"
_ALNUM = "[0-9A-Za-z]"
_WORD = "[0-9A-Za-z_]"
_DASH = "[0-9A-Za-z_-]"
_DOT = "[0-9A-Za-z_.-]"
_BASE64 = "[0-9A-Za-z+/=]"

TOKENS: tuple[tuple[str, str, str, int], ...] = (
    # cloud
    ("AWS_ACCESS_KEY", "(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA|AGPA|ANPA|ANVA|AIPA)", "[0-9A-Z]", 16),
    ("GOOGLE_API_KEY", "AIza", _DASH, 30),
    ("GOOGLE_OAUTH", r"ya29\.", _DOT, 20),
    ("GOOGLE_OAUTH", "GOCSPX-", _DASH, 20),
    ("GOOGLE_OAUTH", "1//0", _DASH, 40),
    ("AZURE_SECRET", r"[0-9A-Za-z_~.]{3}[0-9]Q~", "[0-9A-Za-z_~.-]", 31),
    ("ALIBABA_KEY", "LTAI", _ALNUM, 16),
    ("DIGITALOCEAN_TOKEN", "do[opr]_v1_", _HEX, 40),
    ("HEROKU_KEY", "HRKU-", _DASH, 30),
    ("FLY_TOKEN", "(?:fo1_|fm[12][ar]?_)", "[0-9A-Za-z+/=_-]", 40),
    ("TAILSCALE_KEY", "tskey-[a-z]+-", _DASH, 16),
    ("VAULT_TOKEN", r"hv[sbr]\.", _DASH, 20),
    ("TERRAFORM_TOKEN", r"[0-9A-Za-z]{14}\.atlasv1\.", _DASH, 40),
    ("DATABRICKS_TOKEN", "dapi", _HEX, 32),
    ("DOPPLER_TOKEN", r"dp\.(?:pt|st|ct|sa|scim|audit)\.", _DOT, 32),
    ("SUPABASE_KEY", "sb(?:p|_secret|_publishable)_", _WORD, 20),
    ("PLANETSCALE_TOKEN", "pscale_(?:tkn|pw|oauth)_", _DOT, 32),
    ("CLOUDFLARE_KEY", "v1[.]0-[0-9a-f]{24}-", _HEX, 100),
    ("RUNPOD_KEY", "rpa_", "[0-9A-Z]", 32),
    # git hosts and package registries
    ("GITHUB_TOKEN", "gh[pousr]_", _ALNUM, 30),
    ("GITHUB_TOKEN", "github_pat_", _WORD, 30),
    ("GITLAB_TOKEN", "gl(?:pat|oas|dt|rt|rtr|ptt|ft|imt|agent|soat|cbt|ffct)-", _DOT, 20),
    ("BITBUCKET_TOKEN", "ATBB", "[0-9A-Za-z_=]", 24),
    ("ATLASSIAN_TOKEN", "ATATT3", "[0-9A-Za-z_=-]", 60),
    ("NPM_TOKEN", "npm_", _ALNUM, 30),
    ("PYPI_TOKEN", "pypi-", _DASH, 50),
    ("RUBYGEMS_KEY", "rubygems_", _HEX, 40),
    ("CRATES_TOKEN", "cio", _ALNUM, 32),
    ("DOCKER_TOKEN", "dckr_(?:pat|oat)_", _DASH, 20),
    # model providers
    ("ANTHROPIC_KEY", "sk-ant-", _DASH, 20),
    ("OPENROUTER_KEY", "sk-or-", _DASH, 20),
    ("OPENAI_KEY", "sk-(?:proj|svcacct|admin|None|service)-", _DASH, 20),
    ("API_KEY", "sk-", _ALNUM, 20),
    ("HUGGINGFACE_TOKEN", "(?:hf_|api_org_)", _ALNUM, 30),
    ("GROQ_KEY", "gsk_", _ALNUM, 30),
    ("XAI_KEY", "xai-", _ALNUM, 40),
    ("PERPLEXITY_KEY", "pplx-", _ALNUM, 30),
    ("REPLICATE_TOKEN", "r8_", _ALNUM, 30),
    ("CEREBRAS_KEY", "csk-", _ALNUM, 30),
    ("NVIDIA_KEY", "nvapi-", _DASH, 40),
    ("FIREWORKS_KEY", "fw_", _ALNUM, 20),
    ("TOGETHER_KEY", "tgp_v1_", _DASH, 30),
    ("LANGSMITH_KEY", "lsv2_(?:pt|sk)_", _WORD, 30),
    ("PINECONE_KEY", "pcsk_", _WORD, 40),
    ("ELEVENLABS_KEY", "sk_", _HEX, 40),
    ("WANDB_KEY", "wandb_v1_", _WORD, 40),
    # chat
    ("SLACK_TOKEN", "xox[a-z](?:[.]xox[a-z])?-", _DASH, 10),
    ("SLACK_TOKEN", "xapp-", _DASH, 20),
    ("SLACK_WEBHOOK", r"hooks\.slack\.com/(?:services|workflows|triggers)/", "[0-9A-Za-z_/-]", 20),
    ("DISCORD_WEBHOOK", r"discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/[0-9]+/", _DASH, 40),
    ("DISCORD_TOKEN", r"mfa\.", _DASH, 60),
    ("DISCORD_TOKEN", r"[MNO][0-9A-Za-z_-]{22,30}\.[0-9A-Za-z_-]{6}\.", _DASH, 25),
    ("TEAMS_WEBHOOK", r"[0-9A-Za-z-]+\.webhook\.office\.com/webhookb2/", "[0-9A-Za-z@/-]", 60),
    ("TELEGRAM_TOKEN", "[0-9]{8,10}:AA", _DASH, 30),
    # payment and mail
    ("STRIPE_KEY", "[srp]k_(?:live|test|prod)_", _ALNUM, 10),
    ("STRIPE_WEBHOOK_SECRET", "whsec_", "[0-9A-Za-z+/=]", 20),
    ("SQUARE_TOKEN", "sq0(?:atp|csp|idp)-", _DASH, 20),
    ("SQUARE_TOKEN", "EAAA", _DASH, 56),
    ("PAYPAL_TOKEN", r"access_token\$(?:production|sandbox)\$", "[0-9a-z$]", 30),
    ("SHOPIFY_TOKEN", "shp(?:at|ca|pa|ss)_", "[0-9a-fA-F]", 32),
    ("SENDGRID_KEY", r"SG\.[0-9A-Za-z_-]{16,32}\.", _DASH, 30),
    ("MAILGUN_KEY", "key-", _HEX, 32),
    ("MAILCHIMP_KEY", "[0-9a-f]{32}-us", "[0-9]", 1),
    ("BREVO_KEY", "xkeysib-", _DASH, 60),
    ("TWILIO_KEY", "(?:SK|AC)[0-9a-f]{2}", _HEX, 30),
    # tools
    ("NOTION_TOKEN", "ntn_", _ALNUM, 40),
    ("NOTION_TOKEN", "secret_", _ALNUM, 43),
    ("LINEAR_KEY", "lin_(?:api|oauth)_", _ALNUM, 30),
    ("FIGMA_TOKEN", "figd_", _DASH, 30),
    ("SENTRY_TOKEN", "sntry[su]_", "[0-9A-Za-z_+/=]", 40),
    ("GRAFANA_TOKEN", "gl(?:sa|c)_", "[0-9A-Za-z_+/=]", 30),
    ("NEWRELIC_KEY", "NR(?:AK|JS|II|RA)-", _DASH, 20),
    ("POSTMAN_KEY", "PMAK-", "[0-9a-f-]", 40),
    ("AIRTABLE_TOKEN", r"pat[0-9A-Za-z]{14}\.", _HEX, 60),
    ("FACEBOOK_TOKEN", "EAA[CG]", _ALNUM, 60),
    ("ONEPASSWORD_TOKEN", "ops_eyJ", _BASE64, 100),
    ("AGE_KEY", "AGE-SECRET-KEY-1", "[0-9A-Z]", 50),
)


def _token_rule(kind: str, prefix: str, alphabet: str, least: int) -> Rule:
    trigger = f"{prefix}{alphabet}{{{min(least, 4)}}}"
    return Rule(kind, trigger, f"{BOUNDARY}({prefix}{alphabet}{{{least},}})", accept=is_varied)


VENDOR_RULES: tuple[Rule, ...] = tuple(_token_rule(*row) for row in TOKENS)
