"""``afs generate``: a plugin writes a generator, and its command is there."""

from __future__ import annotations

import json
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import pytest

PARROT = """
    import msgspec
    from pathlib import Path
    from typing import Annotated
    from afs_core import Capability, TrainingSample, hookimpl

    print("parrot imported", file=__import__("sys").stderr)

    class Parrot:
        class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
            source: Annotated[Path, msgspec.Meta(description="File of words")]
            times: Annotated[int, msgspec.Meta(description="How often each", ge=1)] = 1
            limit: int = 1000

        def __init__(self, config, run):
            self.config, self.run = config, run

        def generate(self):
            for word in self.config.source.read_text().split():
                for number in range(self.config.times):
                    yield TrainingSample(instruction=f"{word} {number}?", output=word, source="parrot")
"""

DECLARATION = """
    from afs_core import Capability, hookimpl

    @hookimpl
    def afs_generators():
        return [Capability(name="parrot", target="parrot_work:Parrot", summary="Says words again.")]
"""

REDACTION = """
    from afs_core import Capability, hookimpl
    import msgspec

    class Redaction:
        def __init__(self, config, run):
            self.run = run

        def apply(self, samples):
            for sample in samples:
                output = sample.output.replace("hunter2", "<PASSWORD_k3x7qa>")
                if output == "drop":
                    self.run.drop(sample, "all secret")
                else:
                    yield msgspec.structs.replace(sample, output=output)

    @hookimpl
    def afs_transforms():
        return [Capability(name="redaction", target="redaction_plugin:Redaction", summary="Hides passwords.")]
"""


@pytest.fixture
def parrot(sandbox: Any) -> Any:
    """The sandbox with the generator, and a source beside it; no redaction."""
    sandbox.install("parrot", DECLARATION)
    (sandbox.site / "parrot_work.py").write_text(textwrap.dedent(PARROT))
    (sandbox.work / "words.txt").write_text("one hunter2 drop three\n")
    return sandbox


@pytest.fixture
def redacted(parrot: Any) -> Any:
    parrot.install("redaction", REDACTION)
    return parrot


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_list_shows_summaries_and_imports_no_generator(parrot: Any) -> None:
    done = parrot.afs("generate", "--help")
    assert done.returncode == 0
    assert "Says words again." in done.stdout
    assert "parrot imported" not in done.stderr


def test_config_fields_are_options(parrot: Any) -> None:
    text = " ".join(parrot.afs("generate", "parrot", "--help").stdout.split())
    assert "--source PATH File of words [required]" in text
    assert "--times" in text
    assert "How often each [default: 1]" in text
    assert text.count("--limit") == 1


def test_samples_come_redacted_on_standard_output_and_talk_does_not(redacted: Any) -> None:
    done = redacted.afs("generate", "parrot", "--source", "words.txt")
    assert done.returncode == 0, done.stderr
    assert [row["output"] for row in rows(done.stdout)] == ["one", "<PASSWORD_k3x7qa>", "three"]
    assert "generators/parrot     4 out" in done.stderr
    assert "transforms/redaction  4 in  3 out  1 dropped: 1 all secret" in done.stderr


@pytest.mark.parametrize("config", ["", '[plugins]\ndisabled = ["redaction"]\n'])
def test_nothing_is_exported_where_redaction_is_absent_or_disabled(parrot: Any, config: str) -> None:
    if config:
        parrot.install("redaction", REDACTION)
        parrot.configure(config)
    done = parrot.afs("generate", "parrot", "--source", "words.txt", "--output", "out.jsonl")
    assert done.returncode == 5
    assert "nothing is exported unredacted" in done.stderr
    assert "--no-redact" in done.stderr
    assert ("afs plugins enable redaction" if config else "pip install") in done.stderr
    assert not (parrot.work / "out.jsonl").exists()


def test_no_redact_exports_as_it_is(parrot: Any) -> None:
    done = parrot.afs("generate", "parrot", "--source", "words.txt", "--no-redact", "--quiet")
    assert done.returncode == 0
    assert [row["output"] for row in rows(done.stdout)] == ["one", "hunter2", "drop", "three"]


UNRULY = """
import sys
from afs_core import Capability, TrainingSample, hookimpl

class Unruly:
    def __init__(self, config, run): pass
    def generate(self):
        print("chatter")
        yield TrainingSample(instruction="q", output="a")
        {act}

@hookimpl
def afs_generators(): return [Capability(name="unruly", target="unruly_plugin:Unruly")]
"""


