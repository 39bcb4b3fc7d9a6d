"""Labelled texts: split by file, none twice, lengths that tell nothing, fakes of code shown to be such."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from afs.discriminator.backend import FAKE, REAL, Example
from afs.discriminator.dataset import GENERATED, Dataset, build_examples
from afs.discriminator.evidence import FAULTY, Evidence
from afs.discriminator.examples import by_split, read_examples, write_examples
from afs.discriminator.stand_ins import CodeBase
from afs.discriminator.units import files_of, units_of
from afs_core import DataError, Run, TrainingSample, UsageError, write_samples


def test_each_file_is_in_one_split_and_each_split_has_both_labels(dataset: Dataset) -> None:
    places: dict[str, set[str]] = {}
    for example in dataset.examples:
        places.setdefault(example.source, set()).add(example.split)
    assert all(len(splits) == 1 for splits in places.values())
    shares = {split: len(members) for split, members in by_split(dataset.examples).items()}
    assert shares["train"] > shares["test"] > 0 < shares["val"]


def test_no_text_is_there_twice_whatever_its_case(dataset: Dataset) -> None:
    keys = Counter(" ".join(example.text.lower().split()) for example in dataset.examples)
    assert max(keys.values()) == 1


def test_lengths_tell_nothing(dataset: Dataset) -> None:
    cells: dict[tuple[str, str, int], Counter[int]] = {}
    for e in dataset.examples:
        cell = (e.split, e.domain, round(math.log2(len(e.text)) * 3))
        cells.setdefault(cell, Counter())[e.label] += 1
    assert cells and all(labels[REAL] == labels[FAKE] for labels in cells.values())


def test_every_fake_of_assembly_is_shown_to_be_one(dataset: Dataset, sources: Path) -> None:
    evidence = Evidence(CodeBase.read([sources]), 99)
    units = [unit for path, name in files_of([sources]) for unit in units_of(path, name)]
    real = {(unit.source, unit.start): unit.text for unit in units}
    fakes = [e for e in dataset.examples if e.label == FAKE and e.domain == "asm"]
    verdicts = Counter(evidence.of(real[e.source, e.start], e.text, "asm") for e in fakes)
    assert verdicts.keys() == {FAULTY} and len({e.kind for e in fakes}) > 8


def test_the_same_seed_gives_the_same_bytes(dataset: Dataset, sources: Path, tmp_path: Path) -> None:
    again = [build_examples([sources], run).examples for run in (Run.open(seed=3), Run.open(seed=4))]
    for name, examples in zip(("a", "b", "c"), (dataset.examples, *again), strict=True):
        write_examples(tmp_path / name, examples)
    one, same, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert one == same != other
    assert str(sources.parent).encode() not in one


def test_generated_samples_are_fakes_and_pieces_of_samples_are_real(sources: Path, tmp_path: Path) -> None:
    made = tmp_path / "made.jsonl"
    answer = "The wheel turns whenever the water has risen, then the keeper himself opens the gate number {}."
    write_samples(made, [TrainingSample(instruction="How?", output=answer.format(n)) for n in range(60)])
    real = tmp_path / "real.jsonl"
    answer = (
        "A gate number {} holds the sea back until the bell rings twice; the keeper never opens it by hand."
    )
    write_samples(real, [TrainingSample(instruction="Why?", output=answer.format(n)) for n in range(60)])
    with Run.open() as run:
        found = build_examples([sources, real], run, generated=[made])
    kinds = Counter(e.kind for e in found.examples if "gate number" in e.text)
    assert kinds[GENERATED] > 0 and kinds[""] > 0
    assert {e.label for e in found.examples if e.kind == GENERATED} == {FAKE}


def test_several_fakes_are_for_training_alone(sources: Path) -> None:
    with Run.open() as run:
        found = build_examples([sources], run, fakes=3)
    splits = by_split(found.examples)
    train, test = (Counter(e.label for e in splits[name]) for name in ("train", "test"))
    assert train[FAKE] == 3 * train[REAL] and test[FAKE] == test[REAL]


def test_style_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a.asm").write_text("draw:\n\tlda $10\n\tsta $12\n\trts\n\nMove\n")
    (tmp_path / "b.ASM").write_bytes(
        b"\xef\xbb\xbfDraw:\r\n{\r\n  LDA.b $10 : STA.b $12\r\n\r\n  RTS\r\n}\r\n"
    )
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "c.asm").write_text("Draw:\n  LDA $10\n  STA $12\n  RTS\n")
    units = [unit for path, name in files_of([tmp_path]) for unit in units_of(path, name)]
    assert [unit.source.rpartition("/")[2] for unit in units] == ["a.asm", "b.ASM"]


def test_what_is_no_source_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with Run.open() as run:
        for source in (tmp_path / "none", tmp_path / "a.txt"):
            with pytest.raises(DataError, match="expected"):
                build_examples([source], run)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that fails when it is read")
def test_a_file_of_a_folder_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "good.asm").write_text("Main:\n  LDA #$00\n  STA $10\n  RTS\n")
    (tmp_path / "bad.asm").symlink_to("/proc/self/mem")
    assert "Main" in CodeBase.read([tmp_path]).names
    with Run.open() as run:
        build_examples([tmp_path], run)
    assert any("bad.asm: cannot be read" in warning for warning in run.warnings)


def test_faulty_lines_of_labelled_texts_are_named(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    for line, message in (
        ('{"text": 3, "label": 0}', "not a labelled text"),
        ('{"text": "a", "label": 2}', "expected a label"),
        ('{"text": "a", "label": 0, "split": "dev"}', "expected a split"),
        ("\xff", "not a labelled text"),
    ):
        path.write_bytes(b'{"text": "a", "label": 1}\n' + line.encode("latin-1") + b"\n")
        with pytest.raises(DataError, match=rf"data.jsonl:2: {message}"):
            read_examples(path)


def test_texts_without_a_split_get_one_by_their_file() -> None:
    examples = [Example(f"text {n}", n % 2, source=f"file {n // 4}") for n in range(400)]
    splits = by_split(examples)
    assert sum(map(len, splits.values())) == 400
    again = by_split([msgspec.structs.replace(e, text=e.text + "!") for e in examples])
    assert _files(splits) == _files(again)
    with pytest.raises(UsageError, match="real and fake"):
        by_split([Example("a", 0, split="train")])


def _files(splits: dict[str, list[Example]]) -> dict[str, list[str]]:
    return {split: [example.source for example in members] for split, members in splits.items()}
