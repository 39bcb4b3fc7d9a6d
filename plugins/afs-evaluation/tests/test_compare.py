"""Models are asked once, and the report claims what the answers bear."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from afs.evaluation.compare import JOURNAL
from afs_core import (
    AfsError,
    DataError,
    EvalJob,
    GateRefused,
    Outcome,
    Report,
    Run,
    Stage,
    TrainingSample,
    UnknownName,
    UsageError,
    execute,
    write_samples,
)
from afs_core.manifest import read_manifest
from afs_core.testing import EvaluatorConformance

Numbers = Callable[..., list[TrainingSample]]
Compared = Callable[..., Outcome]
USE = "evaluators/compare"

PARROT = """
    import json
    import math
    from pathlib import Path

    from afs_core import Capability, hookimpl


    class Provider:
        '''A model is a JSON file; every question asked of it is written to asked.log beside it.'''

        def __init__(self, config, run):
            pass

        def open(self, target):
            from afs.models.chat import Reply, SequentialChat

            path = Path(target)
            known = json.loads(path.read_text())

            class Parrot(SequentialChat):
                def chat(self, messages, **settings):
                    question = messages[-1]["content"]
                    with path.with_name("asked.log").open("a") as log:
                        log.write(f"{path.stem} {question}\\n")
                    text = known.get(question, "no idea")
                    if text == "die":
                        raise OSError("the engine died")
                    return Reply(text=text, completion_tokens=3, seconds=0.5, stopped="length")

                def losses(self, conversations):
                    return [math.nan if known.get("silent") else 2.0 for _ in conversations]

            return Parrot()


    @hookimpl
    def afs_provides():
        return [Capability(kind="providers", name="parrot", target="tested:Provider")]
