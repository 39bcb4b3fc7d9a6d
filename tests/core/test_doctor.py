"""``afs doctor`` and ``afs status``: they find what is wrong, and never fail for it."""

from __future__ import annotations

import json
import shutil
import socket
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from afs_core.capability import Check
from afs_core.cli import checks
from afs_core.cli.console import Session
from afs_core.cli.doctor import Finding, findings
from afs_core.config import Config
from afs_core.registry import Registry
from afs_core.status import PluginStatus


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def session(*statuses: PluginStatus) -> Session:
    config = Config.load()
    return Session(config, Registry(statuses, config))


def found(check: str, *statuses: PluginStatus) -> list[Finding]:
    return [finding for finding in findings(session(*statuses)) if finding.check == check]


def faults(check: str, *statuses: PluginStatus) -> list[Finding]:
    return [finding for finding in found(check, *statuses) if finding.level != "ok"]


class TestCoreChecks:
    def test_the_interpreter_is_named(self) -> None:
        assert sys.prefix in found("python")[0].message

    def test_a_stray_init_is_found_wherever_it_lies(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "path", [*sys.path, str(home / "site")])
        assert faults("namespace") == []
        (home / "site/afs").mkdir(parents=True)
        (home / "site/afs/__init__.py").touch()
        (stray,) = faults("namespace")
        assert stray.level == "error"
        assert stray.remedy == f"rm {home}/site/afs/__init__.py"

    def test_config_faults_come_with_an_editor_line(self, home: Path) -> None:
        (home / "afs.toml").write_text("[training]\nepoch = 1\n[nope]\n")
        first, second = faults("configuration")
        assert first.level == second.level == "error"
        assert first.remedy == f"${{EDITOR:-vi}} +2 {home}/afs.toml"
        assert second.remedy.endswith("afs.toml") and "+3" in second.remedy

    def test_broken_plugins_come_with_their_remedy(self) -> None:
        broken = PluginStatus(
            name="x", state="failed", distribution="afs-x", version="1", error="boom", remedy="mend x"
        )
        (fault,) = faults("plugins", broken)
        assert (fault.level, fault.remedy) == ("error", "mend x")
        assert "boom" in fault.message
        assert faults("plugins", PluginStatus(name="y", state="disabled")) == []

    def test_engines_that_answer_and_that_do_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as server,
            socket.create_server(("127.0.0.1", 0)) as closed,
        ):
            open_port, free_port = server.getsockname()[1], closed.getsockname()[1]
            closed.close()
            engines = (("Up", open_port, "start up"), ("Down", free_port, "start down"))
            monkeypatch.setattr(checks, "ENGINES", engines)
            levels = {finding.subject: (finding.level, finding.remedy) for finding in found("engines")}
        assert levels["Up"] == ("ok", "")
        assert levels["Down"] == ("note", "start down")

    def test_asar_is_found_through_its_variable_or_the_path(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AFS_ASAR", "~/asar")
        assert [finding.level for finding in faults("engines") if finding.subject == "asar"] == ["warning"]
        (home / "asar").write_text("#!/bin/sh\n")
        (home / "asar").chmod(0o755)
        assert [finding.level for finding in found("engines") if finding.subject == "asar"] == ["ok"]
        monkeypatch.delenv("AFS_ASAR")
        monkeypatch.setenv("PATH", str(home))
        assert [finding.message for finding in found("engines") if finding.subject == "asar"] == [
            f"{home}/asar"
        ]

    @pytest.mark.parametrize(("free", "level"), [(0.5e9, "error"), (5e9, "warning"), (50e9, "ok")])
    def test_disk_space(self, free: float, level: str, monkeypatch: pytest.MonkeyPatch) -> None:
        class Usage(NamedTuple):
            total: int
            used: int
            free: int

        monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 0, int(free)))
        assert {finding.level for finding in found("disk")} == {level}

    def test_a_gpu_is_asked_for_and_a_cpu_torch_beside_it_is_told(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = home / "nvidia-smi"
        program.write_text("#!/bin/sh\necho 'Some GPU, 24564 MiB'\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{home}:/usr/bin:/bin")
        monkeypatch.setattr(checks, "_torch_version", lambda: "torch 2.9.0+cpu")
        gpu, torch = found("gpu")
        assert (gpu.level, gpu.message) == ("ok", "Some GPU, 24564 MiB")
        assert torch.level == "warning"
        program.write_text("#!/bin/sh\nexit 9\n")
        assert [finding.subject for finding in found("gpu")] == ["GPU"]

    def test_missing_modules_are_named_with_who_needs_them(self) -> None:
        from afs_core.capability import Capability

        needy = PluginStatus(
            name="x",
            state="loaded",
            capabilities=(
                Capability(
                    name="a", kind="scorers", target="t:t", requires=("no_such_module: pip install it",)
                ),
                Capability(name="b", kind="scorers", target="t:t", requires=("json", "no_such_module")),
            ),
        )
        (fault,) = faults("extras", needy)
        assert (fault.subject, fault.remedy) == ("no_such_module", "pip install it")
        assert "a, b" in fault.message

    def test_folders_that_cannot_be_written(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (home / "file").touch()
        monkeypatch.setenv("XDG_STATE_HOME", str(home / "file/state"))
        assert [finding.subject for finding in faults("folders")] == ["log folder"]

    def test_every_fault_says_what_to_do(self) -> None:
        broken = PluginStatus(name="x", state="failed", error="boom")
        assert all(f.remedy for f in findings(session(broken)) if f.level != "ok")


CONTRIBUTED = """
from afs_core import Problem

def good(config):
    yield Problem(level="note", subject="port", message=str(config.get("orchestration.port")), remedy="x")

def exits(config):
    raise SystemExit(3)

def half(config):
    yield Problem(level="ok", subject="first", message="fine")
    1 / 0

def odd(config):
    return [Problem(level="catastrophe", subject="s", message="m")]
"""


class TestContributedChecks:
    @pytest.fixture(autouse=True)
    def module(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (home / "contributed_checks.py").write_text(CONTRIBUTED)
        monkeypatch.syspath_prepend(str(home))
        monkeypatch.delitem(sys.modules, "contributed_checks", raising=False)

    def ask(self, name: str) -> list[tuple[str, str]]:
        check = Check(name=name, target=f"contributed_checks:{name}")
        asked = found(f"p/{name}", PluginStatus(name="p", state="loaded", checks=(check,)))
        return [(finding.level, finding.message) for finding in asked]

    def test_its_problems_are_shown(self) -> None:
        assert self.ask("good") == [("note", "8000")]

    @pytest.mark.parametrize(
        ("name", "words"),
        [("exits", "SystemExit: 3"), ("odd", "catastrophe"), ("absent", "contributed_checks")],
    )
    def test_one_that_breaks_is_a_finding(self, name: str, words: str) -> None:
        ((level, message),) = self.ask(name)
        assert level == "error"
        assert words in message

    def test_what_it_found_before_it_broke_is_kept(self) -> None:
        assert [level for level, _ in self.ask("half")] == ["ok", "error"]


class TestCommands:
    def test_a_healthy_machine_ends_with_0(self, sandbox: Any) -> None:
        answer = sandbox.json("doctor")
        levels = {finding["level"] for finding in answer["data"]}
        assert answer["ok"] is ("error" not in levels)
        assert {finding["check"] for finding in answer["data"]} >= {"python", "disk", "engines", "namespace"}
        assert sandbox.afs("doctor").returncode == (0 if answer["ok"] else 1)

    def test_a_broken_plugin_ends_with_1_and_is_named(self, sandbox: Any) -> None:
        sandbox.install("broken", "raise ValueError('boom')")
        done = sandbox.afs("doctor", "--json")
        assert done.returncode == 1
        answer = json.loads(done.stdout)
        assert any("boom" in finding["message"] for finding in answer["data"])
        shown = sandbox.afs("doctor")
        assert "error    plugin broken (afs-broken 1.0): failed: " in shown.stdout
        assert "try: afs plugins" in shown.stdout

    def test_status_works_with_everything_broken(self, sandbox: Any) -> None:
        sandbox.install("broken", "raise ValueError('boom')")
        sandbox.configure("[training]\nepoch = 1\n")
        done = sandbox.afs("status")
        assert done.returncode == 0, done.stderr
        assert "1 loaded, 1 failed (broken: afs plugins list)" in done.stdout
        assert "1 problem in the configuration" in done.stderr

    def test_status_counts_samples_by_source(self, sandbox: Any) -> None:
        memory = sandbox.home / ".context/memory"
        (memory / "archive").mkdir(parents=True)
        (memory / "notes.md").write_text("# a\n")
        (memory / "rows.jsonl").write_text("{}\n\n{}\n{}")
        (memory / "archive/old.jsonl").write_text("{}\n" * 9)
        (sandbox.work / "training_data").mkdir()
        (sandbox.work / "training_data/a.jsonl").write_text("{}\n" * 5)
        sources = {source["name"]: source for source in sandbox.json("status")["data"]["sources"]}
        assert (sources["memory"]["files"], sources["memory"]["samples"]) == (2, 3)
        assert (sources["training_data"]["files"], sources["training_data"]["samples"]) == (1, 5)
        assert set(sources) == {"memory", "training_data"}

    def test_status_shows_the_context_root_of_the_project(self, sandbox: Any) -> None:
        (sandbox.work / "afs.toml").write_text('[project]\ncontext_root = "ctx"\n')
        data = sandbox.json("status")["data"]
        assert data["context_root"] == str(sandbox.work / "ctx")
        assert data["config"] == [str(sandbox.work / "afs.toml")]
        assert data["plugins"] == {"good": "loaded"}
