"""The commands as a user types them: exit codes, envelopes, manifests, and doing nothing twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

Afs = Callable[..., SimpleNamespace]


@pytest.fixture
def afs(tmp_path: Path) -> Afs:
    """``afs WORDS --json`` in a home of its own."""
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    home |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1"}

    def call(*words: object) -> SimpleNamespace:
        command = [sys.executable, "-m", "afs_core", *map(str, words), "--json"]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=300, env=os.environ | home, cwd=tmp_path
        )
        reply: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
        return SimpleNamespace(code=done.returncode, stderr=done.stderr, **reply)

    return call


def test_quantize_merges_on_the_way_and_says_what_it_wrote(
    afs: Afs, base: Path, adapter: Path, files: Mapping[str, Path], tmp_path: Path
) -> None:
    words = ("quantize", adapter, "--base", base, "--output", tmp_path / "out", "--stem", "small")
    done = afs(*words, "--scheme", "q4_k_m", "--scheme", "BF16")
    assert done.code == 0, done.stderr
    paths = [Path(artifact["path"]) for artifact in done.data["artifacts"]]
    assert [path.name for path in paths] == ["small-Q4_K_M.gguf", "small-BF16.gguf"]
    assert paths[0].read_bytes() == files["Q4_K_M"].read_bytes()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert set(manifest["outputs"]) == {path.name for path in paths}
    again = afs(*words, "--scheme", "q4_k_m", "--scheme", "BF16")
    assert again.data["skipped"] is True


def test_a_model_that_a_plugin_ships_goes_by_its_name(afs: Afs, base: Path, tmp_path: Path) -> None:
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "ships.py").write_text(
        "from pathlib import Path\n"
        "from afs_core import Capability, hookimpl\n"
        "class Mini:\n"
        f"    path = Path({str(base)!r})\n"
        "    def __init__(self, config, run): pass\n"
        "@hookimpl\n"
        "def afs_provides(): return [Capability(kind='models', name='mini', target='ships:Mini')]\n"
    )
    config = tmp_path / "config" / "afs" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f"[general]\nplugin_dirs = [{str(plugins)!r}]\n")
    done = afs("quantize", "mini", "--scheme", "F16", "--output", tmp_path / "out")
    assert done.code == 0, done.error
    assert (tmp_path / "out" / "mini-F16.gguf").is_file()
    shown = afs("parity", tmp_path / "out" / "mini-F16.gguf", "--model", "mini", "--output", tmp_path / "p")
    assert shown.code == 0, shown.error


def test_merge_then_quantize_is_the_same_file(
    afs: Afs, adapter: Path, files: Mapping[str, Path], tmp_path: Path
) -> None:
    assert afs("merge", adapter, "--output", tmp_path / "merged").code == 0
    done = afs("quantize", tmp_path / "merged", "--output", tmp_path / "out", "--name", "small")
    assert done.code == 0, done.stderr
    assert (tmp_path / "out" / "merged-Q4_K_M.gguf").read_bytes() == files["Q4_K_M"].read_bytes()


def test_inspect_shows_a_file_and_refuses_a_torn_one(
    afs: Afs, files: Mapping[str, Path], tmp_path: Path
) -> None:
    shown = afs("gguf", "inspect", files["Q5_K_M"], "--tensors")
    assert shown.code == 0
    assert shown.data["elements"] == {"Q5_K": 12, "Q6_K": 3, "F32": 11}
    assert shown.data["metadata"]["general.name"] == "small"
    assert len(shown.data["tensors"]) == 26
    torn = tmp_path / "torn.gguf"
    torn.write_bytes(files["Q5_K_M"].read_bytes()[:5000])
    refused = afs("gguf", "inspect", torn)
    assert refused.code == 1
    assert "torn.gguf" in refused.error["message"]


def test_parity_passes_good_files_and_refuses_a_wrong_one(
    afs: Afs, base: Path, adapter: Path, files: Mapping[str, Path], make: SimpleNamespace, tmp_path: Path
) -> None:
    pytest.importorskip("xllamacpp")
    options = ("--model", adapter, "--base", base, "--output", tmp_path / "report", "--positions", 40)
    good = afs("parity", files["Q8_0"], files["Q4_K_M"], *options)
    assert good.code == 0, good.stderr
    assert good.data["report"]["passed"] is True
    wrong = make.rewrite(
        files["Q8_0"], tmp_path / "wrong.gguf", lambda header, tensors: header.pop("tokenizer.ggml.pre")
    )
    refused = afs("parity", wrong, *options)
    assert refused.code == 3
    assert "do not agree" in refused.error["message"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("quantize", "ADAPTER", "--output", "out", "--scheme", "Q3_K_S"), 2, "Q3_K_S"),
        (("quantize", "BASE", "--output", "out", "--scheme", "Q8_0", "--scheme", "q8_0"), 2, "different"),
        (("merge", "ADAPTER", "--base", "OTHER", "--output", "out"), 1, "the base given is"),
        (("quantize", "ADAPTER"), 2, "--output"),
        (("gguf", "inspect", "none.gguf"), 1, "none.gguf"),
    ],
)
def test_what_is_wrong_is_named(
    words: tuple[str, ...], code: int, message: str, afs: Afs, base: Path, adapter: Path, tmp_path: Path
) -> None:
    renamed = tmp_path / "renamed-model"
    renamed.mkdir()
    for file in base.iterdir():
        (renamed / file.name).symlink_to(file)
    places = {"ADAPTER": adapter, "BASE": base, "OTHER": renamed}
    done = afs(*(places.get(word, word) for word in words))
    assert done.code == code
    assert message in done.error["message"]
