"""What is saved: loaded again, and loaded by transformers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afs.tokenizer import ASMTokenizer
from afs_core import DataError

TEXTS = [
    "  LDA.w $0022,X : BEQ + ; the value, don't\r\n\tRTS\n",
    "<|im_end|> and <|im_start|>user\n",
    "\0\x85 日本 👩\u200d👩 e\u0301   ",
    "   leading and trailing   \n\n\n",
    "Tom 's tea , is n't it ?",
]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return ASMTokenizer().save(tmp_path / "tokenizer")


def test_a_saved_tokenizer_is_the_same_when_loaded(saved: Path) -> None:
    loaded, shipped = ASMTokenizer.load(saved), ASMTokenizer()
    assert loaded.special_tokens == shipped.special_tokens and len(loaded) == len(shipped)
    assert loaded.encode_batch(TEXTS) == shipped.encode_batch(TEXTS)
    again = loaded.save(saved.parent / "again")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        assert (again / name).read_bytes() == (saved / name).read_bytes()


@pytest.mark.parametrize("name", ["AutoTokenizer", "PreTrainedTokenizerFast"])
def test_transformers_reads_it_with_the_same_ids(saved: Path, name: str) -> None:
    transformers = pytest.importorskip("transformers")
    theirs, ours = getattr(transformers, name).from_pretrained(str(saved)), ASMTokenizer()
    for text in TEXTS:
        ids = theirs(text).input_ids
        assert ids == ours.encode(text)
        assert theirs.decode(ids) == text
    assert theirs(TEXTS[1], split_special_tokens=False).input_ids == ours.encode(TEXTS[1], special=True)
    assert (theirs.pad_token, theirs.eos_token) == ("<|endoftext|>", "<|im_end|>")
    assert len(theirs) == len(ours)
    theirs.save_pretrained(str(saved))  # as trainers do
    assert ASMTokenizer.load(saved).encode_batch(TEXTS) == ours.encode_batch(TEXTS)


def test_special_tokens_get_the_role_of_their_name(tmp_path: Path) -> None:
    special = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<other>")
    ASMTokenizer.train(["LDA"], 2000, special=special).save(tmp_path)
    config = json.loads((tmp_path / "tokenizer_config.json").read_text())
    assert [config[f"{role}_token"] for role in ("pad", "unk", "cls", "sep", "mask")] == list(special[:5])
    assert "bos_token" not in config


Change = Callable[[dict[str, Any]], None]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda file: file["model"].update(dropout=0.5), "does not merge pairs of bytes"),
        (lambda file: file["model"].update(merges=[], vocab={"a": 0}), "not made of all bytes"),
        (lambda file: file["model"]["vocab"].update({"日": len(file["model"]["vocab"])}), "not made of all"),
        (lambda file: file["model"]["vocab"].update({"aaaaaaa": 99_999}), "gaps between its ids"),
        (lambda file: file.update(decoder=None), "the decoder of this one"),
        (lambda file: file.update(normalizer={"type": "Lowercase"}), "the normalizer of this one"),
        (lambda file: file["added_tokens"][0].update(lstrip=True), "changes the text beside special tokens"),
        (lambda file: file["pre_tokenizer"]["pretokenizers"].pop(0), "the pre_tokenizer of this one"),
    ],
)
def test_a_tokenizer_that_could_lose_something_is_refused(saved: Path, change: Change, reason: str) -> None:
    path = saved / "tokenizer.json"
    file = json.loads(path.read_text())
    change(file)
    path.write_text(json.dumps(file))
    with pytest.raises(DataError, match=reason):
        ASMTokenizer.load(saved)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[1]", b'{"version":"1.0"}', b"\0" * 100])
def test_what_is_no_tokenizer_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tokenizer.json").write_bytes(content)
    with pytest.raises(DataError, match=r"tokenizer\.json: not a tokenizer"):
        ASMTokenizer.load(tmp_path)
    with pytest.raises(DataError, match="cannot be read"):
        ASMTokenizer.load(tmp_path / "nowhere")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        ASMTokenizer().save(tmp_path / "file" / "tokenizer")
