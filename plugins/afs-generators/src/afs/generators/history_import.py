"""``afs training codex-history-import``: the logs of Codex CLI as events of an AFS history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from afs.generators.codex import Codex
from afs.generators.history_events import Event, events_of
from afs.generators.history_store import HistoryStore
from afs.generators.log_exporter import LogExporter
from afs_core import Missing, Run, TrainingSample
from afs_core.cli import Console, afs_command, data_path, options_of, settings_from

__all__ = ["Redact", "codex_history_import", "import_turns", "redaction"]

Redact = Callable[[Event], Event]

_NOT_ASKED = ("thinking", "tools", "steps", "cursor", "domain")


def import_turns(exporter: LogExporter, store: HistoryStore, redact: Redact | None) -> Counter[str]:
    """Add the events of all turns that the exporter finds; returns how many were written, and why others not.

    Raises what the exporter raises; what was taken in by then is written.
    """
    counts: Counter[str] = Counter({"turns": 0, "events written": 0, "there already": 0})
    try:
        for turn, session, file in exporter.turns():
            counts["turns"] += 1
            for event in events_of(turn, session, program=exporter.program, log=file.relative):
                if event in store:
                    counts["there already"] += 1
                else:
                    store.add(redact(event) if redact else event)
                    counts["events written"] += 1
    finally:
        store.flush()
    return counts


def redaction(run: Run) -> Redact:
    """What takes secrets and personal data out of an event; raises Missing (exit code 5)."""
    try:
        transform = run.use("transforms", "redaction")
    except Missing as fault:
        hint = f"{fault.hint}, or --no-redact to import as it is"
        raise Missing(f"nothing is imported unredacted: {fault.message}", hint=hint) from None

    def redacted(event: Event) -> Event:
        told: dict[str, Any] = {"metadata": event.metadata, "payload": event.payload}
        (clean,) = transform.apply([TrainingSample(instruction="", output="", _metadata=told)])
        return msgspec.structs.replace(
            event, metadata=clean.metadata["metadata"], payload=clean.metadata["payload"]
        )

    return redacted


@afs_command(name="codex-history-import", params=options_of(Codex.Config, taken=_NOT_ASKED))
@click.option(
    "--history-root",
    type=data_path,
    help="Folder of the history that receives the events.  [default: history in the context root]",
)
@click.option("--no-redact", "redact", is_flag=True, flag_value=False, default=True, help="Leave secrets in.")
def codex_history_import(
    console: Console, history_root: Path | None, redact: bool, **given: Any
) -> dict[str, Any]:
    """Import the logs of Codex CLI into the AFS history, redacted; again and again, each event once."""
    with console.run() as run:
        root = (history_root or Path(run.config.get("project.context_root")) / "history").expanduser()
        exporter = run.use("generators", "codex", **settings_from(Codex.Config, given))
        counts = import_turns(exporter, HistoryStore(root), redaction(run) if redact else None)
    console.note(
        f"codex: {counts['turns']} turns in, {counts['events written']} events written to {root}, "
        f"{counts['there already']} there already"
    )
    for reason, number in sorted(exporter.noted.items()):
        console.note(f"  {number} {reason}")
    return {**counts, "noted": dict(exporter.noted), "history_root": str(root)}
