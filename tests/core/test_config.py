"""Settings: which layer wins, where each came from, and what is wrong with them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from afs_core.cli import config as commands
from afs_core.cli.command import AfsCommand
from afs_core.cli.config_reference import example_toml, json_schema
from afs_core.cli.console import Session
from afs_core.config import Config, project_config_path, user_config_path
from afs_core.config_edit import edit_setting
from afs_core.errors import ConfigError
from afs_core.registry import Registry
from afs_core.settings import SECTIONS

DOCUMENTED_USER = """\
[general]
discovery_ignore = ["legacy", "archive", "archives"]
plugin_dirs = ["~/.config/afs/plugins", "~/.afs/plugins"]
enabled_plugins = []

[training]
default_batch_size = 32
default_learning_rate = 1e-5
default_epochs = 3

[discriminator]
model_path = "models/electra"
cache_dir = "~/.cache/afs/discriminator"

[orchestration]
port = 8000
workers = 4

[embeddings]
provider = "none"  # "none", "ollama", "hf"
model = "nomic-embed-text"
cache_dir = "~/.cache/afs/embeddings"
"""

DOCUMENTED_PROJECT = """\
[project]
name = "afs"
context_root = "~/.context"
workspace_name = "src"

[training]
batch_size = 64
learning_rate = 5e-5
epochs = 5

