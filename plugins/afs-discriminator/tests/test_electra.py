"""What an ELECTRA says of texts: order, batches, long and hostile ones, and checkpoints that are none."""

from __future__ import annotations

import itertools
import json
import math
import random
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from afs.discriminator.electra import ElectraBackend, base_folder  # noqa: E402
from afs.discriminator.electra_device import chosen_device, chosen_precision, threads  # noqa: E402
from afs.discriminator.electra_model import Electra, from_scratch, read_base, read_electra  # noqa: E402
from afs.discriminator.electra_scoring import batched  # noqa: E402
from afs.discriminator.electra_settings import ElectraSettings  # noqa: E402
from afs.discriminator.electra_windows import Windows, chunks  # noqa: E402
from afs_core import DataError, Missing, Run, UnknownName, UsageError  # noqa: E402

WORDS = ("LDA", "STA", "$7E0010", "#$10", "; loads", "the\n", "accumulator", "é", "橋", "JSL", "Sprite_Main")
SMALL = ElectraSettings(vocabulary=400, layers=2, width=32, heads=2, max_length=64)


def texts(count: int, seed: int = 1, most: int = 30) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randrange(most))) for _ in range(count)]


def sharpened(electra: Electra) -> Electra:
    """Weights so large that margins differ by text."""
    with torch.no_grad():
        for weight in electra.model.parameters():
            if weight.ndim > 1:
                weight.mul_(6)
        electra.model.classifier.out_proj.weight.mul_(5)
    return electra


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small checkpoint of random weights; never to be written to."""
    torch.manual_seed(1)
    path = tmp_path_factory.mktemp("electra")
    sharpened(from_scratch(texts(300), SMALL)).write(path)
    return path


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    with threads(1):
        yield


@pytest.fixture(scope="module")
def scorer(folder: Path) -> Any:
    return ElectraBackend().load(folder, device="cpu")


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def changed(folder: Path, **values: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def close(left: list[float], right: list[float]) -> bool:
    return left == pytest.approx(right, abs=1e-4)


def test_margins_are_the_log_odds_that_transformers_gives(folder: Path, scorer: Any) -> None:
    given = texts(40)
    pipeline = transformers.pipeline("text-classification", model=str(folder), device="cpu", top_k=None)
    for margin, labels in zip(scorer.margins(given), pipeline(given), strict=True):
        share = {label["label"]: label["score"] for label in labels}
        assert 1 / (1 + math.exp(-margin)) == pytest.approx(share["real"], abs=1e-5)


def test_margins_differ_by_text(scorer: Any) -> None:
    assert np.std(scorer.margins(texts(40))) > 0.1


@settings(max_examples=25)
@given(st.data())
def test_order_and_company_change_nothing(scorer: Any, data: st.DataObject) -> None:
    given = data.draw(st.lists(st.text(max_size=200) | st.sampled_from(texts(20, most=200)), max_size=12))
    places = data.draw(st.permutations(range(len(given))))
    margins = scorer.margins(given)
    assert close(scorer.margins([given[place] for place in places]), [margins[place] for place in places])
    assert close([scorer.margins([text])[0] for text in given], margins)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_batch_size_changes_nothing(folder: Path, scorer: Any, size: int) -> None:
    given = texts(50)
    assert close(
        ElectraBackend().load(folder, device="cpu", batch_size=size).margins(given), scorer.margins(given)
    )


def test_no_texts_have_no_margins(scorer: Any) -> None:
    assert scorer.margins([]) == []


HOSTILE = {
    "empty": "",
    "spaces": " \t\n  " * 40,
    "NUL": "LDA\0STA\0",
    "a lone surrogate": "half \ud83d of a pair \udc00",
    "one long word": "a" * 60_000,
    "marks of the tokenizer": "[CLS] [PAD] [SEP] [MASK] [UNK]" * 30,
    "a byte order mark": "\ufeffLDA\u202e\u2028",
    "beyond the basic plane": "\U0001f5e1" * 300,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_have_a_margin_and_harm_no_other(scorer: Any, name: str) -> None:
    before, margin, after = scorer.margins(["LDA #$10", HOSTILE[name], "the é"])
    assert math.isfinite(margin)
    assert close([before, after], scorer.margins(["LDA #$10", "the é"]))
    assert close([margin], scorer.margins([HOSTILE[name]]))


def test_a_megabyte_of_one_word_is_cut_into_windows(folder: Path) -> None:
    windows, _ = read_electra(folder).windows().of(["a" * 1_000_000])
    assert sum(map(len, windows)) > 1_000_000
    assert max(map(len, windows)) == SMALL.max_length


def test_half_a_surrogate_pair_is_read_as_the_sign_for_it(scorer: Any) -> None:
    assert close(scorer.margins(["a \ud83d b"]), scorer.margins(["a \N{REPLACEMENT CHARACTER} b"]))


def test_a_long_text_is_as_good_as_its_worst_window(folder: Path, scorer: Any) -> None:
    electra = read_electra(folder)
    text = " ".join(texts(40, seed=3))
    windows, owners = electra.windows().of([text])
    assert len(windows) > 4 and set(owners) == {0}
    assert max(map(len, windows)) == SMALL.max_length
    with torch.inference_mode():
        logits = torch.cat([electra.model(torch.from_numpy(window)[None]).logits for window in windows])
    assert close(scorer.margins([text]), [float((logits[:, 0] - logits[:, 1]).min())])


@pytest.mark.parametrize("repeat", [1, 400])
def test_windows_hold_every_token_and_overlap_by_a_quarter(folder: Path, repeat: int) -> None:
    electra = read_electra(folder)
    text = " ".join(texts(30, seed=5) * repeat)[:60_000]
    windows, _ = electra.windows().of([text])
    whole = electra.tokenizer(text, add_special_tokens=False)["input_ids"]
    first, last = electra.tokenizer("")["input_ids"]
    assert all(window[0] == first and window[-1] == last for window in windows)
    inner = [window[1:-1].tolist() for window in windows]
    shared = SMALL.max_length // 4
    for left, right in itertools.pairwise(inner):
        assert left[-shared:] == right[:shared] or len(text) > 50_000
    if len(text) <= 50_000:
        assert inner[0] + [token for window in inner[1:] for token in window[shared:]] == whole
    else:
        assert inner[0] == whole[: len(inner[0])] and inner[-1] == whole[-len(inner[-1]) :]


def test_a_fault_at_the_end_of_a_long_text_is_seen(scorer: Any) -> None:
    """The worst passage counts wherever it stands."""
    good, bad = sorted(texts(60, seed=7), key=lambda text: -scorer.margins([text])[0])[::59]
    long = " ".join([good] * 40)
    assert scorer.margins([f"{long} {' '.join([bad] * 8)}"])[0] < scorer.margins([long])[0]


@given(
    st.lists(st.integers(1, 64), min_size=1, max_size=80), st.integers(1, 300), st.none() | st.integers(1, 9)
)
def test_batches_hold_all_windows_within_their_limits(
    lengths: list[int], budget: int, most: int | None
) -> None:
    lengths.sort(reverse=True)
    windows = [np.full(length, number + 1, np.int64) for number, length in enumerate(lengths)]
    seen = []
    for batch in batched(windows, budget, most):
        rows, longest = batch.ids.shape
        assert rows == 1 or rows * longest <= budget
        assert most is None or rows <= most
        seen += [row[:length].tolist() for row, length in zip(batch.ids, batch.lengths, strict=True)]
    assert seen == [window.tolist() for window in windows]


@given(st.lists(st.sampled_from(["", "a", "b" * 600_000, "c" * 2_000_000]), max_size=12))
def test_chunks_bound_what_is_in_memory(given_texts: list[str]) -> None:
    runs = list(chunks(given_texts))
    assert [text for run in runs for text in run] == given_texts
    assert all(len(run) == 1 or sum(map(len, run)) <= 1_000_000 for run in runs)


def test_more_texts_than_a_chunk_holds_keep_their_order(scorer: Any) -> None:
    given = ["LDA", "the é"] * 3000
    margins = scorer.margins(given)
    assert close(margins, scorer.margins(["LDA", "the é"]) * 3000)


def test_bf16_says_about_the_same(folder: Path, scorer: Any) -> None:
    given = texts(60)
    half = ElectraBackend().load(folder, device="cpu", precision="bf16").margins(given)
    shares = [
        [1 / (1 + math.exp(-margin)) for margin in margins] for margins in (half, scorer.margins(given))
    ]
    assert shares[0] == pytest.approx(shares[1], abs=0.1)
    assert half != scorer.margins(given)


def test_a_checkpoint_with_its_labels_the_other_way_round_is_read_by_their_names(
    copy: Path, scorer: Any
) -> None:
    changed(copy, id2label={"0": "FAKE", "1": "REAL"}, label2id={"FAKE": 0, "REAL": 1})
    turned = ElectraBackend().load(copy, device="cpu").margins(texts(5))
    assert close(turned, [-margin for margin in scorer.margins(texts(5))])


def test_labels_without_names_count_the_first_as_real(copy: Path, scorer: Any) -> None:
    changed(copy, id2label={"0": "LABEL_0", "1": "LABEL_1"}, label2id={"LABEL_0": 0, "LABEL_1": 1})
    assert close(ElectraBackend().load(copy, device="cpu").margins(texts(5)), scorer.margins(texts(5)))


def test_a_wordpiece_checkpoint_as_google_ships_it(tmp_path: Path) -> None:
    """``vocab.txt`` and no ``tokenizer.json``."""
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz", "##a", "lda"]
    (tmp_path / "vocab.txt").write_text("\n".join(vocabulary))
    config = transformers.ElectraConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        embedding_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
    )
    transformers.ElectraForSequenceClassification(config).save_pretrained(tmp_path)
    margins = ElectraBackend().load(tmp_path, device="cpu").margins(["LDA a", "", "a" * 1_000_000])
    assert all(map(math.isfinite, margins))


def torn(folder: Path) -> None:
    with (folder / "model.safetensors").open("r+b") as stream:
        stream.truncate(5000)


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def headless(folder: Path) -> None:
    electra = read_electra(folder)
    transformers.ElectraForPreTraining(electra.model.config).save_pretrained(folder)


def of_three(folder: Path) -> None:
    config = read_electra(folder).model.config
    config.num_labels = 3
    transformers.ElectraForSequenceClassification(config).save_pretrained(folder)


def larger_tokenizer(folder: Path) -> None:
    from_scratch(
        texts(300) + [f"other{n} words{n}" for n in range(500)], ElectraSettings(vocabulary=900)
    ).tokenizer.save_pretrained(folder)


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "torn weights": (torn, "expected a whole ELECTRA checkpoint"),
    "no weights": (without("model.safetensors"), "expected a whole ELECTRA checkpoint"),
    "no config": (without("config.json"), "a folder with config.json"),
    "an empty config": (lambda folder: (folder / "config.json").write_text("{}") and None, "with model_type"),
    "no JSON": (lambda folder: (folder / "config.json").write_text("{") and None, "with model_type"),
    "another kind": (lambda folder: changed(folder, model_type="bert"), "of the kind electra, got 'bert'"),
    "another shape": (lambda folder: changed(folder, hidden_size=64), "expected a whole ELECTRA checkpoint"),
    "nothing trained": (headless, "expected a trained classifier"),
    "three labels": (of_three, "of 2 labels"),
    "another tokenizer": (larger_tokenizer, "tokenizer of at most"),
    "no tokenizer": (without("tokenizer.json"), "expected a"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_no_trained_electra_is_refused(copy: Path, name: str) -> None:
    damage, message = FAULTS[name]
    damage(copy)
    with pytest.raises(DataError, match=message):
        ElectraBackend().load(copy, device="cpu")


def test_pickled_weights_are_not_scored_with(copy: Path) -> None:
    torch.save(read_electra(copy).model.state_dict(), copy / "pytorch_model.bin")
    (copy / "model.safetensors").unlink()
    with pytest.raises(DataError, match="whole ELECTRA checkpoint"):
        ElectraBackend().load(copy, device="cpu")


def test_a_base_may_be_a_pretrained_discriminator_in_either_format(copy: Path) -> None:
    headless(copy)
    first = read_base(copy, 32)
    assert first.model.config.id2label == {0: "real", 1: "fake"}
    assert first.tokenizer.model_max_length == 32
    torch.save(
        transformers.ElectraForPreTraining.from_pretrained(copy).state_dict(), copy / "pytorch_model.bin"
    )
    (copy / "model.safetensors").unlink()
    second = read_base(copy, 32)
    for name, weight in first.model.electra.state_dict().items():
        assert torch.equal(weight, second.model.electra.state_dict()[name])


def test_a_base_of_another_model_is_refused(copy: Path) -> None:
    changed(copy, num_hidden_layers=9)
    with pytest.raises(DataError, match="it has no electra"):
        read_base(copy, 64)


def test_a_base_is_a_folder_or_a_name_in_the_hubs_cache(folder: Path, afs_run: Run) -> None:
    assert base_folder(str(folder), afs_run) == folder
    with pytest.raises((UnknownName, Missing)):
        base_folder("google/electra-base-discriminator", afs_run)
    with pytest.raises((UnknownName, Missing)):
        base_folder("/nowhere/electra", afs_run)


@pytest.mark.parametrize(
    ("device", "precision", "message"),
    [
        ("tpu", "auto", "a device of this machine"),
        ("cpu", "fp8", "expected a precision"),
    ],
)
def test_what_this_machine_has_not_is_wrong_usage(
    folder: Path, device: str, precision: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        ElectraBackend().load(folder, device=device, precision=precision)


@pytest.mark.parametrize("module", ["torch", "transformers", "tokenizers", "safetensors"])
def test_without_the_extra_its_install_line_is_given(
    folder: Path, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = lambda name, package=None: None if name == module else find_spec(name, package)  # noqa: E731
    monkeypatch.setattr("afs_core.making.find_spec", hidden)
    with pytest.raises(Missing, match=f"the backend electra needs the module {module}") as raised:
        ElectraBackend().load(folder)
    assert raised.value.hint == "pip install 'afs-discriminator[electra]'"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_wrong_usage(folder: Path) -> None:
    with pytest.raises(UsageError, match="cuda"):
        ElectraBackend().load(folder, device="cuda")
    assert chosen_device("auto") in ("cpu", "mps")


def test_bf16_is_chosen_by_itself_where_cuda_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: not including_emulation)
    assert chosen_precision("auto", "cuda") == "bf16"
    assert chosen_precision("auto", "cpu") == chosen_precision("auto", "mps") == "fp32"
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: including_emulation)
    assert chosen_precision("auto", "cuda") == "fp32"
    with pytest.raises(UsageError, match="int8 runs on the CPU only"):
        chosen_precision("int8", "cuda")


def test_a_tokenizer_is_learned_the_same_every_time() -> None:
    first, second = (from_scratch(texts(100), SMALL).tokenizer.backend_tokenizer.to_str() for _ in range(2))
    assert first == second


@given(st.text(max_size=80))
def test_a_learned_tokenizer_knows_every_text(text: str) -> None:
    tokenizer = _learned()
    windows, _ = Windows(tokenizer, 512).of([text])
    assert tokenizer.token_to_id("[UNK]") not in windows[0]


_kept: list[Any] = []


def _learned() -> Any:
    if not _kept:
        _kept.append(from_scratch(texts(100), SMALL).tokenizer.backend_tokenizer)
    return _kept[0]


def test_width_and_heads_must_fit() -> None:
    with pytest.raises(UsageError, match="multiple of 3 heads"):
        from_scratch(texts(100), ElectraSettings(width=32, heads=3))
