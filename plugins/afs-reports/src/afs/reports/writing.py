"""The three files of a report."""

from __future__ import annotations

from pathlib import Path

import msgspec

from afs.reports.html import render_html
from afs.reports.markdown import render_markdown
from afs_core import Artifact, Report
from afs_core.jsonl import atomic_write

__all__ = ["write_report"]


def write_report(report: Report, folder: Path, stem: str = "report") -> tuple[Artifact, ...]:
    """Write ``<stem>.html``, ``<stem>.md`` and ``<stem>.json`` into ``folder``."""
    plain = msgspec.structs.replace(report, artifacts=())
    content = {
        "html": render_html(report).encode(),
        "md": render_markdown(report).encode(),
        "json": msgspec.json.format(msgspec.json.encode(plain, enc_hook=str), indent=2) + b"\n",
    }
    artifacts = []
    for suffix, data in content.items():
        path = folder / f"{stem}.{suffix}"
        with atomic_write(path) as stream:
            stream.write(data)
        artifacts.append(Artifact(path=path, kind="report"))
    return tuple(artifacts)
