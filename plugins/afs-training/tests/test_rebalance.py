from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afs.training import rebalance_datasets
from afs.training.mixture import apportion, largest_total
from afs.training.rebalance import Rebalance, RebalanceConfig
from afs.training.split import split_dataset
from afs_core import (
    DataError,
    Provenance,
    Run,
    Stage,
    TrainingSample,
    UsageError,
    execute,
    read_samples,
    write_samples,
)

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def make(name: str, count: int, **fields: Any) -> Path:
        write_samples(
            Path(name),
            (
                TrainingSample(
                    f"{name} {n}?", "An answer.", **{"domain": "d", "quality_score": 0.5, **fields}
                )
                for n in range(count)
            ),
        )
        return Path(name)

    return make


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    with Run.open(workdir=tmp_path / "scratch") as run:
        yield run


def origins(samples: list[TrainingSample]) -> Counter[str]:
    return Counter(Path(sample.instruction.split()[0]).stem for sample in samples)


def test_the_documented_shares(write: Write) -> None:
    inputs = [write("oracle.jsonl", 250), write("memory.jsonl", 150), write("history.jsonl", 100)]
    samples = rebalance_datasets(inputs, {"oracle": 0.4, "memory": 0.4, "history": 0.2})
    assert origins(samples) == {"oracle": 150, "memory": 150, "history": 75}


def test_without_weights_inputs_share_equally(write: Write) -> None:
    inputs = [write("x/a.jsonl", 30), write("y/a.jsonl", 20), write("b.jsonl", 50)]
    samples = rebalance_datasets(inputs)
    assert Counter(s.instruction.split()[0] for s in samples) == dict.fromkeys(map(str, inputs), 20)
    assert len(rebalance_datasets([inputs[0]])) == 30


def test_a_folder_is_one_input(write: Write) -> None:
    write("splits/train.jsonl", 30), write("splits/val.jsonl", 10), write("b.jsonl", 90)
    samples = rebalance_datasets(["splits", "b.jsonl"], {"splits": 1, "b": 2})
    assert origins(samples) == {"train": 30, "val": 10, "b": 80}


def test_a_weight_matches_a_tag_then_a_file_then_a_source_then_a_domain(write: Write) -> None:
    rows = [
        TrainingSample("file?", "x", domain="oracle", source="oracle"),
        TrainingSample("tag?", "x", domain="oracle", source="src", _metadata={"tags": ["old", "gold"]}),
        TrainingSample("old?", "x", source="src", _metadata={"rehearsal_version": "v1", "tags": ["gold"]}),
    ]
    write_samples(Path("mine_scored.jsonl"), rows)
    write_samples(Path("other.jsonl"), [TrainingSample("source?", "x", domain="dom", source="src")] * 2)
    write_samples(Path("third.jsonl"), [TrainingSample("domain?", "x", domain="dom")] * 3)
    names = ("mine", "gold", "rehearsal", "src", "dom")
    weights = {"mine": 1 / 8, "gold": 1 / 8, "rehearsal": 1 / 8, "src": 2 / 8, "dom": 3 / 8}
    samples = rebalance_datasets(["mine_scored.jsonl", "other.jsonl", "third.jsonl"], weights)
    assert len(samples) == 8  # every row counted once, each for the weight that is meant
    for name in names:
        rest = {n: w for n, w in weights.items() if n != name} | {name: 0}
        left = rebalance_datasets(["mine_scored.jsonl", "other.jsonl", "third.jsonl"], rest)
        gone = Counter(s.instruction for s in samples) - Counter(s.instruction for s in left)
        asked = {"mine": "file?", "gold": "tag?", "rehearsal": "old?", "src": "source?", "dom": "domain?"}
        assert set(gone) == {asked[name]}


def test_strange_tags_match_nothing_and_break_nothing(write: Write) -> None:
    tags: list[Any] = [None, 3, {"a": 1}, [1, None, ["x"]], [], "loner"]
    write_samples(
        Path("a.jsonl"), [TrainingSample(f"{n}?", "x", _metadata={"tags": t}) for n, t in enumerate(tags)]
    )
    assert [s.metadata["tags"] for s in rebalance_datasets(["a.jsonl"], {"loner": 1})] == ["loner"]


def test_a_weight_that_matches_nothing_says_what_would(write: Write) -> None:
    inputs = [write("oracle_scored.jsonl", 5, source="rom.asm"), write("memory.jsonl", 5, domain="notes")]
    with pytest.raises(UsageError, match="weight oracel") as caught:
        rebalance_datasets(inputs, {"oracel": 1, "memory": 1})
    assert caught.value.hint == "a weight may name: input oracle, memory; source rom.asm; domain d, notes"


