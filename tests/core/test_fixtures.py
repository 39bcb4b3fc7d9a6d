"""The fixtures that authors get: real, apart from the user's files, and gone afterwards."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from afs_core import Config, Run, TrainingSample

PLUGIN = """
    import msgspec
    from afs_core import Capability, TrainingSample, hookimpl

    class Echo:
        class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
            count: int = 2

        def __init__(self, config, run):
            self.config = config

        def generate(self):
            for number in range(self.config.count):
                yield TrainingSample(f"Say {number}.", str(number), source="numbers")

    @hookimpl
    def afs_generators():
        return [Capability(name="echo", target="echoing:Echo", summary="Counts aloud.")]
"""


def test_a_run_is_real_and_keeps_to_its_folder(afs_run: Run, afs_home: Path, tmp_path: Path) -> None:
    assert afs_run.seed == 42
    assert afs_run.workdir.is_relative_to(tmp_path)
    afs_run.cache("fixture").put("key", b"value")
    assert list(afs_home.rglob("fixture.sqlite"))


def test_settings_of_the_user_do_not_count(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("AFS_TRAINING__BATCH_SIZE", "77")
    home = request.getfixturevalue("afs_home")
    assert Config.load().get("training.batch_size") == 4
    (home / "config" / "afs" / "config.toml").write_text("[training]\nbatch_size = 8\n")
    assert Config.load().get("training.batch_size") == 8


def test_registries_are_not_shared(afs_registry: Any, afs_plugin: Any) -> None:
    with_echo = afs_plugin(PLUGIN, name="echoing")
    assert with_echo.find("generators", "echo").plugin == "echoing"
    assert "echo" not in {entry.name for entry in afs_registry.entries("generators")}


@pytest.mark.parametrize("form", ["text", "path", "module"])
def test_a_plugin_for_one_test(
    form: str, afs_plugin: Any, afs_cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source: Any = PLUGIN
    if form != "text":
        source = tmp_path / "written.py"
        source.write_text("\n".join(line[4:] for line in PLUGIN.splitlines()))
    if form == "module":
        monkeypatch.syspath_prepend(tmp_path)
        source = __import__("written")
        monkeypatch.delitem(sys.modules, "written")
    registry = afs_plugin(source, name="echoing")
    with Run.open(registry=registry, workdir=tmp_path / "scratch") as run:
        samples = list(run.use("generators", "echo", count=3).generate())
    assert [sample.output for sample in samples] == ["0", "1", "2"]
    done = afs_cli("generate", "echo", "--no-redact", "--quiet")
    assert (done.exit_code, [row["output"] for row in done.rows]) == (0, ["0", "1"])


def test_what_a_plugin_left_is_gone() -> None:
    assert "echoing" not in sys.modules
    assert not [path for path in sys.path if "afs-home" in path]


def test_the_command_line_answers_as_it_does_to_a_user(afs_cli: Any) -> None:
    done = afs_cli("plugins", "list", "--json")
    assert (done.exit_code, done.envelope["ok"]) == (0, True)
    wrong = afs_cli("plugins", "info", "no-such-plugin", "--json")
    assert (wrong.exit_code, wrong.envelope["ok"]) == (2, False)
    assert "no-such-plugin" in wrong.envelope["error"]["message"]


def test_samples_differ_and_survive(afs_samples: list[TrainingSample]) -> None:
    assert len({sample.sample_id for sample in afs_samples}) == len(afs_samples) == 12
    for sample in afs_samples:
        assert TrainingSample.from_json(sample.to_json()) == sample


def test_offline_fails_also_what_swallows_the_error(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nusefixtures = offline\n")
    (tmp_path / "test_leaving.py").write_text(
        "import socket\n"
        "def test_in_silence():\n"
        "    try:\n"
        "        socket.create_connection(('192.0.2.1', 80), timeout=1)\n"
        "    except Exception:\n"
        "        pass\n"
        "def test_at_home():\n"
        "    with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "        socket.create_connection(server.getsockname()).close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        env=os.environ
        | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "afs_core.testing.register"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "2 passed, 1 error" in done.stdout, done.stdout
    assert "only loopback may be reached, tried: connect to 192.0.2.1:80" in done.stdout


def test_offline_blocks(offline: list[str], network_attempts: list[str]) -> None:
    with socket.socket() as plug, pytest.raises(RuntimeError, match="only loopback"):
        plug.connect(("192.0.2.1", 80))
    assert offline == ["connect to 192.0.2.1:80"]
    offline.clear()
    network_attempts.clear()


def test_starting_pytest_imports_no_part_of_the_kit_but_its_fixtures() -> None:
    code = (
        "import sys, afs_core.testing.register\n"
        "print([name for name in sys.modules if name.startswith('afs_core')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['afs_core', 'afs_core.testing', 'afs_core.testing.register']"
