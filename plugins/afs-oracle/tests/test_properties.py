"""Whatever a hack looks like: no question twice, every line cited, the same again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afs.asm import check
from afs.oracle import OracleGenerator
from afs.oracle.generator import KINDS
from afs.oracle.lesson import LOOKUPS
from afs_core import Run, TrainingSample

Tree = Callable[..., Path]
CHECKOUT = Path(__file__).parent / "checkout"
NAMES = ("Sea", "sea", "Sea_Rise", "Rise", "!Sea", "Tide", ".low", "Boat.x")
WORDS = (
    "Lets the sea rise.",
    "Lets the sea rise",
    "the sea",
    "bit 0 - low tide",
    "0x01 - sea",
    "maybe",
    "TODO",
    "$7E0010",
    "Öl",
)

comment = st.sampled_from(WORDS)
label = st.sampled_from([name for name in NAMES if name[0] not in "!." and "." not in name])
number = st.sampled_from(["$10", "$1234", "$7E0010", "$7EF3C5", "12", "%1010"])
place = st.sampled_from(
    ["$10", "$0D80,x", "Sea", "!Sea", "Tide+1", "[$04],y", "(Sea),y", "$7E0010", ".low,x", "$F3C5"]
)
line = st.one_of(
    st.builds("; {}".format, comment),
    st.builds("{} = {} ; {}".format, label, number, comment),
    st.builds("!Sea = {} ; {}".format, number, comment),
    st.builds("{}:".format, label),
    st.just(".low"),
    st.builds("  LDA {} ; {}".format, place, comment),
    st.builds("  STA {} : INC {}".format, place, place),
    st.builds("  JSL {} ; {}".format, label, comment),
    st.builds("  db {}, {} ; {}".format, number, number, comment),
    st.builds("  dw {}, {}".format, label, label),
    st.builds("org {}".format, st.sampled_from(["$008000", "$07A3DB"])),
    st.sampled_from(
        [
            "",
            "{",
            "}",
            "  RTS",
            "  RTL",
            "  REP #$20",
            "  %Go({})",
            "macro Go(a)",
            "endmacro",
            "; ====",
            "endstruct",
        ]
    ),
    st.sampled_from(
        [
            "struct Boat $7E0500",
            ".x: skip 2 ; left",
            "namespace Sea",
            "namespace off",
            "if !Sea",
            "endif",
            "pushpc",
        ]
    ),
)
_LINES = """# Sea
## Sea
### 1. Sea
### 2. Tide

The sea rises with the moon.
1. Go to sea
2. Come back
   * deep
- **Sea**: water
| a | b |
|---|---|
| Sea | deep |
```
<!--
---"""
prose = st.sampled_from(_LINES.split("\n"))
assembly = st.lists(line, max_size=30).map("\n".join)
document = st.lists(prose, max_size=20).map("\n".join)


def samples_of(source: Path, **options: object) -> list[TrainingSample]:
    with Run.open(seed=7) as run:
        return list(OracleGenerator(OracleGenerator.Config(source=source, **options), run).generate())  # type: ignore[arg-type]


@given(first=assembly, second=assembly, notes=document)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_hack_is_taught_once_and_truly(tree: Tree, first: str, second: str, notes: str) -> None:
    files = {"a.asm": first, "b.asm": second, "c.md": notes}
    samples = samples_of(tree(files))
    asked = [" ".join(re.findall(r"\w+", sample.instruction.casefold())) for sample in samples]
    assert len(set(asked)) == len(asked)
    for sample in samples:
        assert sample.prov is not None
        assert sample.output.strip()
        assert 0 <= sample.score <= 1
        lines = files[sample.prov.source].split("\n")
        assert 1 <= sample.prov.start <= sample.prov.end <= len(lines), sample
        if sample.prov.kind == "write":
            assert check(sample.output).syntax_ok
    assert [sample.to_json() for sample in samples_of(tree(files))] == [
        sample.to_json() for sample in samples
    ]


@pytest.fixture
def hack(tree: Tree) -> Path:
    names = "".join(f"Name{n:03} = $7E{n:04X} ; thing {n}\n" for n in range(600))
    code = "".join(f"; Moves thing {n}.\nMove{n}:\n LDA Name{n:03}\n STA $10\n RTS\n\n" for n in range(200))
    return tree({"ram.asm": names, "code.asm": code})


def kinds_of(samples: list[TrainingSample]) -> list[str]:
    return [sample.prov.kind for sample in samples if sample.prov]


def test_lookups_are_a_share_and_facts_go_last(hack: Path) -> None:
    samples = samples_of(hack, lookups=0.4)
    lookups = [sample for sample in samples if sample.prov and sample.prov.kind in LOOKUPS]
    assert 0.39 < len(lookups) / len(samples) <= 0.4
    facts = [(sample.metadata["fact"]["kind"], sample.metadata["fact"]["key"]) for sample in lookups]
    assert len(set(facts)) == len(facts)  # no fact has a second wording while another has none
    assert not [kind for kind in kinds_of(samples_of(hack, lookups=0)) if kind in LOOKUPS]


def test_all_of_few_lookups_stay(tree: Tree) -> None:
    root = tree({"ram.asm": "A = $7E0010\n"})
    assert set(kinds_of(samples_of(root))) >= {"address", "symbol"}


def test_limits_count_samples_of_a_kind(hack: Path) -> None:
    samples = samples_of(hack, limits={"address": 7, "routine": 3, "row": 5})
    kinds = kinds_of(samples)
    assert (kinds.count("address"), kinds.count("routine"), kinds.count("row")) == (7, 3, 0)
    assert kinds.count("code") == 200


@pytest.fixture(scope="module")
def everything() -> list[TrainingSample]:
    return samples_of(CHECKOUT)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_by_itself_is_what_it_is_among_all(kind: str, everything: list[TrainingSample]) -> None:
    alone = samples_of(CHECKOUT, kinds=(kind,))
    among = [sample for sample in everything if sample.prov and sample.prov.kind == kind]
    assert [sample.output for sample in alone] == [sample.output for sample in among]
    assert {sample.prov.kind for sample in alone if sample.prov} <= {kind}
