"""Probes ask for facts of the training file, in words that it does not contain."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from afs.oracle import OracleGenerator, RecallProbes
from afs.oracle.lesson import LOOKUPS
from afs.oracle.probe_wording import PROBES
from afs.oracle.wording import QUESTIONS
from afs_core import DataError, Provenance, Run, Stage, TrainingSample, execute, read_samples, write_samples
from afs_core.testing import TransformConformance

HACK = {
    "ram.asm": "".join(f"Name{n:02} = $7E{n:02X}00 ; thing number {n}\n" for n in range(20)),
    "code.asm": "".join(f"; Moves thing {n} about the room.\nMove{n}:\n RTS\n" for n in range(10)),
    "notes.md": "".join(f"# Topic {n}\n\nA tale of {n} gulls and the sea.\n\n" for n in range(10)),
}


def fact(kind: str, key: str, value: str, question: str = "", **prov: str) -> TrainingSample:
    return TrainingSample(
        question or f"Which {kind} for {key}?",
        value,
        _metadata={"fact": {"kind": kind, "key": key, "value": value}},
        prov=Provenance(**prov),  # type: ignore[arg-type]
    )


def probes(samples: list[TrainingSample], run: Run, count: int = 120) -> list[TrainingSample]:
    return list(RecallProbes(RecallProbes.Config(count=count), run).apply(samples))


@pytest.fixture
def training(tree: Callable[..., Path], run: Run) -> list[TrainingSample]:
    samples = OracleGenerator(OracleGenerator.Config(source=tree(HACK)), run).generate()
    return [sample.changed("split") for sample in samples]


def words(text: str) -> set[tuple[str, ...]]:
    found = re.findall(r"\w+", text.casefold())
    return {tuple(found[at : at + 3]) for at in range(len(found) - 2)}


class TestRecallProbes(TransformConformance):
    capability = "recall-probes"
    makes_new = True

    def samples(self) -> Sequence[TrainingSample]:
        facts = [fact("address", f"Name{n}", f"$7E{n:04X}") for n in range(8)]
        return [TrainingSample("No fact?", "None."), *facts, facts[0]]


def test_it_asks_as_many_facts_of_the_input_and_no_other(training: list[TrainingSample], run: Run) -> None:
    asked = probes(training, run, 30)
    stated = {(f["kind"], f["key"]): f["value"] for s in training if (f := s.metadata.get("fact"))}
    facts = [probe.metadata["fact"] for probe in asked]
    assert len({(f["kind"], f["key"]) for f in facts}) == len(asked) == 30
    assert all(
        stated[f["kind"], f["key"]] == f["value"] == p.output for f, p in zip(facts, asked, strict=True)
    )
    assert all(f["key"] in p.instruction for f, p in zip(facts, asked, strict=True))


def test_named_addresses_come_first_then_routines_then_sections(
    training: list[TrainingSample], run: Run
) -> None:
    kinds = [{p.metadata["fact"]["kind"] for p in probes(training, run, count)} for count in (10, 40, 45, 55)]
    assert kinds[0] <= kinds[1] == {"address", "symbol"}
    assert kinds[2] == {"address", "symbol", "routine-name"}
    assert kinds[3] == {"address", "symbol", "routine-name", "heading"}


def test_no_phrase_of_a_probe_is_in_a_question_of_the_training_file(
    training: list[TrainingSample], run: Run
) -> None:
    heard = set()
    for sample in training:
        key = sample.metadata.get("fact", {}).get("key", "\0")
        heard |= words(sample.instruction) | words(sample.instruction.replace(key, " KEY "))
    for probe in probes(training, run):
        fixed = words(probe.instruction.replace(probe.metadata["fact"]["key"], " KEY "))
        assert fixed, probe.instruction
        assert not fixed & heard, probe.instruction


@pytest.mark.parametrize("kind", sorted(PROBES))
def test_the_shipped_wordings_leave_a_probe_for_every_kind(kind: str) -> None:
    heard = {phrase for wordings in QUESTIONS.values() for text in wordings for phrase in words(text)}
    assert any(not words(text) & heard for text in PROBES[kind])


@pytest.mark.parametrize("kind", sorted(LOOKUPS))
def test_every_kind_with_a_value_can_be_asked_for_in_words_it_is_never_taught_in(kind: str) -> None:
    taught = {phrase for wordings in QUESTIONS.values() for text in wordings for phrase in words(text)}
    for wording in PROBES[kind]:
        assert words(wording.replace("{key}", "KEY")), wording
        assert not words(wording.replace("{key}", "KEY")) & taught, wording


def test_a_checkout_is_probed_for_every_kind_of_value_it_teaches(run: Run) -> None:
    checkout = Path(__file__).parent / "checkout"
    taught = list(OracleGenerator(OracleGenerator.Config(source=checkout), run).generate())
    kinds = {sample.prov.kind for sample in taught if sample.prov} & LOOKUPS
    asked = probes(taught, run, 500)
    assert {probe.metadata["fact"]["kind"] for probe in asked} == kinds
    assert len(kinds) >= 9


def test_a_wording_is_heard_however_short_the_words_around_its_key(run: Run) -> None:
    heard = [text.format(key="Other") for text in PROBES["address"]]
    samples = [fact("address", "Other", "$7E0000", question) for question in heard[1:]]
    (probe,) = probes([*samples, fact("address", "Tide", "$7E0A00")], run, 2)[1:]
    assert probe.instruction == PROBES["address"][0].format(key="Tide")


def test_a_training_file_that_asks_like_every_probe_is_refused(run: Run) -> None:
    samples = [fact("address", "Tide", "$7E0A00", text.format(key="Tide")) for text in PROBES["address"]]
    with pytest.raises(DataError, match="every wording of a probe for address"):
        probes(samples, run)


def test_a_kind_whose_wordings_are_all_heard_is_left_out_and_said(run: Run) -> None:
    samples = [fact("address", "Tide", "$7E0A00", text.format(key="Tide")) for text in PROBES["address"]]
    asked = probes([*samples, fact("heading", "The sea rises twice.", "Tide clock")], run, 1)
    assert [probe.output for probe in asked] == ["Tide clock"]
    assert any("no probe asks for address" in warning for warning in run.warnings)


def test_fewer_facts_than_probes_are_all_asked_and_said(training: list[TrainingSample], run: Run) -> None:
    assert len(probes(training, run, 500)) == 60
    assert run.warnings == ["the training file has 60 facts for 500 probes"]
    assert not probes([TrainingSample("a", "b")], run)


def test_a_fact_that_is_stated_in_two_ways_is_not_asked_for(run: Run) -> None:
    samples = [
        fact("address", "Tide", "$7E0A00"),
        fact("address", "Tide", "$7E0B00"),
        fact("address", "Tide", "$7E0A00"),
        fact("address", "Wind", "$7E0A02"),
    ]
    assert [probe.output for probe in probes(samples, run)] == ["$7E0A02"]


def test_a_question_that_holds_its_answer_is_not_asked(run: Run) -> None:
    assert not probes([fact("routine-name", "Tide_Rise lets the sea rise.", "Tide_Rise")], run)


@pytest.mark.parametrize(
    "metadata", [{}, {"fact": 1}, {"fact": {"kind": "address"}}, {"fact": {"kind": "x"}}]
)
def test_samples_of_others_are_not_asked_for(run: Run, metadata: dict[str, object]) -> None:
    broken = TrainingSample("What is it?", "b", _metadata=metadata)
    asked = probes([broken, fact("address", "Tide", "$7E0A00")], run, 1)
    assert [probe.output for probe in asked] == ["$7E0A00"]


def test_a_probe_knows_its_group_its_parent_and_its_grader(training: list[TrainingSample], run: Run) -> None:
    by_id = {sample.sample_id: sample for sample in training}
    for probe in probes(training, run):
        assert probe.prov is not None
        parent = by_id[probe.prov.parents[0]]
        kind = probe.metadata["fact"]["kind"]
        assert probe.group == parent.group
        assert (
            probe.group.startswith("Name") if kind in ("address", "symbol") else probe.group == parent.source
        )
        assert (probe.prov.kind, probe.prov.split) == ("recall", "")
        assert probe.prov.transforms == ("recall-probes",)
        assert probe.metadata["kind"] == "recall"
        assert probe.metadata["check"]["scorer"] == "exact-match"
        digits = probe.output.removeprefix("$")
        wanted = [digits, f"0x{digits}"] if probe.output.startswith("$") else []
        assert probe.metadata["check"]["accept"] == wanted


def test_a_split_of_the_training_file_is_no_split_of_the_suite(run: Run) -> None:
    (probe,) = probes([fact("address", "Tide", "$7E0A00", split="train", group="Tide")], run)
    assert probe.prov is not None
    assert (probe.prov.split, probe.group) == ("", "Tide")


def test_the_seed_chooses_and_nothing_else(training: list[TrainingSample], tmp_path: Path) -> None:
    asked = [
        [probe.to_json() for probe in probes(training, Run.open(seed=seed, workdir=tmp_path), 20)]
        for seed in (1, 1, 2)
    ]
    assert asked[0] == asked[1] != asked[2]


def test_as_a_stage_it_writes_one_file(training: list[TrainingSample], run: Run, tmp_path: Path) -> None:
    write_samples(tmp_path / "train.jsonl", training)
    use = "transforms/recall-probes"
    stage = Stage(
        name="probes",
        uses=(use,),
        inputs=(tmp_path / "train.jsonl",),
        output=tmp_path / "probes.jsonl",
        config={use: {"count": 7}},
    )
    outcome = execute(stage, run)
    assert outcome.counts[-1].went_out == 7
    assert [p.to_json() for p in read_samples(stage.output)] == [
        p.to_json() for p in probes(training, run, 7)
    ]


def test_every_sample_that_gives_no_probe_has_a_reason(run: Run) -> None:
    view = run.view("probes")
    samples = [fact("address", "Tide", "$7E0A00")] * 3 + [TrainingSample("a", "b")]
    samples += [fact("address", f"Other{n}", f"$7E0A{n:02X}") for n in range(4)]
    assert len(probes(samples, view, 5)) == 5
    assert view.dropped == {"the same fact again": 2, "no fact to ask for": 1}
    view = run.view("probes")
    assert len(probes(samples, view, 1)) == 1
    assert view.dropped["not chosen"] >= 4
    assert sum(view.dropped.values()) == len(samples) - 1


class Many:
    """So many facts with long answers to other questions between them, made anew at each look."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __iter__(self) -> Iterator[TrainingSample]:
        for n in range(self.number):
            value = f"${n:06X}"
            yield TrainingSample(
                f"Which address for Name{n}?",
                value,
                input="x" * 2000,
                _metadata={"fact": {"kind": "address", "key": f"Name{n}", "value": value}},
            )


def test_memory_grows_by_keys_and_not_by_samples(run: Run) -> None:
    def peak(number: int) -> int:
        tracemalloc.start()
        for _ in RecallProbes(RecallProbes.Config(count=10), run).apply(Many(number)):
            pass
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    assert peak(4000) - peak(1000) < 3000 * 500
