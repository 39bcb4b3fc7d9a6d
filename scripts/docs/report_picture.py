"""Draw the report of a real run as the picture that README.md shows:

.venv/bin/python scripts/docs/report_picture.py runs/quickstart > docs/report.svg
"""

from __future__ import annotations

import json
import sys
from html import escape
from pathlib import Path
from typing import Any

from afs.reports.drawing import bars, curves

WIDTH, EDGE = 700, 30
STYLE = """
text{font:12px system-ui,sans-serif;fill:#1c2024}.title{font-size:20px;font-weight:700}
.head{font-size:14px;font-weight:600}.good{fill:#1c7c4a;font-weight:600}.soft{fill:#6b7480}
polyline{fill:none;stroke-width:2}.grid{stroke:#dfe3e8;fill:none}.mark{stroke:#1c2024;fill:none}
.end{text-anchor:end}.mid{text-anchor:middle}
rect.c0{fill:#3466c2}rect.c1{fill:#c2703d}polyline.c0{stroke:#3466c2}polyline.c1{stroke:#c2703d}
"""


def picture(report: dict[str, Any]) -> str:
    """One SVG: what each model answered, with intervals, and the loss curve."""
    rows = report["tables"]["Models"]
    shares = {row["model"]: row["exact match"] for row in rows}
    marks = {row["model"]: (row["low"], row["high"]) for row in rows}
    height = 26 * len(rows) + 6
    summary = report["summary"]
    parts = [
        text(34, report["title"], "title")
        + text(34, "passed" if report["passed"] else "not passed", "good", 160),
        text(58, f"{summary['probes']} probes, seed {summary['seed']}, {summary['seconds']:.0f} s", "soft"),
        text(90, "Share of probes answered, with 95 % interval", "head"),
        placed(bars(shares, marks), 100, height),
        text(height + 136, "Loss while training", "head"),
        placed(curves(report["series"]["Training loss"]), height + 146, 240),
    ]
    whole = height + 400
    size = f'width="{WIDTH}" height="{whole}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {whole}" {size}><style>{STYLE}</style>'
        + f'<rect {size} rx="8" fill="#fdfdfc" stroke="#dfe3e8"/>\n'
        + "\n".join(parts)
        + "</svg>\n"
    )


def text(y: int, words: str, kind: str, x: int = EDGE) -> str:
    return f'<text x="{x}" y="{y}" class="{kind}">{escape(words)}</text>'


def placed(drawing: str, y: int, height: int) -> str:
    """A drawing of 640 units in its place."""
    return drawing.replace("<svg ", f'<svg x="{EDGE}" y="{y}" width="640" height="{height}" ', 1)


if __name__ == "__main__":
    print(picture(json.loads((Path(sys.argv[1]) / "report.json").read_text())), end="")
