"""Samples that hold what they claim, whatever is picked."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afs.asm import Source
from afs.oracle import OracleGenerator, OracleTrainingGenerator
from afs.oracle.generator import KINDS
from afs_core import Run, TrainingSample, read_samples
from afs_core.testing import GeneratorConformance

SAMPLE = Path(__file__).parents[2] / "afs-quickstart" / "src" / "afs" / "quickstart" / "sample"
TREE = {
    "Core/ram.asm": "; rises with the moon\nTide = $7E0A00\n\nWind = $7E0A02 ; force\nSea = $7E0A00\n",
    "Core/tide.asm": "; ----\n; Tide_Rise\n; Lets the sea rise by one step.\n; Out: A\n"
    "Tide_Rise:\n  INC Tide\n.end\n  RTS\n",
    "Docs/tide.md": "# Tide\n\nThe sea rises with the moon. It falls again.\n\n"
    "## Ports\n\nA port has a depth.\n",
}


def samples_of(source: Path, seed: int = 42, **settings: Any) -> list[TrainingSample]:
    with Run.open(seed=seed) as run:
        return list(OracleGenerator(OracleGenerator.Config(source=source, **settings), run).generate())


def cited(root: Path, sample: TrainingSample) -> str:
    prov = sample.prov
    assert prov is not None
    assert 1 <= prov.start <= prov.end
    lines = (root / prov.source).read_text("utf-8").splitlines()
    assert prov.end <= len(lines)
    return "\n".join(lines[prov.start - 1 : prov.end])


def uncommented(text: str) -> str:
    return "\n".join(line.strip().lstrip(";").strip() for line in text.splitlines())


def holds(sample: TrainingSample, span: str) -> bool:
    """Whether the cited lines say what the sample says."""
    kind = sample.prov.kind if sample.prov else ""
    fact = sample.metadata.get("fact", {})
    if kind in ("address", "symbol"):
        name, value = (fact["key"], fact["value"]) if kind == "address" else (fact["value"], fact["key"])
        return name.split(", ")[0] in span and value in span.upper()
    if kind == "purpose":
        said = " ".join(sample.output.rstrip(".").casefold().split())
        told = " ".join(uncommented(span).casefold().split())
        return fact["key"] in span and (said in told or said.partition(" ")[2] in told)  # 12 frames
    if kind == "routine":
        return f"{fact['key']}:" in span and sample.output in uncommented(span)
    if kind in ("code", "part"):
        return sample.input in span
    if kind == "write":
        return sample.output in span
    if kind in ("constant", "field", "bit", "row"):
        return all(word in span for word in re.findall(r"\w+", sample.output))
    if kind == "routine-name":
        key = fact["key"].removesuffix(" ...")
        return f"{fact['value']}:" in span and key in " ".join(uncommented(span).split())
    if kind == "section":
        return sample.output in span
    if kind not in ("heading",):
        return sample.prov is not None
    key = fact["key"].removesuffix(" ...")
    bare = " ".join(re.sub(r"[`*]|\]\([^)]*\)|\[", "", span).split())
    return fact["value"].rpartition(" > ")[2] in bare and key in bare


@pytest.fixture(scope="module")
def everything() -> list[TrainingSample]:
    if not SAMPLE.is_dir():
        pytest.skip("the sample of afs-quickstart is not beside this plugin")
    return samples_of(SAMPLE)


class TestOracle(GeneratorConformance):
    capability = "oracle"

    def settings_in(self, folder: Path) -> Mapping[str, Any]:
        for name, text in TREE.items():
            (folder / "hack" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "hack" / name).write_text(text)
        return {"source": folder / "hack"}


def test_every_sample_of_the_shipped_hack_cites_lines_that_say_so(everything: list[TrainingSample]) -> None:
    assert len(everything) > 4000
    assert len({sample.prov.kind for sample in everything if sample.prov}) >= 22
    wrong = [sample for sample in everything if not holds(sample, cited(SAMPLE, sample))]
    assert not wrong, wrong[:3]


def test_no_two_samples_of_the_shipped_hack_ask_the_same(everything: list[TrainingSample]) -> None:
    questions = [" ".join(re.findall(r"\w+", sample.instruction.casefold())) for sample in everything]
    assert len(set(questions)) == len(questions)


def test_no_question_of_the_shipped_hack_has_two_answers(everything: list[TrainingSample]) -> None:
    facts: dict[tuple[str, str], set[str]] = {}
    for sample in everything:
        if fact := sample.metadata.get("fact"):
            facts.setdefault((fact["kind"], fact["key"]), set()).add(fact["value"])
    assert not {key: values for key, values in facts.items() if len(values) > 1}


def test_addresses_of_the_shipped_hack_are_those_of_its_parser(everything: list[TrainingSample]) -> None:
    values = {}
    for path in SAMPLE.rglob("*.asm"):
        source = Source.read(path)
        values |= {symbol.name: symbol.value for symbol in source.symbols}
        values |= {
            f"!{define.name}": int(define.value[1:], 16)
            for define in source.defines
            if define.value[:1] == "$"
        }
    found = {s.metadata["fact"]["key"]: s.output for s in everything if s.prov and s.prov.kind == "address"}
    assert len(found) >= 150
    placed = {name: value for name, value in found.items() if name not in values}
    assert all(values[name] == int(value[1:], 16) for name, value in found.items() if name not in placed)
    assert placed == {
        "RomTitle": "$00FFC0",
        "RomVectorsNative": "$00FFE4",
        "RomVectorsEmulation": "$00FFFA",
    }
    assert "!SHELLS_MAX" not in found  # packed decimal, no address


def test_the_same_seed_says_the_same_and_another_something_else(tree: Callable[..., Path]) -> None:
    root = tree(TREE)
    lines = [[sample.to_json() for sample in samples_of(root, seed)] for seed in (1, 1, 2)]
    assert lines[0] == lines[1] != lines[2]


def test_order_of_creation_on_disk_does_not_count(tree: Callable[..., Path], tmp_path: Path) -> None:
    first = [sample.to_json() for sample in samples_of(tree(TREE))]
    other = tmp_path / "other"
    for name in reversed(TREE):
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        (other / name).write_text(TREE[name])
    assert [sample.to_json() for sample in samples_of(other)] == first


@given(
    kinds=st.sets(st.sampled_from(KINDS)),
    variants=st.integers(1, 8),
    limits=st.tuples(*[st.none() | st.integers(0, 3)] * 3),
    seed=st.integers(0, 3),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_settings_pick_and_nothing_else(
    tree: Callable[..., Path],
    kinds: set[str],
    variants: int,
    limits: tuple[int | None, int | None, int | None],
    seed: int,
) -> None:
    symbols, routines, sections = limits
    samples = samples_of(
        root := tree(TREE),
        seed,
        kinds=tuple(kinds),
        variants=variants,
        symbols=symbols,
        routines=routines,
        sections=sections,
    )
    by_kind = {kind: [s for s in samples if s.prov and s.prov.kind == kind] for kind in KINDS}
    assert {kind for kind, found in by_kind.items() if found} <= kinds
    assert len(by_kind["address"]) == ("address" in kinds) * variants * min(
        3, 3 if symbols is None else symbols
    )
    assert len(by_kind["routine"]) == ("routine" in kinds) * min(1, 1 if routines is None else routines)
    assert len(by_kind["section"]) == ("section" in kinds) * min(2, 2 if sections is None else sections)
    assert all(holds(sample, cited(root, sample)) for sample in samples)
    assert all(sample.prov and not sample.prov.split for sample in samples)


NAMES = st.from_regex(r"!?[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)


@given(st.dictionaries(NAMES, st.integers(0x2000, 0xFFFFFF), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_answers_are_true_to_any_table_of_symbols(tree: Callable[..., Path], table: dict[str, int]) -> None:
    digits = {name: f"${value:04x}" if value < 0x10000 else f"${value:06x}" for name, value in table.items()}
    root = tree({"ram.asm": "".join(f"{name} = {value}\n" for name, value in digits.items())})
    samples = samples_of(root, kinds=("address", "symbol"))
    questions = [" ".join(sample.instruction.casefold().split()) for sample in samples]
    assert len(set(questions)) == len(questions)
    for sample in samples:
        fact = sample.metadata["fact"]
        if fact["kind"] == "address":
            assert fact["value"] == digits[fact["key"]].upper()
            assert fact["key"] in sample.instruction
        else:
            named = {name for name, value in digits.items() if value.upper() == fact["key"]}
            assert set(sample.output.split(", ")) == named


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_survived(tree: Callable[..., Path], data: bytes) -> None:
    for sample in samples_of(tree({"x.asm": b"A = $7E0010\n" + data, "y.md": data, "z.txt": data})):
        assert TrainingSample.from_json(sample.to_json()) == sample


# -- the documented ways in


def module(*words: str, cwd: Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(home)}
    command = [sys.executable, "-m", "afs.oracle.training_generator", *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_documented_module_writes_samples(tree: Callable[..., Path], tmp_path: Path) -> None:
    tree(TREE)
    done = module("--oracle-path", "~/hack", "--output", "out/oracle.jsonl", cwd=tmp_path, home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "RuntimeWarning" not in done.stderr
    written = list(read_samples(tmp_path / "out" / "oracle.jsonl"))
    assert [s.instruction for s in written] == [s.instruction for s in samples_of(tmp_path / "hack")]
    assert (tmp_path / "out" / "oracle.jsonl.manifest.json").exists()
    assert "2 .asm files, 1 .md files" in done.stderr


def test_the_documented_module_says_what_is_wrong(tmp_path: Path) -> None:
    done = module("--oracle-path", "~/none", "--output", "x.jsonl", cwd=tmp_path, home=tmp_path)
    assert done.returncode == 1
    assert "none: expected a folder" in done.stderr
    assert module("--output", "x.jsonl", cwd=tmp_path, home=tmp_path).returncode == 2


def test_the_documented_snippet_runs_as_written(
    tree: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "src" / "hobby").mkdir(parents=True)
    (tmp_path / "training_data").mkdir()
    tree(TREE).rename(tmp_path / "src" / "hobby" / "oracle-of-secrets")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    generator = OracleTrainingGenerator(oracle_path=Path("~/src/hobby/oracle-of-secrets"))

    # Generate samples
    with open("training_data/oracle.jsonl", "w") as f:  # noqa: PTH123
        for sample in generator.generate():
            f.write(json.dumps(sample.to_dict()) + "\n")

    # Or use programmatically
    samples = list(generator.generate())
    high_quality = [s for s in samples if s.quality_score > 0.6]  # type: ignore[operator]
    print(f"Generated {len(samples)} total, {len(high_quality)} high-quality")

    assert capsys.readouterr().out == f"Generated {len(samples)} total, {len(high_quality)} high-quality\n"
    assert 0.2 * len(samples) <= len(high_quality) <= 0.95 * len(samples)
    assert len(samples) > 20
    assert list(read_samples(Path("training_data/oracle.jsonl"))) == samples
