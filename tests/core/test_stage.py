from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from afs_core.config import Config
from afs_core.errors import DataError, GateRefused, UsageError
from afs_core.jsonl import read_samples
from afs_core.manifest import Manifest, digest, read_manifest, verify, write_manifest
from afs_core.registry import Registry
from afs_core.run import Run
from afs_core.stage import Outcome, Stage, execute

PLUGIN = """
from pathlib import Path
import msgspec
from afs_core import Artifact, Capability, Finding, Report, Score, TrainingSample, hookimpl
from afs_core.sample import Provenance

class Count:
    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        count: int = 10
        words: Path | None = None
    def __init__(self, config, run): self.config, self.run = config, run
    def generate(self):
        for number in range(self.config.count):
            yield TrainingSample(instruction=f"say {number}", output=str(number),
                                 prov=Provenance(source="numbers", start=number, generator="count"))

class Even:
    def __init__(self, config, run): self.run = run
    def apply(self, samples):
        for sample in samples:
            if int(sample.output) % 2: self.run.drop(sample, "odd")
            else: yield sample

class Best:
    rereads = True
    def __init__(self, config, run): self.run = run
    def apply(self, samples):
        best = max(int(sample.output) for sample in samples)
        for sample in samples:
            if int(sample.output) == best: yield sample

class Cut:
    def __init__(self, config, run): self.run = run
    def apply(self, samples):
        for number, sample in enumerate(samples):
            prov = msgspec.structs.replace(sample.prov, split=("train", "val", "test")[number % 3])
            yield msgspec.structs.replace(sample, prov=prov)

class Sneaky:
    def __init__(self, config, run): pass
    def apply(self, samples):
        for number, sample in enumerate(samples):
            if number % 2: yield sample

class Origin:
    stage_inputs = ()
    rereads = True
    def __init__(self, config, run): pass
    def apply(self, samples):
        known = [path.stem for path in self.stage_inputs]
        for sample in samples:
            origin = sample.__dict__["input"].stem
            yield msgspec.structs.replace(sample, source=f"{origin} of {known}")

class Length:
    fingerprint = "1"
    def __init__(self, config, run): pass
    def score_batch(self, samples): return [Score(len(sample.output) / 10) for sample in samples]

class Pair:
    def __init__(self, config, run): pass
    def convert(self, sample): return {"q": sample.instruction, "a": sample.output}
    def parse(self, row): return TrainingSample(instruction=row["q"], output=row["a"])
    def matches(self, row): return "q" in row

class Judge:
    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        least: int = 1
    def __init__(self, config, run): self.config = config
    def evaluate(self, job):
        count = sum(1 for path in job.data for _ in open(path))
        (job.output / "answer.txt").write_text(str(count))
        passed = count >= self.config.least
        return Report(title="count", passed=passed,
                      findings=(Finding(name="count", passed=passed, value=count, limit="1"),),
                      artifacts=(Artifact(path=job.output / "answer.txt", kind="report"),))

HERE = "stage_plugin:"
@hookimpl
def afs_generators(): return [Capability(name="count", target=HERE + "Count")]
@hookimpl
def afs_transforms():
    names = ("even", "best", "cut", "sneaky", "origin")
    return [Capability(name=name, target=HERE + name.title()) for name in names]
@hookimpl
def afs_scorers(): return [Capability(name="length", target=HERE + "Length")]
@hookimpl
def afs_converters(): return [Capability(name="pair", target=HERE + "Pair")]
@hookimpl
def afs_evaluators(): return [Capability(name="judge", target=HERE + "Judge")]
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "stage_plugin.py").write_text(PLUGIN)
    user = tmp_path / "config.toml"
    user.write_text(f"[general]\nplugin_dirs = [{str(plugins)!r}]\n")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "stage_plugin", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    config = Config.load(tmp_path, user)
    with Run.open(config=config, registry=Registry.load(config)) as run:
        yield run


def numbers(path: Path) -> list[int]:
    return [int(sample.output) for sample in read_samples(path)]


def test_a_chain_counts_every_link(run: Run) -> None:
    out = Path("out.jsonl")
    stage = Stage(name="s", uses=("generators/count", "transforms/even"), output=out)
    outcome = execute(stage, run)
    assert numbers(out) == [0, 2, 4, 6, 8]
    source, even = outcome.counts
    assert (source.went_out, even.came_in, even.went_out, even.dropped) == (10, 10, 5, {"odd": 5})


def test_a_second_run_does_nothing_and_a_change_runs_again(run: Run) -> None:
    out = Path("out.jsonl")
    stage = Stage(name="s", uses=("generators/count", "transforms/even"), output=out)
    first = execute(stage, run)
    before = out.stat().st_mtime_ns
    second = execute(stage, run)
    assert second.skipped and not first.skipped
    assert second.counts == first.counts
    assert out.stat().st_mtime_ns == before
    more = Stage(name="s", uses=stage.uses, output=out, config={"generators/count": {"count": 4}})
    assert not execute(more, run).skipped
    assert numbers(out) == [0, 2]


def test_a_changed_or_missing_output_is_made_again(run: Run) -> None:
    out = Path("out.jsonl")
    stage = Stage(name="s", uses=("generators/count",), output=out)
    execute(stage, run)
    good = out.read_bytes()
    out.write_bytes(good[:-20])
    assert not execute(stage, run).skipped
    assert out.read_bytes() == good
    out.unlink()
    assert not execute(stage, run).skipped


def test_the_manifest_says_what_made_it(run: Run) -> None:
    execute(Stage(name="a", uses=("generators/count",), output=Path("a.jsonl"), seed=7), run)
    execute(
        Stage(name="b", uses=("transforms/even",), inputs=(Path("a.jsonl"),), output=Path("sub/b.jsonl")), run
    )
    manifest = read_manifest(Path("sub/b.jsonl"))
    assert manifest is not None
    assert manifest.outputs == {"b.jsonl": hashlib.sha256(Path("sub/b.jsonl").read_bytes()).hexdigest()}
    assert [(item.path, item.sha256) for item in manifest.inputs] == [("../a.jsonl", digest(Path("a.jsonl")))]
    assert manifest.seed == run.seed and manifest.run_id == run.id
    assert all(finding.passed for finding in verify(Path("sub/b.jsonl")))
    Path("a.jsonl").write_text("")
    assert [f.message for f in verify(Path("sub/b.jsonl")) if not f.passed] == ["input has changed"]


def test_reading_twice_goes_through_a_spool_that_is_removed(run: Run) -> None:
    execute(Stage(name="s", uses=("generators/count", "transforms/best"), output=Path("o.jsonl")), run)
    assert numbers(Path("o.jsonl")) == [9]
    assert list(run.workdir.iterdir()) == []


def test_a_transform_that_asks_knows_the_input_of_every_sample(run: Run) -> None:
    config = {"generators/count": {"count": 2}}
    for name in ("few", "more"):
        execute(
            Stage(name=name, uses=("generators/count",), config=config, output=Path(f"{name}.jsonl")), run
        )
    Path("other.jsonl").write_bytes(Path("more.jsonl").read_bytes())
    uses = ("transforms/even", "transforms/origin")
    out = Path("out.jsonl")
    for names in (("few", "more"), ("few", "other")):
        inputs = tuple(Path(f"{name}.jsonl") for name in names)
        outcome = execute(Stage(name="s", uses=uses, inputs=inputs, output=out), run)
        assert not outcome.skipped
        assert [s.source for s in read_samples(out)] == [f"{name} of {list(names)}" for name in names]
        assert execute(Stage(name="s", uses=uses, inputs=inputs, output=out), run).skipped


def test_a_split_makes_a_folder_and_the_folder_is_an_input(run: Run) -> None:
    execute(Stage(name="s", uses=("generators/count", "transforms/cut"), output=Path("cut")), run)
    assert numbers(Path("cut/train.jsonl")) == [0, 3, 6, 9]
    assert numbers(Path("cut/test.jsonl")) == [2, 5, 8]
    Path("cut/notes.txt").write_text("mine")
    execute(Stage(name="t", uses=("transforms/even",), inputs=(Path("cut"),), output=Path("even.jsonl")), run)
    assert sorted(numbers(Path("even.jsonl"))) == [0, 2, 4, 6, 8]
    execute(Stage(name="s", uses=("generators/count", "transforms/cut"), output=Path("cut"), seed=1), run)
    assert Path("cut/notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["splits-v1.2", "qwen2.5-data"])
def test_a_version_in_a_name_is_no_suffix(run: Run, name: str) -> None:
    execute(Stage(name="s", uses=("generators/count", "transforms/cut"), output=Path(name)), run)
    assert numbers(Path(name) / "test.jsonl") == [2, 5, 8]


def test_the_folder_of_a_build_may_have_a_dot_in_its_name(run: Run) -> None:
    data = Path("data.jsonl")
    execute(Stage(name="s", uses=("generators/count",), output=data), run)
    stage = Stage(name="b", uses=("evaluators/judge",), inputs=(data,), output=Path("qwen2.b"))
    execute(stage, run)
    assert all(finding.passed for finding in verify(stage.output))
    assert execute(stage, run).skipped


def test_what_a_transform_loses_in_silence_is_counted(run: Run) -> None:
    outcome = execute(
        Stage(name="s", uses=("generators/count", "transforms/sneaky"), output=Path("o.jsonl")), run
    )
    assert outcome.counts[1].dropped == {"no reason given": 5}


def test_a_limit_is_samples_written(run: Run) -> None:
    stage = Stage(name="s", uses=("generators/count", "transforms/even"), output=Path("o.jsonl"), limit=3)
    assert execute(stage, run).counts[-1].went_out == 3
    assert numbers(Path("o.jsonl")) == [0, 2, 4]


def test_scores_land_in_the_sample(run: Run) -> None:
    execute(Stage(name="s", uses=("generators/count", "scorers/length"), output=Path("o.jsonl")), run)
    first = next(read_samples(Path("o.jsonl")))
    assert first.quality_score == 0.1
    assert first.metadata["scores"] == {"length": 0.1}


@pytest.mark.parametrize("name", ["in.jsonl", "out.jsonl", "./out.jsonl"])
def test_what_is_rejected_goes_into_a_file_of_its_own(run: Run, name: str) -> None:
    first = execute(Stage(name="make", uses=("generators/count",), output=Path("in.jsonl")), run)
    before = first.artifacts[0].path.read_bytes()
    stage = Stage(
        name="keep",
        uses=("transforms/even",),
        inputs=(Path("in.jsonl"),),
        output=Path("out.jsonl"),
        rejected=Path(name),
    )
    with pytest.raises(UsageError, match="expected another file"):
        execute(stage, run)
    assert Path("in.jsonl").read_bytes() == before and not Path("out.jsonl").exists()


def test_lines_set_aside_do_not_overwrite_an_input(run: Run) -> None:
    Path("x.rejected.jsonl").write_text("{broken\n")
    stage = Stage(
        name="again",
        uses=("transforms/even",),
        inputs=(Path("x.rejected.jsonl"),),
        output=Path("x.jsonl"),
        on_error="skip",
    )
    with pytest.raises(UsageError, match="an input of the stage"):
        execute(stage, run)
    assert Path("x.rejected.jsonl").read_text() == "{broken\n"


def test_a_converter_exports_and_imports(run: Run) -> None:
    execute(Stage(name="s", uses=("generators/count", "converters/pair"), output=Path("rows.jsonl")), run)
    assert json.loads(Path("rows.jsonl").read_text().splitlines()[3]) == {"q": "say 3", "a": "3"}
    outcome = execute(
        Stage(
            name="t",
            uses=("converters/pair", "transforms/even"),
            inputs=(Path("rows.jsonl"),),
            output=Path("e.jsonl"),
        ),
        run,
    )
    assert numbers(Path("e.jsonl")) == [0, 2, 4, 6, 8]
    assert outcome.counts[0].came_in == 10


def test_faulty_lines_stop_or_are_set_aside(run: Run) -> None:
    Path("in.jsonl").write_text('{"instruction": "a", "output": "2"}\n{broken\n')
    stage = Stage(name="s", uses=("transforms/even",), inputs=(Path("in.jsonl"),), output=Path("o.jsonl"))
    with pytest.raises(DataError, match=r"in\.jsonl:2: not JSON"):
        execute(stage, run)
    assert not Path("o.jsonl").exists()
    skip = Stage(name="s", uses=stage.uses, inputs=stage.inputs, output=stage.output, on_error="skip")
    outcome = execute(skip, run)
    assert (outcome.counts[0].came_in, outcome.counts[0].went_out) == (2, 1)
    reject = json.loads(Path("o.rejected.jsonl").read_text())
    assert (reject["line"], reject["raw"]) == (2, "{broken")


def test_dropped_samples_are_kept_where_asked(run: Run) -> None:
    stage = Stage(
        name="s",
        uses=("generators/count", "transforms/even"),
        output=Path("o.jsonl"),
        rejected=Path("r.jsonl"),
    )
    execute(stage, run)
    rejects = [json.loads(line) for line in Path("r.jsonl").read_text().splitlines()]
    assert [(row["reason"], row["sample"]["output"]) for row in rejects] == [("odd", n) for n in "13579"]
    assert {row["by"] for row in rejects} == {"transforms/even"}


def gate(run: Run, least: int) -> Outcome:
    execute(Stage(name="a", uses=("generators/count",), output=Path("a.jsonl")), run)
    return execute(
        Stage(
            name="g",
            uses=("evaluators/judge",),
            inputs=(Path("a.jsonl"),),
            output=Path("judged"),
            config={"evaluators/judge": {"least": least}},
            gate=True,
        ),
        run,
    )


def test_a_gate_passes_or_refuses_every_time(run: Run) -> None:
    assert gate(run, 5).report is not None
    assert gate(run, 5).skipped
    for _ in range(2):
        with pytest.raises(GateRefused, match="count: 10"):
            gate(run, 50)
    assert Path("judged/answer.txt").read_text() == "10"


@pytest.mark.parametrize(
    "uses", [(), ("nonsense",), ("trainers/a", "transforms/even"), ("transforms/even", "generators/count")]
)
def test_a_wrong_chain_is_a_usage_error(run: Run, uses: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        execute(Stage(name="s", uses=uses, output=Path("o.jsonl")), run)


def test_a_missing_input_is_named(run: Run) -> None:
    with pytest.raises(DataError, match=r"none\.jsonl"):
        execute(
            Stage(name="s", uses=("transforms/even",), inputs=(Path("none.jsonl"),), output=Path("o.jsonl")),
            run,
        )


def test_a_file_that_only_the_configuration_names_is_an_input(run: Run) -> None:
    Path("words.txt").write_text("one")
    user = Path("config.toml")
    user.write_text(user.read_text() + '[plugins.stage_plugin.count]\nwords = "words.txt"\n')
    config = Config.load(Path.cwd(), user.absolute())
    stage = Stage(name="s", uses=("generators/count",), output=Path("out.jsonl"))
    with Run.open(config=config, registry=Registry.load(config)) as configured:
        assert not execute(stage, configured).skipped
        manifest = read_manifest(stage.output)
        assert manifest is not None
        assert [(source.path, source.role) for source in manifest.inputs] == [("words.txt", "words")]
        assert execute(stage, configured).skipped
        Path("words.txt").write_text("two")
        assert not execute(stage, configured).skipped


def test_what_is_written_beside_a_trained_adapter_is_not_the_adapter(tmp_path: Path) -> None:
    adapter = tmp_path / "lora"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text("{}")
    outputs = {"adapter_config.json": digest(adapter / "adapter_config.json")}
    write_manifest(adapter, Manifest(key="", stage="train", uses=(), kind="adapter", outputs=outputs))
    before = digest(adapter)
    (adapter / "val_metrics.json").write_text("{}")
    assert digest(adapter) == before
    (adapter / "adapter_config.json").write_text('{"r": 8}')
    assert digest(adapter) != before


def test_a_scorer_that_judges_otherwise_runs_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(name="s", uses=("generators/count", "scorers/length"), output=Path("o.jsonl"))
    execute(stage, run)
    assert execute(stage, run).skipped
    monkeypatch.setattr(run.registry.factory("scorers", "length"), "fingerprint", "2")
    assert not execute(stage, run).skipped
