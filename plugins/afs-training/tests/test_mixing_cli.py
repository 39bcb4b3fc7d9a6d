from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from afs.training import RehearsalBuffer
from afs.training.rebalance_cli import merge, rebalance
from afs.training.rehearsal_cli import rehearsal_build, rehearsal_mix
from afs_core import Provenance, TrainingSample, read_manifest, read_samples, write_samples

Afs = Callable[..., Result]


@pytest.fixture
def afs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Afs:
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.chdir(tmp_path)

    def invoke(command: Any, *words: object, **more: Any) -> Result:
        return CliRunner().invoke(command, [str(word) for word in words], **more)

    return invoke


def make(name: str, count: int, *, first: int = 0, word: str = "", **fields: Any) -> Path:
    path = Path(f"{name}.jsonl")
    write_samples(
        path,
        [
            TrainingSample(f"{word or name} {n}?", f"{name} says.", **{"quality_score": n / count, **fields})
            for n in range(first, first + count)
        ],
    )
    return path


def said(path: str) -> Counter[str]:
    return Counter(sample.output.split()[0] for sample in read_samples(Path(path)))


def test_rebalance_as_documented(afs: Afs) -> None:
    for name in ("oracle", "memory", "history"):
        make(f"{name}_scored", 100, domain=name)
    make("v1", 50, domain="oracle", _metadata={"rehearsal_version": "v1"})
    names = ("oracle_scored", "memory_scored", "history_scored", "v1")
    inputs = [word for name in names for word in ("--input", f"{name}.jsonl")]
    shares = {"oracle": 0.35, "memory": 0.25, "history": 0.20, "rehearsal": 0.20}
    weights = [word for name, share in shares.items() for word in ("--weight", f"{name}={share}")]
    result = afs(rebalance, *inputs, "--output", "mixed.jsonl", *weights)
    assert result.exit_code == 0, result.output
    assert said("mixed.jsonl") == {"oracle_scored": 87, "memory_scored": 63, "history_scored": 50, "v1": 50}
    assert "rehearsal   20.0% asked   20.0% got  50 from 50" in result.stderr
    assert "transforms/rebalance  350 in  250 out  100 dropped" in result.stderr
    manifest = read_manifest(Path("mixed.jsonl"))
    assert manifest is not None
    assert len(manifest.inputs) == 4
    again = afs(rebalance, *inputs, "--output", "mixed.jsonl", *weights)
    assert "up to date" in again.stderr
    assert "rehearsal   20.0% asked   20.0% got  50 from 50" in again.stderr


def test_a_renamed_input_is_not_up_to_date(afs: Afs) -> None:
    a, b = make("a", 10), make("b", 10)
    words = ("--output", "out.jsonl", "--weight", "a=1")
    assert afs(rebalance, "--input", a, "--input", b, *words).exit_code == 0
    a.rename("c.jsonl")
    result = afs(rebalance, "--input", "c.jsonl", "--input", b, *words)
    assert result.exit_code == 2
    assert "input c, b" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--weight", "nobody=1"), "no sample matches the weight nobody"),
        (("--weight", "a=1", "--weight", "a=2"), "two weights"),
        (("--weight", "a=-1"), "-1"),
        (("--weight", "a=nan"), "a=nan"),
        (("--weight", "a"), "NAME=VALUE"),
        (("--min-quality-score", "nan"), "from 0 to 1"),
        (("--max-total", "0"), "--max-total"),
    ],
)
def test_wrong_usage_is_exit_2_and_writes_nothing(afs: Afs, words: tuple[str, ...], said: str) -> None:
    result = afs(rebalance, "--input", make("a", 5), "--output", "out.jsonl", *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not Path("out.jsonl").exists()


def test_rejected_samples_are_kept_with_their_reason(afs: Afs) -> None:
    make("a", 9), make("b", 3)
    result = afs(
        rebalance, "--input", "a.jsonl", "--input", "b.jsonl", "--output", "o.jsonl", "--rejected", "r.jsonl"
    )
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in Path("r.jsonl").read_text().splitlines()]
    assert [row["reason"] for row in rows] == ["beyond the share of a"] * 6


def test_samples_flow_through_pipes(afs: Afs) -> None:
    text = make("a", 9, domain="x").read_text()
    result = afs(rebalance, "--weight", "x=1", "--no-shuffle", input=text)
    assert result.exit_code == 0, result.output
    assert result.stdout == text


