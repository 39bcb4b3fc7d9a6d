"""Checkpoints and the training log, without any training."""

from __future__ import annotations

from pathlib import Path

from afs.peft.checkpoints import Checkpoints
from afs.peft.training_log import TrainingLog


def make(folder: Path, step: int) -> None:
    (folder / f"checkpoint-{step}").mkdir(parents=True)
    (folder / f"checkpoint-{step}" / "weights").write_text("x")


def test_the_newest_sealed_checkpoint_counts_and_the_others_go(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, "job")
    for step in (9, 10, 11):
        make(tmp_path, step)
    checkpoints.seal(9)
    checkpoints.seal(10)
    assert checkpoints.latest() == tmp_path / "checkpoint-10"
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-10"]


def test_a_checkpoint_of_another_job_is_none(tmp_path: Path) -> None:
    make(tmp_path, 3)
    Checkpoints(tmp_path, "other").seal(3)
    assert Checkpoints(tmp_path, "job").latest() is None
    assert list(tmp_path.iterdir()) == []


def test_no_folder_is_no_checkpoint(tmp_path: Path) -> None:
    assert Checkpoints(tmp_path / "absent", "job").latest() is None


def test_lines_are_there_at_once(tmp_path: Path) -> None:
    with TrainingLog(tmp_path / "training.log") as log:
        log.append(step=1, loss=2.5)
        assert (tmp_path / "training.log").read_text() == '{"step":1,"loss":2.5}\n'


def test_a_resumed_log_goes_on_after_its_step_and_mends_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "training.log"
    path.write_text('{"step":1,"loss":3.0}\n{"step":2,"loss":2.0}\n{"step":3,"loss":1.0}\n{"step":4,"lo')
    with TrainingLog(path, after=2) as log:
        log.append(step=3, loss=1.5)
    assert path.read_text() == '{"step":1,"loss":3.0}\n{"step":2,"loss":2.0}\n{"step":3,"loss":1.5}\n'
    assert log.curve("loss") == [(1, 3.0), (2, 2.0), (3, 1.5)]


def test_a_new_training_forgets_the_old_log(tmp_path: Path) -> None:
    path = tmp_path / "training.log"
    path.write_text('{"step":1,"loss":3.0}\n')
    with TrainingLog(path) as log:
        assert log.entries == []
    assert path.read_text() == ""


def test_long_curves_are_thinned_to_means(tmp_path: Path) -> None:
    with TrainingLog(tmp_path / "training.log") as log:
        for step in range(1, 1001):
            log.append(step=step, loss=float(step), **({"validation_loss": 1.0} if step % 500 == 0 else {}))
    curve = log.curve("loss")
    assert len(curve) == 200
    assert curve[0] == (5, 3.0)
    assert curve[-1] == (1000, 998.0)
    assert log.curve("validation_loss") == [(500, 1.0), (1000, 1.0)]