[evaluation]
sample_size = 100
timeout = 30
models = ["majora", "nayru", "veran"]
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, with no setting of this machine."""
    for name in ("AFS_CONFIG_PATH", "XDG_CONFIG_HOME", "AFS_TRAINING__BATCH_SIZE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def user_file(text: str) -> Path:
    file = user_config_path()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def project_file(text: str) -> Path:
    file = Path.cwd() / "afs.toml"
    file.write_text(text, encoding="utf-8")
    return file


class TestLayers:
    def test_documented_files_load_without_a_problem(self) -> None:
        user, project = user_file(DOCUMENTED_USER), project_file(DOCUMENTED_PROJECT)
        config = Config.load()
        assert config.problems == ()
        assert config.files == (user, project)
        assert config.get("training.batch_size") == 64
        assert config.get("training.learning_rate") == 5e-5
        assert config.get("orchestration.workers") == 4
        assert config.get("evaluation.models") == ("majora", "nayru", "veran")

    def test_each_layer_wins_over_the_one_before(self, monkeypatch: pytest.MonkeyPatch) -> None:
        key = "training.batch_size"
        seen = [(Config.load().get(key), Config.load().origin(key))]
        user = user_file("\n[training]\nbatch_size = 5\n")
        seen.append((Config.load().get(key), Config.load().origin(key)))
        project = project_file("[training]\nbatch_size = 6\n")
        seen.append((Config.load().get(key), Config.load().origin(key)))
        monkeypatch.setenv("AFS_TRAINING__BATCH_SIZE", "7")
        seen.append((Config.load().get(key), Config.load().origin(key)))
        flagged = Config.load().with_flags({key: 8})
        seen.append((flagged.get(key), flagged.origin(key)))
        assert seen == [
            (4, "default"),
            (5, f"{user}:3"),
            (6, f"{project}:2"),
            (7, "AFS_TRAINING__BATCH_SIZE"),
            (8, "flag"),
        ]

    def test_a_documented_spelling_is_the_same_setting(self) -> None:
        user_file("[training]\ndefault_batch_size = 32\n[plugins.training]\nlearning-rate = 0.5\n")
        config = Config.load()
        assert config.problems == ()
        assert config.get("training.batch_size") == config.get("plugins.training.default_batch_size") == 32
        assert config.get("training.learning_rate") == 0.5
        assert config.section("plugins.training") == {"batch_size": 32, "learning_rate": 0.5}

    def test_a_section_comes_with_its_defaults_only_from_get(self) -> None:
        user_file("[orchestration]\nport = 9000\n")
        assert Config.load().get("orchestration") == {"port": 9000, "workers": 4}
        assert Config.load().section("orchestration") == {"port": 9000}

    def test_flags_leave_the_original_alone(self) -> None:
        config = Config.load()
        config.with_flags({"training.epochs": 9})
        assert config.get("training.epochs") == 3

    def test_another_user_file_is_named_by_the_environment(
        self, monkeypatch: pytest.MonkeyPatch, home: Path
    ) -> None:
        monkeypatch.setenv("AFS_CONFIG_PATH", "~/other.toml")
        assert user_config_path() == home / "other.toml"
        monkeypatch.delenv("AFS_CONFIG_PATH")
        monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "xdg"))
        assert user_config_path() == home / "xdg/afs/config.toml"

    def test_the_nearest_project_file_counts_and_home_is_the_last_asked(self, home: Path) -> None:
        inner = home / "work/a/b"
        inner.mkdir(parents=True)
        assert project_config_path(inner) is None
        (home / "work/afs.toml").touch()
        assert project_config_path(inner) == home / "work/afs.toml"
        (home / "work/a/afs.toml").touch()
        assert project_config_path(inner) == home / "work/a/afs.toml"

    def test_a_file_above_home_is_not_the_projects(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (home / "afs.toml").touch()
        monkeypatch.setenv("HOME", str(home / "work"))
        assert project_config_path(home / "work") is None


class TestEnvironment:
    def test_values_have_the_types_that_toml_gives_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AFS_TRAINING__LEARNING_RATE", "1e-3")
        monkeypatch.setenv("AFS_PLUGINS__ECHO__LOUD__ON", "true")
        monkeypatch.setenv("AFS_PLUGINS__ECHO__LOUD__WORD", "hello = world")
        monkeypatch.setenv("AFS_PROJECT__NAME", "'7'")
        config = Config.load()
        assert config.problems == ()
        assert config.get("training.learning_rate") == 1e-3
        assert config.section("plugins.echo.loud") == {"on": True, "word": "hello = world"}
        assert config.get("project.name") == "7"

    def test_lists_may_be_separated_by_commas(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AFS_EVALUATION__MODELS", "majora, nayru")
        monkeypatch.setenv("AFS_GENERAL__ENABLED_PLUGINS", "oracle")
        config = Config.load()
        assert config.get("evaluation.models") == ("majora", "nayru")
        assert config.plugins_enabled == ("oracle",)

    def test_a_kebab_name_is_reached_and_wins_over_the_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        user_file("[plugins.oracle.recall-probes]\ncount = 1\nwords = 2\n")
        monkeypatch.setenv("AFS_PLUGINS__ORACLE__RECALL_PROBES__COUNT", "9")
        assert Config.load().section("plugins.oracle.recall-probes") == {"count": 9, "words": 2}

    def test_fixed_names_are_no_settings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        names = "PYTHON VENV VENV_EXTRAS ASAR CONTEXT_WARM_INTERVAL TORCH_INDEX TRACEBACK PLUGINS_STRICT"
        for name in names.split():
            monkeypatch.setenv(f"AFS_{name}", "x")
        assert Config.load().problems == ()

    def test_a_wrong_variable_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AFS_TRAINING__BATCH_SIZE", "many")
        (problem,) = Config.load().problems
        assert str(problem).startswith("AFS_TRAINING__BATCH_SIZE: ")
        assert "'many'" in problem.message
        assert Config.load().get("training.batch_size") == 4


class TestPaths:
    def test_home_is_expanded_in_path_settings_and_in_no_others(self, home: Path) -> None:
        user_file('[discriminator]\ncache_dir = "~/c"\n[project]\nname = "~/x"\n')
        config = Config.load()
        assert config.get("discriminator.cache_dir") == str(home / "c")
        assert config.get("embeddings.cache_dir") == str(home / ".cache/afs/embeddings")
        assert config.get("project.name") == "~/x"

    def test_a_projects_relative_path_starts_at_its_file(self, home: Path) -> None:
        project_file('[project]\ncontext_root = "ctx"\n')
        inner = home / "work/deep/er"
        inner.mkdir(parents=True)
        assert Config.load(inner).get("project.context_root") == str(home / "work/ctx")


class TestPluginLists:
    def test_both_spellings_fill_the_same_lists(self, home: Path) -> None:
        user_file('[general]\nenabled_plugins = ["a"]\nplugin_dirs = ["~/p"]\n')
        old = Config.load()
        user_file('[plugins]\nenabled = ["a"]\ndirs = ["~/p"]\n')
        new = Config.load()
        assert old.plugins_enabled == new.plugins_enabled == ("a",)
        assert old.plugin_dirs == new.plugin_dirs == (home / "p",)

    @pytest.mark.parametrize(
        "text",
        [
            '[plugins]\nenabled = ["evil"]\n',
            '[plugins]\ndirs = ["."]\n',
            '[general]\nenabled_plugins = ["evil"]\n',
            '[general]\nplugin_dirs = ["."]\n',
        ],
    )
    def test_a_project_cannot_bring_plugin_code(self, text: str) -> None:
        user_file('[plugins]\nenabled = ["good"]\n')
        file = project_file(text)
        config = Config.load()
        assert config.plugins_enabled == ("good",)
        assert config.plugin_dirs == ()
        assert [(problem.file, problem.line) for problem in config.problems] == [(str(file), 2)]

    def test_every_layer_may_disable_and_none_may_take_it_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        user_file('[plugins]\ndisabled = ["a"]\n')
        project_file('[plugins]\ndisabled = ["b"]\n')
        monkeypatch.setenv("AFS_PLUGINS__DISABLED", "c")
        assert Config.load().with_flags({"plugins.disabled": []}).plugins_disabled == ("a", "b", "c")


class TestProblems:
    def test_all_of_a_file_are_reported_at_once_with_their_lines(self) -> None:
        user = user_file(
            "[training]\n"
            "batch_siz = 3\n"
            'epochs = """\nmany\n"""\n'
            "\n"
            "[trainin]\n"
            "epochs = 3\n"
            "batch_size = 3\n"
            "[orchestration]\n"
            "port = 70000 # too many\n"
            "workers = [\n  4,\n]\n"
            "[plugins]\n"
            "oracle = 3\n"
            "[project.name]\n"
            "x = 1\n"
        )
        config = Config.load()
        found = [(problem.line, problem.message) for problem in config.problems]
        assert [line for line, _ in found] == [2, 3, 7, 11, 12, 16, 18]
        assert "did you mean 'batch_size'" in found[0][1]
        assert "did you mean 'training'" in found[2][1]
        with pytest.raises(ConfigError) as raised:
            config.check()
        assert all(str(problem) in str(raised.value) for problem in config.problems)
        assert f"{user}:2: training.batch_siz: unknown key" in str(raised.value)

    def test_what_is_wrong_is_left_out_and_the_rest_counts(self) -> None:
        user_file("[training]\nbatch_size = 5\n")
        project_file('[training]\nbatch_size = "x"\nepochs = 7\n')
        config = Config.load()
        assert config.get("training.batch_size") == 5
        assert config.get("training.epochs") == 7

    def test_sections_of_plugins_that_are_not_installed_are_tolerated(self) -> None:
        other = "[plugins.not-here]\nx = 1\n[plugins.not-here.deep.er]\ny = 2\n"
        user_file(other + "[training.some-capability]\nz = 3\n")
        config = Config.load()
        assert config.problems == ()
        assert config.section("plugins.not-here") == {"x": 1, "deep": {"er": {"y": 2}}}
        assert config.section("plugins.training.some-capability") == {"z": 3}

    @pytest.mark.parametrize(
        ("text", "line"), [("[a]\nx = \n", 2), ("[a]\nx = 1\nx = 2\n", 3), ('[a]\ny = 1\nx = "', 3)]
    )
    def test_a_syntax_error_has_a_line(self, text: str, line: int) -> None:
        user = user_file(text)
        (problem,) = Config.load().problems
        assert (problem.file, problem.line) == (str(user), line)
        assert problem.message.startswith("not TOML: ")

    def test_a_file_that_is_not_text_is_a_problem(self) -> None:
        user_file("")
        user_config_path().write_bytes(b'[training]\nname = "\xff"\n')
        (problem,) = Config.load().problems
        assert "cannot be read" in problem.message

    def test_two_spellings_with_two_values_are_a_problem(self) -> None:
        user_file("[training]\nbatch_size = 1\ndefault_batch_size = 2\n")
        (problem,) = Config.load().problems
        assert problem.line == 3
        assert "training.batch_size" in problem.message
        user_file("[training]\nbatch_size = 2\ndefault_batch_size = 2\n")
        assert Config.load().problems == ()

    def test_an_unknown_section_is_found_though_it_is_empty(self) -> None:
        user_file("[trainnig]\n[training]\n[plugins.anything]\n")
        (problem,) = Config.load().problems
        assert problem.line == 1

    def test_no_problem_is_no_error(self) -> None:
        Config.load().check()


def test_reading_imports_no_more_than_it_needs(tmp_path: Path) -> None:
    code = (
        "import sys; from afs_core.config import Config; Config.load().get('training.epochs');"
        "heavy = 'click', 'tomlkit', 'tomllib', 'logging', 'pluggy';"
        "print([name for name in heavy if name in sys.modules])"
    )
    environment = {"HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


class TestEdit:
    def test_comments_order_and_neighbours_stay(self) -> None:
        file = user_file(
            "# head\n[training] # section\n# about\nepochs = 3 # tail\n\n[project]\nname = 'x'\n"
        )
        edit_setting(file, ("training", "epochs"), 5)
        assert file.read_text() == (
            "# head\n[training] # section\n# about\nepochs = 5 # tail\n\n[project]\nname = 'x'\n"
        )

    def test_a_key_keeps_the_spelling_of_the_file(self) -> None:
        file = user_file("[training]\ndefault_epochs = 3\n")
        assert edit_setting(file, ("plugins", "training", "epochs"), 4) == ("training", "default_epochs")
        assert file.read_text() == "[training]\ndefault_epochs = 4\n"
        assert Config.load().get("training.epochs") == 4

    def test_file_and_tables_are_made(self) -> None:
        file = user_config_path()
        edit_setting(file, ("plugins", "echo", "loud", "count"), 2)
        assert tomllib.loads(file.read_text()) == {"plugins": {"echo": {"loud": {"count": 2}}}}

    def test_none_takes_the_setting_out(self) -> None:
        file = user_file("[training]\nepochs = 3\nbatch_size = 2\n")
        edit_setting(file, ("training", "epochs"), None)
        assert file.read_text() == "[training]\nbatch_size = 2\n"

    def test_a_broken_file_is_left_as_it_is(self) -> None:
        file = user_file("[training\n")
        with pytest.raises(ConfigError, match="cannot be changed"):
            edit_setting(file, ("training", "epochs"), 3)
        assert file.read_text() == "[training\n"

    def test_a_link_stays_a_link(self, home: Path) -> None:
        kept = home / "dotfiles.toml"
        kept.write_text("")
        user_config_path().parent.mkdir(parents=True)
        user_config_path().symlink_to(kept)
        edit_setting(user_config_path(), ("training", "epochs"), 3)
        assert user_config_path().is_symlink()
        assert "epochs = 3" in kept.read_text()


ECHO = """\
import msgspec
from typing import Annotated
from afs_core import Capability, TrainingSample, hookimpl

