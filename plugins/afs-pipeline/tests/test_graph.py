"""From the file to stages: settings, references, places, order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afs.pipeline import parse_pipeline, stages_of
from afs_core import AfsError, ConfigError, Missing, Stage, UnknownName, UsageError
from afs_core.config import Config
from afs_core.registry import Registry

SOURCES = '[[stage]]\nname = "sources"\nuses = "generators/words"\nsource = "words.txt"\n'
SPLIT = '[[stage]]\nname = "curated"\nuses = ["transforms/upper", "transforms/halves"]\nfrom = "sources"\n'
TRAINED = '[[stage]]\nname = "adapter"\nuses = "trainers/copier"\nfrom = "curated"\nbase_model = "toy"\n'
JUDGED = '[[stage]]\nname = "judged"\nuses = "evaluators/verdict"\nfrom = "curated/train"\n'

Planned = Callable[[str], list[Stage]]


@pytest.fixture
def planned(work: Path) -> Planned:
    registry = Registry.load(Config.load())
    return lambda text: stages_of(parse_pipeline(text, "p.toml"), work / "out", registry)


def test_stages_know_where_they_write(planned: Planned, work: Path) -> None:
    stages = planned(SOURCES + SPLIT + TRAINED + JUDGED)
    assert [stage.output.relative_to(work).as_posix() for stage in stages] == [
        "out/sources.jsonl",
        "out/curated",
        "out/adapter",
        "out/judged",
    ]
    assert [stage.inputs for stage in stages] == [
        (),
        (work / "out" / "sources.jsonl",),
        (work / "out" / "curated",),
        (work / "out" / "curated" / "train.jsonl",),
    ]


def test_paths_are_relative_to_the_current_folder_and_know_the_home(planned: Planned, work: Path) -> None:
    text = SOURCES.replace("words.txt", "~/words.txt") + JUDGED.replace("curated/train", "~/a.jsonl")
    sources, judged = planned(text)
    assert sources.config["generators/words"]["source"] == work / "words.txt"
    assert judged.inputs == (work / "a.jsonl",)
    (judged,) = planned(JUDGED.replace("curated/train", "sub/a.jsonl"))
    assert judged.inputs == (Path("sub/a.jsonl"),)


@pytest.mark.parametrize("key", ["suite", "baseline", "models", "data"])
def test_settings_that_name_a_stage_become_its_path(planned: Planned, work: Path, key: str) -> None:
    value = '["sources", "other"]' if key in ("models", "data") else '"sources"'
    path = work / "out" / "sources.jsonl"
    judged = planned(JUDGED + f"{key} = {value}\n" + SOURCES + SPLIT)[-1]
    expected = {
        "suite": path,
        "baseline": str(path),
        "models": (str(path), "other"),
        "data": (path, Path("other")),
    }
    assert judged.name == "judged"
    assert judged.config["evaluators/verdict"] == {key: expected[key]}


def test_a_split_or_a_file_of_a_build_can_be_named(planned: Planned, work: Path) -> None:
    text = SOURCES + SPLIT + TRAINED + JUDGED + 'suite = "curated/val"\nbaseline = "adapter/weights.txt"\n'
    judged = planned(text)[-1].config["evaluators/verdict"]
    assert judged["suite"] == work / "out" / "curated" / "val.jsonl"
    assert judged["baseline"] == str(work / "out" / "adapter" / "weights.txt")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (JUDGED.replace("curated/train", "sources/train"), "one file and no parts"),
        (JUDGED.replace("curated/train", "curated/tain"), "the splits train, val, test"),
    ],
)
def test_a_part_that_a_stage_does_not_have_is_told(planned: Planned, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=f"p.toml: stage judged: .*{said}") as caught:
        planned(SOURCES + SPLIT + text)
    assert "./" in caught.value.hint


def test_a_setting_goes_to_the_one_that_takes_it(planned: Planned) -> None:
    curated = planned(SOURCES + SPLIT + 'suffix = "!"\n')[1]
    assert curated.config == {"transforms/upper": {"suffix": "!"}, "transforms/halves": {}}


def test_a_setting_that_two_take_is_refused_until_it_says_whose(planned: Planned) -> None:
    with pytest.raises(ConfigError, match="stage curated: strength is a setting of") as caught:
        planned(SOURCES + SPLIT + "strength = 2\n")
    assert '[stage.config."transforms/upper"]' in caught.value.hint
    said = SPLIT + '[stage.config."transforms/halves"]\nstrength = 2\n'
    assert planned(SOURCES + said)[1].config["transforms/halves"] == {"strength": 2}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("bravery = 2\n", "nobody takes the setting bravery"),
        ("output = 'x'\n", "nobody takes the setting output"),
        ("times = 'many'\n", "times = 'many': Expected `int`"),
        ('[stage.config."generators/words"]\nbravery = 2\n', "has no setting bravery"),
        ('[stage.config."generators/other"]\ntimes = 2\n', "generators/other, which the stage does not use"),
    ],
)
def test_a_setting_without_a_home_is_refused(planned: Planned, line: str, said: str) -> None:
    with pytest.raises(ConfigError, match=f"p.toml: stage sources: .*{said}"):
        planned(SOURCES + line)


def test_variables_are_text_and_fit_numbers_all_the_same(planned: Planned) -> None:
    text = "[variables]\nn = 3\n" + SOURCES + 'times = "${n}"\npause = "0.5"\n'
    assert planned(text)[0].config["generators/words"] == {
        "source": Path("words.txt"),
        "times": 3,
        "pause": 0.5,
    }


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        (SOURCES.replace('source = "words.txt"\n', ""), ConfigError, "source"),
        (SOURCES.replace("generators/words", "generators/wrods"), UnknownName, "did you mean 'words'"),
        (SOURCES.replace("generators/words", "generators/dear"), Missing, "no_such_engine"),
        (SOURCES.replace("generators/words", "words"), UsageError, "expected KIND/NAME"),
        (
            SOURCES.replace('"generators/words"', '"deployers/words"'),
            UsageError,
            "kinds of a stage|KIND/NAME",
        ),
        (SOURCES + 'after = "nobody"\n', ConfigError, "after names no stage: nobody"),
        (
            TRAINED.replace('base_model = "toy"\n', "").replace("curated", "a.jsonl"),
            ConfigError,
            "base_model",
        ),
        (TRAINED.replace("curated", "a.jsonl") + "limit = 3\n", ConfigError, "has no limit"),
    ],
)
def test_what_is_wrong_is_told_before_anything_runs(
    planned: Planned, text: str, kind: type[AfsError], said: str
) -> None:
    with pytest.raises(kind, match=f"p.toml: stage (sources|adapter): .*({said})"):
        planned(text)


def test_the_limit_of_a_build_is_in_its_job(planned: Planned) -> None:
    stages = planned(SOURCES + "limit = 5\n" + SPLIT + JUDGED + "limit = 3\n")
    assert stages[0].limit == 5
    assert stages[-1].config["evaluators/verdict"] == {"limit": 3}


@pytest.mark.parametrize("link", ['from = "b"\n', 'after = "b"\n', 'suite = "b"\n'])
def test_stages_that_wait_for_each_other_are_told(planned: Planned, link: str) -> None:
    one = '[[stage]]\nname = "a"\nuses = "evaluators/verdict"\n' + link
    other = '[[stage]]\nname = "b"\nuses = "transforms/upper"\nfrom = "a"\n'
    with pytest.raises(ConfigError, match=r"p.toml: stages wait for each other: (a -> b -> a|b -> a -> b)"):
        planned(one + other)
    with pytest.raises(ConfigError, match="b -> b"):
        planned('[[stage]]\nname = "b"\nuses = "transforms/upper"\nfrom = "b"\n')


def test_the_order_is_that_of_the_file_where_it_is_free(planned: Planned) -> None:
    free = '[[stage]]\nname = "{}"\nuses = "transforms/upper"\nfrom = "x.jsonl"\n'
    text = SOURCES + SPLIT + free.format("zebra") + free.format("apple")
    assert [stage.name for stage in planned(text)] == ["sources", "curated", "zebra", "apple"]


@given(st.data())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_stage_comes_after_all_that_it_needs(planned: Planned, data: st.DataObject) -> None:
    names = data.draw(st.permutations([f"s{n}" for n in range(6)]))
    needs = {
        name: data.draw(st.sets(st.sampled_from([n for n in names if n < name]))) if name > "s0" else set()
        for name in names
    }
    tables = [
        f'[[stage]]\nname = "{name}"\nuses = "transforms/upper"\nfrom = {["x", *sorted(needs[name])]}\n'
        for name in names
    ]
    order = [stage.name for stage in planned("".join(tables))]
    assert sorted(order) == sorted(names)
    done: list[str] = []
    for name in order:
        free = [other for other in names if other not in done and needs[other] <= set(done)]
        assert name == free[0]
        done.append(name)
