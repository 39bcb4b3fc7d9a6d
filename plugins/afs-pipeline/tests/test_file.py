"""The file: every slip is told with the file and the stage."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afs.pipeline import parse_pipeline, read_pipeline
from afs_core import ConfigError

STAGE = '[[stage]]\nname = "a"\nuses = "generators/words"\n'


def test_a_stage_is_read_with_what_is_no_field_as_settings() -> None:
    (stage,) = parse_pipeline(
        STAGE + 'from = "x"\nafter = ["b"]\ngate = true\nlimit = 3\nseed = 7\nrejected = true\ntimes = 2\n'
        'on_error = "skip"\n[stage.config."transforms/upper"]\nstrength = 1\n',
        "p.toml",
    ).stages
    assert (stage.uses, stage.from_, stage.after) == (("generators/words",), ("x",), ("b",))
    assert (stage.gate, stage.limit, stage.seed, stage.rejected, stage.on_error) == (True, 3, 7, True, "skip")
    assert stage.settings == {"times": 2}
    assert stage.config == {"transforms/upper": {"strength": 1}}


def test_variables_have_defaults_that_are_overruled_everywhere_and_alone_keep_their_type() -> None:
    text = (
        '[variables]\nw = "one"\nn = 3\nyes = true\n'
        + STAGE
        + (
            'source = "${w}/${n}"\ntags = ["${w}", ["${n}"]]\nother = "${yes}"\nlimit = "${n}"\n'
            '[stage.config."generators/words"]\nx = "${w}"\n'
        )
    )
    (stage,) = parse_pipeline(text, "p", {"w": "two"}).stages
    assert stage.settings == {"source": "two/3", "tags": ["two", [3]], "other": True}
    assert stage.config == {"generators/words": {"x": "two"}}
    assert stage.limit == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "p.toml: expected tables"),
        ("[variables]\na = 1\n", "got no stage"),
        ("[[stag]]\nname = 'a'\n", "got stag"),
        ("stage = 3\n", "got stage = 3"),
        ("stage = ['a']\n", "got stage = "),
        ("[stage]\nname = 'a'\n", "got stage = "),
        ("variables = 3\n" + STAGE, "got variables = 3"),
        ("[[stage]\n", "p.toml: not TOML: .*line 1"),
        ("[[stage]]\nuses = 'generators/words'\n", "p.toml: stage 1: .*name"),
        (STAGE + "[[stage]]\nname = 3\nuses = 'x/y'\n", "p.toml: stage 3: .*str"),
        ("[[stage]]\nname = 'a'\n", "p.toml: stage a: .*uses"),
        ("[[stage]]\nname = 'a'\nuses = []\n", "stage a: uses names nothing"),
        ("[[stage]]\nname = 'a'\nuses = 3\n", "p.toml: stage a: .*uses"),
        (STAGE + "from = 3\n", r"p.toml: stage a: .*\$.from`"),
        (STAGE + "gate = 'maybe'\n", "p.toml: stage a: .*gate"),
        (STAGE + "limit = 0\n", "p.toml: stage a: .*>= 1"),
        (STAGE + "on_error = 'weep'\n", "p.toml: stage a: .*weep"),
        (STAGE + "config = 3\n", "p.toml: stage a: .*config"),
        (STAGE + "source = '${nobody}'\n", "p.toml: stage a: variable nobody has no value"),
        (STAGE + STAGE, "p.toml: two stages are named a"),
        (STAGE.replace("'a'", "x").replace('"a"', '"../a"'), "stage ../a: expected a name"),
        (STAGE.replace('"a"', '"a.b"'), "stage a.b: expected a name"),
        (STAGE.replace('"a"', '""'), "stage 1: expected a name"),
    ],
)
def test_a_slip_is_told_with_file_and_stage(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        parse_pipeline(text, "p.toml")
    assert "p.toml" in str(caught.value)


def test_a_value_for_a_variable_that_no_stage_uses_is_refused() -> None:
    text = "[variables]\nidle = 1\n" + STAGE + 'source = "${w}"  # ${comment}\n'
    for name in ("sorce", "idle", "comment"):
        with pytest.raises(ConfigError, match=f"no stage uses the variable {name}") as caught:
            parse_pipeline(text, "p", {"w": "x", name: "y"})
        assert caught.value.hint == "variables: w"


def test_a_missing_value_is_told_with_its_flag() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_pipeline(STAGE + 'tags = ["${w}"]\n', "p")
    assert caught.value.hint == "add --set w=VALUE"


def test_a_file_that_cannot_be_read_is_told(work: Path) -> None:
    (work / "latin.toml").write_bytes(b"# caf\xe9\n")
    for name in ("none.toml", "latin.toml", "."):
        with pytest.raises(ConfigError, match="cannot be read"):
            read_pipeline(work / name)


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_pipeline_or_an_error_of_ours(text: str) -> None:
    for content in (text, STAGE + f"x = {text}"):
        with contextlib.suppress(ConfigError):
            parse_pipeline(content, "p")
