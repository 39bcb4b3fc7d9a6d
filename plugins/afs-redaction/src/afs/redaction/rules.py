"""The curated rules, in the order in which they apply.

First what has a format of its own, then what only its surroundings give away, so that
a token in an assignment keeps its own kind; personal data last.
"""

from __future__ import annotations

from afs.redaction.assignments import ASSIGNMENTS
from afs.redaction.blocks import BLOCKS, JWT
from afs.redaction.personal import PERSONAL
from afs.redaction.rule import Rule
from afs.redaction.vendors import VENDOR_RULES
from afs.redaction.web import COOKIES, HEADERS, URLS

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = (
    *BLOCKS,
    *VENDOR_RULES,
    JWT,
    *URLS,
    *HEADERS,
    *COOKIES,
    *ASSIGNMENTS,
    *PERSONAL,
)