def test_what_a_generator_prints_is_no_data(redacted: Any) -> None:
    redacted.install("unruly", UNRULY.format(act=""))
    done = redacted.afs("generate", "unruly")
    assert [row["output"] for row in rows(done.stdout)] == ["a"]
    assert "chatter" in done.stderr


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("sys.exit(0)", "asked the process to end (exit code 0)"),
        ("raise ValueError('boom')", "unexpected ValueError: boom"),
        ("yield {'instruction': 'q'}", "expected a TrainingSample, got dict"),
    ],
)
def test_a_generator_at_fault_is_named_and_writes_nothing(redacted: Any, act: str, words: str) -> None:
    redacted.install("unruly", UNRULY.format(act=act), distribution="afs-unruly", version="0.3")
    done = redacted.afs("generate", "unruly", "--output", "out.jsonl")
    assert done.returncode == 1
    assert f"generators/unruly of plugin unruly (afs-unruly 0.3): {words}" in done.stderr
    assert not (redacted.work / "out.jsonl").exists()


def test_the_limit_counts_what_is_written(redacted: Any) -> None:
    done = redacted.afs("generate", "parrot", "--source", "words.txt", "--limit", "3")
    assert [row["output"] for row in rows(done.stdout)] == ["one", "<PASSWORD_k3x7qa>", "three"]


def test_a_file_has_a_manifest_and_a_second_run_does_nothing(redacted: Any) -> None:
    args = ("generate", "parrot", "--source", "words.txt", "--output", "out/parrot.jsonl")
    first, second = redacted.json(*args), redacted.json(*args)
    assert (first["ok"], first["data"]["skipped"]) == (True, False)
    assert (second["ok"], second["data"]["skipped"]) == (True, True)
    assert len(rows((redacted.work / "out/parrot.jsonl").read_text())) == 3
    manifest = json.loads((redacted.work / "out/parrot.jsonl.manifest.json").read_text())
    assert manifest["uses"] == ["generators/parrot", "transforms/redaction"]
    assert [source["role"] for source in manifest["inputs"]] == ["source"]


@pytest.mark.parametrize("configured", [False, True])
def test_a_changed_source_is_read_again(redacted: Any, configured: bool) -> None:
    """Also where the source was named in a config file, not by a flag."""
    if configured:
        redacted.configure(f'[plugins.parrot.parrot]\nsource = "{redacted.work}/words.txt"\n')
    named = () if configured else ("--source", "words.txt")
    args = ("generate", "parrot", *named, "--output", "parrot.jsonl")
    assert redacted.json(*args)["ok"]
    (redacted.work / "words.txt").write_text("other")
    assert redacted.json(*args)["data"]["skipped"] is False
    assert [row["output"] for row in rows((redacted.work / "parrot.jsonl").read_text())] == ["other"]


def test_a_config_file_gives_settings_and_a_flag_wins(redacted: Any) -> None:
    redacted.configure('[plugins.parrot.parrot]\nsource = "words.txt"\ntimes = 2\n')
    assert len(rows(redacted.afs("generate", "parrot").stdout)) == 6
    assert len(rows(redacted.afs("generate", "parrot", "--times", "1").stdout)) == 3


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("parrot",), "missing: --source"),
        (("parrot", "--source", "words.txt", "--times", "0"), "--times"),
        (("parot",), "did you mean 'parrot'"),
        (("parrot", "--sauce", "x"), "--sauce"),
        (("parrot", "--source", "words.txt", "--json"), "--json needs --output"),
    ],
)
def test_wrong_usage_says_what_is_wrong(redacted: Any, args: tuple[str, ...], words: str) -> None:
    done = redacted.afs("generate", *args)
    assert done.returncode == 2
    assert words in done.stderr + done.stdout


def test_a_reader_that_goes_away_is_no_error_message(redacted: Any) -> None:
    (redacted.work / "words.txt").write_text("word " * 20_000)
    python = " ".join(redacted.python)
    script = f"{python} -m afs_core generate parrot --source words.txt --quiet | head -n 1"
    done = subprocess.run(
        ["bash", "-c", script],
        env=redacted.env,
        cwd=redacted.work,
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(rows(done.stdout)) == 1
    assert "Traceback" not in done.stderr
    assert "error" not in done.stderr


def test_two_generators_of_one_name_are_listed_by_their_plugins(parrot: Any) -> None:
    parrot.install("other", DECLARATION)
    listed = parrot.afs("generate", "--help").stdout
    assert "parrot/parrot" in listed
    assert "other/parrot" in listed
    bare = parrot.afs("generate", "parrot", "--help")
    assert bare.returncode == 2
    assert "other/parrot or parrot/parrot" in bare.stderr
    assert parrot.afs("generate", "other/parrot", "--help").returncode == 0


def test_a_generator_that_cannot_be_imported_breaks_only_its_own_command(redacted: Any) -> None:
    Path(redacted.site / "parrot_work.py").write_text("1 / 0")
    assert "Says words again." in redacted.afs("generate", "--help").stdout
    done = redacted.afs("generate", "parrot", "--source", "words.txt")
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert "plugin parrot (afs-parrot 1.0)" in done.stderr