def test_rows_that_no_weight_names_are_counted(write: Write, run: Run) -> None:
    inputs = (write("a.jsonl", 6), write("b.jsonl", 4))
    outcome = rebalanced(run, inputs, weights={"a": 1})
    assert outcome.counts[-1].dropped == {"named by no weight": 4}


def rebalanced(run: Run, inputs: tuple[Path, ...], out: str = "out.jsonl", **config: Any) -> Any:
    use = "transforms/rebalance"
    return execute(Stage(name="r", uses=(use,), inputs=inputs, output=Path(out), config={use: config}), run)


def test_a_row_that_is_not_changed_is_written_as_it_was(write: Write, run: Run) -> None:
    Path("a.jsonl").write_text('{"output": "x",  "instruction": "a?", "odd": 9007199254740993}\n' * 3)
    rebalanced(run, (Path("a.jsonl"),), shuffle=False)
    assert Path("out.jsonl").read_bytes() == Path("a.jsonl").read_bytes()


def test_order_is_that_of_the_inputs_or_mixed(write: Write, run: Run) -> None:
    inputs = (write("a.jsonl", 40), write("b.jsonl", 40))
    rebalanced(run, inputs, "plain.jsonl", shuffle=False)
    rebalanced(run, inputs, "mixed.jsonl")
    plain = [s.instruction for s in read_samples(Path("plain.jsonl"))]
    mixed = [s.instruction for s in read_samples(Path("mixed.jsonl"))]
    every = [f"{name}.jsonl {n}?" for name in "ab" for n in range(40)]
    assert plain == every
    assert mixed != every
    assert sorted(mixed) == sorted(every)


def test_python_gives_what_the_command_writes(write: Write, run: Run) -> None:
    inputs = (write("a.jsonl", 40), write("b.jsonl", 25))
    weights = {"a": 0.7, "b": 0.3}
    rebalanced(run, inputs, weights=weights, allow_oversample=True)
    assert rebalance_datasets(inputs, weights, allow_oversample=True) == list(read_samples(Path("out.jsonl")))


def test_the_same_seed_gives_the_same_bytes(write: Write, tmp_path: Path) -> None:
    inputs = (write("a.jsonl", 40), write("b.jsonl", 25))
    made = []
    for seed, out in ((1, "1.jsonl"), (1, "2.jsonl"), (2, "3.jsonl")):
        with Run.open(seed=seed) as run:
            rebalanced(run, inputs, out, weights={"a": 0.2, "b": 0.8})
        made.append(Path(out).read_bytes())
    assert made[0] == made[1] != made[2]


def test_a_floor_drops_and_judges_what_has_no_score(write: Write, run: Run) -> None:
    write_samples(Path("a.jsonl"), [TrainingSample(f"{n}?", "x", quality_score=n / 10) for n in range(10)])
    write_samples(Path("b.jsonl"), [TrainingSample(f"{n}?", "Many words. " * n) for n in range(0, 100, 10)])
    outcome = rebalanced(run, (Path("a.jsonl"), Path("b.jsonl")), min_quality_score=0.6, max_total=8)
    kept = list(read_samples(Path("out.jsonl")))
    assert len(kept) == 8
    assert all(sample.score >= 0.6 or len(sample.output) > 200 for sample in kept)
    assert outcome.counts[-1].dropped["quality below 0.6"] > 6
    assert any("10 samples have no quality score" in warning for warning in outcome.warnings)


def test_a_part_of_which_nothing_passes_the_floor_is_an_error(write: Write) -> None:
    inputs = [write("a.jsonl", 5), write("b.jsonl", 5, quality_score=0.9)]
    with pytest.raises(DataError, match=r"no sample of a scores 0\.8"):
        rebalance_datasets(inputs, {"a": 1, "b": 1}, min_quality_score=0.8)


def test_top_takes_the_best(write: Write) -> None:
    write_samples(Path("a.jsonl"), [TrainingSample(f"{n}?", "x", quality_score=n / 50) for n in range(50)])
    samples = rebalance_datasets(["a.jsonl"], max_total=10, selector="top")
    assert sorted(s.score for s in samples) == [n / 50 for n in range(40, 50)]


def test_no_domain_is_above_its_cap(write: Write, run: Run) -> None:
    inputs = (write("a.jsonl", 40), write("b.jsonl", 5), write("c.jsonl", 9, domain="other"))
    outcome = rebalanced(run, inputs, max_per_domain=8)
    assert Counter(s.domain for s in read_samples(Path("out.jsonl"))) == {"d": 8, "other": 4}
    assert outcome.counts[-1].dropped["beyond the cap of its domain"] == 38


