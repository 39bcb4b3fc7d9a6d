from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.training import split_dataset
from afs.training.split import Split, SplitConfig
from afs_core import DataError, Provenance, Run, TrainingSample, UsageError, write_samples

rows = st.lists(
    st.builds(
        lambda n, domain, group: TrainingSample(
            f"Question {n}?", "x", domain=domain, prov=Provenance(source=group) if group else None
        ),
        st.integers(0, 30),
        st.sampled_from(["asm", "docs", "memory"]),
        st.sampled_from(["", "a.asm", "b.asm", "c.md", "d.md"]),
    ),
    max_size=60,
)


def order(samples: list[TrainingSample]) -> list[str]:
    return [sample.to_json() for sample in samples]


@settings(deadline=None)
@given(rows, st.integers(0, 5))
def test_nothing_is_lost_order_is_kept_and_no_group_straddles(
    samples: list[TrainingSample], seed: int
) -> None:
    numbered = [msgspec.structs.replace(sample, _metadata={"row": row}) for row, sample in enumerate(samples)]
    splits = split_dataset(numbered, seed=seed)
    assert list(splits) == ["train", "val", "test"]
    found = [(sample.metadata["row"], name) for name, part in splits.items() for sample in part]
    assert sorted(row for row, _ in found) == list(range(len(samples)))
    for part in splits.values():
        assert [s.metadata["row"] for s in part] == sorted(s.metadata["row"] for s in part)
    sides: dict[str, set[str]] = {}
    for name, part in splits.items():
        for sample in part:
            sides.setdefault(sample.group, set()).add(name)
            assert sample.prov is not None
            assert sample.prov.split == name
    assert all(len(names) == 1 for names in sides.values())


@settings(deadline=None)
@given(rows)
def test_the_same_seed_gives_the_same_split_in_python_and_as_transform(samples: list[TrainingSample]) -> None:
    one, two = split_dataset(samples, seed=7), split_dataset(samples, seed=7)
    assert {name: order(part) for name, part in one.items()} == {n: order(p) for n, p in two.items()}
    transformed = list(Split(SplitConfig(), Run.open(seed=7)).apply(samples))
    for name, part in one.items():
        assert order([s for s in transformed if s.prov and s.prov.split == name]) == order(part)


def test_another_seed_gives_another_split() -> None:
    samples = [TrainingSample(f"Question {n}?", "x") for n in range(100)]
    assert order(split_dataset(samples, seed=1)["test"]) != order(split_dataset(samples, seed=2)["test"])


def test_the_split_does_not_hang_on_the_hash_seed_of_the_process(tmp_path: Path) -> None:
    write_samples(tmp_path / "all.jsonl", (TrainingSample(f"Question {n}?", "x") for n in range(50)))
    code = (
        "import sys; from afs.training import split_dataset;"
        "print([s.instruction for s in split_dataset(input_path=sys.argv[1])['test']])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "all.jsonl")],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def sizes(splits: dict[str, list[TrainingSample]]) -> list[int]:
    return [len(part) for part in splits.values()]


def test_the_documented_call_keeps_domains_and_ratios(tmp_path: Path) -> None:
    path = tmp_path / "balanced.jsonl"
    write_samples(
        path, (TrainingSample(f"Question {n}?", "x", domain="asm" if n % 4 else "docs") for n in range(200))
    )
    splits = split_dataset(
        input_path=path, train_ratio=0.8, val_ratio=0.1, test_ratio=0.1, stratify_by="domain", seed=42
    )
    assert sizes(splits) == [160, 20, 20]
    assert all(sum(s.domain == "docs" for s in part) * 4 == len(part) for part in splits.values())


def test_strata_and_groups_may_be_metadata() -> None:
    samples = [
        TrainingSample(
            f"Question {n}?", "x", _metadata={"language": "py" if n % 2 else "c", "task": f"t{n // 4}"}
        )
        for n in range(80)
    ]
    by_language = split_dataset(samples, stratify_by="_metadata.language")
    assert sizes(by_language) == [64, 8, 8]
    assert sum(s.metadata["language"] == "py" for s in by_language["test"]) == 4
    by_task = split_dataset(samples, group_by="task")
    homes = [{s.metadata["task"] for s in part} for part in by_task.values()]
    assert not homes[0] & (homes[1] | homes[2])
    assert sizes(by_task) == [64, 8, 8]


def test_without_groups_every_sample_stands_alone() -> None:
    samples = [TrainingSample("Same?", "x", prov=Provenance(source="one.md")) for _ in range(10)]
    assert sizes(split_dataset(samples, group_by="none")) == [8, 1, 1]
    assert sizes(split_dataset(samples)) == [10, 0, 0]


def test_a_missed_ratio_is_told() -> None:
    samples = [TrainingSample(f"{n}?", "x", prov=Provenance(source="one.md")) for n in range(10)]
    run = Run.open()
    list(Split(SplitConfig(), run).apply(samples))
    assert run.warnings == ["split: groups stay whole, so general has 10/0/0 samples for 8/1/1 asked"]


def test_an_earlier_split_keeps_what_it_held_back(tmp_path: Path) -> None:
    def some(count: int) -> list[TrainingSample]:
        return [
            TrainingSample(f"Question {n}?", "x", prov=Provenance(source=f"{n // 2}.md"))
            for n in range(count)
        ]

    first = split_dataset(some(100), seed=1)
    for name, part in first.items():
        write_samples(tmp_path / f"{name}.jsonl", part)
    second = split_dataset(some(200), seed=2, previous=tmp_path)
    for name in ("val", "test"):
        kept = {sample.instruction for sample in second[name]}
        assert {sample.instruction for sample in first[name]} <= kept
    assert sizes(second) == [160, 20, 20]


def test_an_earlier_split_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"val\.jsonl"):
        split_dataset([TrainingSample("a", "b")], previous=tmp_path)


@pytest.mark.parametrize("arguments", [{}, {"samples": [], "input_path": "x"}])
def test_samples_or_a_file_but_not_both(arguments: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        split_dataset(**arguments)


def test_a_sample_that_is_in_its_split_already_is_the_same_object() -> None:
    samples = [TrainingSample("a", "b", prov=Provenance(split="train"))]
    assert split_dataset(samples)["train"][0] is samples[0]