def test_build_and_mix_as_documented(afs: Afs) -> None:
    make("v1_training", 100, domain="asm"), make("v2_new", 63, domain="quest")
    built = afs(
        rehearsal_build, "--input", "v1_training.jsonl", "--version", "v1", "--output", "buffers/v1.jsonl",
        "--top-ratio", 0.3, "--min-score", 0.7,
    )  # fmt: skip
    assert built.exit_code == 0, built.output
    assert [s.score for s in read_samples(Path("buffers/v1.jsonl"))] == [n / 100 for n in range(70, 100)]
    words = ("--buffer", "buffers/v1.jsonl", "--new-data", "v2_new.jsonl", "--rehearsal-ratio", 0.3)
    result = afs(rehearsal_mix, *words, "--output", "v2.jsonl", "--shuffle", "--seed", 42)
    assert result.exit_code == 0, result.output
    assert "rehearsal: 30.0% asked, 30.0% got (27 of 90)" in result.stderr
    mixed = list(read_samples(Path("v2.jsonl")))
    assert Counter(s.domain for s in mixed) == {"quest": 63, "asm": 27}
    assert {s.metadata["rehearsal_version"] for s in mixed if s.domain == "asm"} == {"v1"}
    manifest = read_manifest(Path("v2.jsonl"))
    assert manifest is not None
    assert {source.role: source.path for source in manifest.inputs} == {
        "input": "v2_new.jsonl",
        "buffer": "buffers/v1.jsonl",
    }
    weighed = afs(
        rebalance,
        "--input",
        "v2.jsonl",
        "--weight",
        "rehearsal=1",
        "--weight",
        "quest=1",
        "--output",
        "r.jsonl",
    )
    assert weighed.exit_code == 0, weighed.output
    assert said("r.jsonl") == {"v1_training": 27, "v2_new": 27}


def test_python_mixes_as_the_command_does(afs: Afs) -> None:
    make("old", 100), make("fresh", 50)
    assert afs(rehearsal_build, "--input", "old.jsonl", "--output", "v1.jsonl").exit_code == 0
    words = ("--buffer", "v1.jsonl", "--new-data", "fresh.jsonl", "--shuffle", "--seed", 7)
    assert afs(rehearsal_mix, *words, "--output", "mix.jsonl").exit_code == 0
    buffer = RehearsalBuffer()
    buffer.load_from_jsonl("old.jsonl")
    assert buffer.select_top_samples() == list(read_samples(Path("v1.jsonl")))
    new = buffer.load_jsonl("fresh.jsonl")
    assert buffer.merge_with_new_data(new, shuffle=True, seed=7) == list(read_samples(Path("mix.jsonl")))


def test_several_versions_are_marked_each_with_its_own(afs: Afs) -> None:
    make("one", 20), make("two", 20)
    words = ("--input", "one.jsonl", "--input", "two.jsonl", "--output", "b.jsonl", "--top-ratio", 1)
    assert afs(rehearsal_build, *words, "--version", "v1", "--version", "v2").exit_code == 0
    marks = {s.output.split()[0]: s.metadata["rehearsal_version"] for s in read_samples(Path("b.jsonl"))}
    assert marks == {"one": "v1", "two": "v2"}
    assert afs(rehearsal_build, *words).exit_code == 0
    marks = {s.output.split()[0]: s.metadata["rehearsal_version"] for s in read_samples(Path("b.jsonl"))}
    assert marks == {"one": "one", "two": "two"}
    three = afs(rehearsal_build, *words, "--version", "a", "--version", "b", "--version", "c")
    assert three.exit_code == 2
    assert "one for each --input" in three.stderr


def test_unscored_data_is_refused_with_what_to_do(afs: Afs) -> None:
    make("raw", 10, quality_score=None)
    words = ("--input", "raw.jsonl", "--version", "v1", "--output", "b.jsonl")
    result = afs(rehearsal_build, *words)
    assert result.exit_code == 3
    assert "afs scoring score" in result.stderr
    assert not Path("b.jsonl").exists()
    assert afs(rehearsal_build, *words, "--min-score", 0).exit_code == 0
    assert len(list(read_samples(Path("b.jsonl")))) == 3


def test_a_small_buffer_gives_all_and_the_share_is_told(afs: Afs) -> None:
    make("v1", 10), make("fresh", 90)
    result = afs(rehearsal_mix, "--buffer", "v1.jsonl", "--new-data", "fresh.jsonl", "--output", "m.jsonl")
    assert result.exit_code == 0, result.output
    assert "warning: rehearsal: the buffer has 10 of the 39 samples" in result.stderr
    assert "30.0% asked, 10.0% got (10 of 100)" in result.stderr


@pytest.mark.parametrize(("ratio", "counts"), [(0, {"fresh": 20}), (1, {"v1": 10})])
def test_the_ends_of_the_ratio_are_legal(afs: Afs, ratio: int, counts: dict[str, int]) -> None:
    make("v1", 10), make("fresh", 20)
    words = ("--buffer", "v1.jsonl", "--new-data", "fresh.jsonl", "--output", "m.jsonl")
    result = afs(rehearsal_mix, *words, "--rehearsal-ratio", ratio)
    assert result.exit_code == 0, result.output
    assert said("m.jsonl") == counts