"""


class TestCompare(EvaluatorConformance):
    capability = "compare"
    timings = ("seconds an answer", "tokens a second")
    volatile = ("report.*", "*.afs-state")

    @pytest.fixture(autouse=True)
    def _models(self, server: Any) -> None:
        type(self).server = server

    def job(self, folder: Path) -> EvalJob:
        numbers = [TrainingSample(f"What is number {n}?", str(n)) for n in range(35)]
        write_samples(folder / "suite.jsonl", numbers)
        return EvalJob(
            models=(self.server.reference("half"),),
            baseline=self.server.reference("fool"),
            suite=folder / "suite.jsonl",
            output=folder / "out",
        )


@pytest.fixture
def run(suite: Path, afs_registry: Any) -> Iterator[Run]:
    with Run.open(registry=afs_registry) as run:
        yield run


@pytest.fixture
def compared(suite: Path, run: Run, server: Any) -> Compared:
    """``compared("sage", baseline="fool", least_share=0.5)``: the stage, run on models of the server."""

    def make(*models: str, baseline: str | None = None, gate: bool = False, **settings: Any) -> Outcome:
        config = {
            "suite": suite,
            "models": tuple(server.reference(model) for model in models),
            "baseline": server.reference(baseline) if baseline else None,
            **settings,
        }
        return execute(Stage(name="e", uses=(USE,), output=Path("out"), config={USE: config}, gate=gate), run)

    return make


def report_of(outcome: Outcome) -> Report:
    assert outcome.report is not None
    return outcome.report


def test_each_model_has_its_share_with_an_interval(compared: Compared) -> None:
    report = report_of(compared("sage", "half", baseline="fool"))
    fool, sage, half = report.tables["Models"]
    assert [row["model"] for row in (fool, sage, half)] == ["fool", "sage", "half"]
    assert (fool["exact match"], sage["exact match"], half["exact match"]) == (0, 1, 0.5)
    assert half["low"] < 0.4 < 0.6 < half["high"]
    assert (sage["high"], fool["low"]) == (1, 0)
    assert 0.9 < sage["low"] < 1
    assert all(
        row["loss"] is None and row["not graded"] == row["cut off"] == 0 for row in report.tables["Models"]
    )
    assert report.summary == {"questions": 40, "groups": 40}
    assert report.passed


def test_questions_of_one_group_count_as_less(compared: Compared, suite: Path, numbers: Numbers) -> None:
    def width(by: int) -> float:
        # `half` knows even numbers; groups of evens and of odds agree within themselves
        samples = sorted(numbers(40), key=lambda sample: int(sample.output) % 2)
        write_samples(suite, [_grouped(s, f"{n // by}") for n, s in enumerate(samples)])
        (row,) = report_of(compared("half")).tables["Models"]
        assert row["exact match"] == 0.5
        return float(row["high"] - row["low"])

    assert width(10) > 1.5 * width(1)


def _grouped(sample: TrainingSample, group: str) -> TrainingSample:
    return TrainingSample(sample.instruction, sample.output, prov=type(sample.prov)(group=group))  # type: ignore[misc]


def test_differences_from_the_baseline_are_paired(compared: Compared) -> None:
    sage, half = report_of(compared("sage", "half", baseline="fool")).tables["Against the baseline"]
    assert (sage["difference"], half["difference"]) == (1, 0.5)
    assert half["from"] < 0.5 < half["to"]
    assert half["p (McNemar)"] == pytest.approx(2 * 0.5**20)
    assert sage["baseline"] == "fool"


def test_too_few_questions_claim_nothing(compared: Compared) -> None:
    report = report_of(compared("sage", baseline="fool", limit=29))
    assert all(row["exact match"] is row["low"] is row["high"] is None for row in report.tables["Models"])
    assert "Against the baseline" not in report.tables
    assert "29 graded questions are too few" in report.notes[0]
    report = report_of(compared("sage", baseline="fool", limit=30))
    assert report.tables["Models"][1]["exact match"] == 1
    assert report.tables["Against the baseline"]
    assert not report.notes


@pytest.mark.parametrize(
    ("model", "settings", "passed"),
    [
        ("sage", {"least_share": 0.9, "least_low": 0.9}, True),
        ("sage", {"least_low": 0.99}, False),
        ("half", {"least_share": 0.5}, True),
        ("half", {"least_share": 0.51}, False),
        ("sage", {"least_share": 0.1, "limit": 29}, False),
    ],
)
def test_thresholds_are_judged_and_never_passed_on_too_little(
    compared: Compared, model: str, settings: dict[str, Any], passed: bool
) -> None:
    report = report_of(compared(model, baseline="fool", **settings))
    assert report.passed is passed
    assert all(finding.name.endswith(f"of {model}") for finding in report.findings)  # none of the baseline
    if not passed:
        with pytest.raises(GateRefused, match=f"of {model}"):
            compared(model, baseline="fool", gate=True, **settings)


def test_answers_are_written_with_their_marks(compared: Compared, suite: Path, numbers: Numbers) -> None:
    samples = numbers(38, by=2)
    samples += [TrainingSample("What is number 38?", ""), TrainingSample("What is number 39?", " ")]
    write_samples(suite, samples)
    report = report_of(compared("sage", "odd"))
    text = Path("out/answers.jsonl").read_text()
    assert "NaN" not in text
    rows = [json.loads(line) for line in text.splitlines()]
    assert rows[3] == {
        "question": "What is number 3?",
        "reference": "3",
        "group": "group 1",
        "answers": {"sage": {"text": " `3`. ", "mark": 1.0}, "odd": {"text": "?", "mark": 0.0}},
    }
    assert [row["answers"]["sage"]["mark"] for row in rows[-2:]] == [None, None]
    assert report.tables["Models"][0]["not graded"] == 2
    assert report.tables["Models"][0]["exact match"] == 1


def test_enough_is_counted_by_what_was_graded(compared: Compared, suite: Path, numbers: Numbers) -> None:
    write_samples(suite, [*numbers(29), *(TrainingSample(f"What is number {n}?", "") for n in range(29, 60))])
    report = report_of(compared("sage", baseline="fool", least_share=0.5))
    assert report.tables["Models"][1]["exact match"] is None
    assert "Against the baseline" not in report.tables
    assert not report.passed


def test_models_with_the_same_last_name_are_told_apart(compared: Compared, server: Any) -> None:
    report = report_of(compared("one/half", "two/half", "sage"))
    names = [row["model"] for row in report.tables["Models"]]
    assert names == [server.reference("one/half"), server.reference("two/half"), "sage"]
    first = json.loads(Path("out/answers.jsonl").read_text().splitlines()[0])
    assert len(first["answers"]) == 3


def test_the_report_is_written_three_ways_and_listed_without_the_journal(compared: Compared) -> None:
    outcome = compared("sage")
    names = {"report.html", "report.md", "report.json", "answers.jsonl"}
    assert {artifact.path.name for artifact in outcome.artifacts} == names
    manifest = read_manifest(Path("out"))
    assert manifest is not None
    assert set(manifest.outputs) == names
    assert list(Path("out").glob(f"*{JOURNAL}"))
    assert json.loads(Path("out/report.json").read_text())["tables"]["Models"][0]["exact match"] == 1


def test_a_server_is_asked_anew_by_each_run(compared: Compared, server: Any) -> None:
    compared("sage")
    compared("sage")
    assert server.questions("sage") == 80


def test_what_fails_is_told_before_anything_is_asked(
    compared: Compared, suite: Path, numbers: Numbers, server: Any
) -> None:
    write_samples(suite, numbers(31, check={"scorer": "exact-mach"}))
    with pytest.raises(UnknownName, match="did you mean 'exact-match'"):
        compared("sage")
    write_samples(suite, [])
    with pytest.raises(DataError, match="found none"):
        compared("sage")
    with pytest.raises(UsageError, match="at least one model"):
        compared()
    assert not server.asked


def test_a_server_that_refuses_is_told(compared: Compared) -> None:
    with pytest.raises(AfsError, match="answered 400"):
        compared("broken")


# -- models on this machine


@pytest.fixture
def parrots(suite: Path, afs_plugin: Callable[..., Any], numbers: Numbers) -> Iterator[Run]:
    """A run in which ``parrot:NAME.json`` is a model, and one that knows every answer."""
    with Run.open(registry=afs_plugin(PARROT)) as run:
        known = {sample.instruction: sample.output for sample in numbers(40)}
        Path("wise.json").write_text(json.dumps(known))
        yield run


def parroted(run: Run, *models: str, **settings: Any) -> Report:
    config = {"suite": Path("suite.jsonl"), "models": models, **settings}
    return report_of(execute(Stage(name="e", uses=(USE,), output=Path("out"), config={USE: config}), run))


def asked() -> list[str]:
    lines = Path("asked.log").read_text().splitlines()
    Path("asked.log").unlink()
    return lines


def test_loss_latency_and_cut_answers_are_shown(parrots: Run) -> None:
    Path("silent.json").write_text('{"silent": "yes"}')
    wise, silent = parroted(parrots, "parrot:wise.json", "parrot:silent.json").tables["Models"]
    assert (wise["exact match"], wise["loss"], wise["seconds an answer"]) == (1, 2.0, 0.5)
    assert (wise["tokens a second"], wise["cut off"]) == (6.0, 40)
    assert silent["loss"] is None


def test_local_answers_are_kept_while_only_the_report_changes(parrots: Run) -> None:
    parroted(parrots, "parrot:wise.json")
    assert len(asked()) == 40
    parroted(parrots, "parrot:wise.json")  # nothing to do
    parroted(parrots, "parrot:wise.json", least_share=0.5)
    assert not Path("asked.log").exists()
    Path("other.json").write_text("{}")
    parroted(parrots, "parrot:wise.json", "parrot:other.json")
    assert {line.split()[0] for line in asked()} == {"other"}


def test_a_local_model_that_was_trained_anew_is_asked_anew(parrots: Run) -> None:
    parroted(parrots, "parrot:wise.json")
    asked()
    Path("wise.json").write_text("{}")
    (row,) = parroted(parrots, "parrot:wise.json").tables["Models"]
    assert len(asked()) == 40
    assert row["exact match"] == 0


@pytest.mark.parametrize("settings", [{"max_tokens": 7}, {"temperature": 0.5}])
def test_other_settings_ask_anew(parrots: Run, settings: dict[str, Any]) -> None:
    parroted(parrots, "parrot:wise.json")
    asked()
    parroted(parrots, "parrot:wise.json", **settings)
    assert len(asked()) == 40


def test_a_new_question_is_the_only_one_asked(parrots: Run, numbers: Numbers) -> None:
    parroted(parrots, "parrot:wise.json", limit=35)
    asked()
    parroted(parrots, "parrot:wise.json")
    assert asked() == [f"wise What is number {n}?" for n in range(35, 40)]


def test_a_model_that_dies_is_asked_on_from_where_it_died(parrots: Run) -> None:
    whole = json.loads(Path("wise.json").read_text())
    Path("wise.json").write_text(json.dumps(whole | {"What is number 20?": "die"}))
    for _ in range(2):
        with pytest.raises(OSError, match="died"):
            parroted(parrots, "parrot:wise.json")
    assert [line for line in asked() if "number 20?" not in line] == [
        f"wise What is number {n}?" for n in range(20)
    ]
    assert not Path("out/report.json").exists()


@pytest.mark.parametrize("line", ["[]\n", "3\n", '["a", {"text": 3}]\n', "{\n"])
def test_a_damaged_journal_is_told(parrots: Run, line: str) -> None:
    parroted(parrots, "parrot:wise.json")
    (journal,) = Path("out").glob(f"*{JOURNAL}")
    journal.write_text(line)
    with pytest.raises(DataError, match="damaged journal") as caught:
        parroted(parrots, "parrot:wise.json", least_share=0.1)
    assert "delete it" in caught.value.hint


def test_a_torn_journal_goes_on(parrots: Run) -> None:
    parroted(parrots, "parrot:wise.json")
    asked()
    (journal,) = Path("out").glob(f"*{JOURNAL}")
    journal.write_bytes(journal.read_bytes()[:-10])
    assert parroted(parrots, "parrot:wise.json", least_share=0.1).tables["Models"][0]["exact match"] == 1
    assert asked() == ["wise What is number 39?"]


def test_figures_that_cannot_be_had_are_none_and_not_a_number(parrots: Run, numbers: Numbers) -> None:
    write_samples(Path("suite.jsonl"), [TrainingSample(f"What is number {n}?", "") for n in range(31)])
    report = parroted(parrots, "parrot:wise.json", baseline="parrot:wise.json")
    values = [value for row in report.tables["Models"] for value in row.values() if isinstance(value, float)]
    assert not any(math.isnan(value) for value in values)
