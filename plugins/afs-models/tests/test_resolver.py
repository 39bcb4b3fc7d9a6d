from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from afs.models.reference import Reference
from afs.models.resolver import Resolver
from afs_core import DuplicateName, Run, UnknownName, UsageError

Make = Callable[..., Resolver]


@pytest.fixture
def resolver(afs_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """``resolver(registry, daily="lmstudio:majora")`` in an empty folder of its own."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    runs: list[Run] = []

    def make(registry: Any = None, **aliases: str) -> Resolver:
        run = afs_run if registry is None else Run.open(workdir=tmp_path / "w", registry=registry)
        runs.append(run)
        return Resolver(Resolver.Config(aliases=aliases), run)

    yield make
    for run in runs:
        run.close()


def checkpoint(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "config.json").write_text("{}")
    return path


def adapter(path: Path, base: str) -> Path:
    path.mkdir(parents=True)
    (path / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": base}))
    return path


def test_a_reference_stands_for_itself(resolver: Make) -> None:
    assert resolver().resolve("lmstudio:majora") == Reference("lmstudio", "majora")


def test_an_alias_stands_for_a_reference_or_a_path(resolver: Make) -> None:
    checkpoint(Path("mine"))
    found = resolver(daily="lmstudio:majora", own="mine")
    assert found.resolve("daily") == Reference("lmstudio", "majora")
    assert found.resolve("own") == Reference("hf", "mine")


def test_an_alias_of_nothing_is_named(resolver: Make) -> None:
    with pytest.raises(UnknownName, match="daily stands for 'gone'"):
        resolver(daily="gone").resolve("daily")


def test_a_shipped_model_is_found_by_its_name(resolver: Make, shipping: Any, tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "shipped")
    found = resolver(shipping(mini=folder))
    assert found.resolve("mini") == Reference("hf", str(folder))
    assert found.folder("mini") == found.folder("hf:mini") == found.folder("hf:mini+some/adapter") == folder
    assert found.folder("mini+some/adapter") == folder


def test_two_local_hits_are_an_error_that_shows_both(resolver: Make, shipping: Any, tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "shipped")
    found = resolver(shipping(mini=folder), mini="lmstudio:majora")
    for ask in (found.resolve, found.folder):
        with pytest.raises(DuplicateName) as caught:
            ask("mini")
        assert "an alias (lmstudio:majora)" in str(caught.value)
        assert f"a shipped model (hf:{folder})" in str(caught.value)


def test_a_folder_of_the_name_of_a_shipped_model_is_a_second_hit(
    resolver: Make, shipping: Any, tmp_path: Path
) -> None:
    found = resolver(shipping(mini=checkpoint(tmp_path / "shipped")))
    checkpoint(Path("mini"))
    for text in ("mini", "hf:mini"):
        with pytest.raises(DuplicateName, match="a path"):
            found.folder(text)
    assert found.resolve("./mini") == Reference("hf", "mini")


def test_any_other_folder_of_that_name_is_not(resolver: Make, shipping: Any, tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "shipped")
    found = resolver(shipping(mini=folder))
    Path("mini").mkdir()
    assert found.folder("mini") == folder


def test_the_same_reference_twice_is_one_hit(resolver: Make) -> None:
    checkpoint(Path("mine"))
    assert resolver(mine="hf:mine").resolve("mine") == Reference("hf", "mine")


def test_paths(resolver: Make, tmp_path: Path) -> None:
    base = checkpoint(Path("models/base"))
    tuned = adapter(Path("models/tuned"), "models/base")
    Path("models/x.gguf").write_bytes(b"GGUF")
    found = resolver()
    assert found.resolve("models/base") == Reference("hf", "models/base")
    assert found.resolve("models/tuned") == Reference("hf", "models/base+models/tuned")
    assert found.resolve("models/base+models/tuned") == Reference("hf", "models/base+models/tuned")
    assert found.resolve("models/x.gguf") == Reference("gguf", "models/x.gguf")
    assert found.folder("models/tuned") == found.folder(f"hf:{base}+{tuned}") == base


def test_a_folder_with_one_file_is_that_file(resolver: Make) -> None:
    Path("quantised").mkdir()
    Path("quantised/a.gguf").write_bytes(b"GGUF")
    assert resolver().resolve("quantised") == Reference("gguf", "quantised/a.gguf")
    Path("quantised/b.gguf").write_bytes(b"GGUF")
    with pytest.raises(DuplicateName, match=r"a\.gguf, gguf:quantised/b\.gguf"):
        resolver().resolve("quantised")


@pytest.mark.parametrize("text", ["./gone", "../gone", "/nowhere/gone", "~/gone", "x.gguf", "models/gone"])
def test_a_path_that_is_not_there_never_goes_to_a_server(
    text: str, resolver: Make, offline: list[str]
) -> None:
    Path("models").mkdir()
    with pytest.raises(UnknownName):
        resolver().resolve(text)
    with pytest.raises((UnknownName, UsageError)):
        resolver().folder(text)


def test_a_folder_that_holds_no_model_is_said(resolver: Make) -> None:
    Path("empty").mkdir()
    with pytest.raises(UnknownName, match="no model at empty"):
        resolver().resolve("empty")


def test_any_other_name_is_a_model_of_the_gateway(resolver: Make) -> None:
    assert resolver().resolve("veran") == Reference("openai", "http://localhost:8000/v1#veran")


def test_a_name_of_the_hub_is_looked_up_on_this_machine_only(
    resolver: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offline: list[str]
) -> None:
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    with pytest.raises(UnknownName, match="no checkpoint 'org/model'") as caught:
        resolver().folder("org/model")
    assert "hf download org/model" in caught.value.hint
    repository = tmp_path / "hub" / "models--org--model"
    checkpoint(repository / "snapshots" / "abc")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc")
    assert resolver().folder("org/model") == repository / "snapshots" / "abc"


def test_what_is_no_checkpoint_has_no_folder(resolver: Make) -> None:
    for text in ("lmstudio:majora", "gguf:x.gguf"):
        with pytest.raises(UsageError, match="expected a checkpoint"):
            resolver().folder(text)


def test_a_provider_that_nobody_brings_is_named(resolver: Make) -> None:
    with pytest.raises(UnknownName, match="nobody"):
        resolver().open("nobody:x")


def test_a_model_opens_under_the_name_it_was_asked_for(resolver: Make) -> None:
    with resolver(daily="openai:http://127.0.0.1:9/v1#m").open("daily") as model:
        assert model.reference == "daily"
