"""What is learned, that it is the same each time, and that it is worth it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from afs.tokenizer import ASMTokenizer
from afs.tokenizer.seeds import Merges
from afs_core import UsageError

ROUTINE = """
; {Name}_{Verb}
; {verb}s the {name} by the value in A, at most to its limit.
{Name}_{Verb}:
  CLC
  ADC.w {Name}Level
  CMP.b #${limit}
  BCC .inside
  LDA.b #${limit}
.inside
  STA.w {Name}Level
  STA.l ${bank}{low},X
  LDY #$0{count}
-
  LDA.b [$0{count}],Y : STA.w $21{limit},Y
  DEY : BPL -
  RTL
"""


def routines(seed: str, number: int = 60) -> Iterator[str]:
    choice = random.Random(seed)
    names = ["tide", "wind", "lamp", "rope", "gull", "moon", "sail", "reef", "buoy", "crab"]
    verbs = ["raise", "lower", "move", "clear", "count", "store", "check", "draw"]
    for _ in range(number):
        name, verb = choice.choice(names), choice.choice(verbs)
        values = {
            "limit": f"{choice.randrange(256):02X}",
            "bank": choice.choice(["7E", "7F"]),
            "low": f"{choice.randrange(65536):04X}",
            "count": choice.randrange(10),
        }
        yield ROUTINE.format(name=name, Name=name.title(), verb=verb, Verb=verb.title(), **values)


def test_fewer_tokens_than_a_general_vocabulary_of_the_same_text_and_size() -> None:
    seen, held_out = list(routines("seen")), list(routines("held out", 20))
    general = Tokenizer(models.BPE())
    general.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=1500, initial_alphabet=alphabet, show_progress=False)
    general.train_from_iterator(seen, trainer)
    ours = ASMTokenizer.train(seen, 1500, special=())
    assert ours.vocab_size <= general.get_vocab_size() or ours.vocab_size <= 1500
    mine = sum(len(ours.encode(text)) for text in held_out)
    theirs = sum(len(general.encode(text).ids) for text in held_out)
    assert mine < 0.9 * theirs


def test_words_that_repeat_become_tokens() -> None:
    tokenizer = ASMTokenizer.train(routines("words"), 1600)
    for word in ("ĠLevel", "Level", "LDA.b", "ADC.w", "inside"):
        assert word == "ĠLevel" or tokenizer.token_to_id(word) is not None, word
    assert ASMTokenizer.train(["A Unique word"], 1600).token_to_id("Unique") is None


def test_the_same_texts_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    texts = list(routines("order"))
    one = ASMTokenizer.train(texts, 1400).save(tmp_path / "one")
    other = ASMTokenizer.train(reversed(texts), 1400).save(tmp_path / "other")
    assert (one / "tokenizer.json").read_bytes() == (other / "tokenizer.json").read_bytes()


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.asm").write_text("".join(routines("process")))
    found = set()
    for hash_seed, threads in (("1", "1"), ("2", "4")):
        output = tmp_path / hash_seed
        code = (
            "import sys; from pathlib import Path; from afs.tokenizer import ASMTokenizer;"
            "ASMTokenizer.train([Path(sys.argv[1]).read_text()], 1400).save(sys.argv[2])"
        )
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "RAYON_NUM_THREADS": threads}
        subprocess.run([sys.executable, "-c", code, tmp_path / "a.asm", output], check=True, env=environment)
        found.add((output / "tokenizer.json").read_bytes())
    assert len(found) == 1


@pytest.mark.parametrize("size", [1100, 1200, 5000])
def test_a_vocabulary_has_the_size_that_was_asked_for_or_all_that_repeats(size: int) -> None:
    tokenizer = ASMTokenizer.train(routines("size", 300), size, special=("<s>", "</s>"))
    assert len(tokenizer) == tokenizer.vocab_size <= size
    assert size == 5000 or tokenizer.vocab_size == size
    assert tokenizer.special_tokens == {"<s>": len(tokenizer) - 2, "</s>": len(tokenizer) - 1}
    tokens = [tokenizer.id_to_token(id) for id in range(len(tokenizer))]
    assert [tokenizer.token_to_id(token or "") for token in tokens] == list(range(len(tokenizer)))
    assert tokenizer.id_to_token(-1) is tokenizer.id_to_token(size) is None


def test_too_small_a_size_is_refused() -> None:
    with pytest.raises(UsageError, match="room for 97 tokens beside special ones: expected at least 1,"):
        ASMTokenizer.train(["LDA"], 100)


@pytest.mark.parametrize("special", [("",), ("LDA",), ("<s>", "<s>"), ("a",)])
def test_special_tokens_that_are_none_are_refused(special: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="expected text that is no other token"):
        ASMTokenizer.train(["LDA"], 2000, special=special)


def test_a_text_full_of_special_tokens_does_not_teach_them() -> None:
    tokenizer = ASMTokenizer.train(["<|im_end|> x\n" * 500], 2000)
    assert tokenizer.special_tokens["<|im_end|>"] not in tokenizer.encode("<|im_end|>")


def test_later_merges_never_undo_earlier_ones() -> None:
    merges = Merges(["AB", "CD", "BC", "ABCD", "XBCD"])
    merges.add("A", "BC")
    for word in ("AB", "CD", "BC", "ABCD", "XBCD"):
        assert merges.parts(word) == [word]
