"""What a command says: data and talk apart, one envelope, honest exit codes, options out of Configs."""

from __future__ import annotations

import enum
import errno
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import click
import msgspec
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from afs_core import errors
from afs_core.cli import console as consoles
from afs_core.cli import progress
from afs_core.cli.command import (
    AfsCommand,
    Console,
    afs_command,
    data_path,
    options_of,
    require_settings,
    required_input,
    settings_from,
    wants_json,
)
from afs_core.cli.console import Session
from afs_core.errors import AfsError, GateRefused, UsageError
from afs_core.manifest import Artifact, Counts, Finding, Report
from afs_core.registry import Registry
from afs_core.stage import Outcome


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("AFS_TRACEBACK", "NO_COLOR", "AFS_CONFIG_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(body: Callable[..., Any], **settings: Any) -> AfsCommand:
    return afs_command(name="try", **settings)(body)


def invoke(body: Callable[..., Any], *args: str, **settings: Any) -> Result:
    group = click.Group("afs", commands=[command(body, **settings)])
    return CliRunner().invoke(group, ["try", *args], obj=Session())


def raising(fault: BaseException) -> Callable[..., Any]:
    def body(console: Console) -> None:
        console.print("data")
        console.warn("careful")
        raise fault

    return body


class TestEnvelope:
    def test_success(self) -> None:
        def body(console: Console) -> object:
            console.print("for people")
            console.warn("careful")
            return {"path": Path("a/b"), "nan": float("nan"), "struct": Finding(name="x", passed=True)}

        done = invoke(body, "--json")
        assert done.stdout.count("\n") == 1
        assert json.loads(done.stdout) == {
            "command": "try",
            "ok": True,
            "data": {
                "path": "a/b",
                "nan": None,
                "struct": {"name": "x", "passed": True, "value": None, "limit": "", "message": ""},
            },
            "warnings": ["careful"],
            "error": None,
        }

    def test_people_get_text_and_no_envelope(self) -> None:
        done = invoke(lambda console: console.print("for people"))
        assert (done.stdout, done.stderr, done.exit_code) == ("for people\n", "", 0)

    @pytest.mark.parametrize("name", errors.__all__)
    def test_every_error_ends_with_its_code(self, name: str) -> None:
        kind = getattr(errors, name)
        fault = kind("why", field="x") if name == "Unrepresentable" else kind("why", hint="do this")
        shown, enveloped = invoke(raising(fault)), invoke(raising(fault), "--json")
        assert shown.exit_code == enveloped.exit_code == kind.exit_code
        assert "error: why\n" in shown.stderr
        answer = json.loads(enveloped.stdout)
        assert answer["ok"] is False
        assert answer["warnings"] == ["careful"]
        assert answer["error"]["type"] == name
        assert answer["error"]["exit_code"] == kind.exit_code

    def test_an_unexpected_error_is_told_apart(self) -> None:
        done = invoke(raising(ZeroDivisionError("oh")))
        assert done.exit_code == 1
        assert "unexpected ZeroDivisionError: oh" in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_file_that_fails_is_named_and_not_the_plugin(self) -> None:
        done = invoke(raising(PermissionError(errno.EACCES, "Permission denied", "notes/a.md")))
        assert done.exit_code == 1
        assert "error: notes/a.md: Permission denied\n" in done.stderr and "unexpected" not in done.stderr

    def test_an_unexpected_error_shows_its_traceback_where_asked(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AFS_TRACEBACK", "1")
        assert isinstance(invoke(raising(ZeroDivisionError("oh"))).exception, ZeroDivisionError)
        assert invoke(raising(UsageError("oh"))).exit_code == 2

    def test_interruption(self) -> None:
        done = invoke(raising(KeyboardInterrupt()), "--json")
        assert done.exit_code == 130
        assert json.loads(done.stdout)["error"]["type"] == "Cancelled"

    def test_a_refused_gate_still_hands_over_its_data(self) -> None:
        def body(console: Console) -> None:
            console.data = {"score": 0.1}
            raise GateRefused("too low")

        done = invoke(body, "--json")
        assert done.exit_code == 3
        assert json.loads(done.stdout)["data"] == {"score": 0.1}

    @pytest.mark.parametrize("args", [["--nope"], ["surplus"], ["--json=1"]])
    def test_wrong_usage_of_click_is_exit_2_with_an_envelope(self, args: list[str]) -> None:
        done = invoke(lambda console: None, *args, "--json")
        assert done.exit_code == 2
        answer = json.loads(done.stdout)
        assert (answer["command"], answer["error"]["type"]) == ("try", "UsageError")
        assert answer["error"]["hint"] == "afs try --help"
        assert "error: " in invoke(lambda console: None, *args).stderr

    def test_a_command_alone_behaves_as_in_a_group(self) -> None:
        done = CliRunner().invoke(command(raising(GateRefused("no"))), ["--json"])
        assert done.exit_code == 3
        assert json.loads(done.stdout)["command"] == "try"

    def test_json_is_told_from_bare_words(self) -> None:
        assert wants_json(["a", "--json"])
        assert not wants_json(["a", "--", "--json"])

    def test_the_seed_is_an_option_where_it_was_asked_for(self) -> None:
        seeded = command(lambda console, seed: {"seed": seed}, seed=True)
        done = CliRunner().invoke(seeded, ["--json"])
        assert json.loads(done.stdout)["data"] == {"seed": 42}
        assert CliRunner().invoke(command(lambda console: None), ["--seed", "1"]).exit_code == 2


class TestTalk:
    def test_quiet_silences_notes_but_no_warning_and_no_data(self) -> None:
        def body(console: Console) -> None:
            console.note("talk")
            console.warn("careful")
            console.print("data")

        loud, quiet = invoke(body), invoke(body, "--quiet")
        assert loud.stderr == "talk\nwarning: careful\n"
        assert quiet.stderr == "warning: careful\n"
        assert loud.stdout == quiet.stdout == "data\n"

    def test_a_report_says_what_came_in_went_out_and_why_not(self) -> None:
        outcome = Outcome(
            stage="curated",
            counts=(
                Counts(name="generators/memory", went_out=1204),
                Counts(
                    name="transforms/dedupe",
                    came_in=1204,
                    went_out=1200,
                    dropped={"too short": 1, "empty": 3},
                ),
                Counts(name="transforms/split", came_in=1200, went_out=1200, repaired=2, noted={"odd": 5}),
            ),
            artifacts=(
                Artifact(path=Path("a.jsonl"), kind="samples", details={"count": 1200, "bytes": 2_300_000}),
            ),
        )
        done = invoke(lambda console: console.report(outcome))
        assert done.stdout == ""
        assert done.stderr.splitlines() == [
            "generators/memory  1,204 out",
            "transforms/dedupe  1,204 in  1,200 out  4 dropped: 3 empty, 1 too short",
            "transforms/split   1,200 in  1,200 out  2 repaired  noted: 5 odd",
            "a.jsonl written (1,200 samples, 2.3 MB)",
        ]
        assert (
            json.loads(invoke(lambda console: console.report(outcome), "--json").stdout)["data"]["stage"]
            == "curated"
        )

    def test_a_report_says_when_there_was_nothing_to_do(self) -> None:
        outcome = Outcome(stage="curated", skipped=True, artifacts=(Artifact(path=Path("a"), kind="x"),))
        done = invoke(lambda console: console.report(outcome))
        assert done.stderr.splitlines() == ["curated: nothing to do, everything is up to date", "a is there"]

    def test_a_judgement_names_what_failed(self) -> None:
        report = Report(
            title="Parity",
            passed=False,
            findings=(
                Finding(name="top-1", passed=False, value=0.5, limit="0.9"),
                Finding(name="kl", passed=True, value=0.1),
            ),
        )
        done = invoke(lambda console: console.report(Outcome(stage="p", report=report)))
        assert done.stderr.splitlines() == ["Parity: not passed", "  top-1: 0.5, limit 0.9"]

    def test_tables_align(self) -> None:
        rows = [{"name": "a", "count": 1, "x": None}, {"name": "long", "count": 1000, "x": ("p", "q")}]
        done = invoke(lambda console: console.table(rows))
        assert done.stdout.splitlines() == [
            "name  count  x",
            "a         1  -",
            "long   1000  p, q",
        ]
        assert invoke(lambda console: console.table([])).stdout == ""

    @pytest.mark.parametrize(("no_color", "painted"), [("", True), ("1", False)])
    def test_colour_only_at_a_terminal_that_wants_it(
        self, no_color: str, painted: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        monkeypatch.setenv("NO_COLOR", no_color)
        monkeypatch.setenv("TERM", "xterm")
        assert ("\x1b[" in consoles.paint("x", "red", Terminal())) is painted
        assert consoles.paint("x", "red", io.StringIO()) == "x"


class TestRun:
    def test_a_run_has_the_commands_words_and_collects_warnings(self) -> None:
        def body(console: Console, name: str, seed: int) -> object:
            with console.run(seed=seed) as run:
                run.warn("odd")
                return {"command": run.command, "seed": run.seed}

        made = afs_command(seed=True, name="try", params=[click.Option(["--name"])])(body)
        session = Session(registry=Registry([]))
        group = click.Group("afs", commands=[made])
        done = CliRunner().invoke(group, ["try", "--name", "x y", "--seed", "7", "--json"], obj=session)
        answer = json.loads(done.stdout)
        assert answer["data"] == {
            "command": ["afs", "try", "--name", "x y", "--seed", "7", "--json"],
            "seed": 7,
        }
        assert answer["warnings"] == ["odd"]

    def test_a_wrong_configuration_stops_a_run_with_everything_that_is_wrong(self, home: Path) -> None:
        (home / "afs.toml").write_text("[training]\nepoch = 1\nbatch_size = 'x'\n")

        def body(console: Console) -> None:
            with console.run():
                raise AssertionError("unreachable")

        done = CliRunner().invoke(command(body), [], obj=Session(registry=Registry([])))
        assert done.exit_code == 2
        assert "afs.toml:2: training.epoch" in done.stderr
        assert "afs.toml:3: training.batch_size" in done.stderr


class TestInput:
    def test_named_inputs_are_taken(self) -> None:
        assert required_input([Path("a"), Path("b")]) == (Path("a"), Path("b"))

    def test_a_pipe_is_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("x"))
        assert required_input(()) == (Path("-"),)

    def test_a_terminal_is_not(self) -> None:
        code = (
            "from afs_core.cli.command import *\n"
            "import click\n"
            "@afs_command(params=[click.Option(['--data', 'data'], multiple=True, type=data_path)])\n"
            "def go(console, data): return required_input(data, '--data')\n"
            "go()\n"
        )
        ours, theirs = pty.openpty()
        root = Path(__file__).parents[2]
        done = subprocess.run(
            [sys.executable, "-c", code], stdin=theirs, capture_output=True, text=True, cwd=root, check=False
        )
        os.close(ours)
        os.close(theirs)
        assert done.returncode == 2
        assert "--data is missing" in done.stderr

    def test_paths_expand_home_and_keep_the_dash(self, home: Path) -> None:
        assert data_path.convert("~/a", None, None) == home / "a"
        assert data_path.convert("-", None, None) == Path("-")


class Mode(enum.Enum):
    FAST = "fast"
    SLOW = "slow"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    source: Annotated[Path, msgspec.Meta(description="Folder to read")]
    max_lines: Annotated[int, msgspec.Meta(description="Lines of one sample", ge=1, le=99)] = 40
    roots: tuple[Path, ...] = ()
    tags: Annotated[list[str], msgspec.Meta(description="Tags to keep")] = []
    style: Literal["terse", "full"] = "terse"
    mode: Mode = Mode.FAST
    bits: Literal[4, 8] = 8
    strict: Annotated[bool, msgspec.Meta(description="Stop early")] = True
    rate: Annotated[float, msgspec.Meta(gt=0)] | None = None
    weights: dict[str, float] = {}
    name: str = ""


def parsed(*args: str) -> dict[str, Any]:
    made = afs_command(name="try", params=options_of(Settings))(
        lambda console, **given: settings_from(Settings, given)
    )
    done = CliRunner().invoke(made, [*args, "--json"])
    assert done.exit_code == 0, done.stdout
    data: dict[str, Any] = json.loads(done.stdout)["data"]
    return data


class TestOptions:
    def test_only_what_was_given_comes_back(self) -> None:
        assert parsed() == {}
        assert parsed("--max-lines", "40") == {"max_lines": 40}

    def test_every_shape(self, home: Path) -> None:
        given = parsed(
            *("--source", "~/x", "--max-lines", "7", "--roots", "a", "--roots", "~/b", "--tags", "t"),
            *(
                "--style",
                "full",
                "--mode",
                "slow",
                "--bits",
                "4",
                "--no-strict",
                "--rate",
                "0.5",
                "--name",
                "",
            ),
            *("--weights", "a=1", "--weights", "b-c=.5"),
        )
        assert given == {
            "source": str(home / "x"),
            "max_lines": 7,
            "roots": ["a", str(home / "b")],
            "tags": ["t"],
            "style": "full",
            "mode": "slow",
            "bits": 4,
            "strict": False,
            "rate": 0.5,
            "name": "",
            "weights": {"a": 1.0, "b-c": 0.5},
        }

    @pytest.mark.parametrize(
        "args",
        [
            ("--max-lines", "0"),
            ("--max-lines", "x"),
            ("--style", "loud"),
            ("--mode", "FASTER"),
            ("--weights", "a"),
            ("--weights", "a=x"),
            ("--rate", "x"),
        ],
    )
    def test_what_does_not_fit_is_wrong_usage(self, args: tuple[str, ...]) -> None:
        made = afs_command(name="try", params=options_of(Settings))(lambda console, **given: None)
        assert CliRunner().invoke(made, list(args)).exit_code == 2

    @given(
        st.fixed_dictionaries(
            {"source": st.just("x")},
            optional={
                "max_lines": st.integers(1, 99),
                "strict": st.booleans(),
                "tags": st.lists(st.text(min_size=1), min_size=1),
                "rate": st.floats(0.001, 1000),
                "name": st.text(),
                "style": st.sampled_from(["terse", "full"]),
            },
        )
    )
    def test_settings_survive_the_command_line(self, settings: dict[str, Any]) -> None:
        words: list[str] = []
        for name, value in settings.items():
            flag = f"--{name.replace('_', '-')}"
            if isinstance(value, bool):
                words.append(flag if value else f"--no-{name}")
            else:
                words += [f"{flag}={part}" for part in (value if isinstance(value, list) else [value])]
        context = click.Command("try", params=list(options_of(Settings))).make_context("try", words)
        given_back = settings_from(Settings, context.params)
        assert msgspec.to_builtins(given_back, enc_hook=str) == settings

    def test_help_shows_sentences_defaults_and_what_is_needed(self) -> None:
        made = afs_command(name="try", params=options_of(Settings))(lambda console, **given: None)
        text = " ".join(CliRunner().invoke(made, ["--help"], terminal_width=200).stdout.split())
        assert "--source PATH Folder to read [required]" in text
        assert "Lines of one sample [default: 40]" in text
        assert "--strict / --no-strict Stop early [default: on]" in text
        assert "--style [full|terse]" in text
        assert "--mode [fast|slow] [default: fast]" in text

    def test_needed_settings_may_come_from_elsewhere(self) -> None:
        require_settings(Settings, {"source": "x"})
        require_settings(None, {})
        with pytest.raises(UsageError, match="--source"):
            require_settings(Settings, {})

    def test_taken_names_get_no_option(self) -> None:
        assert "name" not in [option.name for option in options_of(Settings, taken=("name",))]
        assert options_of(None) == []


class TestProgress:
    def bar(self, total: int | None) -> tuple[progress.Bar, io.StringIO, list[float]]:
        now = [0.0]
        stream = io.StringIO()
        return progress.Bar(stream, "reading", total, clock=lambda: now[0]), stream, now

    def test_nothing_is_drawn_within_the_first_second(self) -> None:
        bar, stream, now = self.bar(10)
        now[0] = 0.9
        bar.advance(9)
        bar.close()
        assert stream.getvalue() == ""

    def test_share_count_and_time_left(self) -> None:
        bar, stream, now = self.bar(10)
        now[0] = 60.0
        bar.advance(5)
        line = stream.getvalue().rpartition("\x1b[K")[2]
        assert line == "reading  [############............]  50% 5/10  1:00 left"
        bar.close()
        assert stream.getvalue().endswith("\r\x1b[K")

    def test_without_a_total_it_counts(self) -> None:
        bar, stream, now = self.bar(None)
        now[0] = 2.0
        bar.advance(5000)
        bar.note("file.md")
        now[0] = 3.0
        bar.note("other.md")
        assert stream.getvalue().endswith("reading  5,000  1,667/s  other.md")

    def test_it_draws_ten_times_a_second_at_most(self) -> None:
        bar, stream, now = self.bar(1_000)
        for _ in range(1_000):
            now[0] += 0.003
            bar.advance()
        assert 10 <= stream.getvalue().count("\r") <= 21

    def test_no_bar_where_nobody_watches(self, capsys: pytest.CaptureFixture[str]) -> None:
        with Console("x", session=Session()).progress("x", 3) as bar:
            bar.advance(3)
            bar.note("n")
        assert capsys.readouterr().err == ""

    @pytest.mark.parametrize(("term", "drawn"), [("xterm", True), ("dumb", False)])
    def test_a_bar_on_a_real_terminal(self, term: str, drawn: bool) -> None:
        code = (
            "from afs_core.cli import progress, console\n"
            "progress.PATIENCE = 0\n"
            "with console.Console('x').progress('reading', 2) as bar: bar.advance(1)\n"
        )
        ours, theirs = pty.openpty()
        root, environment = Path(__file__).parents[2], {**os.environ, "TERM": term}
        subprocess.run([sys.executable, "-c", code], stderr=theirs, cwd=root, env=environment, check=True)
        os.close(theirs)
        os.set_blocking(ours, False)
        try:
            text = os.read(ours, 10_000).decode()
        except OSError:
            text = ""
        os.close(ours)
        assert ("50% 1/2" in text) is drawn


def test_session_is_shared_below_one_root() -> None:
    seen = []

    def body(console: Console) -> None:
        seen.append((console.session, Session.current()))

    invoke(body)
    assert seen[0][0] is seen[0][1]
    assert isinstance(AfsError("x"), Exception)


def test_samples_and_the_envelope_do_not_share_standard_output() -> None:
    output = click.Option(["--output"], type=data_path, default=Path("-"))
    said = invoke(lambda console, output: {"went": str(output)}, "--json", params=[output])
    assert json.loads(said.stdout)["error"]["exit_code"] == said.exit_code == 2
    said = invoke(
        lambda console, output: {"went": str(output)}, "--json", "--output", "a.jsonl", params=[output]
    )
    assert json.loads(said.stdout)["data"] == {"went": "a.jsonl"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    "args", [["--help"], ["--version"], ["plugins", "list"], ["config", "show", "--json"]]
)
def test_a_full_disk_behind_standard_output_is_said_plainly(args: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "afs_core", *args], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "space" in done.stderr and "Traceback" not in done.stderr and "plugin core" not in done.stderr
