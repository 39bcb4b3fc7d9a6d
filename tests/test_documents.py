"""The commands and snippets of the user documents work as written, as far as they are built."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

from afs.discriminator.dataset import build_examples
from afs.discriminator.examples import write_examples
from afs.discriminator.training import train_model
from afs.quickstart import sample_folder
from afs_core import Run, TrainingSample, firstparty, write_samples

ROOT = Path(__file__).parents[1]
TEXTS = ROOT / "tests" / "documents"
DOCUMENTS = ("index", "training", "infrastructure", "api")
CORE = ("--help", "--version", "config", "doctor", "generate", "plugins", "status")
COMMANDS = {path for paths in firstparty.COMMANDS.values() for path in paths}
PYTHON = re.compile(r"python3 -m (afs[\w.]*)")
LAUNCHER = re.compile(r"(scripts/[\w.-]+)")
#: Run by tests of their own, since they change the environment.
ELSEWHERE = {"scripts/afs-venv"}
NOT_YET = {line for line in (TEXTS / "not-yet-built.txt").read_text().splitlines() if line}


class Block(NamedTuple):
    """One fenced block: language, what stands after it, and the text."""

    place: str
    language: str
    info: str
    text: str


class Step(NamedTuple):
    """One thing to run, and the commands and names that it needs."""

    place: str
    language: str
    text: str
    needs: frozenset[str]


def blocks(document: str) -> Iterator[Block]:
    text = (TEXTS / f"{document}.md").read_text()
    for match in re.finditer(r"^```(bash|python)(.*)\n((?s:.*?))^```$", text, re.MULTILINE):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(f"{document}.md:{line}", match[1], match[2].strip(), match[3])


def steps(document: str) -> list[Step]:
    found: list[Step] = []
    for block in blocks(document):
        if block.language == "bash":
            found += bash_steps(block)
        else:
            found.append(python_step(block, found))
    return found


def bash_steps(block: Block) -> Iterator[Step]:
    for statement in statements(block.text):
        if needs := commands_in(statement) - ELSEWHERE:
            yield Step(block.place, "bash", statement, frozenset(needs))


def statements(text: str) -> Iterator[str]:
    """Commands without comments; a loop is one, and so is a line that goes on after a backslash."""
    loop: list[str] = []
    for line in text.replace("\\\n", " ").splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        loop.append(line)
        if line and not (loop[0].startswith("for ") and line != "done"):
            yield "\n".join(loop)
        if not loop[0].startswith("for ") or line == "done":
            loop.clear()


def commands_in(statement: str) -> set[str]:
    """What of ours a shell statement runs."""
    found = {f"-m {module}" for module in PYTHON.findall(statement)} | set(LAUNCHER.findall(statement))
    for line in statement.splitlines():
        words = [word for word in shlex.split(line) if not re.fullmatch(r"[A-Z_]+=\S*", word)]
        if words[:1] == ["afs"]:
            found.add(command_named(words[1:]))
    return found


def command_named(words: list[str]) -> str:
    pair, single = " ".join(words[:2]), words[0]
    if pair in COMMANDS:
        return f"afs {pair}"
    groups = {path.split()[0] for path in COMMANDS}
    assert single in {*COMMANDS, *groups, *CORE}, f"no document may name the unknown command afs {pair}"
    return f"afs {single}"


def python_step(block: Block, before: list[Step]) -> Step:
    settings = dict(re.findall(r'(\w+)="(.*?)"', block.info))
    text = f"{settings.get('prelude', '')}\n{block.text}"
    needs = names_in(text) | {settings[key] for key in ("needs",) if key in settings}
    if "continues" in block.info:
        text, needs = before[-1].text + text, needs | before[-1].needs
    return Step(block.place, "python", text, frozenset(needs))


def names_in(text: str) -> set[str]:
    """``module:name`` of everything that a snippet imports from afs."""
    return {
        f"{node.module}:{alias.name}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("afs")
        for alias in node.names
    }


# The reader's machine


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home and a working folder with the files that the documents take for granted."""
    root = tmp_path_factory.mktemp("shelf")
    home, work = root / "home", root / "work"
    memory = home / ".context" / "memory"
    shutil.copytree(sample_folder() / "Docs", memory)
    (home / "src" / "hobby").mkdir(parents=True)
    (home / "src" / "hobby" / "oracle-of-secrets").symlink_to(sample_folder())
    (home / "my_data").mkdir()
    (home / "my_data" / "tides.txt").write_text("The tide turns twice a day.\n")
    keep_logs(home)
    work.mkdir()
    for name in ("scripts", "examples", "docs"):
        (work / name).symlink_to(ROOT / name)
    for name in DATA:
        write_samples(work / name, [a_sample(name, number) for number in range(40)])
    make_adapter(work / "models" / "majora-v1-lora")
    (work / "src").symlink_to(sample_folder())
    make_discriminator(work / "models" / "electra")
    return root


def make_discriminator(folder: Path) -> None:
    """A discriminator of what the sample ROM hack holds."""
    with Run.open() as run:
        data = folder.with_name("discriminator.jsonl")
        write_examples(data, build_examples([sample_folder()], run, limit=150).examples)
        train_model(data, folder, run, settings={"trees": 30})