class Echo:
    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        word: Annotated[str, msgspec.Meta(description="What to say")]
        count: Annotated[int, msgspec.Meta(description="How often", ge=0)] = 5
        weights: dict[str, float] = {}
    def __init__(self, config, run): ...
    def generate(self): yield from ()

@hookimpl
def afs_generators():
    return [Capability(name="loud-echo", target="echo_plugin:Echo", summary="Counts aloud.")]
"""


@pytest.fixture
def echo(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plugin in a folder, which the user's file names."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "echo_plugin", raising=False)
    (home / "plugins").mkdir()
    (home / "plugins/echo_plugin.py").write_text(ECHO)
    return user_file('[plugins]\ndirs = ["~/plugins"]\n')


def invoke(command: AfsCommand, *args: str) -> Result:
    return CliRunner().invoke(command, list(args), obj=Session())


class TestCommands:
    def test_show_names_file_and_line(self) -> None:
        user = user_file("[training]\n\nepochs = 7\n")
        done = invoke(commands.show, "--origin")
        line = next(line for line in done.stdout.splitlines() if line.startswith("training.epochs"))
        assert line.split("#") == [line.split("#")[0], f" {user}:3"]
        data = json.loads(invoke(commands.show, "training", "--json").stdout)["data"]
        assert data["settings"]["training.epochs"] == {"value": 7.0, "origin": f"{user}:3"}
        assert set(data["settings"]) == {"training.batch_size", "training.epochs", "training.learning_rate"}

    def test_show_hides_secrets(self) -> None:
        user_file('[plugins.teachers]\napi_key = "sk-not-for-the-screen"\n')
        assert "not-for-the-screen" not in invoke(commands.show).stdout
        assert invoke(commands.get, "plugins.teachers.api_key").stdout == "sk-not-for-the-screen\n"

    @pytest.mark.parametrize(
        ("key", "printed"),
        [
            ("training.default_batch_size", "4\n"),
            ("embeddings.provider", "none\n"),
            ("evaluation.models", "[]\n"),
        ],
    )
    def test_get_prints_what_a_script_can_use(self, key: str, printed: str) -> None:
        assert invoke(commands.get, key).stdout == printed

    def test_get_of_an_unknown_key_is_wrong_usage(self) -> None:
        done = invoke(commands.get, "training.epoch")
        assert done.exit_code == 2
        assert "did you mean 'training.epochs'" in done.stderr

    def test_get_knows_the_defaults_of_a_plugin(self, echo: Path) -> None:
        assert invoke(commands.get, "plugins.echo-plugin.loud_echo.count").stdout == "5\n"
        assert invoke(commands.get, "plugins.echo_plugin.loud-echo.word").exit_code == 0
        assert invoke(commands.get, "plugins.echo_plugin.loud-echo.wrod").exit_code == 2

    def test_set_writes_the_users_file_or_the_projects(self) -> None:
        assert invoke(commands.set_, "training.epochs", "5").exit_code == 0
        assert invoke(commands.set_, "--project", "project.name", "7").exit_code == 0
        assert tomllib.loads(user_config_path().read_text()) == {"training": {"epochs": 5.0}}
        assert tomllib.loads(Path("afs.toml").read_text()) == {"project": {"name": "7"}}

    def test_set_keeps_a_path_as_it_was_written(self) -> None:
        invoke(commands.set_, "discriminator.cache_dir", "~/c")
        assert tomllib.loads(user_config_path().read_text()) == {"discriminator": {"cache_dir": "~/c"}}

    @pytest.mark.parametrize(
        "args",
        [
            ("training.epochs", "many"),
            ("training.epoch", "3"),
            ("nothing.at_all", "3"),
            ("--project", "plugins.enabled", "[]"),
            ("training.epochs",),
            ("--unset", "training.epochs", "3"),
        ],
    )
    def test_set_refuses_what_validate_would(self, args: tuple[str, ...]) -> None:
        done = invoke(commands.set_, *args)
        assert done.exit_code == 2
        assert not user_config_path().exists()
        assert not Path("afs.toml").exists()

    def test_set_checks_the_settings_of_plugins(self, echo: Path) -> None:
        assert invoke(commands.set_, "plugins.echo_plugin.loud-echo.count", "-1").exit_code == 2
        assert invoke(commands.set_, "plugins.echo_plugin.loud-ecko.count", "1").exit_code == 2
        assert invoke(commands.set_, "plugins.echo_plugin.loud-echo.count", "3").exit_code == 0
        assert "count = 3" in echo.read_text()

    def test_set_warns_where_another_layer_wins(self) -> None:
        project_file("[training]\nepochs = 9\n")
        done = invoke(commands.set_, "training.epochs", "5")
        assert done.exit_code == 0
        assert "afs.toml:2, which wins here" in done.stderr

    def test_validate_reports_everything_at_once(self, echo: Path) -> None:
        text = (
            '[plugins]\ndirs = ["~/plugins"]\n[training]\nepoch = 3\n'
            "[plugins.echo_plugin.loud-echo]\ncount = 'x'\nwrod = 'y'\n[plugins.echo_plugin.quiet]\na = 1\n"
        )
        user = user_file(text)
        done = invoke(commands.validate, "--json")
        assert done.exit_code == 2
        answer = json.loads(done.stdout)
        assert [problem["line"] for problem in answer["data"]["problems"]] == [4, 6, 7, 9]
        assert answer["ok"] is False
        assert str(user) in answer["error"]["message"]

    def test_validate_is_content_with_good_files(self, echo: Path, home: Path) -> None:
        echo.write_text(
            echo.read_text() + "[plugins.echo_plugin.loud-echo]\ncount = 3\nweights = {a-b = 1.0, c = 2}\n"
        )
        assert invoke(commands.validate).exit_code == 0
        (home / "bad.toml").write_text("[nope]\n")
        assert invoke(commands.validate, "~/bad.toml").exit_code == 2
        assert invoke(commands.validate, "~/absent.toml").exit_code == 2

    def test_path_prints_where_the_file_lies(self) -> None:
        assert invoke(commands.path).stdout == f"{user_config_path()}\n"
        file = project_file("")
        assert invoke(commands.path, "--project").stdout == f"{file}\n"


class TestReference:
    def test_every_core_setting_is_described(self) -> None:
        schema = json_schema(Registry([]))
        for name, struct in SECTIONS.items():
            described = schema["properties"][name]["properties"]
            for field in struct.__struct_fields__:
                assert described[field]["description"], f"{name}.{field}"

    def test_the_schema_holds_the_documents_spellings_and_the_plugins(self, echo: Path) -> None:
        done = invoke(commands.schema)
        schema = json.loads(done.stdout)
        assert {"enabled_plugins", "plugin_dirs"} <= set(schema["properties"]["general"]["properties"])
        section = schema["properties"]["plugins"]["properties"]["echo_plugin"]["properties"]["loud-echo"]
        config = schema["$defs"][section["$ref"].rpartition("/")[2]]
        assert config["properties"]["count"]["minimum"] == 0

    def test_the_example_is_valid_as_it_is_and_with_every_line_in_use(self, echo: Path) -> None:
        text = example_toml(Session().registry)
        assert "[plugins.echo_plugin.loud-echo]" in text
        user_file(text)
        assert Config.load().problems == ()
        settings = [line for line in text.splitlines() if re.match(r"# \w+ = [^ ]", line)]
        assert len(settings) > 20
        lines = [line[2:] if line in settings else line for line in text.splitlines()]
        file = user_file("\n".join(lines))
        config = Config.load()
        assert config.problems == ()
        assert config.origin("training.batch_size").startswith(f"{file}:")
        assert config.get("training.batch_size") == 4
