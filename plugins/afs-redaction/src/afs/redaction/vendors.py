"""Tokens whose issuer gave them a format: kind, prefix, alphabet of the rest, its least length.

Formats are those that the issuers publish or that their tokens show.
"""

from __future__ import annotations

from afs.redaction.judgement import is_varied
from afs.redaction.rule import Rule
from afs.redaction.words import is_name

__all__ = ["BOUNDARY", "TOKENS", "VENDOR_RULES"]

#: What may stand before a token: nothing, no letter or digit, or the end of an escape sequence.
BOUNDARY = r"(?:^|[^0-9A-Za-z]|\\[nrtbf]|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|=3D|\[[0-9;]*m)"

_HEX = "[0-9a-f]"
_ALNUM = "[0-9A-Za-z]"
_WORD = "[0-9A-Za-z_]"
_DASH = "[0-9A-Za-z_-]"
_DOT = "(?:[.]?[0-9A-Za-z_-])"
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]"
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
    ("TENCENT_KEY", "AKID", _ALNUM, 32),
    ("GOOGLE_API_KEY", r"AQ\.Ab", _DASH, 40),
    ("DIGITALOCEAN_TOKEN", "do[opr]_v1_", _HEX, 40),
    ("DIGITALOCEAN_KEY", "DO00", "[0-9A-Z]", 16),
    ("HEROKU_KEY", "HRKU-", _DASH, 30),
    ("VERCEL_TOKEN", "vc[piark]_", _ALNUM, 24),
    ("NETLIFY_TOKEN", "nf[pcobuk]_", _ALNUM, 36),
    ("RENDER_KEY", "rnd_", _ALNUM, 28),
    ("NEON_KEY", "napi_", _ALNUM, 40),
    ("PULUMI_TOKEN", "pul-", _HEX, 40),
    ("SCALEWAY_KEY", "SCW", "[0-9A-Z]", 17),
    ("DYNATRACE_TOKEN", r"dt0[a-z][0-9]{2}\.", _DOT, 40),
    ("FLY_TOKEN", "(?:fo1_|fm[12][ar]?_)", "[0-9A-Za-z+/=_-]", 40),
    ("TAILSCALE_KEY", "tskey-[a-z]+-", _DASH, 16),
    ("VAULT_TOKEN", r"hv[sbr]\.", _DASH, 20),
    ("TERRAFORM_TOKEN", r"[0-9A-Za-z]{14}\.atlasv1\.", _DASH, 40),
    ("DATABRICKS_TOKEN", "dapi", _HEX, 32),
    ("DOPPLER_TOKEN", r"dp\.(?:pt|st|ct|sa|scim|audit)\.", _DOT, 32),
    ("SUPABASE_KEY", "sb(?:p|_secret|_publishable)_", _WORD, 20),
    ("PLANETSCALE_TOKEN", "pscale_(?:tkn|pw|oauth)_", _DOT, 32),
    ("CLOUDFLARE_KEY", "v1[.]0-[0-9a-f]{24}-", _HEX, 100),
    ("CLOUDFLARE_KEY", "cf(?:k|ut|at)_", _ALNUM, 40),
    ("RUNPOD_KEY", "rpa_", "[0-9A-Z]", 32),
    # git hosts and package registries
    ("GITHUB_TOKEN", "gh[pousr]_", _ALNUM, 30),
    ("GITHUB_TOKEN", r"ghs_[0-9]+_eyJ", _DOT, 30),
    ("GITHUB_TOKEN", "github_pat_", _WORD, 30),
    ("GITLAB_TOKEN", "gl(?:pat|oas|dt|rt|rtr|ptt|ft|imt|agent|soat|cbt|ffct|wt)-", _DOT, 20),
    ("GITLAB_TOKEN", "GR1348941", _DASH, 20),
    ("SOURCEGRAPH_TOKEN", "sgp_(?:[0-9a-f]{16}_|local_)?", _HEX, 40),
    ("BITBUCKET_TOKEN", "ATBB", "[0-9A-Za-z_=]", 24),
    ("BITBUCKET_TOKEN", "ATCTT3", "[0-9A-Za-z_=-]", 60),
    ("ATLASSIAN_TOKEN", "ATATT3", "[0-9A-Za-z_=-]", 60),
    ("NPM_TOKEN", "npm_", _ALNUM, 30),
    ("PYPI_TOKEN", "pypi-", _DASH, 50),
    ("RUBYGEMS_KEY", "rubygems_", _HEX, 40),
    ("CRATES_TOKEN", "cio", _ALNUM, 32),
    ("DOCKER_TOKEN", "dckr_(?:pat|oat)_", _DASH, 20),
    ("NUGET_KEY", "oy2", "[0-9a-z]", 43),
    ("CLOJARS_TOKEN", "CLOJARS_", "[0-9a-zA-Z]", 60),
    ("PACKAGIST_TOKEN", "packagist_[ou][ru]t_", _HEX, 60),
    ("JFROG_KEY", "AKCp", _ALNUM, 60),
    ("JFROG_KEY", "cmVmd", _ALNUM, 59),
    # model providers
    ("ANTHROPIC_KEY", "sk-ant-", _DASH, 20),
    ("OPENROUTER_KEY", "sk-or-", _DASH, 20),
    ("OPENAI_KEY", "sk-(?:proj|svcacct|admin|None|service)-", _DASH, 20),
    ("LANGFUSE_KEY", "[sp]k-lf-", "[0-9a-f-]", 36),
    ("API_KEY", "sk-", _ALNUM, 20),
    ("API_KEY", "sk-(?:[0-9A-Za-z]{1,16}[_-]){1,3}", _ALNUM, 32),
    ("OPENAI_KEY", "sess-", _ALNUM, 40),
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
    ("VOYAGE_KEY", "pa-", _DASH, 43),
    ("JINA_KEY", "jina_", _DASH, 60),
    ("TAVILY_KEY", "tvly-(?:dev-|prod-)?", _ALNUM, 20),
    ("FIRECRAWL_KEY", "fc-", _HEX, 32),
    ("MODAL_TOKEN", "a[ks]-", _ALNUM, 22),
    # chat
    ("SLACK_TOKEN", "xoxd-", "[0-9A-Za-z%/+=_-]", 20),
    ("SLACK_TOKEN", "xox[a-z](?:[.]xox[a-z])?-", _DASH, 10),
    ("SLACK_TOKEN", "xapp-", _DASH, 20),
    ("SLACK_WEBHOOK", r"hooks\.slack\.com/(?:services|workflows|triggers)/", "[0-9A-Za-z_/-]", 20),
    ("DISCORD_WEBHOOK", r"discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/[0-9]+/", _DASH, 40),
    ("DISCORD_TOKEN", r"mfa\.", _DASH, 60),
    ("DISCORD_TOKEN", r"[MNO][0-9A-Za-z_-]{22,30}\.[0-9A-Za-z_-]{6}\.", _DASH, 25),
    ("TEAMS_WEBHOOK", r"[0-9A-Za-z-]+\.webhook\.office\.com/webhookb2/", "[0-9A-Za-z@/-]", 60),
    ("TELEGRAM_TOKEN", "[0-9]{8,10}:AA", _DASH, 30),
    ("TWITCH_TOKEN", "oauth:", "[0-9a-z]", 30),
    ("TWITTER_TOKEN", "A{20}", "[0-9A-Za-z%]", 60),
    ("TWITTER_TOKEN", "[1-9][0-9]{6,18}-", _ALNUM, 40),
    # payment and mail
    ("STRIPE_KEY", "[srp]k_(?:live|test|prod|org)_", "(?:(?:live|test)_)?[0-9A-Za-z]", 10),
    ("STRIPE_WEBHOOK_SECRET", "whsec_", "[0-9A-Za-z+/=]", 20),
    ("SQUARE_TOKEN", "sq0(?:atp|csp|idp)-", _DASH, 20),
    ("SQUARE_TOKEN", "EAAA", _DASH, 56),
    ("PAYPAL_TOKEN", r"access_token\$(?:production|sandbox)\$", "[0-9a-z$]", 30),
    ("PLAID_TOKEN", "(?:access|public|link)-(?:sandbox|development|production)-", "[0-9a-f-]", 36),
    ("RAZORPAY_KEY", "rzp_(?:live|test)_", _ALNUM, 14),
    ("FLUTTERWAVE_KEY", "FLW(?:PUB|SEC)K(?:_TEST)?-", "[0-9A-Za-z-]", 16),
    ("MOLLIE_KEY", "(?:live|test|access)_", _ALNUM, 30),
    ("SHIPPO_TOKEN", "shippo_(?:live|test)_", _HEX, 40),
    ("EASYPOST_KEY", "EZ[AT]K", _ALNUM, 54),
    ("SHOPIFY_TOKEN", "shp(?:at|ca|pa|ss)_", "[0-9a-fA-F]", 32),
    ("SENDGRID_KEY", r"SG\.[0-9A-Za-z_-]{16,32}\.", _DASH, 30),
    ("MAILGUN_KEY", "key-", _HEX, 32),
    ("MAILCHIMP_KEY", "[0-9a-f]{32}-us", "[0-9]", 1),
    ("MAILGUN_KEY", "[0-9a-f]{32}-[0-9a-f]{8}-", _HEX, 8),
    ("MANDRILL_KEY", "md-", _DASH, 22),
    ("RESEND_KEY", "re_[0-9A-Za-z]{8}_", _ALNUM, 24),
    ("BREVO_KEY", "x(?:key|smtp)sib-", _DASH, 60),
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
    ("ONEPASSWORD_TOKEN", "A3-[0-9A-Z]{6}-(?:[0-9A-Z]{11}|[0-9A-Z]{6}-[0-9A-Z]{5})-", "[0-9A-Z-]", 15),
    ("AGE_KEY", "AGE-SECRET-KEY-1", "[0-9A-Z]", 50),
    ("MAPBOX_TOKEN", r"[pst]k\.eyJ", _DOT, 60),
    ("CIRCLECI_TOKEN", "CCI(?:PAT|PRJ)_", _WORD, 40),
    ("BUILDKITE_TOKEN", "bk[a-z]{2}_", _HEX, 40),
    ("SONAR_TOKEN", "sq[pua]_", _HEX, 40),
    ("CONTENTFUL_TOKEN", "CFPAT-", _DASH, 43),
    ("DROPBOX_TOKEN", r"sl\.", _DOT, 130),
    ("HUBSPOT_TOKEN", "pat-[a-z]{2}[0-9]-", "[0-9A-Fa-f-]", 36),
    ("ASANA_TOKEN", "[0-2]/[0-9]{12,17}(?:/[0-9]+)?:", _HEX, 32),
    ("LAUNCHDARKLY_KEY", "(?:sdk|mob|api)-", _UUID, 12),
    ("TYPEFORM_TOKEN", "tfp_", _DOT, 40),
    ("README_KEY", "rdme_", "[0-9a-z]", 70),
    ("PREFECT_KEY", "pn[ub]_", _ALNUM, 36),
    ("SCALINGO_TOKEN", "tk-us-", _DASH, 48),
    ("WALLET_KEY", "[xyz]prv", _ALNUM, 100),
)


