"""Labelled texts of the sample ROM hack, and a model trained on them, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from afs.discriminator.dataset import Dataset, build_examples
from afs.discriminator.examples import write_examples
from afs.discriminator.training import train_model
from afs_core import Run

ROUTINE = """{name}:
  LDA.l {flag}
  BEQ .none
  PHP
  REP #$20
  LDA.w {counter}
  CLC
  ADC #$0010
  STA.w {counter}
  PLP
  LDX #$0{digit}
.loop
  STA.w {table},X
  DEX
  BPL .loop
  JSL {routine}
  AND #$7{digit}
  CMP #$2{digit}
  BCS .none
  SEC
  RTL
.none
  CLC
  RTL
"""
PARAGRAPH = (
    "The {a} keeps the water of the {b} at level {n}. It opens when the tide has fallen for two bells. After "
    "that the {b} drains in {n}0 frames, and the {a} stays open until the keeper turns the wheel again.\n"
)
NAMES = (
    """sluice lantern harbour anchor barge reef keel mast wheel lever ferry cistern chart buoy dock jetty"""
)
WORDS = NAMES.split()


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small code base: files with routines that differ in names and numbers, and documents."""
    root = tmp_path_factory.mktemp("sources") / "hack"
    root.mkdir()
    for number, word in enumerate(WORDS):
        title = word.capitalize()
        routines = [
            ROUTINE.format(
                name=f"{title}_{part}",
                flag=f"Has{title}",
                counter=f"{title}Frames",
                digit=digit,
                table=f"{title}{part}Table",
                routine=f"{title}_Done",
            )
            for digit, part in enumerate(("Open", "Close", "Draw", "Move", "Load"))
        ]
        text = (
            f"Has{title} = $7EF{number + 0x300:03X}\n{title}Frames = $0{number + 0x800:03X}\n\n"
            + "\n".join(routines)
        )
        (root / f"{word}.asm").write_text(text.lower() if number % 4 == 0 else text)
    for number, word in enumerate(WORDS):
        body = [PARAGRAPH.format(a=word, b=other, n=number + 3) for other in WORDS[:6] if other != word]
        (root / f"{word}.md").write_text("# Notes\n\n" + "\n".join(body))
    return root


@pytest.fixture(scope="session")
def dataset(sources: Path) -> Dataset:
    with Run.open(seed=3) as run:
        return build_examples([sources], run)


@pytest.fixture(scope="session")
def labelled(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("labelled") / "data.jsonl"
    write_examples(path, dataset.examples)
    return path


@pytest.fixture(scope="session")
def trained(labelled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an n-gram model."""
    folder = tmp_path_factory.mktemp("models") / "ngram"
    with Run.open(seed=3) as run:
        train_model(labelled, folder, run, settings={"trees": 40})
    return folder
