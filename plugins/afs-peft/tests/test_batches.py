from __future__ import annotations

import random
from array import array
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from afs.peft.batches import BucketedOrder, flattened, padded  # noqa: E402
from afs.peft.loop import answer_loss, validation_loss  # noqa: E402
from afs.peft.rows import IGNORED, Row  # noqa: E402

lengths = st.lists(st.integers(1, 500), min_size=1, max_size=300)


@given(lengths=lengths, batch=st.integers(1, 16), epoch=st.integers(0, 3))
def test_every_sample_comes_once_an_epoch(lengths: list[int], batch: int, epoch: int) -> None:
    order = BucketedOrder(lengths, batch, seed=1)
    order.set_epoch(epoch)
    assert sorted(order) == list(range(len(lengths)))
    assert list(order) == list(order)


def test_neighbours_are_about_equally_long() -> None:
    rng = random.Random(0)
    lengths = [rng.randint(1, 1000) for _ in range(400)]
    order = list(BucketedOrder(lengths, 8, seed=1))
    batches = [[lengths[i] for i in order[start : start + 8]] for start in range(0, 400, 8)]
    padding = sum(max(batch) * len(batch) - sum(batch) for batch in batches)
    assert padding < 0.05 * sum(lengths)


def test_epochs_and_seeds_differ() -> None:
    first, other = BucketedOrder(range(64), 4, seed=1), BucketedOrder(range(64), 4, seed=2)
    before = list(first)
    first.set_epoch(1)
    assert before != list(first)
    assert before != list(other)


@pytest.fixture(scope="module")
def model(base: Path) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Rows of many lengths, with one or two answers each."""
    rng, made = random.Random(3), []
    for length in (5, 9, 12, 12, 30):
        ids = [rng.randrange(256) for _ in range(length)]
        said = [False, *(rng.random() < 0.4 for _ in range(length - 2)), True]
        labels = [token if learned else IGNORED for token, learned in zip(ids, said, strict=True)]
        made.append(Row(array("i", ids), array("i", labels)))
    return made


def alone(model: Any, row: Row) -> float:
    """Loss of one row from the definition, with the logits of every place."""
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([list(row.ids)]), use_cache=False).logits[0]
    chances = torch.log_softmax(logits, dim=-1)
    return -sum(
        float(chances[i - 1, token]) for i, token in enumerate(row.labels) if i > 0 and token != IGNORED
    )


@pytest.mark.parametrize("collate", [padded, flattened])
def test_a_batch_has_the_loss_of_its_rows_alone(model: Any, rows: list[Row], collate: Any) -> None:
    expected = sum(alone(model, row) for row in rows)
    assert answer_loss(model, collate(rows)).item() == pytest.approx(expected, rel=1e-5)


def test_flattened_and_padded_batches_have_the_same_gradient(model: Any, rows: list[Row]) -> None:
    gradients = []
    for collate in (padded, flattened):
        model.zero_grad()
        answer_loss(model, collate(rows)).backward()
        gradients.append(torch.cat([p.grad.flatten() for p in model.parameters()]))
    assert torch.allclose(*gradients, atol=1e-4, rtol=1e-3)


def test_a_row_does_not_see_the_one_before_it(model: Any, rows: list[Row]) -> None:
    swapped = [rows[1], *rows[1:]]
    difference = (answer_loss(model, flattened(rows)) - answer_loss(model, flattened(swapped))).item()
    assert difference == pytest.approx(alone(model, rows[0]) - alone(model, rows[1]), abs=1e-3)


def test_validation_loss_is_a_mean_over_tokens(model: Any, rows: list[Row]) -> None:
    expected = sum(alone(model, row) for row in rows) / sum(row.trained for row in rows)
    assert validation_loss(model, rows, 2) == pytest.approx(expected, rel=1e-5)
    assert not model.training