def test_copies_are_whole_even_and_of_one_group(write: Write) -> None:
    write("a.jsonl", 90)
    prov = Provenance(source="rom.asm", start=1, end=9)
    write_samples(
        Path("b.jsonl"),
        [TrainingSample(f"b.jsonl {n}?", "x", prov=prov if n % 2 else None) for n in range(20)],
    )
    samples = rebalance_datasets(["a.jsonl", "b.jsonl"], {"a": 0.5, "b": 0.5}, allow_oversample=True)
    assert origins(samples) == {"a": 90, "b": 90}
    copies = Counter(s.instruction for s in samples if s.instruction.startswith("b"))
    assert set(copies.values()) == {4, 5}
    numbers = {
        s.metadata.get("copy") for s in samples if s.instruction == max(copies, key=copies.__getitem__)
    }
    assert numbers == {None, 2, 3, 4, 5}
    groups: dict[str, set[str]] = {}
    for sample in samples:
        groups.setdefault(sample.instruction, set()).add(sample.group)
    assert all(len(group) == 1 for group in groups.values())
    sides: dict[str, set[str]] = {}
    for name, part in split_dataset(samples).items():
        for sample in part:
            sides.setdefault(sample.instruction, set()).add(name)
    assert all(len(side) == 1 for side in sides.values())


def test_copies_beyond_reason_need_a_limit(write: Write) -> None:
    inputs = [write("a.jsonl", 100), write("b.jsonl", 100)]
    weights = {"a": 1e-9, "b": 1.0}
    with pytest.raises(UsageError, match="would become") as caught:
        rebalance_datasets(inputs, weights, allow_oversample=True)
    assert "--max-total" in caught.value.hint
    assert len(rebalance_datasets(inputs, weights, allow_oversample=True, max_total=300)) == 300


def test_a_changed_sample_has_no_input_and_that_is_said(write: Write, run: Run) -> None:
    inputs = (write("a.jsonl", 5), write("b.jsonl", 5))
    changed = [msgspec.structs.replace(s) for path in inputs for s in read_samples(path)]
    for config in (RebalanceConfig(), RebalanceConfig(weights={"a": 1.0, "b": 1.0})):
        transform = Rebalance(config, run)
        transform.stage_inputs = inputs
        with pytest.raises(UsageError, match="the input of 10 samples is not known"):
            list(transform.apply(changed))
    transform = Rebalance(RebalanceConfig(weights={"d": 1.0}), run)
    transform.stage_inputs = inputs
    assert len(list(transform.apply(changed))) == 10


@pytest.mark.parametrize("wrong", [{"weights": {"a": -1}}, {"weights": {"a": 0}}, {"min_quality_score": 1.5}])
def test_settings_that_mean_nothing_are_refused(write: Write, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        rebalance_datasets([write("a.jsonl", 3)], **wrong)


def test_an_empty_input_gives_an_empty_output(write: Write, run: Run) -> None:
    Path("a.jsonl").write_text("")
    for weights in ({}, {"a": 1.0}):
        outcome = rebalanced(run, (Path("a.jsonl"),), weights=weights)
        assert Path("out.jsonl").read_text() == ""
        assert "rebalance: no sample came in" in outcome.warnings


SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=SIZES, data=st.data())
def test_shares_hold_and_no_row_is_lost_or_doubled(run: Run, sizes: list[int], data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(1, 20), min_size=len(sizes), max_size=len(sizes)))
    limit = data.draw(st.one_of(st.none(), st.integers(1, 100)))
    over = data.draw(st.booleans())
    samples = [
        TrainingSample(f"{part} {n}?", "x", domain=str(part))
        for part, size in enumerate(sizes)
        for n in range(size)
    ]
    named = {str(part): float(weight) for part, weight in enumerate(weights)}
    config = RebalanceConfig(weights=named, max_total=limit, allow_oversample=over, shuffle=False)
    view = run.view("rebalance")
    made = list(Rebalance(config, view).apply(samples))
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    total = len(made)
    counts = Counter(int(sample.domain) for sample in made)
    assert [counts[part] for part in range(len(sizes))] == apportion(total, shares)
    times = Counter(sample.instruction for sample in made)
    if over:
        per_part = [{times[s.instruction] for s in samples if s.domain == str(p)} for p in range(len(sizes))]
        assert all(max(seen) - min(seen) <= 1 for seen in per_part)
        assert limit is not None or set(times) == {s.instruction for s in samples}
    else:
        most = largest_total(sizes, shares)
        assert total == (most if limit is None else min(limit, most))
        assert set(times.values()) <= {1}
        assert total + sum(view.dropped.values()) == len(samples)
    order = {sample.instruction: row for row, sample in enumerate(samples)}
    rows = [order[sample.instruction] for sample in made]
    assert rows == sorted(rows)
    assert made == list(Rebalance(config, run.view("rebalance")).apply(samples))
