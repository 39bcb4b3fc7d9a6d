"""``afs lineage show`` and ``afs lineage verify``."""

from __future__ import annotations

from pathlib import Path

import click

from afs.lineage.ancestry import Ancestor, ancestors
from afs_core import Finding, GateRefused
from afs_core.cli import Console, afs_command, data_path
from afs_core.manifest import read_manifest
from afs_core.manifest import verify as verify_artifact


@afs_command()
@click.argument("path", type=data_path)
def show(console: Console, path: Path) -> list[Ancestor]:
    """Walk back from an artifact to its sources."""
    found = list(ancestors(path))
    for ancestor in found:
        console.print("  " * ancestor.depth + _line(ancestor))
    return found


@afs_command()
@click.argument("path", type=data_path)
@click.option("--deep", is_flag=True, help="Follow the inputs back to the sources.")
def verify(console: Console, path: Path, deep: bool) -> list[Finding]:
    """Hash an artifact and its inputs again, and say what changed."""
    paths = [a.path for a in ancestors(path) if a.path.exists() and read_manifest(a.path)] if deep else [path]
    findings = [finding for artifact in paths for finding in verify_artifact(artifact)]
    for finding in findings:
        console.print(f"{'ok     ' if finding.passed else 'CHANGED'} {finding.name}: {finding.message}")
    console.data = findings
    changed = [finding.name for finding in findings if not finding.passed]
    if changed:
        raise GateRefused(f"{path}: not what it was: {', '.join(changed)}", hint="run the stage again")
    return findings


def _line(ancestor: Ancestor) -> str:
    if not ancestor.stage:
        gone = "" if ancestor.path.exists() else ", missing"
        return f"{ancestor.path} (source{gone})"
    flow = ""
    if ancestor.counts:
        first, last = ancestor.counts[0], ancestor.counts[-1]
        flow = f", {first.came_in or first.went_out} in, {last.went_out} out"
    return f"{ancestor.path} <- {ancestor.stage}: {', '.join(ancestor.uses)} (seed {ancestor.seed}{flow})"
