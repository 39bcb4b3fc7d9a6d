from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from afs.lineage import ancestors
from afs_core import DataError
from afs_core.manifest import Input, Manifest, digest, write_manifest


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    """source.asm -> a.jsonl -> out/ with one file."""
    source, middle, folder = tmp_path / "source.asm", tmp_path / "a.jsonl", tmp_path / "out"
    source.write_text("NOP\n")
    middle.write_text("{}\n")
    folder.mkdir()
    (folder / "model.gguf").write_text("weights")
    made(middle, [("source.asm", source)], "sources")
    made(folder, [("../a.jsonl", middle), ("../source.asm", source)], "gguf")
    return folder


def made(artifact: Path, inputs: list[tuple[str, Path]], stage: str) -> None:
    files = list(artifact.iterdir()) if artifact.is_dir() else [artifact]
    write_manifest(
        artifact,
        Manifest(
            key=stage,
            stage=stage,
            uses=(f"transforms/{stage}",),
            kind="samples",
            outputs={file.name: digest(file) for file in files},
            inputs=tuple(Input(path=name, sha256=digest(path)) for name, path in inputs),
        ),
    )


def afs(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "afs_core.cli", *words], capture_output=True, text=True, check=False
    )


def test_the_walk_goes_back_to_the_source_and_names_a_shared_one_once(chain: Path) -> None:
    found = [(a.path.name, a.depth, a.stage) for a in ancestors(chain)]
    assert found == [("out", 0, "gguf"), ("a.jsonl", 1, "sources"), ("source.asm", 2, "")]


def test_a_file_of_a_folder_has_the_lineage_of_the_folder(chain: Path) -> None:
    assert next(ancestors(chain / "model.gguf")).stage == "gguf"


def test_a_source_has_no_lineage(chain: Path) -> None:
    with pytest.raises(DataError, match="no manifest"):
        list(ancestors(chain.parent / "source.asm"))


def test_verify_says_what_changed_and_ends_with_3(chain: Path) -> None:
    assert afs("lineage", "verify", str(chain)).returncode == 0
    (chain / "model.gguf").write_text("other weights")
    (chain.parent / "source.asm").unlink()
    result = afs("lineage", "verify", str(chain), "--json")
    assert result.returncode == 3
    answer = json.loads(result.stdout)
    assert [f["message"] for f in answer["data"] if not f["passed"]] == [
        "output has changed",
        "input is missing",
    ]
    assert afs("lineage", "verify", "--deep", str(chain)).returncode == 3


def test_show_prints_a_line_for_each(chain: Path) -> None:
    result = afs("lineage", "show", str(chain))
    assert result.returncode == 0
    assert [line.strip().split(" ")[0].rpartition("/")[2] for line in result.stdout.splitlines()] == [
        "out",
        "a.jsonl",
        "source.asm",
    ]