#: Cheaper triggers for prefixes that take many steps to tell.
_TRIGGERS = {
    r"[0-9A-Za-z]{14}\.atlasv1\.": r"\.atlasv1\.",
    r"[0-9A-Za-z-]+\.webhook\.office\.com/webhookb2/": r"\.webhook\.office\.com/",
    # Minds no case only to be in the other, smaller set: in that of the prefixes it costs twice as much.
    r"[MNO][0-9A-Za-z_-]{22,30}\.[0-9A-Za-z_-]{6}\.": r"(?i)\.[0-9a-z_-]{6}\.[0-9a-z_-]{12}",
    "(?:sdk|mob|api)-": "(?:sdk|mob|api)-[0-9a-f]{8}-",
    "[0-9a-f]{32}-us": "-us[0-9]",
    "[0-9a-f]{32}-[0-9a-f]{8}-": "-[0-9a-f]{8}-[0-9a-f]{8}",
    r"SG\.[0-9A-Za-z_-]{16,32}\.": r"SG\.[0-9A-Za-z_-]{4}",
    "A{20}": "A{12}",
    "[1-9][0-9]{6,18}-": "[0-9]-[0-9A-Za-z]{12}",
    "[0-2]/[0-9]{12,17}(?:/[0-9]+)?:": ":[0-9a-f]{12}",
    "v1[.]0-[0-9a-f]{24}-": "v1[.]0-[0-9a-f]{4}",
    "A3-[0-9A-Z]{6}-(?:[0-9A-Z]{11}|[0-9A-Z]{6}-[0-9A-Z]{5})-": "A3-[0-9A-Z]{6}-",
    "sk-(?:[0-9A-Za-z]{1,16}[_-]){1,3}": "sk-[0-9A-Za-z]",
    "(?:live|test|access)_": r"(?:live|test|access)_(?:[0-9A-Za-z]{24}|[0-9A-Za-z]{12,}[\\=]?\r?\n)",
    "[0-9]{8,10}:AA": ":AA[0-9A-Za-z_-]{4}",
    r"[0-9A-Za-z_~.]{3}[0-9]Q~": r"Q~[0-9A-Za-z_~.-]{4}",
}
#: Kinds whose prefix is like nothing else, so that they are found behind letters too.
_UNMISTAKABLE = {"ANTHROPIC_KEY", "GITHUB_TOKEN", "GITLAB_TOKEN", "NPM_TOKEN", "PYPI_TOKEN", "SENDGRID_KEY"}


def _is_issued(text: str) -> bool:
    return is_varied(text) and not is_name(text)


def _token_rule(kind: str, prefix: str, alphabet: str, least: int) -> Rule:
    trigger = _TRIGGERS.get(prefix) or f"{prefix}{alphabet}{{{min(least, 4)}}}"
    before = "" if kind in _UNMISTAKABLE else BOUNDARY
    return Rule(kind, trigger, f"{before}({prefix}{alphabet}{{{least},}})", accept=_is_issued)


VENDOR_RULES: tuple[Rule, ...] = tuple(_token_rule(*row) for row in TOKENS)
