"""Tokens per line of assembly beside general byte-level BPE, and how each cuts what it reads.

    python benchmarks/tokens_per_line.py                       # the sample ROM hack
    python benchmarks/tokens_per_line.py --source ~/src/hack   # a checkout of your own

The files are dealt into five parts. Each part is read with vocabularies that were learned from the
other four, so that every line is counted once and none was seen. All learn from the same text, have the same
number of tokens and leave out pairs that occur once. `gpt-2` and `llama-3` are the
ways in which the tokenizers of those names cut a text into pieces. `restyled` are the same lines in lower
case, indented by a tab and without suffixes: a style that the vocabularies have not seen.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

from afs.quickstart import sample_folder
from afs.tokenizer import ASMTokenizer

FOLDS = 5
SOURCES = (".asm", ".s", ".inc")
LLAMA = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
HEX = "[0-9A-Fa-f]"
#: What should be whole, or cut only at certain places; a group is whole.
FORMS = {
    "mnemonic": r"(?im)^[ \t]+([a-z]{3})(?=(?:\.[bwl])?(?:[ \t][#$\[(%!.\w]|[ \t]*$))",
    "mnemonic with suffix": r"(?im)^[ \t]+([a-z]{3}\.[bwl])\b",
    "end of line and indentation": r"(\n[ \t]+)(?=\S)",
    "form `#$`": r"(#\$)",
    "index `,x` `),y`": r"(?i)([)\]]?,[xys])\b",
    "byte of `$7E`": rf"(?<=\$)({HEX}{{2}})(?!{HEX})",
    "bytes of `$7EF3`": rf"(?<=\$)({HEX}{{2}})(?={HEX}{{2}}(?!{HEX}))|(?<=\${HEX}{{2}})({HEX}{{2}})(?!{HEX})",
    "bytes of `$7EF3C5`": rf"(?<=\$)({HEX}{{2}})(?={HEX}{{4}}(?!{HEX}))"
    rf"|(?<=\${HEX}{{2}})({HEX}{{2}})(?={HEX}{{2}}(?!{HEX}))|(?<=\${HEX}{{4}})({HEX}{{2}})(?!{HEX})",
}
Offsets = list[tuple[int, int]]
Encode = Callable[[str], Offsets]


def general(pattern: str | None, texts: Sequence[str], size: int) -> Encode:
    tokenizer = Tokenizer(models.BPE())
    bytes_ = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern is None)
    cut = [pre_tokenizers.Split(Regex(pattern), "isolated")] if pattern else []
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*cut, bytes_])
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return lambda text: tokenizer.encode(text, add_special_tokens=False).offsets


def ours(texts: Sequence[str], size: int) -> Encode:
    tokenizer = ASMTokenizer.train(texts, size, special=())
    return lambda text: [(token.start, token.end) for token in tokenizer.spans(text)]


LEARNERS: dict[str, Callable[[Sequence[str], int], Encode]] = {
    "ours": ours,
    "gpt-2": lambda texts, size: general(None, texts, size),
    "llama-3": lambda texts, size: general(LLAMA, texts, size),
}


def restyled(text: str) -> str:
    text = re.sub(r"(?m)^[ \t]+", "\t", text)
    return re.sub(r"(?m)^(\t\w{3})\.[bwl]\b", r"\1", text).lower()


def whole(text: str, offsets: Offsets, found: dict[str, Counter[str]]) -> None:
    """Count the forms that are one token, or begin and end at the borders of tokens."""
    starts, ends = {start for start, _ in offsets}, {end for _, end in offsets}
    borders = starts | ends
    for name, pattern in FORMS.items():
        for match in re.finditer(pattern, text):
            start, end = match.span(match.lastindex or 0)
            kept = not any(place in borders for place in range(start + 1, end))
            found[name]["all"] += 1
            found[name]["whole"] += kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=sample_folder())
    parser.add_argument("--vocab-size", type=int, nargs="+", default=[2048, 4096, 8192])
    given = parser.parse_args()
    files = sorted(path for path in given.source.rglob("*") if path.suffix.lower() in SOURCES)
    texts = [path.read_text("utf-8", "replace") for path in files]
    random.Random(42).shuffle(texts)
    lines = sum(text.count("\n") for text in texts)
    print(f"{len(texts)} files, {lines:,} lines, {FOLDS} parts, each read by vocabularies of the others\n")
    print(f"{'tokens':>7}  {'read by':8} {'per line':>9} {'ours':>7}   {'restyled':>9} {'ours':>7}")
    for size in given.vocab_size:
        compare(texts, size, lines)


def compare(texts: list[str], size: int, lines: int) -> None:
    counts = {name: Counter[str]() for name in LEARNERS}
    forms = {name: {form: Counter[str]() for form in FORMS} for name in LEARNERS}
    for fold in range(FOLDS):
        seen = [text for number, text in enumerate(texts) if number % FOLDS != fold]
        for name, learner in LEARNERS.items():
            encode = learner(seen, size)
            for text in texts[fold::FOLDS]:
                offsets = encode(text)
                counts[name]["plain"] += len(offsets)
                counts[name]["restyled"] += len(encode(restyled(text)))
                whole(text, offsets, forms[name])
    for name, count in counts.items():
        cells = "   ".join(
            f"{count[style] / lines:9.3f} {counts['ours'][style] / count[style]:7.3f}"
            for style in ("plain", "restyled")
        )
        print(f"{size:7}  {name:8} {cells}")
    print(f"\n{'of ' + str(size) + ' tokens, whole:':32}" + "".join(f"{name:>10}" for name in LEARNERS))
    for form in FORMS:
        shares = [forms[name][form]["whole"] / max(forms[name][form]["all"], 1) for name in LEARNERS]
        print(f"{form:32}" + "".join(f"{share:10.1%}" for share in shares))
    print()


if __name__ == "__main__":
    main()