def test_a_split_folder_stays_one_and_only_its_training_data_counts(afs: Afs) -> None:
    make("v1", 50)
    for split, count in (("train", 30), ("val", 10), ("test", 10)):
        Path("new").mkdir(exist_ok=True)
        make(f"new/{split}", count, word=split, prov=Provenance(split=split))
    result = afs(
        rehearsal_mix,
        "--buffer",
        "v1.jsonl",
        "--new-data",
        "new",
        "--output",
        "mixed",
        "--rehearsal-ratio",
        0.5,
    )
    assert result.exit_code == 0, result.output
    counts = {path.stem: len(list(read_samples(path))) for path in Path("mixed").glob("*.jsonl")}
    assert counts == {"train": 60, "val": 10, "test": 10}
    assert "50.0% asked, 50.0% got (30 of 60)" in result.stderr


def test_a_missing_buffer_is_named(afs: Afs) -> None:
    make("fresh", 5)
    result = afs(rehearsal_mix, "--buffer", "no.jsonl", "--new-data", "fresh.jsonl", "--output", "m.jsonl")
    assert result.exit_code == 1
    assert "no.jsonl: expected a rehearsal buffer" in result.stderr
    assert "rehearsal-build" in result.stderr


def test_a_torn_buffer_is_named_with_its_line(afs: Afs) -> None:
    make("fresh", 50), make("v1", 10)
    os.truncate("v1.jsonl", Path("v1.jsonl").stat().st_size - 9)
    result = afs(rehearsal_mix, "--buffer", "v1.jsonl", "--new-data", "fresh.jsonl", "--output", "m.jsonl")
    assert result.exit_code == 1
    assert "v1.jsonl:10: not JSON" in result.stderr
    assert not Path("m.jsonl").exists()


def test_merge_is_60_25_15_and_the_expert_keeps_what_all_ask(afs: Afs) -> None:
    make("mine", 120), make("web", 100, first=110, word="mine"), make("made", 100)
    parts = ("--expert", "mine.jsonl", "--general", "web.jsonl", "--synthetic", "made.jsonl")
    result = afs(merge, *parts, "--output", "merged.jsonl")
    assert result.exit_code == 0, result.output
    assert said("merged.jsonl") == {"mine": 120, "web": 50, "made": 30}
    assert "10 same question as another sample" in result.stderr
    assert "expert      60.0% asked   60.0% got  120 from 120" in result.stderr
    questions = [sample.instruction for sample in read_samples(Path("merged.jsonl"))]
    assert len(set(questions)) == len(questions)


def test_the_parts_of_a_merge_are_its_files_whatever_their_samples_say(afs: Afs) -> None:
    make("a/data", 10, domain="synthetic", _metadata={"tags": ["general"]})
    make("b/data", 10, domain="expert", source="expert")
    parts = ("--expert", "a/data.jsonl", "--general", "b/data.jsonl")
    result = afs(merge, *parts, "--ratio", "expert=0.2", "--ratio", "general=0.8", "--output", "m.jsonl")
    assert result.exit_code == 0, result.output
    assert said("m.jsonl") == {"a/data": 2, "b/data": 10}


def test_a_part_that_is_not_given_leaves_its_share(afs: Afs) -> None:
    make("mine", 60), make("made", 60)
    result = afs(merge, "--expert", "mine.jsonl", "--synthetic", "made.jsonl", "--output", "m.jsonl")
    assert result.exit_code == 0, result.output
    assert said("m.jsonl") == {"mine": 60, "made": 15}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--expert, --general or --synthetic is missing"),
        (("--expert", "a.jsonl", "--general", "a.jsonl"), "a.jsonl is given twice"),
        (("--expert", "a.jsonl", "--ratio", "general=1"), "no file is given for it"),
    ],
)
def test_a_merge_that_means_nothing_is_exit_2(afs: Afs, words: tuple[str, ...], said: str) -> None:
    make("a", 3)
    result = afs(merge, *words, "--output", "m.jsonl")
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (rebalance, ("--input", "bad.jsonl")),
        (merge, ("--expert", "bad.jsonl")),
        (rehearsal_build, ("--input", "bad.jsonl", "--min-score", "0", "--top-ratio", "1")),
        (rehearsal_mix, ("--buffer", "good.jsonl", "--new-data", "bad.jsonl")),
    ],
)
def test_a_faulty_line_stops_or_is_set_aside(afs: Afs, command: Any, words: tuple[str, ...]) -> None:
    make("good", 5)
    Path("bad.jsonl").write_bytes(make("fine", 3).read_bytes() + b'{"instruction": 3}\n\xff\n')
    result = afs(command, *words, "--output", "out.jsonl")
    assert result.exit_code == 1
    assert "bad.jsonl:4" in result.stderr
    assert not Path("out.jsonl").exists()
    result = afs(command, *words, "--output", "out.jsonl", "--on-error", "skip")
    assert result.exit_code == 0, result.output
    assert said("out.jsonl")["fine"] == 3
    assert len(Path("out.rejected.jsonl").read_text().splitlines()) == 2


def test_the_envelope_holds_the_counts(afs: Afs) -> None:
    make("a", 4)
    result = afs(rebalance, "--input", "a.jsonl", "--output", "o.jsonl", "--json")
    data = json.loads(result.stdout)["data"]
    assert data["counts"][-1]["noted"] == {"from a": 4}