def keep_logs(home: Path) -> None:
    """What assistants wrote, where they write it, and a history of such work."""
    logs = ROOT / "plugins" / "afs-generators" / "tests" / "logs"
    shutil.copytree(logs / "claude" / "v2", home / ".claude")
    shutil.copytree(logs / "codex" / "v3", home / ".codex")
    shutil.copytree(logs / "gemini", home, dirs_exist_ok=True)
    shutil.copytree(logs / "antigravity", home, dirs_exist_ok=True)
    history = home / ".context" / "history"
    history.mkdir()
    events = (json.dumps(an_event(number)) + "\n" for number in range(40))
    (history / "events_20260131.jsonl").write_text("".join(events))


def an_event(number: int) -> dict[str, object]:
    """A model was asked something, and answered."""
    answer = f"Gate {number} opens at {number} o'clock, and closes when the water is {number} feet high. "
    return {
        "id": f"{number:012x}",
        "timestamp": "2026-01-31T12:00:00+00:00",
        "type": "model",
        "op": "completion",
        "payload": {"prompt": f"When does gate {number} of the harbour open?", "response": answer * 3},
    }


DATA = [
    *(f"training_data/{name}.jsonl" for name in ("raw", "asm", "dialogue", "mixed", "balanced", "history")),
    *(f"training_data/{name}{end}.jsonl" for name in ("memory", "oracle") for end in ("", "_scored")),
    "training_data/history_scored.jsonl",
    *(f"training_data/{name}.jsonl" for name in ("scored", "v2_new", "majora_v2_new", "majora_v2_mixed")),
    *(f"models/{name}.jsonl" for name in ("v1_training", "majora_v1_training", "v2_new")),
]


def a_sample(name: str, number: int) -> TrainingSample:
    return TrainingSample(
        instruction=f"What does line {number} of {name} say?",
        output=f"LDA.w #${number:04X} loads {number} into the accumulator. " * 3,
        domain=("asm", "memory")[number % 2],
        source=f"{Path(name).stem}-{number // 4}.asm",
        quality_score=number / 40,
    )


def make_adapter(folder: Path) -> None:
    """A fresh LoRA adapter of the tiny model, as a trainer leaves it."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    tiny = str(sample_folder().parent / "model")
    model = get_peft_model(
        AutoModelForCausalLM.from_pretrained(tiny), LoraConfig(r=4, target_modules=["q_proj"])
    )
    model.peft_config["default"].base_model_name_or_path = tiny
    model.save_pretrained(str(folder))


@pytest.fixture
def book(shelf: Path, tmp_path: Path) -> Path:
    """A copy of the shelf of its own; the working folder, in which ``~`` is a link to the home."""
    place = tmp_path / "reader"
    shutil.copytree(shelf, place, symlinks=True)
    (place / "work" / "~").symlink_to(place / "home")
    return place / "work"


def run(step: Step, work: Path) -> str:
    """What went wrong, or nothing."""
    program = ["bash", "-c"] if step.language == "bash" else [sys.executable, "-c"]
    environment = {
        "HOME": str(work.parent / "home"),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HF_HUB_OFFLINE": "1",
        "AFS_VENV": os.environ.get("VIRTUAL_ENV", str(Path(sys.executable).parents[1])),
    }
    done = subprocess.run(
        [*program, step.text], cwd=work, env=environment, capture_output=True, text=True, timeout=300
    )
    return f"{step.place}: exit {done.returncode}\n{step.text}\n{done.stderr}" if done.returncode else ""


# The tests


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_is_built_works_as_written(document: str, book: Path) -> None:
    built = [step for step in steps(document) if not step.needs & NOT_YET]
    assert built
    failures = [failure for failure in (run(step, book) for step in built) if failure]
    assert not failures, "\n\n".join(failures)


@pytest.mark.parametrize("name", sorted(NOT_YET))
def test_what_is_listed_as_not_yet_built_is_not(name: str) -> None:
    assert not exists(name), f"{name} exists now: take it off tests/documents/not-yet-built.txt"


def exists(name: str) -> bool:
    if name.startswith("afs "):
        command = [sys.executable, "-m", "afs_core", *name.split()[1:], "--help"]
        return subprocess.run(command, capture_output=True).returncode != 5
    if name.startswith("scripts/"):
        return (ROOT / name).exists()
    module, _, attribute = name.removeprefix("-m ").partition(":")
    try:
        return not attribute or hasattr(import_module(module), attribute)
    except ImportError:
        return False


def test_the_list_names_only_what_the_documents_promise() -> None:
    promised = {need for document in DOCUMENTS for step in steps(document) for need in step.needs}
    assert promised >= NOT_YET
    assert {"afs training prepare", "afs status", "-m afs.oracle.training_generator"} <= promised - NOT_YET


def test_the_parts_of_a_block_are_told_apart() -> None:
    text = "# a\nafs status  # b\nfor x in 1 2; do\n  afs train \\\n    --data $x\ndone\nls\nX=1 afs serve\n"
    found = list(statements(text))
    assert [sorted(commands_in(statement)) for statement in found] == [
        ["afs status"],
        ["afs train"],
        [],
        ["afs serve"],
    ]
    assert names_in("from afs.training import (\n  split_dataset,\n  x)\nimport os\n") == {
        "afs.training:split_dataset",
        "afs.training:x",
    }
